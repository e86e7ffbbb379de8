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
    I6  the outcome is the applicant-optimal one

The sections follow the proof: reading, draw, facts, classes and seat groups, recount, invariants, files, report.
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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_DOWN, Context, Decimal
from fractions import Fraction
from itertools import chain, pairwise, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

GRADES = {grade: order for order, grade in enumerate(["TK", "KG", *(f"{n:02d}" for n in range(1, 13))])}
YES, NO = {"true", "yes", "y", "1"}, {"false", "no", "n", "0"}
EARTH_METRES = 6371008.8
SECURED, SECURED_CLASS = "secured", -1  # a holder stands before every class of the policy
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
Say = Callable[[str], None]


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
        "title jurisdiction effective reference source resolution list_cap undisclosed facts siblings near eligible"
        " seat_groups secured_seat waitlist rounds targets",
    )
    known_keys(policy["tie_breaker"], "tie_breaker", "draw")
    known_keys(policy.get("waitlist", {}), "waitlist", "", "vacancy")
    for what, value, allowed in (
        ("schema_version", policy["schema_version"], (1,)),
        ("mechanism", policy["mechanism"], ("deferred-acceptance",)),
        ("tie_breaker.draw", policy["tie_breaker"]["draw"], ("single",)),
        ("secured_seat", policy.get("secured_seat"), (None, "none", "continuing")),
        ("rounds", policy.get("rounds", ["main"]), (["main"],)),
        *((f"undisclosed.{c}", v, ("member", "not_member")) for c, v in (policy.get("undisclosed") or {}).items()),
    ):
        if value not in allowed:
            raise BadInput(f"policy.json, {what}: this verifier does not know {value!r}.")
    return policy


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
    """The lottery: place (1 is best) and the number as shown, by applicant."""

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


def draw_by_formula(key: bytes, applicants: Iterable[str]) -> Draw:
    """Recompute every applicant's number and place."""
    drawn = {applicant: ticket(key, applicant) for applicant in applicants}
    order = sorted(drawn, key=lambda applicant: (drawn[applicant], applicant))
    shown = {a: f"0.{int.from_bytes(t[:8], 'big') * 10**18 >> 64:018d}" for a, t in drawn.items()}
    return Draw({applicant: place for place, applicant in enumerate(order, 1)}, shown)


def draw_as_given(numbers: Table, applicants: Iterable[str]) -> tuple[Draw, list[Finding]]:
    """Order the applicants by numbers drawn elsewhere, compared as exact decimals; they must be complete, distinct."""
    given: dict[str, Decimal] = {}
    for applicant, number, program in numbers.each("applicant_id", "number", "program_id"):
        if program or applicant in given:
            raise BadInput(f"inputs/numbers.csv: {applicant} has several numbers; only a single tie-breaker is known.")
        given[applicant] = Decimal(number)
    findings, exact = [], Context(prec=1000)
    drawn = {a: given[a] for a in applicants if a in given}
    findings += [Finding("I7", a, "has no number in inputs/numbers.csv") for a in applicants if a not in given]
    order = sorted(applicants, key=lambda a: (a not in drawn, drawn.get(a, 0), a))
    for a, b in pairwise(order):
        if a in drawn and drawn[a] == drawn.get(b):
            findings.append(Finding("I7", b, f"has the number {drawn[b]}, the same as {a}"))
    shown = {a: f"{n.quantize(Decimal(1).scaleb(-18), ROUND_DOWN, exact):f}" for a, n in drawn.items()}
    return Draw({a: place for place, a in enumerate(order, 1)}, {a: shown.get(a, "") for a in order}), findings


# ------------------------------------------------------------------------------------------------------------ facts

