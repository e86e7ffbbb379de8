"""
A tiny bundle, worked out by hand, and the means to spoil it.

Two schools.  Oak and Art are in Oak's building, Elm in Elm's.  In kindergarten Oak has two seats, Art one, and Elm one
plus the one that Fay holds.  The places are ana 1, ben 2, cal 3, dee 4, eli 5, fay 6 (seed "seed 171").

    who  what matters                             choices
    ana  nothing                                  oak elm
    ben  lives in Oak's zone                      oak
    cal  low income, did not pass Art's audition  art oak elm
    dee  a sister in grade 02 at Oak              oak elm
    eli  income not disclosed                     elm
    fay  holds a seat at Elm                      oak (elm)

Half of the seats, rounded up, go first to low-income children.  Oak has 1 low_income + 1 open: Cal takes the first
(the only member), Dee (sibling) the second, before Ben (zone), Ana and Fay (otherwise).  Elm has 1 secured +
1 low_income + 0 open: Fay comes back to the secured seat and so moves Ana to the low_income one, which no member wants;
Eli, place 5, stands behind Ana.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SEED = "seed 171"
KEY = "a999a91989cb143a54cedf62f8e12058e9053a3949051d3646dfa22d75ef95fa"

INPUTS = {
    "schools": "school_id,name\nelmb,Elm\noakb,Oak\n",
    "programs": (
        "program_id,school_id,name,pathway,lowest_grade,highest_grade\n"
        "art,oakb,Art,arts,KG,05\nelm,elmb,Elm,general,KG,05\noak,oakb,Oak,general,KG,05\n"
    ),
    "seats": "program_id,grade,capacity\nart,KG,1\nelm,KG,1\noak,KG,2\n",
    "applicants": (
        "applicant_id,grade,household_id,zone_school_id,current_program_id,status,status_reason,income\n"
        "ana,KG,h1,,,,,paid\n"
        "ben,KG,h2,oakb,,included,,paid\n"
        "cal,KG,h3,,,,,free\n"
        "dee,KG,h4,,,,,paid\n"
        "eli,KG,h5,,,,,\n"
        "fay,KG,h6,,elm,,,paid\n"
        "gus,KG,h7,,,withdrawn,,paid\n"
        "hal,KG,h8,,,rejected,lives elsewhere,free\n"
    ),
    "choices": (
        "applicant_id,rank,program_id\n"
        "ana,1,oak\nana,2,elm\nben,1,oak\ncal,1,art\ncal,2,oak\ncal,3,elm\ndee,1,oak\ndee,2,elm\neli,1,elm\nfay,1,oak\n"
        "gus,1,oak\n"
    ),
    "roster": "student_id,household_id,school_id,program_id,grade\ndora,h4,oakb,oak,02\nearl,h2,oakb,oak,05\n",
    "facts": "applicant_id,program_id,fact,value\nana,art,audition,yes\ncal,art,audition,no\n",
}
POLICY: dict[str, Any] = {
    "schema_version": 1,
    "policy": "test/tiny",
    "title": "Half the seats for low-income families",
    "mechanism": "deferred-acceptance",
    "list_cap": "none",
    "undisclosed": {"income": "not_member"},
    "facts": {"low_income": {"column": "income", "in": ["free", "reduced"]}},
    "siblings": {"at": "program", "household": "same_address"},
    "eligible": {"any": ["audition", {"none": [{"column": "pathway", "equals": "arts"}]}]},
    "priorities": [
        {"class": "sibling", "when": "sibling"},
        {"class": "zone", "when": {"all": ["zone", {"none": ["continuing"]}]}},
        {"class": "otherwise"},
    ],
    "seat_groups": [
        {
            "programs": "all",
            "groups": [
                {"name": "low_income", "for": "low_income", "share": "50%", "rounding": "up", "unfilled": "release"},
                {"name": "open", "rest": True},
            ],
        }
    ],
    "tie_breaker": {"draw": "single"},
    "secured_seat": "continuing",
    "waitlist": {"vacancy": "group_then_open"},
    "rounds": ["main"],
}
NUMBERS = {
    "ana": "0.036213696630121475",
    "ben": "0.085519192684721867",
    "cal": "0.105025406061795353",
    "dee": "0.740800290429041398",
    "eli": "0.805966600549468870",
    "fay": "0.923734283297965682",
}
OUTPUTS = {
    "offers.csv": (
        "applicant_id,grade,program_id,rank,seat_group,priority,lottery_number,place\n"
        "ana,KG,elm,2,low_income,otherwise,{ana},1\n"
        "ben,KG,,,,,{ben},2\n"
        "cal,KG,oak,2,low_income,otherwise,{cal},3\n"
        "dee,KG,oak,1,open,sibling,{dee},4\n"
        "eli,KG,,,,,{eli},5\n"
        "fay,KG,elm,2,secured,secured,{fay},6\n"
    ),
    "reasons.csv": (
        "applicant_id,program_id,rank,outcome,seat_group,priority,lottery_number,place,"
        "cutoff_priority,cutoff_place,places_short,waitlist_position\n"
        "ana,oak,1,not_reached,low_income,otherwise,{ana},1,otherwise,3,,2\n"
        "ana,elm,2,offered,low_income,otherwise,{ana},1,otherwise,1,,\n"
        "ben,oak,1,not_reached,low_income,zone,{ben},2,otherwise,3,,1\n"
        "cal,art,1,ineligible,,,,,,,,\n"
        "cal,oak,2,offered,low_income,otherwise,{cal},3,otherwise,3,,\n"
        "cal,elm,3,higher_choice,,otherwise,{cal},3,,,,\n"
        "dee,oak,1,offered,open,sibling,{dee},4,sibling,4,,\n"
        "dee,elm,2,higher_choice,,otherwise,{dee},4,,,,\n"
        "eli,elm,1,not_reached,low_income,otherwise,{eli},5,otherwise,1,4,1\n"
        "fay,oak,1,not_reached,low_income,otherwise,{fay},6,otherwise,3,,3\n"
        "fay,elm,2,offered,secured,secured,{fay},6,secured,6,,\n"
    ),
    "cutoffs.csv": (
        "program_id,grade,seat_group,capacity,filled,member,priority,lottery_number,place\n"
        "art,KG,low_income,1,0,,,,\n"
        "art,KG,open,0,0,,,,\n"
        "elm,KG,low_income,1,1,no,otherwise,{ana},1\n"
        "elm,KG,open,0,0,,,,\n"
        "elm,KG,secured,1,1,yes,secured,{fay},6\n"
        "oak,KG,low_income,1,1,yes,otherwise,{cal},3\n"
        "oak,KG,open,1,1,yes,sibling,{dee},4\n"
    ),
    "waitlists.csv": (
        "program_id,grade,position,applicant_id,priority,lottery_number,place\n"
        "elm,KG,1,eli,otherwise,{eli},5\n"
        "oak,KG,1,ben,zone,{ben},2\n"
        "oak,KG,2,ana,otherwise,{ana},1\n"
        "oak,KG,3,fay,otherwise,{fay},6\n"
    ),
    "summary.json": "{{}}\n",
}
DIGEST_LINES = "ana,KG,elm\nben,KG,\ncal,KG,oak\ndee,KG,oak\neli,KG,\nfay,KG,elm\n"


def sha256(data: bytes) -> str:
    """Hash as the record does."""
    return hashlib.sha256(data).hexdigest()


class Bundle:
    """A bundle folder that a test may spoil, and seal again so that the hashes do not give the error away."""

    sha256 = staticmethod(sha256)

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, text: str) -> None:
        """Write one file."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace a text that must be there exactly once."""
        text = (self.folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def change_json(self, name: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change a JSON file in place."""
        value = json.loads((self.folder / name).read_text(encoding="utf-8"))
        change(value)
        self.write(name, json.dumps(value, sort_keys=True, separators=(",", ":")) + "\n")

    def seal(self) -> None:
        """Write the hashes of all files into the record, the rules hash included."""
        inputs = {path.name: sha256(path.read_bytes()) for path in (self.folder / "inputs").iterdir()}
        policy = sha256((self.folder / "policy.json").read_bytes())
        rules = {f"{n}.csv" for n in ("programs", "seats", "schools", "feeders", "roster", "priorities", "facts")}
        hashes = {name: value for name, value in inputs.items() if name in rules} | {"policy.json": policy}
        prefixed = [text.encode() for name in sorted(hashes) for text in (name, hashes[name])]
        files = [p for p in self.folder.rglob("*") if p.is_file() and p.name != "record.json"]

        def change(record: dict[str, Any]) -> None:
            record["inputs"] = inputs
            record["policy"] = {"id": "test/tiny", "sha256": policy}
            record["rules_hash"] = sha256(b"".join(len(text).to_bytes(4, "big") + text for text in prefixed))
            record["outputs"] = {p.relative_to(self.folder).as_posix(): sha256(p.read_bytes()) for p in files}

        self.change_json("record.json", change)


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """The bundle described above, complete and correct."""
    bundle = Bundle(tmp_path / "bundle")
    for name, text in INPUTS.items():
        bundle.write(f"inputs/{name}.csv", text)
    bundle.write("policy.json", json.dumps(POLICY, sort_keys=True, separators=(",", ":")) + "\n")
    for name, text in OUTPUTS.items():
        bundle.write(name, text.format(**NUMBERS))
    record = {
        "format": 1,
        "status": "REHEARSAL",
        "ceremony": "none",
        "cycle": "tiny",
        "seed": SEED,
        "round": "main",
        "draw": {"key": KEY, "tie_breaker": "single", "numbers": "formula"},
        "engine_hash": "0" * 64,
        "outcome_digest": sha256(DIGEST_LINES.encode()),
        "counts": {"submitted": 8, "included": 6, "withdrawn": 1, "rejected": 1, "offers": 4},
        "versions": {},
    }
    bundle.write("record.json", json.dumps(record))
    bundle.seal()
    return bundle
