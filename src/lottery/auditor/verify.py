"""
Verify the bundle of a lottery run: every result derived again from the written inputs, nothing taken on trust.

    python3 verify.py DIR [--json]       exit 0: everything agrees, 1: something does not, 2: the bundle cannot be read

A file that is not the one the record was sealed with is something that does not agree (1), even where nothing further
can be derived from it; 2 is for a record or policy that is missing, unreadable, or asks for a rule not known here.

Standard library only, one file, nothing imported from the engine.  docs/formats.md is the specification of the files,
the draw's formula is DRAW.md's, and the invariants carry their numbers there:

    I1  one row and at most one seat per applicant        I7  numbers and places equal the public formula
    I2  the seat is on the applicant's own list           I8  included + withdrawn + rejected = submitted
    I3  seats filled never exceed a group's seats         I10 the outcome does not depend on who proposes first
    I4  nobody has justified envy                         I11 the files are those of the record, and no others
    I5  no empty seat is wanted by one refused it         I12 reasons, cutoffs and wait lists say what the offers say
    I6  the outcome is the one of the recount

I4 to I6 take the form that the mechanism promises.  Deferred acceptance: I4 as it stands, and I6 is the outcome best
for the applicants.  Stable improvement cycles: envy by class only.  Efficiency-adjusted: no envy of those who do not
consent.  Top trading cycles: in place of envy, no trade of seats would suit everybody in it.  Immediate acceptance and
serial dictatorship: no waste, and the recount.

Every mechanism is recounted.  Two recounts are not their definition letter by letter, which would take too long in a
large grade: efficiency-adjusted trades seats where Kesten strikes out interrupters, and a program with a band or
guarantees chooses again for one newcomer at a time (Held).  The tests hold both against the definition, and I3 to I5
choose from all.

The sections follow the proof: reading, draw, facts, classes and seat groups, bands and guarantees, recount, the other
mechanisms, invariants, files, report.
What a bundle alone cannot show is not claimed: the engine's own hash, and that the inputs are those of the families.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import hmac
import json
import math
import sys
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Context, Decimal, localcontext
from fractions import Fraction
from functools import cmp_to_key
from itertools import chain, pairwise, takewhile, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

GRADES = {grade: order for order, grade in enumerate(["TK", "KG", *(f"{n:02d}" for n in range(1, 13))])}
YES, NO = {"true", "yes", "y", "1"}, {"false", "no", "n", "0"}
EARTH_METRES = 6371008.8
SECURED, SECURED_CLASS = "secured", -1  # a holder stands before every class of the policy
DEFERRED, IMMEDIATE, TRADING = "deferred-acceptance", "immediate-acceptance", "top-trading-cycles"
DICTATOR, ADJUSTED, IMPROVED = "serial-dictatorship", "efficiency-adjusted", "stable-improvement-cycles"
MECHANISMS = DEFERRED, IMMEDIATE, TRADING, DICTATOR, ADJUSTED, IMPROVED
SOFT, HARD, GUARANTEES = "soft", "hard", "guarantees"  # how a program chooses that has no seat groups
GIVEN = {"use": ("replaces_class", "breaks_ties_in_class"), "absent": ("last", "ineligible")}
UNLISTED = "unlisted"  # the class of whom priorities.csv does not name
SHOWN = 20  # findings shown per invariant; all are counted

REQUIRED = {
    "schools": ("school_id",),
    "programs": ("program_id", "school_id"),
    "seats": ("program_id", "grade", "capacity"),
    "applicants": ("applicant_id", "grade"),
    "choices": ("applicant_id", "rank", "program_id"),
}
OPTIONAL = {
    "roster": ("student_id", "household_id", "school_id", "program_id", "grade"),
    "feeders": ("from_program_id", "to_program_id"),
    "facts": ("applicant_id", "program_id", "fact", "value"),
    "numbers": ("applicant_id", "number"),
    "priorities": ("applicant_id", "program_id", "priority"),
}
RULE_FILES = {f"{name}.csv" for name in ("facts", "feeders", "priorities", "programs", "roster", "schools", "seats")}
OUTPUTS = {
    "offers.csv": "applicant_id grade program_id rank seat_group priority lottery_number place",
    "reasons.csv": "applicant_id program_id rank outcome seat_group priority lottery_number place "
    "cutoff_priority cutoff_place places_short waitlist_position",
    "cutoffs.csv": "program_id grade seat_group capacity filled member priority lottery_number place",
    "waitlists.csv": "program_id grade position applicant_id priority lottery_number place",
}
RECORD = {
    "status": str, "draw": dict, "rules_hash": str, "inputs": dict, "policy": dict, "outputs": dict,
    "outcome_digest": str, "counts": dict,
}  # fmt: skip
PUBLIC_NUMBERS, PUBLIC_SEED = "public/numbers.csv", "public/seed.json"
KEYS = {
    "reasons.csv": ("applicant_id", "program_id"),
    "cutoffs.csv": ("program_id", "grade", "seat_group"),
    "waitlists.csv": ("program_id", "grade", "applicant_id"),
}

Row = tuple[str, ...]
Seat = tuple[str, int]  # program and index of the seat group
Standing = tuple[float, ...]  # lower is better: the class, and the place at the end
Choices = Mapping[str, Sequence[str]]  # by applicant: programs, best first
Programs = Mapping[str, Sequence["Group"]]  # by program: its seat groups in precedence order
Placed = Mapping[str, Seat | None]  # by applicant
Answers = dict[str, Seat | None]  # the same, while it is found out
Say = Callable[[str], None]
Source = bytes | Mapping[str, Mapping[str, Decimal]]  # K, or numbers drawn elsewhere by scope and applicant


class BadInput(Exception):
    """The bundle cannot be read, or asks for a rule that this verifier does not know."""


STOPS = (
    BadInput, OSError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, csv.Error,
)  # fmt: skip


class Finding(NamedTuple):
    """One thing that does not agree: which invariant, about whom, what stood and what should stand."""

    invariant: str
    subject: str
    text: str
    program: str = ""  # the program at which the subject could object, where there is one


# ---------------------------------------------------------------------------------------------------------- reading


class Table(NamedTuple):
    """One input file; every value is text, and a blank is a value of its own."""

    name: str
    column: Mapping[str, int]
    rows: Sequence[Sequence[str]]

    def each(self, *columns: str) -> Iterator[Row]:
        """Yield these columns row by row, blank where the file does not have the column."""
        index = [self.column.get(column) for column in columns]
        return (tuple("" if i is None else row[i] for i in index) for row in self.rows)

    def by(self, key: str, column: str) -> dict[str, str]:
        """Return one column by another."""
        return {row[0]: row[1] for row in self.each(key, column)}


def csv_rows(path: Path) -> Iterator[list[str]]:
    """Yield the header and the rows of a CSV file, each as long as the header."""
    if not path.is_file():
        raise BadInput(f"{path.name} is missing from the bundle.")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        if len(set(header)) < len(header) or not header:
            raise BadInput(f"{path.name}: the header is empty or names a column twice.")
        yield header
        for row in reader:
            if len(row) != len(header):
                raise BadInput(f"{path.name}, line {reader.line_num}: {len(row)} values under {len(header)} columns.")
            yield row


def read_table(folder: Path, name: str, required: Sequence[str]) -> Table:
    """Read one input file; a missing optional one is an empty table."""
    path = folder / "inputs" / f"{name}.csv"
    if name not in REQUIRED and not path.exists():
        return Table(name, {}, ())
    rows = csv_rows(path)
    header = next(rows)
    if missing := set(required) - set(header):
        raise BadInput(f"inputs/{name}.csv has no column {', '.join(sorted(missing))}.")
    table = Table(name, {column: i for i, column in enumerate(header)}, [[v.strip() for v in row] for row in rows])
    if name in ("schools", "programs", "applicants"):
        names = Counter(key for (key,) in table.each(required[0]))
        if twice := sorted(key for key, count in names.items() if count > 1 or not key):
            raise BadInput(f"inputs/{name}.csv: {required[0]} {twice[0]!r} is blank or stands twice.")
    return table


def output_rows(folder: Path, name: str) -> Iterator[Row]:
    """Yield the rows of one published file."""
    rows = csv_rows(folder / name)
    if next(rows) != OUTPUTS[name].split():
        raise BadInput(f"{name}: the columns must be {OUTPUTS[name]}.")
    return map(tuple, rows)


def read_json(path: Path) -> dict[str, Any]:
    """Read one JSON object; a key written twice is refused, and decimals stay exact."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) < len(pairs):
            raise BadInput(f"{path.name}: a key is written twice in one object.")
        return dict(pairs)

    if not path.is_file():
        raise BadInput(f"{path.name} is missing from the bundle.")
    try:
        value = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once, parse_float=Decimal)
    except ValueError as error:
        raise BadInput(f"{path.name} cannot be read: {error}.") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path.name} must hold one object.")
    return value


def known_keys(part: Any, where: str, required: str, optional: str = "") -> dict[str, Any]:
    """Return a part of the policy whose keys are all understood: what is not understood must not be ignored."""
    if not isinstance(part, dict):
        raise BadInput(f"policy.json, {where}: an object is expected, not {part!r}.")
    if missing := set(required.split()) - set(part):
        raise BadInput(f"policy.json, {where}: {', '.join(sorted(missing))} must be written.")
    if unknown := set(part) - set(required.split()) - set(optional.split()):
        raise BadInput(f"policy.json, {where}: this verifier does not know {', '.join(sorted(unknown))}.")
    return part


def read_policy(folder: Path) -> dict[str, Any]:
    """Read the policy and refuse everything that this verifier could not recount."""
    policy = known_keys(
        read_json(folder / "policy.json"),
        "top level",
        "schema_version policy mechanism priorities tie_breaker",
        "title jurisdiction effective reference source resolution consent list_cap undisclosed facts siblings near"
        " eligible given_priorities seat_groups bands guarantees secured_seat waitlist rounds targets",
    )
    tie_breaker = known_keys(policy["tie_breaker"], "tie_breaker", "draw", "popular weights")
    known_keys(policy.get("waitlist", {}), "waitlist", "", "vacancy")
    given = policy.get("given_priorities")
    if given is not None:
        known_keys(given, "given_priorities", "use absent")
    for what, value, allowed in (
        ("schema_version", policy["schema_version"], (1,)),
        ("mechanism", policy["mechanism"], MECHANISMS),
        ("tie_breaker.draw", tie_breaker["draw"], ("single", "multiple", "hybrid")),
        ("secured_seat", policy.get("secured_seat"), (None, "none", "continuing")),
        ("rounds", policy.get("rounds", ["main"]), (["main"],)),
        *((f"given_priorities.{key}", given[key], allowed) for key, allowed in GIVEN.items() if given is not None),
        *((f"undisclosed.{c}", v, ("member", "not_member")) for c, v in (policy.get("undisclosed") or {}).items()),
    ):
        if value not in allowed:
            raise BadInput(f"policy.json, {what}: this verifier does not know {value!r}.")
    for answer, key, needed, said in (
        (ADJUSTED, "consent", policy["mechanism"] == ADJUSTED, policy.get("consent")),
        ("hybrid", "popular", tie_breaker["draw"] == "hybrid", tie_breaker.get("popular")),
    ):
        if needed != (said is not None):
            raise BadInput(f"policy.json: {answer} and {key} belong together; one stands without the other.")
    for part in ("seat_groups", "bands", "guarantees"):
        if not isinstance(policy.get(part, []), list):
            raise BadInput(f"policy.json, {part}: a list is expected.")
    only_open_seats(policy)
    return policy


def only_open_seats(policy: Mapping[str, Any]) -> None:
    """Refuse what no mechanism but deferred acceptance knows, and several numbers where one decides."""
    mechanism, draw = policy["mechanism"], policy["tie_breaker"]["draw"]
    if mechanism != DEFERRED:
        wanted = [part for part in ("seat_groups", "bands", "guarantees") if policy.get(part)]
        wanted += ["secured_seat: continuing"] if policy.get("secured_seat") == "continuing" else []
        if wanted:
            raise BadInput(f"policy.json: {mechanism} serves open seats only, and knows no {' and no '.join(wanted)}.")
    if mechanism in (TRADING, DICTATOR) and draw != "single":
        raise BadInput(f"policy.json: {mechanism} needs draw: single, not {draw}.")


