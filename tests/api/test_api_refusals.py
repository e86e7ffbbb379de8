"""What the API refuses: always a status, a sentence and the problems; never a traceback."""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace

import pytest
from starlette.testclient import TestClient

from api import errors, office
from api.app import create_app
from api.settings import Settings, settings_for
from api.storage import new_id
from lottery.errors import AuditFailure, IntakeError, LotteryError, PolicyError
from lottery.policy.shipped import shipped_policy

STRANGER = "A" * 22


def routes(run, applicant, job):
    """One request for every route of the application but /health, as (method, address)."""
    return {
        ("POST", "/v1/check"): "/v1/check",
        ("POST", "/v1/runs"): "/v1/runs",
        ("GET", "/v1/jobs/{job_id}"): f"/v1/jobs/{job}",
        ("GET", "/v1/runs/{run_id}"): f"/v1/runs/{run}",
        ("GET", "/v1/runs/{run_id}/report"): f"/v1/runs/{run}/report",
        ("GET", "/v1/runs/{run_id}/answers/{applicant_id}"): f"/v1/runs/{run}/answers/{applicant}",
        (
            "GET",
            "/v1/runs/{run_id}/answers/{applicant_id}/explanation",
        ): f"/v1/runs/{run}/answers/{applicant}/explanation",
        ("GET", "/v1/runs/{run_id}/chances/{applicant_id}"): f"/v1/runs/{run}/chances/{applicant}?draws=3",
    }


def test_every_route_but_health_asks_for_the_token(client, files, run, offers, job, finished, settings):
    """F24: every route × with the token, without one, with a wrong one, with another scheme."""
    known = routes(run, next(iter(offers)), job["job"])
    documented = {
        (method.upper(), path)
        for path, methods in client.get("/v1/openapi.json").json()["paths"].items()
        for method in methods
    }
    assert documented == {*known, ("GET", "/v1/health")}  # a new route must be added to this table

    for (method, _), address in known.items():
        body = {"files": files, "data": {"seed": "2027"}} if method == "POST" else {}
        allowed = client.request(method, address, **body)
        assert allowed.status_code in (200, 202), address
        if "location" in allowed.headers:
            finished(client, allowed.headers["location"])
        for shown in (
            "",
            "Bearer wrong",
            f"Basic {settings.token}x",
            "Bearer ",
            f"Bearer {settings.token} "[:-2],
            "Bearer ñ".encode(),
            settings.token,
        ):
            refused = client.request(method, address, headers={"Authorization": shown}, **body)
            assert refused.status_code == 401, (address, shown)
            assert refused.headers["www-authenticate"] == "Bearer"
            assert set(refused.json()) == {"error", "problems"}
    assert client.get("/v1/health", headers={"Authorization": ""}).status_code == 200
    assert client.get("/v1/openapi.json", headers={"Authorization": ""}).status_code == 401


def test_there_is_no_list_of_children_and_no_list_of_runs(client, run):
    """F24: no bulk export."""
    for address in (
        "/v1/runs",
        f"/v1/runs/{run}/answers",
        f"/v1/runs/{run}/answers/",
        f"/v1/runs/{run}/chances",
        "/docs",
    ):
        assert client.get(address, follow_redirects=True).status_code in (404, 405)
    assert len(run) == 22  # 128 bits
    assert new_id() != new_id()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/v1/jobs/{STRANGER}", 404),
        (f"/v1/runs/{STRANGER}", 404),
        (f"/v1/runs/{STRANGER}/report", 404),
        (f"/v1/runs/{STRANGER}/answers/a1", 404),
        (f"/v1/runs/{STRANGER}/answers/a1/explanation", 404),
        (f"/v1/runs/{STRANGER}/chances/a1", 404),
        ("/v1/runs/..%2F..%2Fetc", 404),
        ("/v1/runs/1", 422),
        ("/v1/nothing", 404),
        ("/v1/check", 405),
    ],
)
def test_what_is_not_there_is_answered_in_one_shape(client, address, status):
    answer = client.get(address)

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "problems"}
    assert answer.json()["error"].endswith(".")


