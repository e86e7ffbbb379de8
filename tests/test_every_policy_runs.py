"""Every policy that ships is run to its end on one small district: audited, and told to every family in both languages."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from lottery import engine
from lottery.auditor import verify
from lottery.explain import explain_all
from lottery.policy.shipped import shipped_policies, shipped_policy
from lottery.report.letters import letter
from lottery.sample import synthesize

APPLICANTS, PROGRAMS = 70, 8


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A synthetic district with a third of its seats, so that many are refused, and a program without any."""
    home = tmp_path_factory.mktemp("district") / "cycle"
    synthesize(APPLICANTS, PROGRAMS, "every policy", home)
    header, *offerings = (home / "seats.csv").read_text(encoding="utf-8").splitlines()
    fewer = [
        f"{row.rpartition(',')[0]},{int(row.rpartition(',')[2]) // 3 * (n > 0)}" for n, row in enumerate(offerings)
    ]
    (home / "seats.csv").write_text("\n".join([header, *fewer, ""]), encoding="utf-8")
    return home


def resolved(name: str, folder: Path) -> Path:
    """A shipped policy as a board adopts it: with a resolution."""
    written = YAML(typ="safe").load(shipped_policy(name).read_text(encoding="utf-8"))
    home = folder / "policy.yaml"
    home.write_text(json.dumps({"resolution": "2027-14", **written}, default=str), encoding="utf-8")
    return home


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", shipped_policies())
def test_a_shipped_policy_runs_and_every_family_can_be_told(district, name, tmp_path, capsys):
    """One offer at most for each child, within the seats; the verifier passes it; no letter has a gap."""
    out = tmp_path / "out"
    engine.run(district, resolved(name, tmp_path), "every policy", out)
    assert verify.main([str(out)]) == 0, capsys.readouterr().out

    programs = {row["program_id"]: row["name"] for row in rows(out / "inputs" / "programs.csv")}
    offers = {row["applicant_id"]: row["program_id"] for row in rows(out / "offers.csv")}
    included = [row for row in rows(out / "inputs" / "applicants.csv") if row["status"] in ("", "included")]
    assert sorted(offers) == sorted(row["applicant_id"] for row in included)
    assert sum(map(bool, offers.values())) == sum(int(row["filled"]) for row in rows(out / "cutoffs.csv")) > 0
    assert all(int(row["filled"]) <= int(row["capacity"]) for row in rows(out / "cutoffs.csv"))

    told = {answer.applicant: answer for answer in explain_all(out)}
    assert told.keys() >= offers.keys()
    for applicant, answer in told.items():
        letters = {language: letter(answer, language) for language in ("en", "es")}
        assert letters["en"] != letters["es"]
        for text in letters.values():
            assert applicant in text
            assert not set("{}<>") & set(text)
            assert not {"nan", "inf", "  "} & set(text.split(" "))
            if program := offers.get(applicant):
                assert programs[program] in text