def written(value: Any) -> str:
    """Return a value of the policy as the text it is compared with."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | Decimal):
        return str(value)
    raise BadInput(f"policy.json: {value!r} stands where a text, a number or true/false is expected.")


def grade_of(text: str, where: str) -> str:
    """Return a grade as CEDS writes it."""
    upper = text.upper()
    grade = {"K": "KG"}.get(upper, upper.zfill(2))
    if grade not in GRADES:
        raise BadInput(f"{where}: {text!r} is not a grade.")
    return grade


# ------------------------------------------------------------------------------------------------------------- draw


class Draw(NamedTuple):
    """Lottery numbers of one scope: place (1 is best) and the number as shown, by applicant."""

    place: Mapping[str, int]
    shown: Mapping[str, str]


def lp(text: str) -> bytes:
    """Return a text with its length before it, so that no two sequences of texts can be confused."""
    data = text.encode()
    return len(data).to_bytes(4, "big") + data


def draw_key(
    dice: str, *, cycle: str = "", roll_root: str = "", rules_hash: str = "", engine_hash: str = "",
    beacon_chain: str = "", beacon_round: str = "", beacon_value: str = "",
) -> bytes:  # fmt: skip
    """Return K, from which every ticket follows."""
    parts = (cycle, roll_root, rules_hash, engine_hash, dice, beacon_chain, beacon_round, beacon_value)
    return hashlib.sha256(b"OEL-SEED-v1\0" + b"".join(map(lp, parts))).digest()


def rehearsal_key(seed: str) -> bytes:
    """Return K of a run without a ceremony: the dice are the hash of the seed, every other field is empty."""
    return draw_key(hashlib.sha256(seed.encode()).hexdigest())


def ticket(key: bytes, ref: str, *, cycle: str = "", round_: str = "main", scope: str = "*") -> bytes:
    """Return T(ref): 256 bits, smaller is better."""
    return hmac.digest(key, b"OEL-TICKET-v1\0" + lp(cycle) + lp(round_) + lp(scope) + lp(ref), "sha256")


def draw_by_formula(
    key: bytes, applicants: Iterable[str], tickets: Mapping[str, int] | None = None, scope: str = "*"
) -> Draw:
    """Recompute every applicant's number and place in one scope."""
    drawn = {applicant: ticket(key, applicant, scope=scope) for applicant in applicants}
    order = sorted(drawn, key=lambda applicant: (drawn[applicant], applicant))
    if tickets:
        left = {a: 1 - Fraction(int.from_bytes(drawn[a], "big"), 1 << 256) for a in order}
        order = weighted_order(left, tickets)
    shown = {a: f"0.{int.from_bytes(t[:8], 'big') * 10**18 >> 64:018d}" for a, t in drawn.items()}
    return Draw({applicant: place for place, applicant in enumerate(order, 1)}, shown)


def weighted_order(left: Mapping[str, Fraction], tickets: Mapping[str, int]) -> list[str]:
    """
    Order applicants as a raffle with several tickets each does, drawn without replacement.

    `left` is what the number leaves of 1, U = N / 2^256 in DRAW.  The key -ln(U) / tickets, ascending, decides by its
    bounds where those of two applicants lie apart, and by the exact comparison elsewhere.
    """
    bounds = {applicant: key_bounds(u, tickets[applicant], 30) for applicant, u in left.items()}

    def compare(i: str, j: str) -> int:
        if bounds[i][1] < bounds[j][0]:
            return -1
        if bounds[j][1] < bounds[i][0]:
            return 1
        if precedes(left[i], tickets[i], left[j], tickets[j]):
            return -1
        return 1 if precedes(left[j], tickets[j], left[i], tickets[i]) or j < i else -1

    return sorted(left, key=cmp_to_key(compare))


def key_bounds(u: Fraction, tickets: int, digits: int) -> tuple[Decimal, Decimal]:
    """
    Return two numbers between which -ln(u) / tickets lies, for 0 < u <= 1; the more digits, the closer they are.

    Every operation is rounded correctly to so many digits.  Rounding u moves ln(u) by less than one unit of the last
    digit of 1, rounding the logarithm and what follows by less than two of its own: we allow for ten of both.
    """
    with localcontext(Context(prec=digits)):
        log = (Decimal(u.numerator) / Decimal(u.denominator)).ln()
        error = (1 - log) * Decimal(10) ** (2 - digits)
        return (-log - error) / tickets, (-log + error) / tickets


def precedes(u: Fraction, tickets: int, other: Fraction, others_tickets: int) -> bool:
    """
    Tell exactly whether u^(1 / tickets) is greater than other^(1 / others_tickets), for fractions in (0, 1].

    That is, whether u^a is greater than other^b, with a and b in lowest terms.  Below 1, equal powers would make the
    denominator of u the b-th power of a whole number above 1, which has more than b bits, and that of the other an
    a-th power.  Where both have so many bits we compare the powers.  Elsewhere the two are never equal, so that enough
    digits of the logarithms tell them apart, and however uneven the tickets are, no power is long.
    """
    common = math.gcd(tickets, others_tickets)
    a, b = others_tickets // common, tickets // common
    if u == 1 or other == 1:
        return u > other
    if b <= u.denominator.bit_length() and a <= other.denominator.bit_length():
        return bool(u**a > other**b)
    digits = 60
    while True:
        low, high = key_bounds(u, tickets, digits)
        others_low, others_high = key_bounds(other, others_tickets, digits)
        if high < others_low or others_high < low:
            return high < others_low
        digits *= 2


def numbers_given(numbers: Table) -> dict[str, dict[str, Decimal]]:
    """Return the numbers drawn elsewhere, {scope: {applicant: number}}; the scope is that of the formula."""
    given: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for applicant, program, number in numbers.each("applicant_id", "program_id", "number"):
        scope = f"program:{program}" if program else "*"
        if applicant in given[scope] or not Decimal(number).is_finite():
            raise BadInput(f"inputs/numbers.csv: {applicant} has two numbers of one kind, or {number!r} for a number.")
        given[scope][applicant] = Decimal(number)
    return given


def draw_as_given(
    given: Mapping[str, Decimal], applicants: Iterable[str], tickets: Mapping[str, int] | None = None
) -> tuple[Draw, list[Finding]]:
    """Order applicants by numbers drawn elsewhere, compared as exact decimals; two may not have the same."""
    order = sorted(applicants, key=lambda a: (a not in given, given.get(a, 0), a))
    findings, exact = [], Context(prec=1000)
    for a, b in pairwise(order):
        if a in given and given[a] == given.get(b):
            findings.append(Finding("I7", b, f"has the number {given[b]}, the same as {a}"))
    if tickets:
        drawn = [a for a in order if a in given]
        if outside := [a for a in drawn if not 0 <= given[a] < 1]:
            raise BadInput(f"inputs/numbers.csv: with weights a number lies in [0, 1), unlike that of {outside[0]}.")
        order = weighted_order({a: 1 - Fraction(given[a]) for a in drawn}, tickets) + order[len(drawn) :]
    shown = {a: f"{given[a].quantize(Decimal(1).scaleb(-18), ROUND_DOWN, exact):f}" for a in order if a in given}
    return Draw({a: place for place, a in enumerate(order, 1)}, {a: shown.get(a, "") for a in order}), findings


def without_number(draw: Draw, applicants: Iterable[str]) -> Iterator[Finding]:
    """I7: whoever needs a number has one."""
    for applicant in applicants:
        if not draw.shown[applicant]:
            yield Finding("I7", applicant, "has no number in inputs/numbers.csv")


class Draws:
    """
    The draw of a cycle: one number for everybody, and one per program where the tie-breaker asks for it.

    single: every program goes by the one number; multiple: each by one of its own, among those who applied; hybrid:
    the popular programs by the one number, the others by one of their own.
    """

    def __init__(
        self, tie_breaker: Mapping[str, Any], applicants: Sequence[str], tickets: Mapping[str, int], source: Source
    ) -> None:
        self.tie_breaker, self.tickets, self.source = tie_breaker, tickets, source
        self.findings: list[Finding] = []
        self.single = Draw({}, {}) if tie_breaker["draw"] == "multiple" else self.drawn("*", applicants)
        if tie_breaker["draw"] == "single":
            self.findings += without_number(self.single, applicants)

    def drawn(self, scope: str, applicants: Collection[str]) -> Draw:
        """Draw the numbers of one scope, by the formula from the key or as they were given."""
        if isinstance(self.source, bytes):
            return draw_by_formula(self.source, applicants, self.tickets, scope)
        draw, findings = draw_as_given(self.source.get(scope, {}), applicants, self.tickets)
        self.findings += findings
        return draw

    def at(self, program: Mapping[str, str], grade: str, applicants: Collection[str]) -> Draw:
        """Return the numbers that decide at an offering."""
        kind = self.tie_breaker["draw"]
        if kind == "single":
            return self.single
        if kind == "hybrid" and fits(self.tie_breaker["popular"], program, grade):
            draw = self.single
        else:
            draw = self.drawn(f"program:{program['program_id']}", applicants)
        self.findings += without_number(draw, sorted(applicants))
        return draw


def tickets_of(policy: Mapping[str, Any], facts: Facts, applicants: Sequence[str]) -> dict[str, int]:
    """Return everybody's tickets as whole numbers in the same proportion; none where nobody has more or fewer."""
    lines = policy["tie_breaker"].get("weights") or []
    weight: dict[str, Decimal] = {}
    for line in lines:
        tickets = Decimal(written(known_keys(line, "weights", "when tickets")["tickets"]))
        if not 0 < tickets <= 1000 or tickets != round(tickets, 3):
            raise BadInput(f"policy.json, weights: tickets must lie in (0, 1000] with up to 3 decimals, not {tickets}.")
        for applicant in facts.children(line["when"], "weights"):
            weight.setdefault(applicant, tickets)
    return {a: int(weight.get(a, Decimal(1)) * 1000) for a in applicants} if lines else {}


# ------------------------------------------------------------------------------------------------------------ facts

Condition = Callable[[str, set[str]], set[str]]  # (program, applicants asked about) -> those of whom it is true
Judge = Callable[[str], bool]  # of a value that is not blank
BUILT_IN = ("zone", "sibling", "feeder", "continuing", "near")


class Facts:
    """What is true of an application, by the raw tables and the written policy."""

    def __init__(self, tables: Mapping[str, Table], policy: Mapping[str, Any]) -> None:
        self.tables, self.policy = tables, policy
        self.included = {applicant for (applicant,) in tables["applicants"].each("applicant_id")}
        self.school = tables["programs"].by("program_id", "school_id")
        self.current = self.index("current_program_id")
        self.pairs = {fact for (fact,) in tables["facts"].each("fact")}
        self.named: dict[str, Condition] = {}

    def index(self, column: str) -> dict[str, set[str]]:
        """Return the applicants by a column of theirs; a blank is nobody's."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for applicant, value in self.tables["applicants"].each("applicant_id", column):
            if value:
                found[value].add(applicant)
        return found

    def condition(self, rule: Any) -> Condition:
        """Compile a condition: a fact's name, all/any/none of conditions, or a test of a column."""
        if isinstance(rule, str):
            if rule not in self.named:
                self.named[rule] = self.fact(rule)
            return self.named[rule]
        if isinstance(rule, dict) and "column" in rule:
            return self.column_test(rule)
        rule = known_keys(rule, f"condition {rule!r}", "", "all any none")
        if len(rule) != 1 or not isinstance(next(iter(rule.values())), list):
            raise BadInput(f"policy.json: a condition is one of all, any, none with a list, not {rule!r}.")
        ((word, rules),) = rule.items()
        parts = [self.condition(part) for part in rules]

        def every(program: str, asked: set[str]) -> set[str]:
            for part in parts:
                asked = part(program, asked)
            return asked

        def some(program: str, asked: set[str]) -> set[str]:
            return set().union(*(part(program, asked) for part in parts))

        return {"all": every, "any": some, "none": lambda program, asked: asked - some(program, asked)}[word]

    def fact(self, name: str) -> Condition:
        """Resolve a fact's name: the policy's own, the built-in ones, a pair fact, a boolean column."""
        own = self.policy.get("facts") or {}
        if name in own:
            return self.column_test(own[name])
        if name in BUILT_IN:
            compiled: Condition = getattr(self, name)()
            return compiled

        def boolean(value: str) -> bool:
            if value.lower() not in YES | NO:
                raise BadInput(f"policy.json: {name} is used as a fact, but {value!r} is neither true nor false.")
            return value.lower() in YES

        return self.holders_of(name, None, boolean)

    def column_test(self, rule: Any) -> Condition:
        """Compile {column, in | equals | range, table?}."""
        rule = known_keys(rule, f"test {rule!r}", "column", "in equals range table")
        if len({"in", "equals", "range"} & set(rule)) != 1:
            raise BadInput(f"policy.json: {rule!r} needs exactly one of in, equals, range.")
        judge: Judge
        if "range" in rule:
            low, high = (None if end is None else Decimal(written(end)) for end in rule["range"])

            def judge(value: str) -> bool:
                return (low is None or low <= Decimal(value)) and (high is None or Decimal(value) <= high)

        else:
            if not isinstance(rule.get("in", []), list):
                raise BadInput(f"policy.json: {rule!r} needs a list after in.")
            judge = {written(value) for value in rule.get("in", [rule.get("equals")])}.__contains__
        return self.holders_of(str(rule["column"]), rule.get("table"), judge)

    def blank(self, column: str) -> bool:
        """Return how the policy counts a blank; to say nothing is to have no rule for it."""
        said = (self.policy.get("undisclosed") or {}).get(column)
        if said is None:
            raise BadInput(f"policy.json: {column} is blank somewhere, and undisclosed.{column} is not written.")
        return bool(said == "member")

    def holders_of(self, column: str, table: str | None, judge: Judge) -> Condition:
        """Compile a test of one column, wherever the column is."""

        def true_of(value: str) -> bool:
            return judge(value) if value else self.blank(column)

        owner = self.owner(column, table)
        if owner == "facts":
            pairs: defaultdict[str, set[str]] = defaultdict(set)
            for applicant, program, fact, value in self.tables["facts"].each(*OPTIONAL["facts"]):
                if fact == column and applicant in self.included and true_of(value):
                    pairs[program].add(applicant)
            return lambda program, asked: asked & pairs.get(program, set())
        key = {"applicants": "applicant_id", "programs": "program_id", "schools": "school_id"}[owner]
        true = {row[0] for row in self.tables[owner].each(key, column) if true_of(row[1])}
        if key == "applicant_id":
            return lambda program, asked: asked & true
        if key == "program_id":
            return lambda program, asked: asked if program in true else set()
        return lambda program, asked: asked if self.school[program] in true else set()

    def owner(self, column: str, table: str | None) -> str:
        """Return the one table that has a column."""
        if column in self.pairs and table in (None, "facts"):
            return "facts"
        owners = [n for n in ("applicants", "programs", "schools") if column in self.tables[n].column]
        if table is not None:
            owners = [owner for owner in owners if owner == table]
        if len(owners) != 1:
            raise BadInput(f"policy.json: the column {column} is in {' and '.join(owners) or 'no table'}.")
        return owners[0]

    def about_the_child(self, rule: Any) -> bool:
        """Tell whether a condition looks at columns of applicants only, so that it is the same at every program."""
        if isinstance(rule, str):
            own = self.policy.get("facts") or {}
            if rule in own:
                return self.about_the_child(own[rule])
            return rule not in BUILT_IN and self.owner(rule, None) == "applicants"
        if "column" in rule:
            return self.owner(str(rule["column"]), rule.get("table")) == "applicants"
        return all(self.about_the_child(part) for parts in rule.values() for part in parts)

    def children(self, rule: Any, where: str) -> set[str]:
        """Return the included applicants of whom a condition about the child alone is true."""
        true_of = self.condition(rule)
        if not self.about_the_child(rule):
            raise BadInput(f"policy.json, {where}: the condition must be about the child alone, not {rule!r}.")
        return true_of("", self.included)

    def zone(self) -> Condition:
        """The applicant lives in the school's attendance area."""
        living = self.index("zone_school_id")
        return lambda program, asked: asked & living.get(self.school[program], set())

    def continuing(self) -> Condition:
        """The applicant holds this program."""
        return lambda program, asked: asked & self.current.get(program, set())

    def feeder(self) -> Condition:
        """An edge leads from the applicant's current program to this one."""
        arriving: defaultdict[str, set[str]] = defaultdict(set)
        for source, target in self.tables["feeders"].each(*OPTIONAL["feeders"]):
            arriving[target] |= self.current.get(source, set())
        return lambda program, asked: asked & arriving.get(program, set())

    def sibling(self) -> Condition:
        """Somebody else of the household is enrolled there and will still be there next year."""
        rule = known_keys(self.policy.get("siblings"), "siblings", "at household")
        if rule["at"] not in ("program", "school") or rule["household"] != "same_address":
            raise BadInput(f"policy.json, siblings: this verifier does not know {rule!r}.")
        last = self.tables["programs"].by("program_id", "highest_grade")
        staying: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for student, household, school, program, grade in self.tables["roster"].each(*OPTIONAL["roster"]):
            if household and grade and last.get(program):
                now, until = grade_of(grade, "inputs/roster.csv"), grade_of(last[program], "inputs/programs.csv")
                if GRADES[now] < GRADES[until]:
                    staying[household].append((student, program if rule["at"] == "program" else school))
        siblings: defaultdict[str, set[str]] = defaultdict(set)  # by program or school
        for applicant, household in self.tables["applicants"].each("applicant_id", "household_id"):
            for student, where in staying.get(household, ()):
                if student != applicant and where:
                    siblings[where].add(applicant)
        if rule["at"] == "program":
            return lambda program, asked: asked & siblings.get(program, set())
        return lambda program, asked: asked & siblings.get(self.school[program], set())

    def near(self) -> Condition:
        """The distance from home to school is at most the policy's."""
        limit = Decimal(written(known_keys(self.policy.get("near"), "near", "metres")["metres"]))
        homes, schools = self.spots("applicants", "applicant_id"), self.spots("schools", "school_id")
        measured: defaultdict[str, set[str]] = defaultdict(set)  # whom we asked already: distances cost time
        close: defaultdict[str, set[str]] = defaultdict(set)
        otherwise = (None in homes.values() or None in schools.values()) and self.blank("latitude")

        def within(program: str, asked: set[str]) -> set[str]:
            there = schools[self.school[program]]
            if there is None:
                return asked if otherwise else set()
            new = asked - measured[program]
            close[program] |= {a for a in new if (metres(home, there) <= limit if (home := homes[a]) else otherwise)}
            measured[program] |= new
            return asked & close[program]

        return within

    def spots(self, table: str, key: str) -> dict[str, tuple[float, float] | None]:
        """Return coordinates in radians; None where they are not disclosed."""
        rows = self.tables[table].each(key, "latitude", "longitude")
        return {
            name: (math.radians(float(latitude)), math.radians(float(longitude))) if latitude and longitude else None
            for name, latitude, longitude in rows
        }