@pytest.mark.parametrize("route", ["answers/{}", "answers/{}/explanation", "chances/{}"])
def test_an_unknown_applicant_and_part_of_a_name_are_not_found(client, run, offers, route):
    known = next(iter(offers))
    for name in ("nobody", known[:-1], known + "0", "applicant_id"):
        assert client.get(f"/v1/runs/{run}/" + route.format(name)).status_code == 404


@pytest.mark.parametrize("query", ["draws=0", "draws=1001", "draws=many"])
def test_draws_are_bounded(client, run, offers, query):
    answer = client.get(f"/v1/runs/{run}/chances/{next(iter(offers))}?{query}")

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == "query.draws"


def packed(*members, password=False):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    content = file.getvalue()
    if not password:
        return content
    return content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")


@pytest.mark.parametrize("address", ["/v1/check", "/v1/runs"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed(("../applicants.csv", "x")), "../applicants.csv"),
        (packed(("/etc/passwd", "x")), "/etc/passwd"),
        (packed(("cycle/applicants.csv", "x")), "cycle/applicants.csv"),
        (packed(("applicants.csv/", "")), "applicants.csv/"),
        (packed(("applicants.csv", "x"), ("letter.docx", "x")), "letter.docx"),
        (packed(("seats.csv", "x"), password=True), "password"),
        (b"applicant_id,grade\n", "not a zip file"),
        (packed(("seats.csv", "x" * 100))[:-40], "cannot be unpacked"),
        (b"", "not a zip file"),
    ],
)
def test_a_zip_file_with_anything_but_the_files_of_a_cycle_is_refused(client, settings, files, address, content, said):
    before = sorted(settings.data.parent.rglob("*"))

    answer = client.post(address, files=files | {"cycle": ("c.zip", content)}, data={"seed": "1"})

    assert answer.status_code == 422
    assert said in str(answer.json()["problems"])
    assert "The upload is refused" in answer.json()["error"]
    assert sorted(settings.data.parent.rglob("*")) == before


def test_a_file_that_is_there_twice_is_refused(client, files):
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = packed(("seats.csv", "a"), ("seats.csv", "b"))

    answer = client.post("/v1/check", files=files | {"cycle": ("c.zip", content)})

    assert answer.json()["problems"][0]["value"] == "seats.csv"


def test_a_zip_bomb_is_refused_by_what_comes_out_of_it(client, files):
    bomb = packed(("applicants.csv", b"0" * 900_000), ("choices.csv", b"0" * 900_000))
    assert len(bomb) < 10_000

    answer = client.post("/v1/runs", files=files | {"cycle": ("c.zip", bomb)}, data={"seed": "1"})

    assert answer.status_code == 413


def test_too_large_an_upload_is_refused_with_and_without_a_declared_length(client, files, settings):
    def chunks():
        yield b'--x\r\nContent-Disposition: form-data; name="cycle"; filename="c.zip"\r\n\r\n'
        for _ in range(5):
            yield b"0" * 1_000_000

    declared = client.post("/v1/runs", files=files | {"cycle": ("c.zip", b"0" * 3_000_000)}, data={"seed": "1"})
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    streamed = client.post("/v1/runs", content=chunks(), headers=kind)

    assert (declared.status_code, streamed.status_code) == (413, 413)
    assert streamed.json() == declared.json() == {"error": declared.json()["error"], "problems": []}


def test_a_broken_cycle_is_refused_with_every_place_to_correct(client, files, town, finished):
    broken = [(path.name, path.read_bytes()) for path in sorted(town.iterdir())]
    content = packed(*[(n, b.replace(b"\n", b"\nZZ,", 1) if n == "choices.csv" else b) for n, b in broken])
    sent = files | {"cycle": ("c.zip", content)}

    checked = client.post("/v1/check", files=sent).json()
    submitted = client.post("/v1/runs", files=sent, data={"seed": "1"})
    job = finished(client, submitted.headers["location"])

    assert checked["errors"] >= 1
    assert ("choices.csv", 2) in {(problem["file"], problem["row"]) for problem in checked["problems"]}
    assert job["state"] == "refused"
    assert job["problems"] == [problem for problem in checked["problems"] if problem["severity"] == "error"]
    missing = client.get(f"/v1/runs/{job['run']}")
    assert missing.status_code == 409
    assert job["job"] in missing.json()["error"]