Condition = Callable[[str, set[str]], set[str]]  # (program, applicants asked about) -> those of whom it is true
Judge = Callable[[str], bool]  # of a value that is not blank


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
        built_in = {
            "zone": self.zone, "sibling": self.sibling, "feeder": self.feeder,
            "continuing": self.continuing, "near": self.near,
        }  # fmt: skip
        if name in own:
            return self.column_test(own[name])
        if name in built_in:
            return built_in[name]()

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

        if column in self.pairs and table in (None, "facts"):
            pairs: defaultdict[str, set[str]] = defaultdict(set)
            for applicant, program, fact, value in self.tables["facts"].each(*OPTIONAL["facts"]):
                if fact == column and applicant in self.included and true_of(value):
                    pairs[program].add(applicant)
            return lambda program, asked: asked & pairs.get(program, set())
        owners = [n for n in ("applicants", "programs", "schools") if column in self.tables[n].column]
        if table is not None:
            owners = [owner for owner in owners if owner == table]
        if len(owners) != 1:
            raise BadInput(f"policy.json: the column {column} is in {' and '.join(owners) or 'no table'}.")
        key = {"applicants": "applicant_id", "programs": "program_id", "schools": "school_id"}[owners[0]]
        true = {row[0] for row in self.tables[owners[0]].each(key, column) if true_of(row[1])}
        if key == "applicant_id":
            return lambda program, asked: asked & true
        if key == "program_id":
            return lambda program, asked: asked if program in true else set()
        return lambda program, asked: asked if self.school[program] in true else set()

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
    standing: Mapping[str, tuple[int, ...]]


class Offering(NamedTuple):
    """A program in one grade: the classes of those eligible, and the members of each seat group (None: everyone)."""

    program: str
    grade: str
    class_of: Mapping[str, int]
    members: Sequence[set[str] | None]


class Market(NamedTuple):
    """The cycle under its policy.  Programs are named `program/grade`, since nobody competes across grades."""

    choices: dict[str, tuple[str, ...]]
    groups: dict[str, list[Group]]
    offerings: Mapping[str, Offering]
    rank: Mapping[str, Sequence[int]]  # beside choices: the rank as written
    grade: Mapping[str, str]
    draw: Draw
    class_names: Sequence[str]

    def class_name(self, priority_class: int) -> str:
        """Return a class as the files name it."""
        return SECURED if priority_class == SECURED_CLASS else self.class_names[priority_class]


