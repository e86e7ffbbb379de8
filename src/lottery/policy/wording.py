"""What the model has against a text, in the words of its author: one problem for each place, with what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from lottery.errors import Problem
from lottery.policy.condition import CONDITIONS, Clause
from lottery.policy.reading import Path_, line_of

SHOWN = 60
PATTERNS = {
    r"^[A-Za-z][A-Za-z0-9_]{0,63}$": "a letter, then letters, digits or underscores, 64 characters at most",
    r"^(\d+(\.\d+)?%|\d+/[1-9]\d*)$": "a share as 25% or 1/3",
    r"^\d+(\.\d+)?%$": "a percentage such as 40%",
    r"^\d{4}-\d{2}-\d{2}$": "a date as 2027-03-01",
    r"^[a-z0-9][a-z0-9./-]*$": "small letters, digits, dots, hyphens and slashes, such as pusd/general-2019",
    r"^[a-z0-9][a-z0-9_-]{0,63}$": "small letters, digits, hyphens and underscores, 64 characters at most",
}
BARE_PERCENTAGE = re.compile(r"[2-9]|[1-9]\d(\.\d+)?|[2-9]\.\d+|100")  # up to 1 it may be a share as well
NOT_PERMITTED = "This is not one of the permitted answers."
NO_CONDITION = "Write the name of a fact, or all, any or none with a list, or a column test."


def objections(error: ValidationError, written: Any, file: str, root: type[Clause], see: str) -> list[Problem]:
    """Every problem of a text in the order of its lines; `see` is where its language is described."""
    details: dict[Path_, list[Any]] = {}
    for detail in error.errors():
        if detail["type"] == "too_short" and detail["input"]:
            continue  # something stands there, and what is wrong with it is told beside this
        details.setdefault(_place(written, detail), []).append(detail)
    found = []
    for place, own in details.items():
        # Where one reading of a part got further than the others, only its own objections help.
        branches = all(len(detail["loc"]) > len(place) for detail in own)
        if branches and any(len(other) > len(place) and other[: len(place)] == place for other in details):
            continue
        told = [_words(detail, root, see) for detail in own]
        answers = list(dict.fromkeys(remedy for _, remedy in told))
        if len(answers) > 1:
            answers = [f"Write {', or '.join(a.removeprefix('Write ').removesuffix('.') for a in answers)}."]
        column = ".".join(map(str, place))
        found.append(Problem(file, line_of(written, place), column, _shown(own[0]), told[0][0], answers[0]))
    return sorted(found, key=lambda problem: problem.order)


def _place(written: Any, detail: Any) -> Path_:
    """The path of a detail as its author knows it: without the tags of the model's unions."""
    place: list[str | int] = []
    node = written
    for part in detail["loc"]:
        there = isinstance(node, Mapping) and part in node
        if there or (isinstance(node, list) and isinstance(part, int) and part < len(node)):
            place.append(part)
            node = node[part]
    if detail["type"] == "missing":
        place.append(detail["loc"][-1])
    return tuple(place)


def _shown(detail: Any) -> str:
    value = detail["input"]
    if detail["type"] == "missing" or value is None or isinstance(value, (dict, list, tuple)):
        return ""
    return (str(value).lower() if isinstance(value, bool) else str(value))[:SHOWN]


def _words(detail: Any, root: type[Clause], see: str) -> tuple[str, str]:
    """Why, and what to do."""
    kind, path = detail["type"], tuple(detail["loc"])
    if kind == "extra_forbidden":
        return f"The key {path[-1]!r} is unknown here.", f"Permitted: {', '.join(_permitted_keys(path[:-1], root))}."
    if kind == "missing":
        return _missing(path, root)
    if kind == "value_error":
        message = str(detail["msg"]).removeprefix("Value error, ")
        return f"{message[0].upper()}{message[1:]}.", getattr(detail["ctx"]["error"], "remedy", "Correct this part.")
    why, remedy = _wrong(detail, path, root, see)
    return ("The answer is left blank." if detail["input"] is None else why), remedy


def _missing(path: Path_, root: type[Clause]) -> tuple[str, str]:
    if isinstance(path[-1], int):
        descriptions = [field.description for field in _fields(path[:-1], root) if field.description]
        return "A value is missing at the end of this list.", f"Write {'; '.join(descriptions) or 'every value'}."
    answers = _permitted_answers(path, root)
    one_of = f" Write one of: {', '.join(answers)}." if answers else ""
    return f"The key {path[-1]!r} is missing, and it has no default.", f"Add it.{one_of}"


