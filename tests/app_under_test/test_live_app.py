"""The app with real processes: web server, broker, external resource and a worker."""

import os
import signal
import uuid
from concurrent.futures import ThreadPoolExecutor
from csv import DictReader

import pytest

from tests.app_under_test.picture_files import damaged_jpeg, jpeg
from tests.app_under_test.running_app import RunningApp

pytestmark = pytest.mark.stack


def rows(app: RunningApp, trial: str) -> list[dict[str, str]]:
    return list(DictReader(app.get(f"/pictures.csv?trial={trial}").body.decode().splitlines()))


def test_a_worker_makes_a_queued_picture_ready(app):
    key = str(uuid.uuid4())

    answer = app.upload("queue", jpeg(), key=key, trial="queued")

    assert (answer.status, answer.headers["Location"]) == (202, f"/pictures/{key}/")
    assert answer.json == {"id": key, "door": "queue", "state": "queued"}
    assert [variant["name"] for variant in app.final_state(key)["variants"]] == ["large", "medium", "small"]
    [row] = rows(app, "queued")
    times = [float(row[f"{name}_at"]) for name in ("received", "enqueued", "started", "external", "finished")]
    assert times == sorted(times)
    assert (row["door"], row["state"], row["executions"]) == ("queue", "ready", "1")
    [worker] = app.get("/config/?workers=1").json["workers"]
    assert int(row["process_id"].rpartition("-")[2]) in worker["pids"]


def test_both_doors_make_the_same_pictures(app):
    keys = [str(uuid.uuid4()) for _ in range(2)]
    for door, key in zip(("sync", "queue"), keys, strict=True):
        app.upload(door, jpeg(), key=key)
        app.final_state(key)

    for name in ("large", "medium", "small"):
        first, second = (app.get(f"/pictures/{key}/{name}.jpg").body for key in keys)
        assert first == second


def test_a_damaged_picture_fails_in_the_worker_with_the_reason_of_the_sync_door(app):
    key = str(uuid.uuid4())

    assert app.upload("queue", damaged_jpeg(), key=key).status == 202

    failed = app.final_state(key)
    assert failed["state"] == "failed"
    assert failed["reason"] == app.upload("sync", damaged_jpeg()).json["reason"]


@pytest.mark.parametrize("door", ["sync", "queue"])
def test_the_same_key_at_the_same_moment_is_one_picture_worked_on_once(app, door):
    key, trial = str(uuid.uuid4()), f"twins-{door}"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: app.upload(door, jpeg(), key=key, trial=trial), range(2)))

    assert app.final_state(key)["state"] == "ready"
    assert {answer.status for answer in answers} <= {201, 202, 409}
    [row] = rows(app, trial)
    assert (row["id"], row["executions"]) == (key, "1")


def test_the_settings_in_force_are_asked_of_the_live_parts(app):
    config = app.get("/config/?workers=1").json

    assert config["database"]["journal_mode"] == "wal"
    assert {"transport": "redis", "server": "valkey"}.items() <= config["broker"].items()
    assert config["pictures"]["variants"] == {"large": 512, "medium": 256, "small": 64}
    [worker] = config["workers"]
    assert config["broker"]["address"] == worker["broker"] == app.env["CELERY_BROKER_URL"]
    assert worker["pid"] == app.worker.pid
    assert {"prefetch_multiplier": 1, "acks_late": True, "reject_on_worker_lost": True}.items() <= worker.items()
    assert worker["processes"] == len(worker["pids"]) == worker["prefetch_count"]


def test_the_app_is_well(app):
    assert app.get("/healthz").json.keys() == {"ready", "parts"}
    assert set(app.get("/healthz").json["parts"].values()) == {"ok"}


def test_a_picture_survives_the_death_of_its_worker_process(app):
    """Killed children leave their messages to others: with late acknowledgement nothing is lost."""
    keys = [str(uuid.uuid4()) for _ in range(30)]
    for key in keys:
        app.upload("queue", jpeg(), key=key, trial="survivors")

    assert app.get("/counts/?trial=survivors").json["ready"] < 30

    for pid in app.get("/config/?workers=1").json["workers"][0]["pids"]:
        os.kill(pid, signal.SIGKILL)

    assert {app.final_state(key)["state"] for key in keys} == {"ready"}