def shares(groups: Sequence[Mapping[str, Any]], capacity: int) -> list[int]:
    """Return the seats of each group: in the written order, each at most what is left, then the one with `rest`."""
    rounded = {"down": math.floor, "up": math.ceil, "nearest": lambda share: math.floor(share + Fraction(1, 2))}
    seats, left, rest = [], capacity, []
    for index, group in enumerate(groups):
        if len({"share", "seats", "rest"} & set(group)) != 1:
            raise BadInput(f"policy.json, seat group {group['name']}: write one of share, seats, rest.")
        wish = 0
        if "seats" in group:
            wish = int(written(group["seats"]))
        elif "share" in group:
            text = str(group["share"])
            share = Fraction(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
            if group.get("rounding") not in rounded or not ("%" in text or "/" in text):
                raise BadInput(f"policy.json, seat group {group['name']}: share must be NN% or a/b, with a rounding.")
            wish = rounded[group["rounding"]](share * capacity)
        elif group["rest"] is True:
            rest.append(index)
        if wish < 0:
            raise BadInput(f"policy.json, seat group {group['name']}: fewer than no seats.")
        seats.append(min(wish, left))
        left -= seats[-1]
    if len(rest) > 1 or (left and not rest):
        raise BadInput(f"policy.json: of {capacity} seats {left} are left, for exactly one group with rest to take.")
    for index in rest:
        seats[index] = left
    return seats


def fits(selector: Any, program: Mapping[str, str], grade: str) -> bool:
    """Tell whether an entry of `seat_groups` serves this offering."""
    if selector == "all":
        return True
    if not isinstance(selector, dict) or not set(selector) <= set(program) | {"grade"}:
        raise BadInput(f"policy.json, seat_groups: programs must be all or columns of programs, not {selector!r}.")
    for column, allowed in selector.items():
        texts = {written(value) for value in (allowed if isinstance(allowed, list) else [allowed])}
        if column == "grade" and grade not in {grade_of(text, "policy.json, seat_groups") for text in texts}:
            return False
        if column != "grade" and program[column] not in texts:
            return False
    return True


class Compiler:
    """The written policy's lines, compiled once and asked for every offering."""

    def __init__(self, policy: Mapping[str, Any], facts: Facts, place: Mapping[str, int]) -> None:
        lines = [known_keys(line, "priorities", "class", "when") for line in policy["priorities"]]
        self.class_names = [str(line["class"]) for line in lines]
        self.whens = [facts.condition(line["when"]) if "when" in line else everyone for line in lines]
        self.eligible = facts.condition(policy["eligible"]) if "eligible" in policy else everyone
        self.secured = policy.get("secured_seat") == "continuing"
        self.place = place
        self.entries = []
        for entry in policy.get("seat_groups") or []:
            known_keys(entry, "seat_groups", "programs groups")
            fors: list[Condition | None] = []
            for group in entry["groups"]:
                known_keys(group, "seat group", "name", "share seats rest rounding for unfilled")
                if "for" in group and group.get("unfilled") not in ("release", "hold"):
                    raise BadInput(f"policy.json, seat group {group['name']}: unfilled must be release or hold.")
                fors.append(facts.condition(group["for"]) if "for" in group else None)
            self.entries.append((entry["programs"], entry["groups"], fors))

    def classes(self, program: str, asked: set[str]) -> dict[str, int]:
        """Return the priority class of every eligible applicant: the first line that holds."""
        class_of: dict[str, int] = {}
        waiting = self.eligible(program, asked)
        for index, when in enumerate(self.whens):
            held = when(program, waiting)
            class_of |= dict.fromkeys(held, index)
            waiting = waiting - held
        return class_of

    def offering(
        self, program: Mapping[str, str], grade: str, capacity: int, asked: set[str], holders: set[str]
    ) -> tuple[Offering, list[Group]]:
        """Compile one offering: classes, then the seat groups in precedence order, the secured one first."""
        name = program["program_id"]
        class_of = self.classes(name, asked) | dict.fromkeys(holders, SECURED_CLASS)
        standing = {a: (priority_class, self.place[a]) for a, priority_class in class_of.items()}
        members: list[set[str] | None] = []
        groups: list[Group] = []

        def add(title: str, seats: int, entitled: set[str] | None, hold: bool) -> None:
            members.append(entitled)
            if entitled is None:
                groups.append(Group(title, seats, standing))
            elif hold:
                groups.append(Group(title, seats, {a: standing[a] for a in entitled}))
            else:
                groups.append(Group(title, seats, {a: (int(a not in entitled), *key) for a, key in standing.items()}))

        if holders:
            add(SECURED, len(holders), holders, False)
        entry = next((entry for entry in self.entries if fits(entry[0], program, grade)), None)
        if entry is None:
            add("open", capacity, None, False)
        else:
            _, written_groups, fors = entry
            for group, seats, entitled in zip(written_groups, shares(written_groups, capacity), fors, strict=True):
                who = None if entitled is None else entitled(name, set(standing))
                add(str(group["name"]), seats, who, group.get("unfilled") == "hold")
        if len({group.name for group in groups}) < len(groups):
            raise BadInput(f"policy.json: two seat groups of {name} have one name.")
        return Offering(name, grade, class_of, members), groups


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


def compile_market(folder: Path, tables: Mapping[str, Table], policy: Mapping[str, Any], draw: Draw) -> Market:
    """Derive every list, class, membership and standing from the inputs and the written policy."""
    facts = Facts(tables, policy)
    compiler = Compiler(policy, facts, draw.place)
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

    offerings, groups = {}, {}
    for key, seats_there in capacity.items():
        compiled = compiler.offering(programs[key[0]], key[1], seats_there, asked[key], holders[key])
        offerings[title[key]], groups[title[key]] = compiled
    return Market(choices, groups, offerings, rank, grade, draw, compiler.class_names)


# ---------------------------------------------------------------------------------------------------------- recount


def recount(
    choices: Mapping[str, Sequence[str]],
    groups: Mapping[str, Sequence[Group]],
    order: Sequence[str] | None = None,
) -> dict[str, Seat | None]:
    """
    Run applicant-proposing deferred acceptance, one applicant at a time, and return everybody's seat.

    Whoever is free proposes to the next program on the list; the program chooses again among those it holds and the
    newcomer; whom it turns away is free (Kominers and Sönmez 2016; RULES 1 and 2).
    """
    held: dict[str, list[list[tuple[tuple[int, ...], str]]]] = {p: [[] for _ in its] for p, its in groups.items()}
    placed: dict[str, Seat | None] = dict.fromkeys(choices)
    proposed = dict.fromkeys(choices, 0)
    for newcomer in choices if order is None else order:
        free: str | None = newcomer
        while free is not None and proposed[free] < len(choices[free]):
            program = choices[free][proposed[free]]
            proposed[free] += 1
            if program in groups:
                free = choose_again(program, groups[program], held[program], free, placed)
    return placed


def choose_again(
    program: str,
    groups: Sequence[Group],
    held: Sequence[list[tuple[tuple[int, ...], str]]],
    newcomer: str,
    placed: dict[str, Seat | None],
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


# ------------------------------------------------------------------------------------------------------- invariants


def objections(
    choices: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]], placed: Mapping[str, Seat | None]
) -> list[Finding]:
    """Return everything to object to in an outcome of a plain market, I1 to I6; empty where there is nothing."""
    return list(all_objections(choices, groups, placed, recount(choices, groups)))


