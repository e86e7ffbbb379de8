"""From a zip file to one family's answer: what the API says is what the run's own files say."""

from __future__ import annotations

import csv
import json
from hashlib import sha256

import pytest

from lottery import engine
from lottery.chances import chances
from lottery.draw.seals import engine_hash
from lottery.explain import explain
from lottery.policy.shipped import shipped_policy
from lottery.report.letters import letter


def test_health_names_the_engine_that_seals_the_runs(client, settings, run):
    health = client.get("/v1/health").json()

    record = json.loads((settings.data / "runs" / run / "record.json").read_text())
    assert health["database"] == "ok"
    assert health["engine_hash"] == engine_hash() == record["engine_hash"]


def test_a_run_through_the_api_decides_what_the_engine_decides(client, run, town, tmp_path):
    """F40: what is told is what was computed."""
    done = engine.run(town, shipped_policy("baseline/no-priorities"), "2027", tmp_path / "out")

    told = client.get(f"/v1/runs/{run}").json()

    assert told["outcome_digest"] == done.digest
    assert told["summary"] == json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (told["status"], told["cycle"], told["seed"]) == ("REHEARSAL", "town-2027", "2027")
    assert told["policy"] == "baseline/no-priorities"


def test_the_record_digest_is_that_of_the_file(client, settings, run):
    record = (settings.data / "runs" / run / "record.json").read_bytes()

    assert client.get(f"/v1/runs/{run}").json()["record_sha256"] == sha256(record).hexdigest()


def test_every_childs_answer_is_its_own_rows_and_nobody_elses(client, settings, run, offers):
    """F46: no empty or mismatched rows."""
    reasons: dict[str, list[dict[str, str]]] = {}
    with (settings.data / "runs" / run / "reasons.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            reasons.setdefault(row["applicant_id"], []).append(row)

    for applicant, offer in offers.items():
        answer = client.get(f"/v1/runs/{run}/answers/{applicant}").json()
        assert answer == {
            "run": run, "applicant_id": applicant, "offer": offer, "reasons": reasons.get(applicant, []),
        }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "es"])
def test_the_explanation_is_the_letter_of_the_bundle(client, settings, run, offers, lang):
    """F18: the explanation is rendered from the same record."""
    applicant = next(iter(offers))

    told = client.get(f"/v1/runs/{run}/answers/{applicant}/explanation", params={"lang": lang}).json()

    assert told["text"] == letter(explain(settings.data / "runs" / run, applicant), lang)


def test_the_report_is_the_page_of_the_bundle(client, settings, run):
    page = client.get(f"/v1/runs/{run}/report")

    assert page.headers["content-type"].startswith("text/html")
    assert page.content == (settings.data / "runs" / run / "report.html").read_bytes()


def test_chances_are_counted_once_and_are_those_of_the_runs_own_market(client, run, town, offers, finished):
    """F7: the predictor reads the seats from the bundle."""
    applicant = next(iter(offers))
    address = f"/v1/runs/{run}/chances/{applicant}"

    first = client.get(address, params={"draws": 40})
    assert first.status_code == 202
    assert finished(client, first.headers["location"])["state"] == "done"
    told = client.get(address, params={"draws": 40})

    assert told.status_code == 200
    _, _, market = engine.prepare(town, shipped_policy("baseline/no-priorities"))
    counted = chances(market, "2027", 40)
    i = market.applicants.index(applicant)
    own = range(market.choice_start[i], market.choice_start[i + 1])
    expected = {market.programs[market.program[a]]: counted.count[a] / 40 for a in own}
    expected[""] = counted.count_none[i] / 40
    assert {row["program_id"]: row["probability"] for row in told.json()["chances"]} == pytest.approx(expected)
    assert [row["rank"] for row in told.json()["chances"]] == [*range(1, len(own) + 1), None]


def test_a_clean_cycle_and_policy_check_clean_and_leave_nothing_behind(client, settings, files, run):
    before = sorted(path for path in settings.data.rglob("*"))

    checked = client.post("/v1/check", files=files)

    assert checked.json() == {"errors": 0, "warnings": 0, "problems": []}
    assert sorted(path for path in settings.data.rglob("*")) == before


def test_what_was_sent_is_deleted_once_the_job_is_over(settings, run):
    """F45: nothing is kept longer than it is needed; the bundle has its own inputs."""
    assert list((settings.data / "uploads").iterdir()) == []


def test_the_documentation_describes_every_route_and_every_error(client):
    pages = client.get("/v1/openapi.json").json()

    for path, methods in pages["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            if path != "/v1/health":
                assert operation["security"] == [{"HTTPBearer": []}]
                assert operation["responses"]["422"]["content"]["application/json"]["schema"]["$ref"].endswith(
                    "/Refused"
                )
    assert "examples" in pages["components"]["schemas"]["JobRead"]
