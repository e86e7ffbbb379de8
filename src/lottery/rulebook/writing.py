"""From chapters to text: a language is a set of sentences and a few dictionaries; the writing is the same in all."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lottery.policy.condition import All, AnyOf, ColumnTest, Condition
from lottery.rulebook.book import Chapter, Joined, Name, Sentence, Value, Who

WIDTH = 78
COLUMNS = dict.fromkeys(("pathway", "lowest_grade", "highest_grade"), "programs")  # those that no other table has


@dataclass(frozen=True, slots=True)
class Language:
    """Everything a rule book needs to be written in one language."""

    headings: Mapping[str, str]  # by chapter
    sentences: Mapping[str, str]  # by key, with {places} for values
    facts: Mapping[str, tuple[str, str]]  # "lives near the school", "does not live near the school"
    words: Mapping[tuple[str, str], str]  # what families call a class, group, fact, column or value: by (kind, name)
    quotes: tuple[str, str]
    joints: Mapping[str, str]  # between several values

    def book(self, title: Sentence, chapters: Sequence[Chapter]) -> str:
        """The whole text, wrapped for reading."""
        parts = [self._wrapped(line) for line in self.sentence(title).split("\n")]
        for chapter in chapters:
            heading = self.headings[chapter.key]
            parts += ["", heading, "-" * len(heading)]
            parts += [self._wrapped(self.sentence(own)) for own in chapter.sentences]
        return "\n".join(parts) + "\n"

    def sentence(self, sentence: Sentence) -> str:
        """A sentence with its values in their places."""
        values = {place: self._value(value) for place, value in sentence.values.items()}
        return self.sentences[sentence.key].format(**values)

    def clause(self, condition: Condition, *, holds: bool = True) -> str:
        """A condition, or its opposite, as it is read after "a child who"."""
        if isinstance(condition, str):
            return self._fact(condition, holds)
        if isinstance(condition, ColumnTest):
            return self._test(condition, holds)
        if isinstance(condition, All):
            parts, how = [self._part(part, holds) for part in condition.all], "and" if holds else "or"
        elif isinstance(condition, AnyOf):
            parts, how = [self._part(part, holds) for part in condition.any], "or" if holds else "and"
        else:
            parts, how = [self._part(part, not holds) for part in condition.none], "and" if holds else "or"
        return self.joints[how].join(parts)

    def _part(self, condition: Condition, holds: bool) -> str:
        """A part of a condition, in brackets where it has parts of its own."""
        words = self.clause(condition, holds=holds)
        return f"({words})" if _is_compound(condition) else words

    def _fact(self, name: str, holds: bool) -> str:
        if name in self.facts:
            return self.facts[name][0 if holds else 1]
        return self.sentences["counts" if holds else "counts_not"].format(name=self._quoted(name.replace("_", " ")))

    def _test(self, test: ColumnTest, holds: bool) -> str:
        """A program or a school has a column of its own; a child applies to it."""
        table = test.table or COLUMNS.get(test.column)
        phrase = self._value_of(test, holds)
        return self.sentences[f"of_{table}"].format(phrase=phrase) if table in ("programs", "schools") else phrase

    def _value_of(self, test: ColumnTest, holds: bool) -> str:
        column = self._name(Name("column", test.column))
        if test.range is None:
            written = test.among or (str(test.equals),)
            values = self.joints["or"].join(self._name(Name("value", value)) for value in written)
            return self.sentences["has" if holds else "has_not"].format(column=column, values=values)
        low, high = test.range
        key = "any_number" if low is None and high is None else "at_most" if low is None else "at_least"
        key = "from_to" if low is not None and high is not None else key
        return self.sentences[key if holds else f"{key}_not"].format(column=column, low=low, high=high)

    def _value(self, value: Value) -> str:
        if isinstance(value, Sentence):
            return self.sentence(value)
        if isinstance(value, Who):
            return self.clause(value.condition)
        if isinstance(value, Joined):
            return self.joints[value.how].join(map(self._value, value.parts))
        return self._name(value) if isinstance(value, Name) else str(value)

    def _name(self, name: Name) -> str:
        plain = name.name if name.kind == "value" else name.name.replace("_", " ")
        return self._quoted(self.words.get((name.kind, name.name), plain))

    def _quoted(self, text: str) -> str:
        return text.join(self.quotes)

    def _wrapped(self, text: str) -> str:
        """Numbered lines hang behind their number."""
        bare = text.lstrip()
        first, indent = text[: len(text) - len(bare)], " " * (len(text) - len(bare))
        indent += "   " if bare[:1].isdigit() and ". " in bare[:4] else ""
        wrapper = textwrap.TextWrapper(WIDTH, first, indent, break_long_words=False, break_on_hyphens=False)
        return wrapper.fill(bare)


def _is_compound(condition: Condition) -> bool:
    if isinstance(condition, (str, ColumnTest)):
        return False
    if isinstance(condition, All):
        parts = condition.all
    else:
        parts = condition.any if isinstance(condition, AnyOf) else condition.none
    return len(parts) > 1 or _is_compound(parts[0])