def all_objections(
    choices: Mapping[str, Sequence[str]],
    groups: Mapping[str, Sequence[Group]],
    placed: Mapping[str, Seat | None],
    expected: Mapping[str, Seat | None],
) -> Iterator[Finding]:
    """Yield the objections I1 to I6, given the recount."""
    yield from own_seats(choices, groups, placed)
    yield from envy_and_waste(choices, groups, placed)
    for applicant in choices:
        stands, should = placed.get(applicant), expected[applicant]
        if stands != should:
            where = should or stands
            text = f"has {seat(groups, stands)}; the recount gives {seat(groups, should)}"
            yield Finding("I6", applicant, text, where[0] if where else "")


def seat(groups: Mapping[str, Sequence[Group]], where: Seat | None) -> str:
    """Name a seat for a reader."""
    if where is None:
        return "no offer"
    program, index = where
    its = groups.get(program, ())
    return f"{program}, group {its[index].name if 0 <= index < len(its) else index}"


def own_seats(
    choices: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]], placed: Mapping[str, Seat | None]
) -> Iterator[Finding]:
    """I1, I2, I3: everyone answered once, on the own list, in a group that admits them and has the seats."""
    filled: Counter[Seat] = Counter()
    for applicant in sorted(choices.keys() - placed.keys()):
        yield Finding("I1", applicant, "applied and has no answer")
    for applicant, where in placed.items():
        if applicant not in choices:
            yield Finding("I1", applicant, f"has {seat(groups, where)} without having applied")
        if where is None:
            continue
        program, index = where
        filled[where] += 1
        if program not in groups or not 0 <= index < len(groups[program]):
            yield Finding("I2", applicant, f"has a seat at {seat(groups, where)}, which is not open", program)
        elif program not in choices.get(applicant, ()):
            yield Finding("I2", applicant, f"has a seat at {program}, which is not on the list", program)
        elif applicant not in groups[program][index].standing:
            text = f"has a seat at {seat(groups, where)}, which does not admit this applicant"
            yield Finding("I2", applicant, text, program)
    for where, n_seats in filled.items():
        program, index = where
        if program in groups and 0 <= index < len(groups[program]) and n_seats > groups[program][index].capacity:
            text = f"has {n_seats} holders for {groups[program][index].capacity} seats"
            yield Finding("I3", seat(groups, where), text, program)


