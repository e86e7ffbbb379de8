"""Junk in every key of every kind of question, and in the folders they name: never a traceback, always a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from street import TABLES
from tiny_cycles import POLICY

from lottery.errors import Problem, Refusal
from lottery.planning import KINDS, Work, answer_question
from lottery.planning.question import QuestionError, read_question
from lottery.policy.reading import read_yaml

SHIPPED = Path(__file__).parents[2] / "simulations" / "questions"
TOWN = {
    **TABLES,
    "schools": "school_id,name,latitude,longitude,places,low,all,level\n"
    "a,Ash,0,0.00,10,3,6,ES\nb,Birch,0,0.01,5,1,4,ES\nc,Cedar,0,0.03,,1,2,ES\n",
    "programs": TABLES["programs"] + "m-one,c,Middle,GENERAL,03,04\nm-two,b,Middle two,GENERAL,03,04\n",
    "feeders": "from_program_id,to_program_id\na-gen,m-one\na-gen,m-two\nb-gen,m-one\n",
}
FACILITIES = {
    "rooms": "school_id,room_id,size,kind,program_id,grade\na,k1,4,kindergarten,,\na,k2,3,kindergarten,,\n"
    "a,r1,3,,,\na,r2,3,,,\nb,k1,4,kindergarten,b-gen,\nb,r1,4,,,\nb,r2,4,,,01\nb,r3,4,,,\nb,r4,4,,,\nb,gym,99,other,,\n",
    "class_sizes": "grade,most,combined_most,source\n"
    + "".join(f"{g},4,3,x\n" for g in ("KG", "01", "02", "03", "04")),
    "teachers": "school_id,credential,teachers\na,general,5\nb,general,9\n",
    "strands": "program_id,grade,sections,most_sections,credential,combine\n"
    "a-gen,KG,1,2,,yes\na-gen,01,1,2,,yes\nb-gen,KG,1,1,general,no\n",
    "pupils": "program_id,grade,residents,holds,hold_reason\na-gen,KG,1,1,foster\nb-gen,KG,0,0,\n",
}
LOW = {"name": "low", "for": "low_income", "share": "50%", "rounding": "up", "unfilled": "release"}
PLAIN = {
    **POLICY,
    "facts": {"low_income": {"column": "low", "table": "applicants", "in": ["yes"]}},
    "seat_groups": [{"programs": {"program_id": ["b-art"]}, "groups": [LOW, {"name": "rest", "rest": True}]}],
}
CHANCE = {"rate": 0.9, "spread": 0.01}
PLACES = {"per_year": 3, "changes": {"2017-18": 4}, "taken": CHANCE}
COMMON = {"title": "t", "cycle": "town", "assumed": "a test"}
DRAWN = {"policy": "plain.yaml", "seed": "2027", "draws": 2, "groups": ["low_income"]}
NEW = {
    "program_id": "n-art", "school": "n", "name": "New", "pathway": "ARTS", "seats": {"KG": 2},
    "families": {"like": {"pathway": ["ARTS"]}, "place": "nearer_first", "share": "40%"},
    "columns": {"highest_grade": "02"},
}  # fmt: skip
OPENS = {
    "program": "n-x", "from": "2017-18", "lowest_grade": "03", "highest_grade": "04", "entering": {"03": PLACES},
    "fed_by": ["b-gen"], "feeds": [],
}  # fmt: skip
CLAIM = {"site": "M", "scenario": "as now", "quote": "q"}
QUESTIONS: Mapping[str, dict[str, Any]] = {
    "extra_seats": {
        **COMMON, **DRAWN, "extra": 2, "step": 1, "among": {"pathway": ["GENERAL"]},
        "limits": {
            "per_offering": 2, "per_program": 2, "per_school": 2, "budget": 10_000,
            "at_most": [{"why": "w", "programs": {"school_id": ["a"]}, "seats": 1}],
            "costs": [{"programs": "all", "per_seat": 4_000}],
        },
        "objective": ["sum_of_ranks", "first_choices of low_income"], "no_offer": 9, "exact": True,
    },
    "seats": {**COMMON, "facilities": "rooms", "years": 2, "upward": "children", "stay": {"01": "85%"}},
    "attainable": {
        **COMMON, **DRAWN,
        "targets": [{"fact": "low_income", "per": "school", "centre": "25%", "points": 25}],
    },
    "sites": {
        **COMMON, **DRAWN, "compare": {"level": ["ES"]}, "band": 10, "capacity_column": "places",
        "buildings": {"a": {"capacity": 9, "transported": 1, "planned_facility_funds": 3,
                            "special_facilities": ["gym"], "alternative_use": "library"}},
        "enrolled": {"low_income": {"members": "low", "of": "all"}},
        "receiving": {"programs": {"pathway": ["GENERAL"]}, "neighbours": 1},
        "special_lottery": {"choices": 2, "added": {"01": 1}, "seen": {"where": "Elsewhere", "by_choice": [3, 1]}},
        "options": {
            "shut": {"title": "Shut", "steps": [{"close": {"school": "a"}}]},
            "moves": {"steps": [
                {"close": {"program": "b-art"}}, {"move": {"program": "a-gen", "to": "b"}},
                {"move": {"school": "b", "to": "c"}},
                {"open_school": {"school_id": "n", "name": "New", "latitude": 0.0, "longitude": 0.02,
                                 "columns": {"level": "ES"}}},
            ]},
            "new": {"steps": [{"open_school": {"school_id": "n", "name": "New"}}, {"open": NEW}]},
        },
    },
    "roll_forward": {
        **COMMON, "seed": "s", "start": "2016-17", "years": 2, "worlds": 100,
        "stay": {**CHANCE, "assumed": "t", "by_grade": {"KG": CHANCE}, "by_program": {"a-gen": CHANCE}},
        "continue": {**CHANCE, "source": "t", "by_program": {"a-gen": CHANCE}},
        "split": {"a-gen": {"m-one": 0.3, "m-two": 0.7}},
        "entering": {
            "a-gen": {"KG": PLACES}, "b-gen": {"KG": {"per_year": "as_now"}},
            "m-one": {"03": {"per_year": "seats"}}, "m-two": {"03": {"per_year": 1}},
        },
        "refill": {"a-gen": {"up_to": 3, "grades": ["01"], **CHANCE}},
        "scenarios": {
            "as now": {},
            "new": {"opens": [OPENS], "entering": {"a-gen": {"KG": PLACES}}, "split": {"b-gen": {"m-one": 0.5, "n-x": 0.5}}},
        },
        "sites": {
            "M": {"programs": ["m-one", "m-two"], "grades": ["03"], "room": 5, "assumed": "t",
                  "enrolled": {"2016-17": 3}, "enrolled_source": "me"},
        },
        "claims": [
            {**CLAIM, "full_now": True}, {**CLAIM, "full_from": "2017-18"}, {**CLAIM, "has_space_through": "2017-18"},
            {**CLAIM, "wall_to_wall_from": "2017-18", "program": "m-one"},
        ],
        "vary": {"continue": [0.4], "stay": [0.5], "worlds": 100},
    },
}  # fmt: skip
JUNK = (
    None, "", -1, 1e9, 10**30, [], {}, "x", True, [["a"], [1]], "w" * 5000, "é\u202e😀", float("nan"), 0.5, {"x": ["y"]},
    {"program_id": ["x"]}, "2016-17", "KG",
)  # fmt: skip
Path_ = tuple[str | int, ...]


def paths(written: Any, at: Path_ = ()) -> Iterator[Path_]:
    """Every place of a question."""
    if at:
        yield at
    pairs = written.items() if isinstance(written, dict) else enumerate(written) if isinstance(written, list) else ()
    for key, value in pairs:
        yield from paths(value, (*at, key))


def shape(kind: str, path: Path_) -> Path_:
    """A place without the numbers of lists and the names that a question makes up."""
    return tuple(key if key in KEYS[kind] else "*" for key in path)


def keys(schema: Any) -> set[str]:
    """Every key of every clause in the schema of a model."""
    if isinstance(schema, list):
        return set().union(*map(keys, schema))
    if not isinstance(schema, dict):
        return set()
    own = schema.get("properties")
    return {*(own if isinstance(own, dict) else ()), *set().union(*map(keys, schema.values()))}


KEYS = {name: keys(kind.model.model_json_schema()) for name, kind in KINDS.items()}


@contextmanager
def changed(written: Any, path: Path_, value: Any) -> Iterator[None]:
    """Something else stands in one place for a while."""
    here = written
    for key in path[:-1]:
        here = here[key]
    before, here[path[-1]] = here[path[-1]], value
    yield
    here[path[-1]] = before


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return laid_out(tmp_path_factory.mktemp("junk"))


def laid_out(folder: Path, **other: str | bytes | None) -> Path:
    """The cycle, the facilities and the policy; `other` replaces tables, None leaves one out."""
    for name, tables in (("town", TOWN), ("rooms", FACILITIES)):
        (folder / name).mkdir()
        for table, text in {
            **tables,
            **{key: own for key, own in other.items() if name == "town" or key in tables},
        }.items():
            if text is not None and (table in TOWN or name == "rooms"):
                (folder / name / f"{table}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "plain.yaml").write_text(json.dumps(PLAIN), encoding="utf-8")
    return folder


def written(folder: Path, kind: str, **changes: Any) -> Path:
    path = folder / f"{kind}.yaml"
    question = {"question": kind, **QUESTIONS[kind], **changes}
    path.write_text(json.dumps(question, ensure_ascii=False, indent=1), encoding="utf-8")  # JSON is YAML
    return path


def told(path: Path, out: Path) -> Sequence[str]:
    """The sentences of a refusal, each with a line where it is about a line; of an answer none, but all its files."""
    refused: Sequence[Problem] = ()
    try:
        answer_question(path, out, KINDS, Work())
    except Refusal as refusal:
        refused = refusal.problems
    if not refused:
        assert (out / "report.html").is_file()
        assert (out / "public" / "report.html").is_file()
    for problem in refused:
        placed = problem.row is not None or problem.file != path.name
        assert placed or "missing" in problem.why or "does not say" in problem.why, str(problem)
        assert problem.why
        assert problem.remedy
    assert out.exists() == (not refused)
    return [str(problem) for problem in refused]


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_question_that_junk_is_put_into_is_answered(kind: str, town: Path, tmp_path: Path) -> None:
    assert told(written(town, kind), tmp_path / "out") == []


def test_the_questions_here_have_every_key_of_those_shipped() -> None:
    for path in sorted(SHIPPED.glob("*.yaml")):
        shipped = yaml.safe_load(path.read_text(encoding="utf-8"))
        kind = shipped.pop("question")
        own = {key for place in paths(QUESTIONS[kind]) for key in place}
        assert {key for place in paths(shipped) for key in place} & KEYS[kind] <= own, path.name


@pytest.mark.parametrize("kind", QUESTIONS)
def test_junk_in_any_key_is_refused_with_a_line_or_answered(
    kind: str, town: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(town, kind)
    parsed, models = read_yaml(path.read_text(encoding="utf-8"), path.name), {k: own.model for k, own in KINDS.items()}
    monkeypatch.setattr("lottery.planning.question.read_yaml", lambda *_: parsed)
    places = {shape(kind, place): place for place in paths(QUESTIONS[kind])}
    for number, place in enumerate(places.values()):
        for value in JUNK:
            with changed(parsed, place, value):
                try:
                    read_question(path, models)
                except QuestionError:
                    continue
                told(path, tmp_path / str(number))
            break  # of what the model takes, one is like another


@pytest.mark.parametrize("kind", QUESTIONS)
@pytest.mark.parametrize("table", ["roster", "feeders", "choices", "applicants", "coordinates", "everybody"])
def test_a_cycle_without_a_table_or_without_places_or_anybody_is_answered_or_refused(
    kind: str, table: str, tmp_path: Path
) -> None:
    other: dict[str, str | None] = {table: None} if table in TOWN else {}
    if table == "coordinates":
        for name in ("schools", "applicants"):
            header, *rows = (line.split(",") for line in TOWN[name].splitlines())
            kept = [at for at, column in enumerate(header) if column not in ("latitude", "longitude")]
            other[name] = "".join(",".join(row[at] for at in kept) + "\n" for row in (header, *rows))
    if table == "everybody":
        other = {name: TOWN[name].splitlines()[0] + "\n" for name in ("applicants", "choices", "roster")}
    told(written(laid_out(tmp_path, **other), kind), tmp_path / "out")


FACILITY_JUNK: Mapping[str, str | bytes | None] = {
    "missing": None,
    "empty": b"",
    "only a header": "HEADER",
    "one row": "ONE",
    "a row twice": "TWICE",
    "BOM and CRLF": "CRLF",
    "blank lines": "BLANK",
    "negative": "NEGATIVE",
    "huge": "HUGE",
    "words": "WORDS",
    "unknown names": "UNKNOWN",
    "not UTF-8": b"\xff\xfe\x00",
    "a quote that never ends": b'school_id,room_id\n"a,k1\n',
    "NUL": b"school_id,room_id,size\na,\x00,3\n",
}


def mangled(text: str, how: str) -> bytes:
    """A table of facilities after an accident."""
    header, *rows = text.splitlines()
    other = {
        "HEADER": [header], "ONE": [header, rows[0]], "TWICE": [header, *rows, rows[0]],
        "BLANK": [header, "", *rows, "", ""],
    }  # fmt: skip
    if how in other:
        return ("\n".join(other[how]) + "\n").encode()
    if how == "CRLF":
        return ("\ufeff" + "\r\n".join([header, *rows]) + "\r\n").encode()
    cells = {"NEGATIVE": "-1", "HUGE": "9" * 30, "WORDS": "many", "UNKNOWN": "nowhere"}
    change = [
        ",".join(cells[how] if (cell.isdigit() or how == "UNKNOWN") and at != 0 else cells[how] if how == "UNKNOWN" else cell
                 for at, cell in enumerate(row.split(",")))
        for row in rows
    ]  # fmt: skip
    return ("\n".join([header, *change]) + "\n").encode()


@pytest.mark.parametrize("table", FACILITIES)
@pytest.mark.parametrize("accident", FACILITY_JUNK)
def test_an_accident_in_the_facilities_is_told_or_makes_no_difference(
    accident: str, table: str, tmp_path: Path
) -> None:
    junk = FACILITY_JUNK[accident]
    folder = laid_out(tmp_path, **{table: mangled(FACILITIES[table], junk) if isinstance(junk, str) else junk})
    sentences = told(written(folder, "seats"), tmp_path / "out")

    if accident in ("BOM and CRLF",):
        assert sentences == []
    if accident in ("missing", "empty", "a row twice", "negative", "huge", "words", "unknown names", "not UTF-8"):
        assert any(f"{table}.csv" in sentence for sentence in sentences), sentences
