"""What a policy does: seats by group, precedence in words, rules that cannot do anything."""

from lottery.effects.cycle import CycleEffects, Row, Share
from lottery.effects.divisions import SIZES, Division, divisions
from lottery.effects.notes import notes
from lottery.effects.summary import Part, summary
from lottery.effects.void import void_rules

__all__ = ["SIZES", "CycleEffects", "Division", "Part", "Row", "Share", "divisions", "notes", "summary", "void_rules"]