def worst_holders(
    groups: Mapping[str, Sequence[Group]], placed: Mapping[str, Seat | None]
) -> tuple[dict[Seat, tuple[tuple[int, ...], str]], Counter[Seat]]:
    """Return, per seat group, the last holder with the key, and how many seats are filled."""
    last: dict[Seat, tuple[tuple[int, ...], str]] = {}
    filled: Counter[Seat] = Counter()
    for applicant, where in placed.items():
        if where is not None and where[0] in groups and 0 <= where[1] < len(groups[where[0]]):
            filled[where] += 1
            key = groups[where[0]][where[1]].standing.get(applicant)
            if key is not None and (where not in last or (key, applicant) > last[where]):
                last[where] = key, applicant
    return last, filled


def envy_and_waste(
    choices: Mapping[str, Sequence[str]], groups: Mapping[str, Sequence[Group]], placed: Mapping[str, Seat | None]
) -> Iterator[Finding]:
    """I4, I5: nobody refused would have come before a holder of some group, or finds an empty seat there."""
    last, filled = worst_holders(groups, placed)
    for applicant, own in choices.items():
        where = placed.get(applicant)
        for program in own:
            if where is not None and program == where[0]:
                break
            for index, group in enumerate(groups.get(program, ())):
                key = group.standing.get(applicant)
                if key is None:
                    continue
                there = program, index
                if filled[there] < group.capacity:
                    text = f"was refused at {program}, where group {group.name} admits this applicant and has "
                    yield Finding("I5", applicant, f"{text}{filled[there]} of {group.capacity} seats filled", program)
                elif there in last and (key, applicant) < last[there]:
                    text = f"was refused at {program} with standing {key} in group {group.name}; "
                    yield Finding(
                        "I4", applicant, f"{text}{last[there][1]} has a seat there with {last[there][0]}", program
                    )


# ------------------------------------------------------------------------------------------------------------ files


def published_offers(folder: Path, market: Market) -> tuple[dict[str, Row], dict[str, Seat | None], list[Finding]]:
    """Read offers.csv: one row per included applicant (I1, I8), each seat one that exists (I2)."""
    rows: dict[str, Row] = {}
    placed: dict[str, Seat | None] = {}
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


def offer_rows_agree(market: Market, rows: Mapping[str, Row], placed: Mapping[str, Seat | None]) -> Iterator[Finding]:
    """I7 and I12: number and place are the draw's; grade, rank and class are those of the seat."""
    for applicant, row in rows.items():
        if applicant not in market.choices:
            continue
        should = market.draw.shown[applicant], str(market.draw.place[applicant])
        if row[6:] != should:
            text = f"number {row[6]} and place {row[7]} in offers.csv; the draw gives {should[0]} and {should[1]}"
            yield Finding("I7", applicant, text)
        rank = priority = ""
        if (where := placed[applicant]) and where[0] in market.choices[applicant]:
            rank = str(market.rank[applicant][market.choices[applicant].index(where[0])])
            priority_class = market.offerings[where[0]].class_of.get(applicant)
            priority = "" if priority_class is None else market.class_name(priority_class)
        said, derived = (row[1], row[3], row[5]), (market.grade[applicant], rank, priority)
        if said != derived:
            text = f"offers.csv says grade, rank and priority {said}; the inputs give {derived}"
            yield Finding("I12", applicant, text)


class Cutoff(NamedTuple):
    """The last holder of a full seat group."""

    member: bool
    priority_class: int
    place: int
    holder: str


def cutoffs_of(market: Market, placed: Mapping[str, Seat | None]) -> tuple[dict[Seat, Cutoff | None], Counter[Seat]]:
    """Return the cutoff of every seat group (None: the group is not full, or has no seats) and its seats filled."""
    last, filled = worst_holders(market.groups, placed)
    cutoffs: dict[Seat, Cutoff | None] = {}
    for title, groups in market.groups.items():
        offering = market.offerings[title]
        for index, group in enumerate(groups):
            there = title, index
            cutoffs[there] = None
            if there in last and filled[there] >= group.capacity:
                holder = last[there][1]
                entitled = offering.members[index]
                member = entitled is None or holder in entitled
                cutoffs[there] = Cutoff(member, offering.class_of[holder], market.draw.place[holder], holder)
    return cutoffs, filled