def test_a_policy_on_income_without_a_resolution_is_refused_when_run(client, files, finished):
    sent = files | {"policy": ("p.yaml", shipped_policy("pusd/set-aside-2027").read_bytes())}

    job = finished(client, client.post("/v1/runs", files=sent, data={"seed": "1"}).headers["location"])

    assert job["state"] == "refused"
    assert all({"row", "column", "why", "remedy"} <= set(problem) for problem in job["problems"])


def test_a_request_without_a_seed_is_told_what_is_missing(client, files):
    answer = client.post("/v1/runs", files=files)

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["column"] == "body.seed"


def test_an_unexpected_failure_is_told_without_a_traceback(client, files, monkeypatch, finished):
    def broken(*_):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(office.engine, "check", broken)
    answer = client.post("/v1/check", files=files)
    monkeypatch.setattr(office.engine, "run", broken)
    job = finished(client, client.post("/v1/runs", files=files, data={"seed": "1"}).headers["location"])

    assert answer.status_code == 500
    assert (job["state"], job["error"]) == ("failed", answer.json()["error"])
    assert "secret" not in answer.text + str(job)


def test_an_audit_that_objects_fails_the_job_and_gives_no_results(client, files, monkeypatch, finished):
    """I13, F14: no results without the audit's PASS."""

    def objects(*_):
        raise AuditFailure(["I4 a1: justified envy"])

    monkeypatch.setattr(office.engine, "run", objects)
    job = finished(client, client.post("/v1/runs", files=files, data={"seed": "1"}).headers["location"])

    assert job["state"] == "failed"
    assert "justified envy" in job["error"]
    assert client.get(f"/v1/runs/{job['run']}/report").status_code == 409


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (IntakeError([]), 422),
        (PolicyError([]), 422),
        (LotteryError("No."), 400),
        (errors.NotFound("No."), 404),
        (errors.NotFinished("No."), 409),
        (errors.TooLarge("No."), 413),
        (errors.Unauthorized("No."), 401),
        (errors.Unavailable("No."), 503),
    ],
)
def test_the_table_of_errors_gives_each_its_status(error, status):
    assert errors.answer(error).status_code == status


def test_without_a_token_only_this_machine_is_answered(tmp_path):
    """A page in the clerk's browser must not reach in through a name that points to this machine."""
    app = create_app(Settings(tmp_path / "l.db", tmp_path / "runs"))
    with TestClient(app, base_url="http://localhost:8000") as client:
        assert client.get(f"/v1/jobs/{STRANGER}").status_code == 404
        for foreign in (
            {"Host": "evil.example"},
            {"Origin": "https://evil.example"},
            {"Host": ""},
            {"Host": "[::1"},
            {"Origin": "null"},
        ):
            assert client.get(f"/v1/jobs/{STRANGER}", headers=foreign).status_code == 401
        for own in ({"Host": "127.0.0.1:8000"}, {"Host": "[::1]:8000"}, {"Origin": "http://localhost:8000"}):
            assert client.get(f"/v1/jobs/{STRANGER}", headers=own).status_code == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "lottery.example", ""])
def test_serving_others_needs_a_token(host, tmp_path):
    """F24."""
    with pytest.raises(LotteryError, match="LOTTERY_TOKEN"):
        settings_for(host, "sqlite:///x.db", tmp_path, "")
    assert settings_for(host, "sqlite:///x.db", tmp_path, "t").token == "t"


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_serving_this_machine_needs_none(host, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    settings = settings_for(host, "sqlite:///office.db", None, "")
    assert (settings.database, settings.data) == (tmp_path / "office.db", tmp_path / "office-runs")


@pytest.mark.parametrize("database", ["postgresql://x", "lottery.db", "sqlite://", "sqlite:///"])
def test_another_database_is_refused_in_a_sentence(database):
    with pytest.raises(LotteryError, match="SQLite only"):
        settings_for("127.0.0.1", database, None, "")


def test_health_says_when_the_database_does_not_answer(client, monkeypatch):
    def gone():
        raise OSError("disk")

    monkeypatch.setattr(client.app.state.office, "storage", SimpleNamespace(answers=gone))

    answer = client.get("/v1/health")

    assert answer.status_code == 503
    assert answer.json()["error"] == "The database does not answer."
