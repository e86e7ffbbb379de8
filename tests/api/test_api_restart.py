"""A process that dies: what was running is marked failed, what waited is done, what was finished is still there."""

from __future__ import annotations

import shutil
import sqlite3
import threading

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.server import claimed
from api.settings import Settings
from api.storage import Job, Storage, new_id
from lottery.errors import LotteryError
from lottery.policy.shipped import shipped_policy


@pytest.fixture
def own(tmp_path):
    return Settings(tmp_path / "lottery.db", tmp_path / "runs")


def serving(settings):
    return TestClient(create_app(settings), base_url="http://localhost")


def test_after_a_crash_the_running_job_is_failed_its_traces_are_gone_and_the_waiting_one_is_done(own, town, finished):
    waiting = Job(new_id(), new_id(), "run", "town-2027", "1")
    crashed = Job(new_id(), new_id(), "run", "town-2027", "1", state="running", step="auditing")
    with serving(own):
        pass  # makes the folders
    storage = Storage(own.database)
    policy = town.parent / "no-priorities.yaml"
    shutil.copyfile(shipped_policy("baseline/no-priorities"), policy)
    for job in (waiting, crashed):
        storage.add(job)
        upload = own.data / "uploads" / job.id
        shutil.copytree(town, upload / "cycle" / "town-2027")
        shutil.copyfile(policy, upload / "policy.yaml")
    storage.close()
    partial = own.data / "runs" / f".{crashed.run}.abc.partial"
    partial.mkdir()

    with serving(own) as client:
        failed = client.get(f"/v1/jobs/{crashed.id}").json()
        done = finished(client, f"/v1/jobs/{waiting.id}")

        assert (failed["state"], failed["error"]) == ("failed", "interrupted; submit again")
        assert client.get(f"/v1/runs/{crashed.run}").status_code == 409
        assert done["state"] == "done"
        assert client.get(f"/v1/runs/{waiting.run}").json()["status"] == "REHEARSAL"
    assert not partial.exists()
    assert list((own.data / "uploads").iterdir()) == []

    with serving(own) as client:  # and once more
        assert client.get(f"/v1/runs/{waiting.run}/report").status_code == 200


def test_chances_that_were_interrupted_are_counted_when_asked_again(client, settings, run, offers, finished):
    address = f"/v1/runs/{run}/chances/{next(iter(offers))}?draws=7"
    died = Job(new_id(), run, "chances", seed="2027", draws=7, state="failed", error="interrupted; submit again")
    client.app.state.office.storage.add(died)

    again = client.get(address)

    assert again.status_code == 202
    assert again.json()["job"] != died.id
    assert finished(client, again.headers["location"])["state"] == "done"
    assert client.get(address).status_code == 200


def test_concurrent_writers_lose_nothing(tmp_path):
    """One writer lock and BEGIN IMMEDIATE: no update fails half-way, none is lost."""
    storages = [Storage(tmp_path / "l.db") for _ in range(2)]  # as two processes would
    jobs = [Job(new_id(), new_id(), "run") for _ in range(40)]

    def write(part, storage):
        for job in part:
            storage.add(job)
            storage.update(job.id, state="done", problems=[{"file": job.id}])

    threads = [threading.Thread(target=write, args=(jobs[k::4], storages[k % 2])) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {job.id for job in storages[0].in_state("done")} == {job.id for job in jobs}
    assert all(storages[1].job(job.id).problems == [{"file": job.id}] for job in jobs)
    for storage in storages:
        storage.close()


def test_a_writer_holds_the_lock_from_its_first_moment(tmp_path):
    """Otherwise two that read before they write would both begin, and one of them would fail half-way."""
    storage = Storage(tmp_path / "l.db")
    other = sqlite3.connect(tmp_path / "l.db", timeout=0, isolation_level=None)

    with storage._writer.begin(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")

    other.execute("BEGIN IMMEDIATE")
    other.close()
    storage.close()


def test_the_database_is_readable_by_its_owner_only_and_keeps_a_write_ahead_log(tmp_path):
    """F45."""
    storage = Storage(tmp_path / "l.db")

    connection = sqlite3.connect(tmp_path / "l.db")
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.close()
    storage.close()

    assert mode == "wal"
    assert (tmp_path / "l.db").stat().st_mode & 0o077 == 0


def test_a_second_server_in_the_same_folder_is_refused(own):
    """It would take the first one's running job for an interrupted one."""
    with claimed(own), pytest.raises(LotteryError, match="Another server works in"), claimed(own):
        pass
    with claimed(own):
        pass  # the first is gone


def test_a_file_that_is_no_database_is_refused_in_a_sentence(own):
    own.database.write_bytes(b"applicant_id,grade\n" * 100)

    with pytest.raises(LotteryError, match="cannot be opened: file is not a database"), claimed(own):
        pass