class Letters:
    """What reasons.csv, cutoffs.csv and waitlists.csv must say, given the offers."""

    def __init__(self, market: Market, placed: Mapping[str, Seat | None]) -> None:
        self.market, self.placed = market, placed
        self.cutoffs, self.filled = cutoffs_of(market, placed)
        self.titles = sorted(market.offerings, key=lambda title: title.split("/"))
        waiting: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for applicant, choices in market.choices.items():
            where = placed[applicant]
            for title in choices:
                if where is not None and title == where[0]:
                    break
                if title in market.offerings and applicant in market.offerings[title].class_of:
                    key = market.offerings[title].class_of[applicant], market.draw.place[applicant]
                    waiting[title].append((*key, applicant))
        self.waiting = {title: sorted(those) for title, those in waiting.items()}
        self.position = {
            title: {applicant: position for position, (_, _, applicant) in enumerate(those, 1)}
            for title, those in self.waiting.items()
        }

    def cutoff_rows(self) -> Iterator[Row]:
        """Yield the rows of cutoffs.csv."""
        draw = self.market.draw
        for title in self.titles:
            offering, groups = self.market.offerings[title], self.market.groups[title]
            for index in sorted(range(len(groups)), key=lambda i: groups[i].name):
                seats = str(groups[index].capacity), str(self.filled[title, index])
                cutoff: Row = ("",) * 4
                if found := self.cutoffs[title, index]:
                    name = self.market.class_name(found.priority_class)
                    cutoff = ("yes" if found.member else "no", name, draw.shown[found.holder], str(found.place))
                yield (offering.program, offering.grade, groups[index].name, *seats, *cutoff)

    def waitlist_rows(self) -> Iterator[Row]:
        """Yield the rows of waitlists.csv: by class and place."""
        for title in self.titles:
            offering = self.market.offerings[title]
            for position, (priority_class, place, applicant) in enumerate(self.waiting.get(title, ()), 1):
                name, number = self.market.class_name(priority_class), self.market.draw.shown[applicant]
                yield (offering.program, offering.grade, str(position), applicant, name, number, str(place))

    def reason_rows(self) -> Iterator[Row]:
        """Yield the rows of reasons.csv: one for every choice of every included applicant."""
        market = self.market
        for applicant in sorted(market.choices):
            where, number, place = self.placed[applicant], market.draw.shown[applicant], market.draw.place[applicant]
            reached = False
            for title, rank in zip(market.choices[applicant], market.rank[applicant], strict=True):
                head = applicant, title.partition("/")[0], str(rank)
                offering = market.offerings.get(title)
                priority_class = None if offering is None else offering.class_of.get(applicant)
                own: Row = ("", "", "")
                if priority_class is not None:
                    own = market.class_name(priority_class), number, str(place)
                if where is not None and title == where[0]:
                    reached = True
                    name = market.groups[title][where[1]].name
                    yield (*head, "offered", name, *own, *self.cutoff_cells(where), "", "")
                elif reached:
                    yield (*head, "higher_choice", "", *own, "", "", "", "")
                elif offering is None or priority_class is None:
                    yield (*head, "ineligible", "", *own, "", "", "", "")
                else:
                    group = self.closest_group(applicant, title, priority_class, place)
                    yield (*head, "not_reached", group[0], *own, *group[1:], str(self.position[title][applicant]))

    def cutoff_cells(self, there: Seat) -> Row:
        """Return cutoff_priority and cutoff_place of a seat group."""
        found = self.cutoffs[there]
        return ("", "") if found is None else (self.market.class_name(found.priority_class), str(found.place))

    def closest_group(self, applicant: str, title: str, priority_class: int, place: int) -> Row:
        """Return seat_group, cutoff_priority, cutoff_place, places_short for a refusal: where it was closest."""
        first: int | None = None
        nearest: tuple[int, int] | None = None  # places short, precedence
        for index, group in enumerate(self.market.groups[title]):
            if applicant not in group.standing:
                continue
            first = index if first is None else first
            found, entitled = self.cutoffs[title, index], self.market.offerings[title].members[index]
            member = entitled is None or applicant in entitled
            if found is not None and (found.priority_class, found.member) == (priority_class, member):
                short = place - found.place, index
                nearest = short if nearest is None else min(nearest, short)
        if first is None:
            return ("", "", "", "")
        index = first if nearest is None else nearest[1]
        cells = self.cutoff_cells((title, index))
        return (self.market.groups[title][index].name, *cells, "" if nearest is None else str(nearest[0]))


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


