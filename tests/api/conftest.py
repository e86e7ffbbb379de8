"""One small district, one server, one finished run for all tests of the API."""

from __future__ import annotations

import csv
import io
import time
import zipfile

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from lottery.policy.shipped import shipped_policy
from lottery.sample import synthesize

TOKEN = "a long random text"


def zipped(folder):
    """The files of a cycle folder as a zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, path.name)
    return packed.getvalue()


@pytest.fixture(scope="session")
def finished():
    """Follow a job to its end."""
    return _finished


def _finished(client, location):
    for _ in range(600):
        job = client.get(location).json()
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.05)
    raise AssertionError(f"the job did not end: {job}")


@pytest.fixture(scope="session")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "town-2027"
    synthesize(60, 4, "api", folder)
    return folder


@pytest.fixture(scope="session")
def files(town):
    """What a clerk sends."""
    policy = shipped_policy("baseline/no-priorities").read_bytes()
    return {"cycle": ("town-2027.zip", zipped(town)), "policy": ("policy.yaml", policy)}


@pytest.fixture(scope="session")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    return Settings(folder / "lottery.db", folder / "runs", TOKEN, largest_request=2_000_000, largest_cycle=1_000_000)


@pytest.fixture(scope="session")
def client(settings):
    # As a server answers: an unexpected error is a response, not an exception in the caller.
    with TestClient(create_app(settings), base_url="http://localhost", raise_server_exceptions=False) as client:
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        yield client


@pytest.fixture(scope="session")
def job(client, files):
    """A finished run's job."""
    submitted = client.post("/v1/runs", files=files, data={"seed": "2027"})
    assert submitted.status_code == 202
    return _finished(client, submitted.headers["location"])


@pytest.fixture(scope="session")
def run(job):
    assert job["state"] == "done", job
    return job["run"]


@pytest.fixture(scope="session")
def offers(settings, run):
    """offers.csv of the run, by applicant."""
    with (settings.data / "runs" / run / "offers.csv").open(encoding="utf-8", newline="") as file:
        return {row["applicant_id"]: row for row in csv.DictReader(file)}