def metres(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Return the great-circle distance in whole metres."""
    h = math.sin((b[0] - a[0]) / 2) ** 2 + math.cos(a[0]) * math.cos(b[0]) * math.sin((b[1] - a[1]) / 2) ** 2
    return math.floor(2 * EARTH_METRES * math.asin(math.sqrt(min(1.0, h))) + 0.5)


# ---------------------------------------------------------------------------------------- classes and seat groups


class Group(NamedTuple):
    """
    Seats of a program filled by one rule.

    `standing` maps every applicant who may enter to a key, lower is better; who is not in it may not enter.
    """

    name: str
    capacity: int
    standing: Mapping[str, Standing]


class Order(NamedTuple):
    """Classes of those who may enter, 0 or better first, and their names."""

    class_of: Mapping[str, int]
    names: Sequence[str]

    def name(self, applicant: str) -> str:
        """Return an applicant's class as the files name it; blank for one who may not enter."""
        priority_class = self.class_of.get(applicant)
        if priority_class is None:
            return ""
        return SECURED if priority_class == SECURED_CLASS else self.names[priority_class]


class Offering(NamedTuple):
    """A program in one grade."""

    program: str
    grade: str
    order: Order  # of those eligible
    members: list[set[str] | None]  # of each seat group; None: everyone
    orders: list[Order]  # of each seat group: the program's, or one of its own
    draw: Draw


class Market(NamedTuple):
    """The cycle under its policy.  Programs are named `program/grade`, since nobody competes across grades."""

    choices: dict[str, tuple[str, ...]]
    groups: dict[str, list[Group]]
    offerings: Mapping[str, Offering]
    rank: Mapping[str, Sequence[int]]  # beside choices: the rank as written
    grade: Mapping[str, str]
    draw: Draw  # the single draw, empty where every program has its own
    one_number: bool  # whether it decides everywhere
    rules: Rules

    def numbers(self) -> Iterator[str]:
        """Yield the numbers that decide somewhere: those of all applicants, or of all applications that compete."""
        if self.one_number:
            yield from self.draw.shown.values()
            return
        for applicant, own in self.choices.items():
            for title in own:
                offering = self.offerings.get(title)
                if offering is not None and applicant in offering.order.class_of:
                    yield offering.draw.shown[applicant]


def seats_for(value: Any, rounding: Any, capacity: int, where: str) -> int:
    """Return a number of seats as it is, or a share (NN% or a/b) of the capacity, rounded."""
    rounded = {"down": math.floor, "up": math.ceil, "nearest": lambda share: math.floor(share + Fraction(1, 2))}
    if isinstance(value, int) and not isinstance(value, bool):
        seats = value
    else:
        if isinstance(value, str) and ("%" in value or "/" in value):
            value = Fraction(value.removesuffix("%")) / (100 if value.endswith("%") else 1)
        if not isinstance(value, Fraction) or rounding not in rounded:
            raise BadInput(f"policy.json, {where}: a share must be NN% or a/b, with a rounding, not {value!r}.")
        seats = rounded[rounding](value * capacity)
    if seats < 0:
        raise BadInput(f"policy.json, {where}: fewer than no seats.")
    return seats


def one_size(part: Mapping[str, Any], where: str, *sizes: str) -> str:
    """Return which of these keys says how many seats there are."""
    written_sizes = [size for size in sizes if size in part]
    if len(written_sizes) != 1:
        raise BadInput(f"policy.json, {where}: write one of {', '.join(sizes)}.")
    return written_sizes[0]


def allotted(wishes: Iterable[int], capacity: int) -> list[int]:
    """Return the seats of each in the written order, each at most what is left."""
    seats: list[int] = []
    for wish in wishes:
        seats.append(min(wish, capacity - sum(seats)))
    return seats


def shares(groups: Sequence[Mapping[str, Any]], capacity: int) -> list[int]:
    """Return the seats of each group: in the written order, each at most what is left, then the one with `rest`."""
    wishes, rest = [], []
    for index, group in enumerate(groups):
        where = f"seat group {group['name']}"
        size = one_size(group, where, "share", "seats", "rest")
        wishes.append(0 if size == "rest" else seats_for(group[size], group.get("rounding"), capacity, where))
        rest += [index] if size == "rest" and group["rest"] is True else []
    seats = allotted(wishes, capacity)
    left = capacity - sum(seats)
    if len(rest) > 1 or (left and not rest):
        raise BadInput(f"policy.json: of {capacity} seats {left} are left, for exactly one group with rest to take.")
    for index in rest:
        seats[index] = left
    return seats


def fits(selector: Any, program: Mapping[str, str], grade: str) -> bool:
    """Tell whether what is written for some programs is for this offering."""
    if selector == "all":
        return True
    if not isinstance(selector, dict) or not set(selector) <= set(program) | {"grade"}:
        raise BadInput(f"policy.json: programs must be all or columns of programs, not {selector!r}.")
    for column, allowed in selector.items():
        texts = {written(value) for value in (allowed if isinstance(allowed, list) else [allowed])}
        if column == "grade" and grade not in {grade_of(text, "policy.json, programs") for text in texts}:
            return False
        if column != "grade" and program[column] not in texts:
            return False
    return True


class Lines:
    """Lines like those of `priorities`: the first that holds is the class."""

    def __init__(self, lines: Sequence[Any], facts: Facts, where: str) -> None:
        for line in lines:
            known_keys(line, where, "class", "when")
        self.names = [str(line["class"]) for line in lines]
        self.whens = [facts.condition(line["when"]) if "when" in line else everyone for line in lines]

    def order(self, program: str, waiting: set[str]) -> Order:
        """Return the class of everybody of whom some line holds."""
        class_of: dict[str, int] = {}
        for index, when in enumerate(self.whens):
            held = when(program, waiting)
            class_of |= dict.fromkeys(held, index)
            waiting = waiting - held
        return Order(class_of, self.names)


class GivenPriorities:
    """Standings in priorities.csv, at the programs that it names: in place of the classes, or inside them."""

    def __init__(self, rule: Mapping[str, Any], table: Table, class_names: Sequence[str]) -> None:
        self.replaces, self.last = rule["use"] == "replaces_class", rule["absent"] == "last"
        given: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        spelling: dict[Decimal, str] = {}
        for applicant, program, text in table.each(*OPTIONAL["priorities"]):
            standing = Decimal(text)
            if applicant in given[program] or not standing.is_finite():
                raise BadInput(f"inputs/priorities.csv: {applicant} stands twice at {program}, or without a number.")
            given[program][applicant] = standing
            spelling[standing] = min(text, spelling.get(standing, text))
        order = {standing: index for index, standing in enumerate(sorted(spelling))}
        self.given = {program: {a: order[standing] for a, standing in own.items()} for program, own in given.items()}
        self.names = [*(spelling[standing] for standing in order), UNLISTED]
        if not self.replaces:
            self.names = [f"{name}:{standing}" for name in class_names for standing in self.names]
        self.unlisted = len(order)

    def order(self, program: str, order: Order) -> Order:
        """Return the order of a program after the standings; that of a program which is not named stays."""
        if program not in self.given:
            return order
        class_of = {}
        for applicant, priority_class in order.class_of.items():
            standing = self.given[program].get(applicant, self.unlisted if self.last else None)
            if standing is not None:
                before = 0 if self.replaces else priority_class * (self.unlisted + 1)
                class_of[applicant] = before + standing
        return Order(class_of, self.names)


class Compiler:
    """The written policy's lines, compiled once and asked for every offering."""

    def __init__(self, policy: Mapping[str, Any], facts: Facts) -> None:
        self.facts = facts
        self.lines = Lines(policy["priorities"], facts, "priorities")
        self.eligible = facts.condition(policy["eligible"]) if "eligible" in policy else everyone
        rule = policy.get("given_priorities")
        self.given = GivenPriorities(rule, facts.tables["priorities"], self.lines.names) if rule is not None else None
        self.secured = policy.get("secured_seat") == "continuing"
        self.entries: dict[str, list[Entry]] = {}
        for kind, parts, keys, optional, part_keys in (
            ("seat_groups", "groups", "programs groups", "", "share seats rest rounding for unfilled order"),
            ("bands", "categories", "programs kind categories", "rounding", "for floor ceiling centre points"),
            ("guarantees", "traits", "programs traits", "", "for share seats rounding"),
        ):
            self.entries[kind] = [
                self.entry(known_keys(entry, kind, keys, optional), kind, parts, part_keys)
                for entry in policy.get(kind, [])
            ]

    def entry(self, entry: Mapping[str, Any], kind: str, parts: str, part_keys: str) -> Entry:
        """Compile one entry of `seat_groups`, `bands` or `guarantees`."""
        fors: list[Condition | None] = []
        orders: list[Lines | None] = []
        for part in entry[parts]:
            known_keys(part, kind, "name", part_keys)
            if kind == "seat_groups" and "for" in part and part.get("unfilled") not in ("release", "hold"):
                raise BadInput(f"policy.json, seat group {part['name']}: unfilled must be release or hold.")
            if kind == "guarantees" and "for" not in part:
                raise BadInput(f"policy.json, guarantees: {part['name']} needs a for.")
            fors.append(self.facts.condition(part["for"]) if "for" in part else None)
            if "order" in part and not part["order"]:
                raise BadInput(f"policy.json, seat group {part['name']}: an order needs a line.")
            orders.append(Lines(part["order"], self.facts, "order") if "order" in part else None)
        if kind == "bands" and (entry["kind"] not in (SOFT, HARD) or fors.count(None) > 1):
            raise BadInput("policy.json, bands: kind must be soft or hard, and at most one category without a for.")
        if len({part["name"] for part in entry[parts]}) < len(fors):
            raise BadInput(f"policy.json, {kind}: two parts of one entry have one name.")
        return Entry(entry, entry[parts], fors, orders)

    def order(self, program: str, asked: set[str]) -> Order:
        """Return the priority class of every eligible applicant: the first line that holds, and the standing given."""
        order = self.lines.order(program, self.eligible(program, asked))
        return order if self.given is None else self.given.order(program, order)

    def serving(self, program: Mapping[str, str], grade: str) -> tuple[str, Entry] | None:
        """Return the first entry that fits an offering, and whether it has seat groups, a band or guarantees."""
        serving = [
            (kind, entry)
            for kind, entries in self.entries.items()
            for entry in [entry for entry in entries if fits(entry.written["programs"], program, grade)][:1]
        ]
        if len(serving) > 1:
            kinds = " and ".join(kind for kind, _ in serving)
            raise BadInput(f"policy.json: {kinds} all serve {program['program_id']}; a program has one of them.")
        return serving[0] if serving else None

    def offering(
        self,
        program: Mapping[str, str], grade: str, capacity: int, asked: set[str], holders: set[str], draw: Draw
    ) -> tuple[Offering, list[Group], Bounds | None]:  # fmt: skip
        """Compile one offering: classes, then the seat groups in precedence order, the secured one first."""
        name = program["program_id"]
        order = self.order(name, asked)
        order = Order({**order.class_of, **dict.fromkeys(holders, SECURED_CLASS)}, order.names)
        offering = Offering(name, grade, order, [], [], draw)
        bounds, serving = None, self.serving(program, grade)
        if serving is None or serving[0] == "seat_groups":
            groups = self.seat_groups(offering, None if serving is None else serving[1], capacity, holders)
        else:
            compiled = self.band if serving[0] == "bands" else self.guarantees
            bounds, groups = compiled(offering, serving[1], capacity, holders)
        if len({group.name for group in groups}) < len(groups):
            raise BadInput(f"policy.json: two seat groups of {name} have one name.")
        return offering, groups, bounds

    def seat_groups(self, offering: Offering, entry: Entry | None, capacity: int, holders: set[str]) -> list[Group]:
        """Return the seat groups in precedence order: members by (class, place), then the others if released."""
        place = offering.draw.place
        groups: list[Group] = []

        def add(title: str, seats: int, entitled: set[str] | None, hold: bool, order: Order = offering.order) -> None:
            offering.members.append(entitled)
            offering.orders.append(order)
            standing: dict[str, Standing] = {}
            for a, priority_class in order.class_of.items():
                if entitled is None:
                    standing[a] = priority_class, place[a]
                elif not hold or a in entitled:
                    standing[a] = int(a not in entitled), priority_class, place[a]
            groups.append(Group(title, seats, standing))

        if holders:
            add(SECURED, len(holders), holders, False)
        if entry is None:
            add("open", capacity, None, False)
            return groups
        eligible = set(offering.order.class_of)
        seats = shares(entry.parts, capacity)
        for group, n_seats, entitled, own in zip(entry.parts, seats, entry.fors, entry.orders, strict=True):
            who = None if entitled is None else entitled(offering.program, eligible)
            order = offering.order if own is None else own.order(offering.program, eligible)
            add(str(group["name"]), n_seats, who, group.get("unfilled") == "hold", order)
        return groups

    def slots(self, offering: Offering, holders: set[str], slots: list[tuple[str, int, set[str]]]) -> list[Group]:
        """Return the slots of a band or of guarantees, written as name, most seats, who may enter: holders first."""
        class_of, place = offering.order.class_of, offering.draw.place
        if holders:
            slots = [(SECURED, len(holders), holders), *slots]
        for _ in slots:
            offering.members.append(None)
            offering.orders.append(offering.order)
        return [Group(name, most, {a: (class_of[a], place[a]) for a in who}) for name, most, who in slots]

    def band(self, offering: Offering, entry: Entry, capacity: int, holders: set[str]) -> tuple[Bounds, list[Group]]:
        """Return floors and ceilings, and a slot for each category; every eligible applicant has exactly one."""
        applying = set(offering.order.class_of) - holders
        categories = parted(offering.program, entry, applying)
        if n := sum(map(len, categories)) - len(set().union(*categories)):
            raise BadInput(f"policy.json, bands: {n} applicants of {offering.program} are in two categories.")
        if len(set().union(*categories)) < len(applying):
            raise BadInput(f"policy.json, bands: some applicants of {offering.program} are in no category.")
        ends = [self.ends(entry, index, capacity) for index in range(len(entry.parts))]
        floor = allotted((low for low, _ in ends), capacity)
        ceiling = [min(capacity, max(least, high)) for least, (_, high) in zip(floor, ends, strict=True)]
        most = [capacity + len(holders)] * len(floor)
        if entry.written["kind"] == HARD:
            free = most[0] - sum(floor)
            most = [min(high, free + low) for low, high in zip(floor, ceiling, strict=True)]
        names = [str(category["name"]) for category in entry.parts]
        slots = list(zip(names, most, categories, strict=True))
        before = [0] if holders else []
        bounds = Bounds(
            entry.written["kind"], capacity, len(holders), len(before), [*before, *floor], [*before, *ceiling]
        )
        return bounds, self.slots(offering, holders, slots)

    def ends(self, entry: Entry, index: int, capacity: int) -> tuple[int, int]:
        """Return floor and ceiling of a category as written, in seats, before they are allotted."""
        category, rounding = entry.parts[index], entry.written.get("rounding") or {}
        where = f"category {category['name']}"
        low, high = category.get("floor"), category.get("ceiling")
        if {"floor", "ceiling", "centre", "points"} & set(category) == {"centre", "points"}:
            points = Fraction(Decimal(written(category["points"]))) / 100
            centre = self.centre(entry, index)
            low, high = max(Fraction(0), centre - points), min(Fraction(1), centre + points)
        elif low is None or high is None or "centre" in category or "points" in category:
            raise BadInput(f"policy.json, {where}: write floor and ceiling, or centre and points.")
        known_keys(rounding, "bands, rounding", "", "floor ceiling")
        return (
            seats_for(low, rounding.get("floor"), capacity, where),
            seats_for(high, rounding.get("ceiling"), capacity, where),
        )

    def centre(self, entry: Entry, index: int) -> Fraction:
        """Return the middle of a band: as written, or the category's share of all included applicants."""
        category = entry.parts[index]
        if category["centre"] != "district":
            return Fraction(str(category["centre"]).removesuffix("%")) / 100
        asked = [category] if "for" in category else [part for part in entry.parts if "for" in part]
        who = set().union(*(self.facts.children(part["for"], "bands, centre: district") for part in asked))
        included = self.facts.included
        return Fraction(len(who if "for" in category else included - who), max(1, len(included)))

    def guarantees(
        self, offering: Offering, entry: Entry, capacity: int, holders: set[str]
    ) -> tuple[Bounds, list[Group]]:
        """Return the guaranteed seats, and a slot for each set of traits that some eligible applicant has."""
        having = parted(offering.program, entry, set(offering.order.class_of) - holders)
        names = [str(trait["name"]) for trait in entry.parts]
        wishes = []
        for trait in entry.parts:
            where = f"guarantee {trait['name']}"
            size = one_size(trait, where, "share", "seats")
            wishes.append(seats_for(trait[size], trait.get("rounding"), capacity, where))
        alike: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
        for applicant in set(offering.order.class_of) - holders:
            alike[tuple(name for name, who in zip(names, having, strict=True) if applicant in who)].add(applicant)
        traits = sorted(alike)
        most = capacity + len(holders)
        slots = [("+".join(own) or "none", most, alike[own]) for own in traits]
        guaranteed = dict(zip(names, allotted(wishes, capacity), strict=True))
        before: list[tuple[str, ...]] = [()] if holders else []
        bounds = Bounds(
            GUARANTEES, capacity, len(holders), len(before), traits=[*before, *traits], guaranteed=guaranteed
        )
        return bounds, self.slots(offering, holders, slots)


class Entry(NamedTuple):
    """An entry of `seat_groups`, `bands` or `guarantees`: its parts, and per part whom it is for and its own order."""

    written: Mapping[str, Any]
    parts: Sequence[Mapping[str, Any]]
    fors: Sequence[Condition | None]
    orders: Sequence[Lines | None]


def parted(program: str, entry: Entry, asked: set[str]) -> list[set[str]]:
    """Return whom each part is for; the part without `for` has whom no other has."""
    parts = [who(program, asked) if who is not None else set() for who in entry.fors]
    rest = asked.difference(*parts)
    return [rest if who is None else part for who, part in zip(entry.fors, parts, strict=True)]


def everyone(program: str, asked: set[str]) -> set[str]:
    """The condition of a line without `when`."""
    return asked


def choice_lists(
    tables: Mapping[str, Table], folder: Path, grade: Mapping[str, str], cap: int | None
) -> dict[str, dict[str, int]]:
    """Return {applicant: {program: rank}}, best first; the file is streamed, for it is the longest."""
    known = {applicant for (applicant,) in tables["all applicants"].each("applicant_id")}
    lists: dict[str, list[tuple[int, str]]] = {applicant: [] for applicant in grade}
    rows = csv_rows(folder / "inputs" / "choices.csv")
    header = next(rows)
    if missing := set(REQUIRED["choices"]) - set(header):
        raise BadInput(f"inputs/choices.csv has no column {', '.join(sorted(missing))}.")
    cells = itemgetter(*(header.index(column) for column in REQUIRED["choices"]))
    names: dict[str, str] = {}  # one string per program, not one per choice
    for row in rows:
        applicant, rank, program = (cell.strip() for cell in cells(row))
        if applicant in lists:
            lists[applicant].append((int(rank), names.setdefault(program, program)))
        elif applicant not in known:
            raise BadInput(f"inputs/choices.csv: {applicant} is not in inputs/applicants.csv.")
    ranked = {}
    for applicant, choices in lists.items():
        choices.sort()
        ranked[applicant] = {program: rank for rank, program in choices}
        if len(ranked[applicant]) < len(choices) or len(set(ranked[applicant].values())) < len(choices):
            raise BadInput(f"inputs/choices.csv: {applicant} ranks a program twice, or two programs alike.")
        if cap is not None and len(choices) > cap:
            raise BadInput(f"inputs/choices.csv: {applicant} ranks {len(choices)} programs; the policy allows {cap}.")
    return ranked


def compile_market(folder: Path, tables: Mapping[str, Table], policy: Mapping[str, Any], draws: Draws) -> Market:
    """Derive every list, class, membership and standing from the inputs and the written policy."""
    facts = Facts(tables, policy)
    compiler = Compiler(policy, facts)
    columns = tuple(tables["programs"].column)
    programs = {row["program_id"]: row for row in (dict(zip(columns, r, strict=True)) for r in tables["programs"].rows)}
    schools = {school for (school,) in tables["schools"].each("school_id")}
    for program, school in facts.school.items():
        if school not in schools:
            raise BadInput(f"inputs/programs.csv: {program} is at school {school!r}, not in inputs/schools.csv.")
    grade = {a: grade_of(g, f"applicant {a}") for a, g in tables["applicants"].each("applicant_id", "grade")}
    cap = policy.get("list_cap")
    ranked = choice_lists(tables, folder, grade, None if cap == "none" else cap)

    capacity: dict[tuple[str, str], int] = {}
    for program, text, seats in tables["seats"].each(*REQUIRED["seats"]):
        key = program, grade_of(text, "inputs/seats.csv")
        if program not in programs or key in capacity or int(seats) < 0:
            raise BadInput(f"inputs/seats.csv: {key} is unknown, stands twice or has fewer than no seats.")
        capacity[key] = int(seats)
    title = {key: "/".join(key) for key in capacity}

    holders: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for program, current in facts.current.items() if compiler.secured else ():
        for applicant in current:
            key = program, grade[applicant]
            if key in capacity:
                holders[key].add(applicant)
                ranked[applicant].setdefault(program, len(ranked[applicant]) + 1)

    asked: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    choices: dict[str, tuple[str, ...]] = {}
    rank: dict[str, tuple[int, ...]] = {}
    same: dict[tuple[int, ...], tuple[int, ...]] = {}  # nearly all lists are ranked 1, 2, 3 ...
    for applicant, own in ranked.items():
        keys = [(program, grade[applicant]) for program in own]
        for key in keys:
            asked[key].add(applicant)
        choices[applicant] = tuple(title.get(key) or "/".join(key) for key in keys)
        rank[applicant] = same.setdefault(tuple(own.values()), tuple(own.values()))

    offerings, groups, bounds_of = {}, {}, {}
    for key, seats_there in capacity.items():
        row, of_grade = programs[key[0]], key[1]
        draw = draws.at(row, of_grade, asked[key])
        compiled = compiler.offering(row, of_grade, seats_there, asked[key], holders[key], draw)
        offerings[title[key]], groups[title[key]], bounds = compiled
        if bounds is not None:
            bounds_of[title[key]] = bounds
    consent: Collection[str] = ()
    if (rule := policy.get("consent")) is not None:
        consent = facts.included if rule == "all" else facts.children(rule, "consent")
    competing: defaultdict[str, set[str]] = defaultdict(set)  # by grade
    for applicant, own_grade in grade.items():
        competing[own_grade].add(applicant)

    def queue(there: str) -> list[str]:
        """Everybody eligible, who ranked the program or not, best first."""
        program, _, its_grade = there.partition("/")
        class_of = compiler.order(program, competing[its_grade]).class_of
        return sorted(class_of, key=lambda applicant: (class_of[applicant], draws.single.place[applicant]))

    rules = Rules(policy["mechanism"], bounds_of, consent, queue)
    one_number = draws.tie_breaker["draw"] == "single"
    return Market(choices, groups, offerings, rank, grade, draws.single, one_number, rules)


# --------------------------------------------------------------------------------------------- bands and guarantees

Entrant = tuple[Standing, str, int]  # standing, applicant, slot


class Bounds(NamedTuple):
    """
    A choice function other than seat groups: a band (soft or hard), or guarantees.

    Its slots are the categories of the band, or the sets of traits; everybody may enter one of them only.  The slots
    before `first` are for those who hold a seat now: they are always chosen.
    """

    kind: str
    seats: int  # on offer, beside those of the holders
    holders: int = 0
    first: int = 0
    floor: Sequence[int] = ()  # by slot
    ceiling: Sequence[int] = ()  # by slot
    traits: Sequence[Collection[str]] = ()  # by slot
    guaranteed: Mapping[str, int] = {}  # seats by trait


def choose(bounds: Bounds, pool: Iterable[Entrant]) -> list[Entrant]:
    """Return whom a program chooses: the holders of seats, then the others by its rule (RULES 4, 5 and 17)."""
    ordered = sorted(pool)
    away = set(turned_away(bounds, ordered))
    return [entrant for entrant in ordered if entrant not in away]


def turned_away(bounds: Bounds, ordered: Sequence[Entrant]) -> list[Entrant]:
    """Return whom a program does not choose from these, who are written best first."""
    others = [entrant for entrant in ordered if entrant[2] >= bounds.first]
    seats = bounds.seats + bounds.holders - (len(ordered) - len(others))
    if bounds.kind == GUARANTEES:
        return not_chosen_by_guarantees(bounds, others, seats)
    return not_chosen_by_band(bounds, others, seats)


def not_chosen_by_band(band: Bounds, others: Sequence[Entrant], seats: int) -> list[Entrant]:
    """
    Choose best first under floors and ceilings (Ehlers, Hafalir, Yenmez and Yildirim 2014); return the others.

    First each category up to its floor, then categories below their ceiling.  Soft: then anyone.  Hard: what the
    members of a category leave of its floor stays empty, and so does what the ceilings leave.
    """
    n_chosen = [0] * len(band.floor)

    def admit(waiting: Sequence[Entrant], limit: Sequence[float], seats: int) -> list[Entrant]:
        """Let those in whose category is below its limit until so many seats are taken; return the others."""
        left, taken = [], sum(n_chosen)
        for entrant in waiting:
            slot = entrant[2]
            if taken < seats and n_chosen[slot] < limit[slot]:
                n_chosen[slot] += 1
                taken += 1
            else:
                left.append(entrant)
        return left

    left = admit(others, band.floor, seats)
    if band.kind == HARD:
        unfilled = sum(max(0, floor - n) for floor, n in zip(band.floor, n_chosen, strict=True))
        return admit(left, band.ceiling, seats - unfilled)
    left = admit(left, band.ceiling, seats)
    return admit(left, [math.inf] * len(n_chosen), seats)


class GuaranteedSeats:
    """A largest matching of applicants to guaranteed seats, as counts: those of one slot have the same traits."""

    def __init__(self, bounds: Bounds) -> None:
        self.traits = bounds.traits
        self.free = dict(bounds.guaranteed)
        self.matched = {trait: [0] * len(bounds.traits) for trait in bounds.guaranteed}  # seats by slot

    def augment(self, slot: int, tried: set[str]) -> bool:
        """
        Seat one more of this slot, moving others to seats of other traits of theirs if need be.

        Where that fails, whoever has a seat of one of the traits tried has no trait beside them.
        """
        for trait in self.traits[slot]:
            if trait in tried:
                continue
            tried.add(trait)
            if self.free[trait]:
                self.free[trait] -= 1
                self.matched[trait][slot] += 1
                return True
            for other, n_matched in enumerate(self.matched[trait]):
                if n_matched and self.augment(other, tried):
                    self.matched[trait][other] -= 1
                    self.matched[trait][slot] += 1
                    return True
        return False


def not_chosen_by_guarantees(bounds: Bounds, others: Sequence[Entrant], seats: int) -> list[Entrant]:
    """
    Choose best first whoever raises the largest matching of the chosen to guaranteed seats, then best first the rest.

    Sönmez and Yenmez 2022.  One applicant takes one seat of one of the own traits.  Return who is not chosen.
    """
    guaranteed = GuaranteedSeats(bounds)
    exhausted: set[int] = set()  # whoever raises nothing now raises nothing later, nor does anybody alike
    left = []
    for entrant in others:
        if entrant[2] in exhausted or not guaranteed.augment(entrant[2], set()):
            exhausted.add(entrant[2])
            left.append(entrant)
    return left[max(0, seats - (len(others) - len(left))) :]


class Held:
    """
    Whom a program with a band or guarantees holds; it makes the choice above again for one newcomer after the other.

    Those of one slot differ in standing only, so that it is always the last of some slot who is turned away: among the
    slots that hold more than is theirs by right, of the one whose last stands worst.  A guaranteed seat is by right,
    and in a band the floor, or even the ceiling while some category is above its own.
    """

    def __init__(self, bounds: Bounds) -> None:
        self.bounds, self.guaranteed = bounds, GuaranteedSeats(bounds)
        n_slots = len(bounds.traits if bounds.kind == GUARANTEES else bounds.floor)
        self.slots: list[list[Entrant]] = [[] for _ in range(n_slots)]  # best first
        self.matched = [0] * n_slots  # so many of each slot, the best, have guaranteed seats

    def choose_again(self, newcomer: Entrant) -> Entrant | None:
        """Return whom the program turns away, if anybody: the newcomer or one of those held."""
        bounds, slot = self.bounds, newcomer[2]
        insort(self.slots[slot], newcomer)
        if bounds.kind == GUARANTEES:
            self.match(slot)
        n_held = [len(those) for those in self.slots[bounds.first :]]
        seats = bounds.seats + bounds.holders - sum(map(len, self.slots[: bounds.first]))
        by_right, too_many = self.by_right(n_held, seats)
        if not too_many:
            return None
        above = zip(self.slots[bounds.first :], by_right, strict=True)
        away = max(those[-1] for those, n_safe in above if len(those) > n_safe)
        self.slots[away[2]].pop()
        return away

    def by_right(self, n_held: Sequence[int], seats: int) -> tuple[Sequence[int], bool]:
        """Return how many of each slot may not be turned away, and whether somebody must be."""
        bounds = self.bounds
        if bounds.kind == GUARANTEES:
            return self.matched[bounds.first :], sum(n_held) > seats
        floor, ceiling = bounds.floor[bounds.first :], bounds.ceiling[bounds.first :]
        above = any(n > most for n, most in zip(n_held, ceiling, strict=True))
        if bounds.kind == HARD:
            seats -= sum(max(0, least - n) for n, least in zip(n_held, floor, strict=True))
        return (ceiling if above else floor), sum(n_held) > seats or (bounds.kind == HARD and above)

    def match(self, slot: int) -> None:
        """
        Give one more of a slot a guaranteed seat, the best who has none: if that raises the matching, or for another's.

        Where it does not, the seats of the traits tried are those that can be passed on to this slot: of all who have
        one, the applicant who stands worst gives way, if that is behind the newcomer.
        """
        tried: set[str] = set()
        if not self.guaranteed.augment(slot, tried):
            newcomer = self.slots[slot][self.matched[slot]]
            seated = [(t, other) for t in tried for other, n in enumerate(self.guaranteed.matched[t]) if n]
            worst, trait = max(((self.slots[o][self.matched[o] - 1], t) for t, o in seated), default=(newcomer, ""))
            if worst <= newcomer:
                return
            self.guaranteed.matched[trait][worst[2]] -= 1
            self.guaranteed.free[trait] += 1
            self.matched[worst[2]] -= 1
            self.guaranteed.augment(slot, set())
        self.matched[slot] += 1


def group_at(groups: Programs, where: Seat) -> Group | None:
    """Return a seat group; None where there is no such group."""
    program, index = where
    its = groups.get(program, ())
    return its[index] if 0 <= index < len(its) else None


def slot_of(groups: Sequence[Group], applicant: str) -> int | None:
    """Return the one slot of a band or of guarantees that an applicant may enter."""
    return next((slot for slot, group in enumerate(groups) if applicant in group.standing), None)


def turns_away(bounds: Bounds, pool: Iterable[Entrant], slot: int) -> bool:
    """Tell whether one more of this slot, behind everybody else, would be turned away: the slot is full."""
    newcomer = (math.inf,), "", slot
    return newcomer not in choose(bounds, [*pool, newcomer])


# ---------------------------------------------------------------------------------------------------------- recount


class Rules(NamedTuple):
    """What, beside the seat groups, decides: the mechanism, and the programs with a band or guarantees."""

    mechanism: str = DEFERRED
    bounds_of: Mapping[str, Bounds] = {}
    consent: Collection[str] = ()  # efficiency-adjusted: who lets others trade against the own priority
    queue: Callable[[str], Sequence[str]] | None = None  # top trading cycles: everybody eligible there, best first


PLAIN = Rules()


def recount(choices: Choices, groups: Programs, order: Sequence[str] | None = None, rules: Rules = PLAIN) -> Answers:
    """
    Run applicant-proposing deferred acceptance, one applicant at a time, and return everybody's seat.

    Whoever is free proposes to the next program on the list; the program chooses again among those it holds and the
    newcomer; whom it turns away is free (Kominers and Sönmez 2016; RULES 1, 2, 4 and 5).
    """
    held: dict[str, list[list[tuple[Standing, str]]]] = {p: [[] for _ in its] for p, its in groups.items()}
    pools = {p: Held(bounds) for p, bounds in rules.bounds_of.items()}
    placed: Answers = dict.fromkeys(choices)
    proposed = dict.fromkeys(choices, 0)
    for newcomer in choices if order is None else order:
        free: str | None = newcomer
        while free is not None and proposed[free] < len(choices[free]):
            program = choices[free][proposed[free]]
            proposed[free] += 1
            if program in pools:
                free = choose_by_bounds(program, groups[program], pools[program], free, placed)
            elif program in groups:
                free = choose_by_groups(program, groups[program], held[program], free, placed)
    return placed


def choose_by_bounds(program: str, slots: Sequence[Group], held: Held, newcomer: str, placed: Answers) -> str | None:
    """Let a program with a band or guarantees choose again; return whom it turns away, if anybody."""
    slot = slot_of(slots, newcomer)
    if slot is None:
        return newcomer
    placed[newcomer] = program, slot
    away = held.choose_again((slots[slot].standing[newcomer], newcomer, slot))
    if away is None:
        return None
    placed[away[1]] = None
    return away[1]


def choose_by_groups(
    program: str, groups: Sequence[Group], held: Sequence[list[tuple[Standing, str]]], newcomer: str, placed: Answers
) -> str | None:
    """
    Let a program choose among those it holds and the newcomer; return whom it turns away, if anybody.

    Group by group in precedence order, each takes the best under its own order among those whom the groups before it
    left.  What a group holds is already its best, so one newcomer moves at most one applicant on to the next group.
    """
    for index, group in enumerate(groups):
        key = group.standing.get(newcomer)
        if key is None or group.capacity == 0:
            continue
        seats = held[index]
        if len(seats) < group.capacity:
            insort(seats, (key, newcomer))
            placed[newcomer] = program, index
            return None
        if (key, newcomer) < seats[-1]:
            _, bumped = seats.pop()
            insort(seats, (key, newcomer))
            placed[newcomer], placed[bumped] = (program, index), None
            newcomer = bumped
    return newcomer


# -------------------------------------------------------------------------------------------- the other mechanisms

# They serve open seats: every program has one group, and in it everybody eligible stands by (class, place).
Answer = dict[str, str | None]  # {applicant: program}


def outcome_of(choices: Choices, groups: Programs, rules: Rules = PLAIN, order: Sequence[str] | None = None) -> Answers:
    """Return everybody's seat under the mechanism of the rules; `order` is that in which applicants are taken up."""
    if rules.mechanism == DEFERRED:
        return recount(choices, groups, order, rules)
    wanted = {a: eligible_choices(a, own, groups) for a, own in choices.items()}
    in_turn = {a: wanted[a] for a in (choices if order is None else order)}
    if rules.mechanism == IMMEDIATE:
        answer = immediate_acceptance(choices, groups)
    elif rules.mechanism == DICTATOR:
        answer = serial_dictatorship(in_turn, groups)
    elif rules.mechanism == TRADING:
        if rules.queue is None:
            raise BadInput("top-trading-cycles asks for everybody's standing at every program.")
        answer = top_trading_cycles(in_turn, groups, rules.queue)
    elif rules.mechanism == ADJUSTED:
        answer = efficiency_adjusted(in_turn, groups, rules.consent)
    else:
        answer = {}
        for part in apart(wanted):
            there = {program: groups[program] for own in part.values() for program in own}
            answer |= stable_improvement_cycles(part, there)
    return {a: None if (program := answer[a]) is None else (program, 0) for a in choices}


def eligible_choices(applicant: str, own: Sequence[str], groups: Programs) -> list[str]:
    """Return the choices at which an applicant is eligible; the others are passed over."""
    return [program for program in own if program in groups and applicant in groups[program][0].standing]


def apart(wanted: Choices) -> Iterator[Choices]:
    """Yield parts of a market that have no program in common, such as grades: what happens in one moves no other."""
    ranking: defaultdict[str, list[str]] = defaultdict(list)
    for applicant, own in wanted.items():
        for program in own:
            ranking[program].append(applicant)
    seen: set[str] = set()
    for start in wanted:
        part = [] if start in seen else [start]
        seen.add(start)
        for applicant in part:  # grows while it is read
            for program in wanted[applicant]:
                new = [other for other in ranking.pop(program, ()) if other not in seen]
                seen.update(new)
                part += new
        if part:
            yield {applicant: wanted[applicant] for applicant in part}


def immediate_acceptance(choices: Choices, groups: Programs) -> Answer:
    """In step k every program fills the seats left from those who rank it k-th, by standing, for good (RULES 8)."""
    answer: Answer = dict.fromkeys(choices)
    left = {program: its[0].capacity for program, its in groups.items()}
    for step in range(max(map(len, choices.values()), default=0)):
        asking: defaultdict[str, list[tuple[Standing, str]]] = defaultdict(list)
        for applicant, own in choices.items():
            if answer[applicant] is None and step < len(own):
                for program in eligible_choices(applicant, own[step : step + 1], groups):
                    asking[program].append((groups[program][0].standing[applicant], applicant))
        for program, those in asking.items():
            for _, applicant in sorted(those)[: left[program]]:
                answer[applicant] = program
                left[program] -= 1
    return answer


def serial_dictatorship(wanted: Choices, groups: Programs) -> Answer:
    """By place alone, each takes the best choice with seats left (RULES 8)."""
    answer: Answer = dict.fromkeys(wanted)
    left = {program: its[0].capacity for program, its in groups.items()}
    place = {a: groups[own[0]][0].standing[a][-1] for a, own in wanted.items() if own}  # the same at every program
    for applicant in sorted(place, key=place.__getitem__):
        program = next((program for program in wanted[applicant] if left[program]), None)
        if program is not None:
            answer[applicant] = program
            left[program] -= 1
    return answer


def top_trading_cycles(wanted: Choices, groups: Programs, queue: Callable[[str], Sequence[str]]) -> Answer:
    """
    Let everybody point to the best choice with seats left, each program to the best of its queue still there (RULES 8).

    Whoever has nothing left to point to leaves.  We walk from pointer to pointer; where the walk meets itself is a
    cycle: everybody in it gets the program pointed to, and leaves with the seat.
    """
    answer: Answer = dict.fromkeys(wanted)
    left = {program: its[0].capacity for program, its in groups.items()}
    lists = {applicant: iter(own) for applicant, own in wanted.items()}
    pointing = {applicant: next(lists[applicant], None) for applicant in wanted}
    there = set(wanted)
    queues: dict[str, Iterator[str]] = {}
    first: dict[str, str] = {}  # the best still there, by program
    for start in wanted:
        walk: dict[str, None] = {start: None} if start in there else {}
        while walk:
            applicant = next(reversed(walk))
            while (program := pointing[applicant]) is not None and not left[program]:
                pointing[applicant] = next(lists[applicant], None)
            if program is None:
                del walk[applicant]
                there.remove(applicant)
                continue
            if program not in queues:
                queues[program] = iter(queue(program))
            while (best := first.get(program)) not in there:
                first[program] = next(queues[program])
            if best not in walk:
                walk[best] = None
                continue
            trader = ""
            while trader != best:
                trader, _ = walk.popitem()
                there.remove(trader)
                answer[trader] = taken = str(pointing[trader])
                left[taken] -= 1
    return answer


def efficiency_adjusted(wanted: Choices, groups: Programs, consent: Collection[str]) -> Answer:
    """
    Let applicants trade seats from the deferred acceptance outcome, past nobody without consent (Kesten 2010; RULES 9).

    Every program points to where its first desirer has a seat: the best of those who prefer it to their own.  Where a
    walk from pointer to pointer meets itself, everybody in the cycle takes the seat at the program pointing, and makes
    room for the next.  Where it ends, the seats can never be traded for better ones and are settled: those of a program
    that nobody desires, and of one whose first desirer is settled herself, or unmatched, and does not consent, for then
    nobody behind her may have a seat there.  If she consents, the program passes her over.

    This is the form of Faenza and Zhang (2022), as fast as deferred acceptance.  Our tests compare it with Kesten's
    interrupters and with the underdemanded programs of Tang and Yu (2014).
    """
    answer: Answer = {a: where and where[0] for a, where in recount(wanted, groups).items()}
    desiring: defaultdict[str, list[tuple[Standing, str]]] = defaultdict(list)
    for applicant, own in wanted.items():
        for program in better_choices(own, answer[applicant]):
            desiring[program].append((groups[program][0].standing[applicant], applicant))
    for those in desiring.values():
        those.sort(reverse=True)  # the first desirer is the last of the list
    settled: set[str | None] = {None}

    def first_desirer(program: str) -> str | None:
        """Return to whom a program points; None if it is settled."""
        those = desiring.get(program, [])
        while those:
            _, applicant = those[-1]
            if program in better_choices(wanted[applicant], answer[applicant]):
                if answer[applicant] not in settled:
                    return applicant
                if applicant not in consent:
                    return None
            those.pop()
        return None

    for start in desiring:
        walk: list[str] = []
        first: dict[str, str] = {}
        while start not in settled:
            walk = walk or [start]
            program = walk[-1]
            desirer = first_desirer(program)
            if desirer is None:
                settled.add(walk.pop())
                continue
            first[program], there = desirer, str(answer[desirer])
            if there not in walk:
                walk.append(there)
                continue
            taken = ""
            while taken != there:
                taken = walk.pop()
                answer[first[taken]] = taken
    return answer


def stable_improvement_cycles(wanted: Choices, groups: Programs) -> Answer:
    """
    Let applicants trade seats along stable improvement cycles, from the deferred acceptance outcome (RULES 10).

    Who desires a program, and is in the best class of those who do, may take the seat of somebody there who may take
    another one.  The shortest cycle first, among those the first by applicant ids, until there is none.
    """
    answer: Answer = {a: where and where[0] for a, where in recount(wanted, groups).items()}
    desiring: dict[str, defaultdict[Standing, set[str]]] = {program: defaultdict(set) for program in groups}
    for applicant, own in wanted.items():
        for program in better_choices(own, answer[applicant]):
            desiring[program][groups[program][0].standing[applicant][:-1]].add(applicant)
    holders: dict[str, set[str]] = {program: set() for program in groups}
    seat_of = {applicant: program for applicant, program in answer.items() if program is not None}
    for applicant, program in seat_of.items():
        holders[program].add(applicant)
    while cycle := shortest_cycle(desiring, holders, seat_of):
        seats = [seat_of[applicant] for applicant in cycle]
        for applicant, old, new in zip(cycle, seats, [*seats[1:], seats[0]], strict=True):
            still = better_choices(wanted[applicant], new)
            for program in better_choices(wanted[applicant], old):
                if program not in still:
                    desiring[program][groups[program][0].standing[applicant][:-1]].remove(applicant)
            seat_of[applicant] = new
            holders[old].remove(applicant)
            holders[new].add(applicant)
    return {applicant: seat_of.get(applicant) for applicant in wanted}


def better_choices(own: Sequence[str], program: str | None) -> Sequence[str]:
    """Return the choices ranked above a program: all where there is none."""
    return list(takewhile(lambda choice: choice != program, own))


def shortest_cycle(
    desiring: Mapping[str, Mapping[Standing, set[str]]],
    holders: Mapping[str, set[str]],
    seat_of: Mapping[str, str],
) -> list[str]:
    """Return the shortest stable improvement cycle, among those the first by ids; empty where there is none."""
    points: defaultdict[str, list[str]] = defaultdict(list)  # of those with a seat: where they may take one
    arriving: dict[str, set[str]] = {}  # by program: the programs whose holders may take a seat there
    for program, classes in desiring.items():
        best = min((priority_class for priority_class, those in classes.items() if those), default=None)
        pointing = [applicant for applicant in classes[best] if applicant in seat_of] if best is not None else []
        for applicant in pointing:
            points[applicant].append(program)
        arriving[program] = {seat_of[applicant] for applicant in pointing}
    distance = {program: distances_to(program, arriving) for program in arriving}
    length = {
        program: min((1 + way for p, way in ways.items() if program in arriving[p]), default=math.inf)
        for program, ways in distance.items()
    }
    left = min(length.values(), default=math.inf)
    if left == math.inf:
        return []

    def on_the_way(there: str, ways: Mapping[str, int], left: float) -> Iterator[str]:
        """Yield the holders there who may take a seat from which so many more lead back."""
        return (a for a in holders[there] if any(ways.get(program) == left for program in points.get(a, ())))

    first, start = min(
        (applicant, program)
        for program, shortest in length.items() if shortest == left
        for applicant in on_the_way(program, distance[program], left - 1)
    )  # fmt: skip
    cycle, ways = [first], distance[start]
    while left := left - 1:
        those = (on_the_way(p, ways, left - 1) for p in points[cycle[-1]] if ways.get(p) == left)
        cycle.append(min(chain.from_iterable(those)))
    return cycle


def distances_to(program: str, arriving: Mapping[str, Collection[str]]) -> dict[str, int]:
    """Return from how many seats on each program is reached, by program."""
    distance, layer = {program: 0}, [program]
    while layer:
        layer = list(dict.fromkeys(p for there in layer for p in sorted(arriving[there]) if p not in distance))
        distance |= dict.fromkeys(layer, max(distance.values()) + 1)
    return distance


# ------------------------------------------------------------------------------------------------------- invariants


def objections(choices: Choices, groups: Programs, placed: Placed, rules: Rules = PLAIN) -> list[Finding]:
    """Return everything to object to in an outcome of a plain market, I1 to I6; empty where there is nothing."""
    return list(all_objections(choices, groups, placed, outcome_of(choices, groups, rules), rules))


def all_objections(
    choices: Choices,
    groups: Programs,
    placed: Placed,
    expected: Placed,
    rules: Rules,
) -> Iterator[Finding]:
    """Yield the objections I1 to I6, given the recount."""
    yield from own_seats(choices, groups, placed)
    yield from not_chosen(groups, placed, rules)
    yield from envy_and_waste(choices, groups, placed, rules)
    if rules.mechanism == TRADING:
        yield from improving_trade(choices, groups, placed)
    for applicant in choices:
        stands, should = placed.get(applicant), expected[applicant]
        if stands != should:
            where = should or stands
            text = f"has {seat(groups, stands)}; the recount gives {seat(groups, should)}"
            yield Finding("I6", applicant, text, where[0] if where else "")


def seat(groups: Programs, where: Seat | None) -> str:
    """Name a seat for a reader."""
    if where is None:
        return "no offer"
    group = group_at(groups, where)
    return f"{where[0]}, group {where[1] if group is None else group.name}"


def own_seats(choices: Choices, groups: Programs, placed: Placed) -> Iterator[Finding]:
    """I1, I2, I3: everyone answered once, on the own list, in a group that admits them and has the seats."""
    filled: Counter[Seat] = Counter()
    for applicant in sorted(choices.keys() - placed.keys()):
        yield Finding("I1", applicant, "applied and has no answer")
    for applicant, where in placed.items():
        if applicant not in choices:
            yield Finding("I1", applicant, f"has {seat(groups, where)} without having applied")
        if where is None:
            continue
        program, group = where[0], group_at(groups, where)
        filled[where] += 1
        if group is None:
            yield Finding("I2", applicant, f"has a seat at {seat(groups, where)}, which is not open", program)
        elif program not in choices.get(applicant, ()):
            yield Finding("I2", applicant, f"has a seat at {program}, which is not on the list", program)
        elif applicant not in group.standing:
            text = f"has a seat at {seat(groups, where)}, which does not admit this applicant"
            yield Finding("I2", applicant, text, program)
    for where, n_seats in filled.items():
        group = group_at(groups, where)
        if group is not None and n_seats > group.capacity:
            text = f"has {n_seats} holders for {group.capacity} seats"
            yield Finding("I3", seat(groups, where), text, where[0])


def worst_holders(groups: Programs, placed: Placed) -> tuple[dict[Seat, tuple[Standing, str]], Counter[Seat]]:
    """Return, per seat group, the last holder with the key, and how many seats are filled."""
    last: dict[Seat, tuple[Standing, str]] = {}
    filled: Counter[Seat] = Counter()
    for applicant, where in placed.items():
        if where is not None and (group := group_at(groups, where)) is not None:
            filled[where] += 1
            key = group.standing.get(applicant)
            if key is not None and (where not in last or (key, applicant) > last[where]):
                last[where] = key, applicant
    return last, filled


def entrants(groups: Programs, placed: Placed, rules: Rules) -> dict[str, list[Entrant]]:
    """Return whom every program with a band or guarantees holds."""
    pools: dict[str, list[Entrant]] = {program: [] for program in rules.bounds_of}
    for applicant, where in placed.items():
        if where is not None and where[0] in pools and (group := group_at(groups, where)) is not None:
            key = group.standing.get(applicant)
            if key is not None:
                pools[where[0]].append((key, applicant, where[1]))
    return pools


def not_chosen(groups: Programs, placed: Placed, rules: Rules) -> Iterator[Finding]:
    """I3: a program with a band or guarantees would choose all whom it holds."""
    for program, pool in entrants(groups, placed, rules).items():
        for _, applicant, slot in sorted(set(pool).difference(choose(rules.bounds_of[program], pool))):
            text = f"has {seat(groups, (program, slot))}, which would not choose this applicant from those it holds"
            yield Finding("I3", applicant, text, program)


def envies(rules: Rules, applicant: str, key: Standing, last: tuple[Standing, str]) -> bool:
    """Tell whether the mechanism promises that a program does not hold `last` and refuse this applicant."""
    if rules.mechanism == DEFERRED:
        return (key, applicant) < last
    if rules.mechanism == ADJUSTED:
        return (key, applicant) < last and applicant not in rules.consent
    return rules.mechanism == IMPROVED and key[:-1] < last[0][:-1]  # the class, without the place


def envy_and_waste(choices: Choices, groups: Programs, placed: Placed, rules: Rules) -> Iterator[Finding]:
    """I4, I5: nobody refused would have come before a holder of some group, or finds an empty seat there."""
    last, filled = worst_holders(groups, placed)
    pools = entrants(groups, placed, rules)
    refused: defaultdict[Seat, list[Entrant]] = defaultdict(list)
    for applicant, own in choices.items():
        where = placed.get(applicant)
        for program in better_choices(own, where and where[0]):
            if program in pools:
                slot = slot_of(groups[program], applicant)
                if slot is not None:
                    refused[program, slot].append((groups[program][slot].standing[applicant], applicant, slot))
                continue
            for index, group in enumerate(groups.get(program, ())):
                key = group.standing.get(applicant)
                if key is None:
                    continue
                there = program, index
                if filled[there] < group.capacity:
                    text = f"was refused at {program}, where group {group.name} admits this applicant and has "
                    yield Finding("I5", applicant, f"{text}{filled[there]} of {group.capacity} seats filled", program)
                elif there in last and envies(rules, applicant, key, last[there]):
                    text = f"was refused at {program} with standing {key} in group {group.name}; "
                    yield Finding(
                        "I4", applicant, f"{text}{last[there][1]} has a seat there with {last[there][0]}", program
                    )
    for (program, slot), those in refused.items():
        title = groups[program][slot].name
        yield from would_be_chosen(program, rules.bounds_of[program], title, those, pools[program])


def would_be_chosen(
    program: str, bounds: Bounds, title: str, refused: Iterable[Entrant], pool: Sequence[Entrant]
) -> Iterator[Finding]:
    """I4, I5: a program with a band or guarantees would choose nobody whom it refused, all of one slot, best first."""
    for entrant in sorted(refused):
        chosen = choose(bounds, [*pool, entrant])
        if entrant not in chosen:
            return  # those of the slot who stand behind are not chosen either
        text = f"was refused at {program}, which would choose this applicant for {title} "
        bumped = sorted(name for _, name, _ in set(pool).difference(chosen))
        if bumped:
            yield Finding("I4", entrant[1], f"{text}in place of {bumped[0]}", program)
        else:
            yield Finding("I5", entrant[1], f"{text}beside everybody it holds", program)


def improving_trade(choices: Choices, groups: Programs, placed: Placed) -> Iterator[Finding]:
    """I4 of top trading cycles: no trade of seats would suit everybody in it, so that the outcome is efficient."""
    wants: defaultdict[str, dict[str, str]] = defaultdict(dict)  # by program: others that a holder prefers, and which
    for applicant, own in choices.items():
        where = placed.get(applicant)
        if where is not None and where[0] in own:
            for program in better_choices(eligible_choices(applicant, own, groups), where[0]):
                wants[where[0]].setdefault(program, applicant)
    going = dict(wants)
    while stuck := [program for program in going if not going.keys() & going[program].keys()]:
        for program in stuck:
            del going[program]
    if going:
        walk = [min(going)]
        while walk[-1] not in walk[:-1]:
            walk.append(min(going.keys() & going[walk[-1]].keys()))
        trade = [(wants[a][b], a, b) for a, b in pairwise(walk[walk.index(walk[-1]) :])]
        text = "; ".join(f"{applicant} gives {a} for {b}" for applicant, a, b in trade)
        yield Finding("I4", trade[0][0], f"could trade seats so that everybody in the trade gains: {text}", trade[0][2])


# ------------------------------------------------------------------------------------------------------------ files


def published_offers(folder: Path, market: Market) -> tuple[dict[str, Row], Answers, list[Finding]]:
    """Read offers.csv: one row per included applicant (I1, I8), each seat one that exists (I2)."""
    rows: dict[str, Row] = {}
    placed: Answers = {}
    findings = []
    for row in output_rows(folder, "offers.csv"):
        applicant, program, group = row[0], row[2], row[4]
        if applicant in rows:
            text = f"has two rows in offers.csv, at {rows[applicant][2] or 'no program'} and {program or 'no program'}"
            findings.append(Finding("I1", applicant, text))
            continue
        rows[applicant] = row
        if applicant not in market.choices:
            findings.append(Finding("I8", applicant, "has a row in offers.csv and is no included applicant"))
            continue
        title = f"{program}/{market.grade[applicant]}"
        index = next((i for i, its in enumerate(market.groups.get(title, ())) if its.name == group), None)
        placed[applicant] = (title, index) if index is not None else None
        if program and index is None:
            findings.append(Finding("I2", applicant, f"has a seat at {title}, group {group}, which is not open"))
    for applicant in market.choices:
        if applicant not in rows:
            findings.append(Finding("I8", applicant, "is included and has no row in offers.csv"))
            placed[applicant] = None
    return rows, placed, findings


def offer_rows_agree(market: Market, rows: Mapping[str, Row], placed: Placed) -> Iterator[Finding]:
    """I7 and I12: number and place are the draw's; grade, rank and class are those of the seat."""
    for applicant, row in rows.items():
        if applicant not in market.choices:
            continue
        rank, priority, draw = "", "", market.draw
        if (where := placed[applicant]) is not None:
            offering = market.offerings[where[0]]
            draw = offering.draw
            if where[0] in market.choices[applicant]:
                rank = str(market.rank[applicant][market.choices[applicant].index(where[0])])
                priority = offering.orders[where[1]].name(applicant)
        number, place = draw.shown.get(applicant, ""), str(draw.place.get(applicant, ""))
        if where is None and not market.one_number:
            number = place = ""
        if row[6:] != (number, place):
            text = f"number {row[6]} and place {row[7]} in offers.csv; the draw gives {number} and {place}"
            yield Finding("I7", applicant, text)
        said, derived = (row[1], row[3], row[5]), (market.grade[applicant], rank, priority)
        if said != derived:
            text = f"offers.csv says grade, rank and priority {said}; the inputs give {derived}"
            yield Finding("I12", applicant, text)


class Cutoff(NamedTuple):
    """The last holder of a full seat group."""

    member: bool
    priority_class: int
    priority: str  # its name
    place: int
    holder: str


def cutoffs_of(market: Market, placed: Placed) -> tuple[dict[Seat, Cutoff | None], Counter[Seat]]:
    """Return the cutoff of every seat group (None: the group is not full, or has no seats) and its seats filled."""
    last, filled = worst_holders(market.groups, placed)
    pools = entrants(market.groups, placed, market.rules)
    cutoffs: dict[Seat, Cutoff | None] = {}
    for title, groups in market.groups.items():
        offering, bounds = market.offerings[title], market.rules.bounds_of.get(title)
        for index, group in enumerate(groups):
            there = title, index
            full = filled[there] >= group.capacity
            if bounds is not None and index >= bounds.first:
                full = turns_away(bounds, pools[title], index)
            cutoffs[there] = None
            if there in last and full:
                holder = last[there][1]
                order, entitled = offering.orders[index], offering.members[index]
                cutoffs[there] = Cutoff(
                    entitled is None or holder in entitled,
                    order.class_of[holder], order.name(holder), offering.draw.place[holder], holder,
                )  # fmt: skip
    return cutoffs, filled


class Letters:
    """What reasons.csv, cutoffs.csv and waitlists.csv must say, given the offers."""

    def __init__(self, market: Market, placed: Placed) -> None:
        self.market, self.placed = market, placed
        self.cutoffs, self.filled = cutoffs_of(market, placed)
        self.titles = sorted(market.offerings, key=lambda title: title.split("/"))
        waiting: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for applicant, choices in market.choices.items():
            where = placed[applicant]
            for title in better_choices(choices, where and where[0]):
                offering = market.offerings.get(title)
                if offering is not None and applicant in offering.order.class_of:
                    key = offering.order.class_of[applicant], offering.draw.place[applicant]
                    waiting[title].append((*key, applicant))
        self.waiting = {title: sorted(those) for title, those in waiting.items()}
        self.position = {
            title: {applicant: position for position, (_, _, applicant) in enumerate(those, 1)}
            for title, those in self.waiting.items()
        }

    def cutoff_rows(self) -> Iterator[Row]:
        """Yield the rows of cutoffs.csv."""
        for title in self.titles:
            offering, groups = self.market.offerings[title], self.market.groups[title]
            for index in sorted(range(len(groups)), key=lambda i: groups[i].name):
                seats = str(groups[index].capacity), str(self.filled[title, index])
                cutoff: Row = ("",) * 4
                if found := self.cutoffs[title, index]:
                    number = offering.draw.shown[found.holder]
                    cutoff = ("yes" if found.member else "no", found.priority, number, str(found.place))
                yield (offering.program, offering.grade, groups[index].name, *seats, *cutoff)

    def waitlist_rows(self) -> Iterator[Row]:
        """Yield the rows of waitlists.csv: by class and place."""
        for title in self.titles:
            offering = self.market.offerings[title]
            for position, (_, place, applicant) in enumerate(self.waiting.get(title, ()), 1):
                name, number = offering.order.name(applicant), offering.draw.shown[applicant]
                yield (offering.program, offering.grade, str(position), applicant, name, number, str(place))

    def reason_rows(self) -> Iterator[Row]:
        """Yield the rows of reasons.csv: one for every choice of every included applicant."""
        market = self.market
        for applicant in sorted(market.choices):
            where, reached = self.placed[applicant], False
            for title, rank in zip(market.choices[applicant], market.rank[applicant], strict=True):
                head = applicant, title.partition("/")[0], str(rank)
                offering = market.offerings.get(title)
                eligible = offering is not None and applicant in offering.order.class_of
                if where is not None and title == where[0]:
                    reached = True
                    name = market.groups[title][where[1]].name
                    yield (*head, "offered", name, *self.own(applicant, where), *self.cutoff_cells(where), "", "")
                elif not eligible:
                    yield (*head, "higher_choice" if reached else "ineligible", *("",) * 8)
                elif reached:
                    yield (*head, "higher_choice", "", *self.own(applicant, (title, None)), "", "", "", "")
                else:
                    index, cutoff = self.closest_group(applicant, title)
                    name = "" if index is None else market.groups[title][index].name
                    waiting = str(self.position[title][applicant])
                    yield (*head, "not_reached", name, *self.own(applicant, (title, index)), *cutoff, waiting)

    def own(self, applicant: str, there: tuple[str, int | None]) -> Row:
        """Return priority, number and place of an applicant in a group, or at a program where no group is shown."""
        title, index = there
        offering = self.market.offerings[title]
        order = offering.order if index is None else offering.orders[index]
        draw = offering.draw
        return order.name(applicant), draw.shown.get(applicant, ""), str(draw.place.get(applicant, ""))

    def cutoff_cells(self, there: Seat) -> Row:
        """Return cutoff_priority and cutoff_place of a seat group; blank where a cutoff decides nothing."""
        found = self.cutoffs[there]
        if found is None or self.market.rules.mechanism != DEFERRED:
            return ("", "")
        return found.priority, str(found.place)

    def closest_group(self, applicant: str, title: str) -> tuple[int | None, Row]:
        """Return the group shown with a refusal, where it was closest, and its cutoff and places_short."""
        offering = self.market.offerings[title]
        admitting = [i for i, group in enumerate(self.market.groups[title]) if applicant in group.standing]
        if not admitting:
            return None, ("", "", "")
        short: dict[int, int] = {}  # places short, by group in precedence order
        for index in admitting:
            found, entitled = self.cutoffs[title, index], offering.members[index]
            own = entitled is None or applicant in entitled, offering.orders[index].class_of[applicant]
            if found is not None and found[:2] == own and self.market.rules.mechanism == DEFERRED:
                short[index] = offering.draw.place[applicant] - found.place
        index = min(short, key=short.__getitem__, default=admitting[0])
        return index, (*self.cutoff_cells((title, index)), str(short[index]) if short else "")


def differences(folder: Path, name: str, expected: Iterator[Row]) -> Iterator[Finding]:
    """I12: compare a published file with what it should say, row by row, and by key from the first difference on."""
    published = output_rows(folder, name)
    for stated, derived in zip_longest(published, expected):
        if stated != derived:
            break
    else:
        return
    columns = OUTPUTS[name].split()
    key = itemgetter(*(columns.index(column) for column in KEYS[name]))
    should = {key(row): row for row in chain([derived] if derived else [], expected)}
    for row in chain([stated] if stated else [], published):
        right = should.pop(key(row), None)
        subject = f"{name}, {', '.join(key(row))}"
        if right is None:
            yield Finding("I12", subject, f"this row should not be there, or not twice: {','.join(row)}")
        elif row != right:
            cells = [cell for cell in zip(columns, row, right, strict=True) if cell[1] != cell[2]]
            wrong = [f"{column} is {said or 'blank'}, not {should_be or 'blank'}" for column, said, should_be in cells]
            yield Finding("I12", subject, f"wrong, against the offers and the inputs: {'; '.join(wrong)}")
    for missing, row in should.items():
        yield Finding("I12", f"{name}, {', '.join(missing)}", f"this row is missing: {','.join(row)}")


# ------------------------------------------------------------------------------------------------- record and seals


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rules_hash(hashes: Mapping[str, str]) -> str:
    """Return the hash over the policy and every input that is not about an applicant (DRAW)."""
    names = sorted(name for name in hashes if name in RULE_FILES or name == "policy.json")
    return hashlib.sha256(b"".join(lp(name) + lp(hashes[name]) for name in names)).hexdigest()


def seals(folder: Path, record: Mapping[str, Any], policy: Mapping[str, Any]) -> Iterator[Finding]:
    """I11: the hashes in the record are those of the files, and nothing else lies in the bundle."""
    inputs = {path.name: file_hash(path) for path in sorted((folder / "inputs").glob("*.csv")) if path.is_file()}
    outputs = {
        name: file_hash(folder / name) if (folder / name).is_file() else "no such file"
        for name in sorted({*record["outputs"], *OUTPUTS})
    }
    sealed = file_hash(folder / "policy.json")
    for kind, found in (("inputs", inputs), ("outputs", outputs)):
        for name in sorted(found.keys() | record[kind].keys()):
            said, is_ = record[kind].get(name, "not listed"), found.get(name, "no such file")
            if said != is_:
                yield Finding("I11", f"{kind}: {name}", f"record.json says {said}; the bundle has {is_}")
    for subject, stated, derived in (
        ("policy.json", record["policy"].get("sha256"), sealed),
        ("policy.json", record["policy"].get("id"), policy.get("policy")),
        ("rules_hash", record["rules_hash"], rules_hash(inputs | {"policy.json": sealed})),
        ("status", record["status"], "REHEARSAL"),
    ):
        if stated != derived:
            yield Finding("I11", subject, f"record.json says {stated}; the bundle has {derived}")
    looked_at = {"record.json", "policy.json", *outputs, *(f"inputs/{name}" for name in {*inputs, *record["inputs"]})}
    for name in sorted(files_in(folder) - looked_at):
        subject = name.encode(errors="backslashreplace").decode()
        yield Finding("I11", subject, "lies in the bundle, and record.json does not list it")


def files_in(folder: Path) -> set[str]:
    """Return everything below a folder but plain directories: a link is not followed, and counts as a file."""
    below = (path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    return {path.relative_to(folder).as_posix() for path in below}


def public_seed(folder: Path, record: Mapping[str, Any]) -> Iterator[Finding]:
    """I11: what is published about the draw is what the record says."""
    if not (folder / PUBLIC_SEED).exists():
        return
    try:
        published = read_json(folder / PUBLIC_SEED)
    except BadInput as error:
        yield Finding("I11", PUBLIC_SEED, str(error))
        return
    names = ("seed", "status", "ceremony", "round", "outcome_digest", "rules_hash", "engine_hash")
    sealed = {name: record.get(name) for name in names}
    draw = record["draw"]
    sealed |= {"K": draw.get("key"), "key": draw.get("key"), "tie_breaker": draw.get("tie_breaker")}
    for name, said in published.items():
        if name in sealed and said != sealed[name]:
            yield Finding("I11", PUBLIC_SEED, f"says {name} {said}; record.json says {sealed[name]}")


def public_numbers(folder: Path, numbers: Iterable[str]) -> Iterator[Finding]:
    """I7: the published numbers are those of the draw: each once, sorted, and nothing beside them."""
    if not (folder / PUBLIC_NUMBERS).exists():
        return
    stated = (folder / PUBLIC_NUMBERS).read_text(encoding="utf-8", errors="replace").splitlines()
    drawn = ["lottery_number", *sorted(set(numbers) - {""})]
    more, fewer = Counter(stated) - Counter(drawn), Counter(drawn) - Counter(stated)
    for line in more:
        yield Finding("I7", PUBLIC_NUMBERS, f"the line {line!r} is none of the draw's, or stands twice")
    for line in fewer:
        yield Finding("I7", PUBLIC_NUMBERS, f"the line {line!r} of the draw is missing")
    if stated != drawn and not more and not fewer:
        yield Finding("I7", PUBLIC_NUMBERS, "the lines are not in order")


def digest(lines: Iterable[Row]) -> str:
    """Return the outcome digest over (applicant, grade, program)."""
    return hashlib.sha256("".join(f"{','.join(line)}\n" for line in sorted(lines)).encode()).hexdigest()


def digest_of(market: Market, placed: Placed) -> str:
    """Return the outcome digest of a recount."""
    return digest((a, market.grade[a], where[0].partition("/")[0] if where else "") for a, where in placed.items())


def read_record(folder: Path) -> dict[str, Any]:
    """Read the record; a draw that this verifier does not know is refused."""
    record = read_json(folder / "record.json")
    for name, allowed in (("format", (1,)), ("ceremony", ("none",)), ("round", ("main",))):
        if record.get(name) not in allowed:
            raise BadInput(f"record.json, {name}: this verifier knows {allowed[0]!r} only, not {record.get(name)!r}.")
    for name, kind in RECORD.items():
        if not isinstance(record.get(name), kind):
            raise BadInput(f"record.json, {name}: {'a text' if kind is str else 'an object'} is expected.")
    if (draw := record["draw"]).get("tie_breaker") not in ("single", "multiple", "hybrid"):
        raise BadInput(f"record.json, draw: this verifier does not know the tie-breaker of {draw!r}.")
    return record


def redraw(
    tables: Mapping[str, Table], policy: Mapping[str, Any], record: Mapping[str, Any], given: bool
) -> tuple[Draws, list[Finding]]:
    """I7: recompute K and every ticket, or order the numbers that were drawn elsewhere."""
    applicants = [applicant for (applicant,) in tables["applicants"].each("applicant_id")]
    findings = []
    for what, derived in (
        ("numbers", "given" if given else "formula"),
        ("tie_breaker", policy["tie_breaker"]["draw"]),
    ):
        if record["draw"].get(what) != derived:
            text = f"record.json says {what} {record['draw'].get(what)!r}; the inputs say {derived!r}"
            findings.append(Finding("I7", "draw", text))
    if not given and not isinstance(record.get("seed"), str):
        raise BadInput(f"record.json, seed: a text is expected, not {record.get('seed')!r}.")
    if isinstance(record.get("seed"), str):
        key = rehearsal_key(record["seed"])
        if record["draw"].get("key") != key.hex() and not (given and not record["draw"].get("key")):
            text = f"record.json says K = {record['draw'].get('key')}; the seed gives {key.hex()}"
            findings.append(Finding("I7", "draw", text))
    tickets = tickets_of(policy, Facts(tables, policy), applicants)
    source = numbers_given(tables["numbers"]) if given else key
    return Draws(policy["tie_breaker"], applicants, tickets, source), findings


def roll_call(everybody: Table) -> tuple[Counter[str], list[Finding]]:
    """I8: every submitted applicant is included, withdrawn, or rejected with a reason."""
    statuses: Counter[str] = Counter()
    findings = []
    for applicant, status, reason in everybody.each("applicant_id", "status", "status_reason"):
        statuses[status or "included"] += 1
        if status not in ("", "included", "withdrawn", "rejected"):
            findings.append(Finding("I8", applicant, f"is neither included nor withdrawn nor rejected, but {status!r}"))
        if status == "rejected" and not reason:
            findings.append(Finding("I8", applicant, "is rejected without a reason"))
    return statuses, findings


# ----------------------------------------------------------------------------------------------------------- report


class Report(NamedTuple):
    """What the verifier found: the first findings of each invariant, how many of each there are, digest and counts."""

    findings: list[Finding]
    totals: dict[str, int]
    digest: str
    counts: dict[str, int]


def verify(folder: Path, progress: Say | None = None) -> Report:
    """
    Verify a bundle; BadInput where it cannot be read.

    Where the files are not those that were sealed, that is the answer, whatever cannot be derived from them.
    """
    folder, say = Path(folder), progress or (lambda _: None)
    notes = Notes()
    try:
        say("hashes")
        record = read_record(folder)
        notes.add(seals(folder, record, read_json(folder / "policy.json")))
        notes.add(public_seed(folder, record))
        return verify_bundle(folder, record, notes, say)
    except STOPS as error:
        if not notes.totals["I11"]:
            raise BadInput(in_a_sentence(error)) from error
        notes.last(Finding("I11", "bundle", f"for this reason the rest could not be checked: {in_a_sentence(error)}"))
        return Report(notes.findings, dict(notes.totals), "", {})


def in_a_sentence(error: Exception) -> str:
    """Say what stopped the verifier."""
    if isinstance(error, BadInput):
        return str(error)
    if isinstance(error, KeyError):
        return f"The bundle names {error} and does not say, where docs/formats.md says it should, what that is."
    return f"The bundle is not as docs/formats.md says ({type(error).__name__}: {error})."


class Notes:
    """The findings so far: the first of each invariant, and how many of each there are."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.totals: Counter[str] = Counter()

    def add(self, found: Iterable[Finding]) -> None:
        """Count every finding, and keep it while it is one of the first."""
        for finding in found:
            self.totals[finding.invariant] += 1
            if self.totals[finding.invariant] <= SHOWN:
                self.findings.append(finding)

    def last(self, finding: Finding) -> None:
        """Count and keep a finding after which nothing follows."""
        self.totals[finding.invariant] += 1
        self.findings.append(finding)


def verify_bundle(folder: Path, record: Mapping[str, Any], notes: Notes, say: Say) -> Report:
    """Read, derive, recount, compare."""
    note, policy = notes.add, read_policy(folder)
    say("inputs")
    tables = {n: read_table(folder, n, c) for n, c in (REQUIRED | OPTIONAL).items() if n != "choices"}  # streamed
    everybody = tables["all applicants"] = tables["applicants"]
    statuses, unaccounted = roll_call(everybody)
    note(unaccounted)
    is_included = [status in ("", "included") for (status,) in everybody.each("status")]
    rows = [row for row, included in zip(everybody.rows, is_included, strict=True) if included]
    tables["applicants"] = Table("applicants", everybody.column, rows)

    say("draw")
    draws, misdrawn = redraw(tables, policy, record, (folder / "inputs" / "numbers.csv").exists())
    note(misdrawn)

    say("standings")
    market = compile_market(folder, tables, policy, draws)
    note(draws.findings)
    note(public_numbers(folder, market.numbers()))

    say("recount")
    expected = outcome_of(market.choices, market.groups, market.rules)
    published, placed, unreadable = published_offers(folder, market)
    note(unreadable)

    say("invariants")
    note(all_objections(market.choices, market.groups, placed, expected, market.rules))
    note(offer_rows_agree(market, published, placed))
    counts = {"submitted": len(everybody.rows)} | {s: statuses[s] for s in ("included", "withdrawn", "rejected")}
    counts["offers"] = sum(bool(row[2]) for row in published.values())
    note(
        Finding("I8", f"counts: {name}", f"record.json says {record['counts'].get(name)}; the bundle has {n}")
        for name, n in counts.items()
        if record["counts"].get(name) != n
    )
    outcome = digest(row[:3] for row in published.values())
    backwards = expected
    if policy["mechanism"] in (DEFERRED, TRADING, ADJUSTED):  # the others take everybody up at once, or by place
        backwards = outcome_of(market.choices, market.groups, market.rules, list(market.choices)[::-1])
    for what, other in (("record.json", record["outcome_digest"]), ("the recount", digest_of(market, backwards))):
        if other != outcome:
            note([Finding("I10", "outcome_digest", f"offers.csv gives {outcome}; {what} gives {other}")])

    say("letters")
    letters = Letters(market, placed)
    note(differences(folder, "reasons.csv", letters.reason_rows()))
    note(differences(folder, "cutoffs.csv", letters.cutoff_rows()))
    note(differences(folder, "waitlists.csv", letters.waitlist_rows()))
    return Report(notes.findings, dict(notes.totals), outcome, counts)


def in_words(report: Report) -> str:
    """Return the report for a reader."""
    findings = sorted(report.findings, key=lambda finding: int(finding.invariant[1:]))
    lines = [f"{invariant:3} {subject}: {text}" for invariant, subject, text, _ in findings]
    shown = Counter(finding.invariant for finding in findings)
    lines += [f"{i:3} {n} findings, {shown[i]} shown" for i, n in report.totals.items() if n > shown[i]]
    if report.digest:
        lines.append(" ".join(f"{name} {n}" for name, n in report.counts.items()))
        lines.append(f"outcome digest {report.digest}")
    total = sum(report.totals.values())
    lines.append(f"MISMATCH: {total} findings" if total else "PASS: everything follows from the inputs and the policy")
    return "\n".join(lines)


def as_json(report: Report) -> str:
    """Return the report for a program."""
    answer = {
        "passed": not report.totals,
        "outcome_digest": report.digest,
        "counts": report.counts,
        "totals": report.totals,
        "findings": [finding._asdict() for finding in report.findings],
    }
    return json.dumps(answer, indent=2, sort_keys=True)


def main(argv: Sequence[str] | None = None) -> int:
    """Verify the bundle named on the command line."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Verify the bundle of a lottery run.")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="an answer for a program")
    options = parser.parse_args(argv)
    try:
        report = verify(options.folder)
    except BadInput as error:
        answer = json.dumps({"passed": False, "bad_input": str(error)}) if options.json else f"BAD INPUT: {error}"
        sys.stdout.write(f"{answer}\n")
        return 2
    sys.stdout.write((as_json(report) if options.json else in_words(report)) + "\n")
    return 1 if report.totals else 0


if __name__ == "__main__":
    sys.exit(main())