def public_numbers(folder: Path, draw: Draw) -> Iterator[Finding]:
    """I7: the published numbers are those of the draw: each once, sorted, and nothing beside them."""
    if not (folder / PUBLIC_NUMBERS).exists():
        return
    stated = (folder / PUBLIC_NUMBERS).read_text(encoding="utf-8", errors="replace").splitlines()
    drawn = ["lottery_number", *sorted(set(draw.shown.values()) - {""})]
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


def digest_of(market: Market, placed: Mapping[str, Seat | None]) -> str:
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
    if (draw := record["draw"]).get("tie_breaker") != "single":
        raise BadInput(f"record.json, draw: this verifier knows the single tie-breaker only, not {draw!r}.")
    return record


def redraw(tables: Mapping[str, Table], record: Mapping[str, Any], given: bool) -> tuple[Draw, list[Finding]]:
    """I7: recompute K and every ticket, or order the numbers that were drawn elsewhere."""
    applicants = [applicant for (applicant,) in tables["applicants"].each("applicant_id")]
    findings = []
    source = "given" if given else "formula"
    if record["draw"].get("numbers") != source:
        text = f"record.json says numbers {record['draw'].get('numbers')!r}; the inputs say {source!r}"
        findings.append(Finding("I7", "draw", text))
    if not given and not isinstance(record.get("seed"), str):
        raise BadInput(f"record.json, seed: a text is expected, not {record.get('seed')!r}.")
    if isinstance(record.get("seed"), str):
        key = rehearsal_key(record["seed"])
        if record["draw"].get("key") != key.hex() and not (given and not record["draw"].get("key")):
            text = f"record.json says K = {record['draw'].get('key')}; the seed gives {key.hex()}"
            findings.append(Finding("I7", "draw", text))
    if not given:
        return draw_by_formula(key, applicants), findings
    draw, more = draw_as_given(tables["numbers"], applicants)
    return draw, findings + more


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
    streamed = {"choices"}
    tables = {n: read_table(folder, n, c) for n, c in (REQUIRED | OPTIONAL).items() if n not in streamed}
    everybody = tables["all applicants"] = tables["applicants"]
    statuses, unaccounted = roll_call(everybody)
    note(unaccounted)
    is_included = [status in ("", "included") for (status,) in everybody.each("status")]
    rows = [row for row, included in zip(everybody.rows, is_included, strict=True) if included]
    tables["applicants"] = Table("applicants", everybody.column, rows)

    say("draw")
    draw, misdrawn = redraw(tables, record, (folder / "inputs" / "numbers.csv").exists())
    note(misdrawn)
    note(public_numbers(folder, draw))

    say("standings")
    market = compile_market(folder, tables, policy, draw)

    say("recount")
    expected = recount(market.choices, market.groups)
    published, placed, unreadable = published_offers(folder, market)
    note(unreadable)

    say("invariants")
    note(all_objections(market.choices, market.groups, placed, expected))
    note(offer_rows_agree(market, published, placed))
    counts = {"submitted": len(everybody.rows)} | {s: statuses[s] for s in ("included", "withdrawn", "rejected")}
    counts["offers"] = sum(bool(row[2]) for row in published.values())
    note(
        Finding("I8", f"counts: {name}", f"record.json says {record['counts'].get(name)}; the bundle has {n}")
        for name, n in counts.items()
        if record["counts"].get(name) != n
    )
    outcome = digest(row[:3] for row in published.values())
    backwards = recount(market.choices, market.groups, list(market.choices)[::-1])
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