def _wrong(detail: Any, path: Path_, root: type[Clause], see: str) -> tuple[str, str]:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "").replace("True", "true")
        return NOT_PERMITTED, f"Write {expected}."
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return "This is not a condition.", NO_CONDITION
    if kind == "string_pattern_mismatch":
        return _ill_written(detail["input"], context["pattern"], see)
    if kind == "too_short":
        return "There is nothing here.", "Write at least one."
    if kind == "too_long":
        return "There are too many here.", f"Write {context['max_length']} at most."
    if kind in ("tuple_type", "list_type"):
        return "This is not a list.", "Write a list."
    if kind in ("dict_type", "model_type"):
        return "This has no keys.", f"Write keys and values, see {see}."
    if kind == "string_type" and isinstance(detail["input"], int) and "%" in (pattern := _pattern(path, root)):
        return _ill_written(str(detail["input"]), pattern, see)
    if kind in ("string_type", "string_too_short"):
        return "This is not read as text.", "Write a text; a number stands in quotes."
    if kind.startswith("bool_"):
        return NOT_PERMITTED, "Write true or false."
    if kind.startswith(("int_", "float_", "decimal_", "finite_", "greater_", "less_")):
        return NOT_PERMITTED, f"Write {_number(context, path, root)}."
    return NOT_PERMITTED, f"Write it as {see} says."


def _ill_written(text: str, pattern: str, see: str) -> tuple[str, str]:
    """A text of another form; a bare number where a share belongs lacks its sign only."""
    answer = PATTERNS.get(pattern, f"it as {see} says")
    if "%" in pattern and BARE_PERCENTAGE.fullmatch(text):
        answer = f"{text}%"
    return "This is not written as it must be.", f"Write {answer}."


def _pattern(path: Path_, root: type[Clause]) -> str:
    """The form of the text that belongs at a path, "" for any text."""
    return next((rule.pattern for rule in _rules(path, root) if getattr(rule, "pattern", None)), "")


def _rules(path: Path_, root: type[Clause]) -> list[Any]:
    """What the model asks of the answer at a path."""
    fields = _fields(path, root)
    parts = [part for field in fields for part in _parts(field.annotation)]
    return [rule for part in (*fields, *parts) if isinstance(part, FieldInfo) for rule in part.metadata]


def _number(context: Mapping[str, Any], path: Path_, root: type[Clause]) -> str:
    fields = _fields(path, root)
    parts = [part for field in fields for part in _parts(field.annotation)]
    noun = "a whole number" if int in parts else "a number"
    rules = _rules(path, root)
    lowest = next((rule.ge for rule in rules if hasattr(rule, "ge")), context.get("ge"))
    above = next((rule.gt for rule in rules if hasattr(rule, "gt")), None)
    if above is not None:
        places = f" with {context['decimal_places']} decimals at most" if "decimal_places" in context else ""
        return f"{noun} above {above}{places}" + (f", {context['le']} at most" if "le" in context else "")
    most = next((rule.le for rule in rules if hasattr(rule, "le")), context.get("le"))
    highest = "" if most is None else f" to {most}"
    return noun if lowest is None else f"{noun} from {lowest}{highest}"


def _fields(path: Path_, root: type[Clause]) -> list[FieldInfo]:
    """The fields a path may mean: those of its last key that belongs to the model."""
    for end in range(len(path), 0, -1):
        if isinstance(path[end - 1], str):
            clauses = _clauses_at(path[: end - 1], root)
            if fields := [field for clause in clauses if (field := _field(clause, str(path[end - 1])))]:
                return fields
    return []


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _parts(part)


def _clauses_at(path: Path_, root: type[Clause]) -> list[type[Clause]]:
    """The parts of the model that may stand at a path."""
    clauses = [root]
    for part in path:
        if str(part) in CONDITIONS:
            clauses = [CONDITIONS[str(part)]]
        elif isinstance(part, str):
            fields = [field for clause in clauses if (field := _field(clause, part))]
            inner = [part for field in fields for part in _parts(field.annotation) if _is_clause(part)]
            clauses = inner or clauses
    return clauses


def _is_clause(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, Clause)


def _field(clause: type[Clause], key: str) -> FieldInfo | None:
    return next((field for name, field in clause.model_fields.items() if key == (field.alias or name)), None)


def _permitted_keys(path: Path_, root: type[Clause]) -> list[str]:
    clauses = _clauses_at(path, root)
    return sorted({field.alias or name for clause in clauses for name, field in clause.model_fields.items()})


def _permitted_answers(path: Path_, root: type[Clause]) -> Sequence[str]:
    fields = [field for clause in _clauses_at(path[:-1], root) if (field := _field(clause, str(path[-1])))]
    return [
        str(answer)
        for field in fields
        for part in (field.annotation, *get_args(field.annotation))
        if get_origin(part) is Literal
        for answer in get_args(part)
    ]
