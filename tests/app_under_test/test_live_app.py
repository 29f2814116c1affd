"""The app with real processes: web server, broker, external resource and a worker."""

import json
import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from csv import DictReader

import pytest

from tests.app_under_test.picture_files import damaged_jpeg, encode, jpeg, quarters
from tests.app_under_test.running_app import TOKEN, Response, RunningApp, fetch
from tests.app_under_test.slow_clients import everything, opened

pytestmark = pytest.mark.stack


def rows(app: RunningApp, trial: str) -> list[dict[str, str]]:
    return list(DictReader(app.get(f"/pictures.csv?trial={trial}").body.decode().splitlines()))


def test_a_worker_makes_a_queued_picture_ready(app):
    key = str(uuid.uuid4())

    answer = app.upload("queue", jpeg(), key=key, trial="queued")

    assert (answer.status, answer.headers["Location"]) == (202, f"/pictures/{key}/")
    assert answer.json == {"id": key, "endpoint": "queue", "state": "queued"}
    assert [variant["name"] for variant in app.final_state(key)["variants"]] == ["large", "medium", "small"]
    [row] = rows(app, "queued")
    times = [float(row[f"{name}_at"]) for name in ("received", "enqueued", "started", "external", "finished")]
    assert times == sorted(times)
    assert (row["endpoint"], row["state"], row["executions"]) == ("queue", "ready", "1")
    [worker] = app.get("/config/?workers=1").json["workers"]
    assert int(row["process_id"].rpartition("-")[2]) in worker["pids"]


def test_both_endpoints_make_the_same_pictures(app):
    keys = [str(uuid.uuid4()) for _ in range(2)]
    for endpoint, key in zip(("sync", "queue"), keys, strict=True):
        app.upload(endpoint, jpeg(), key=key)
        app.final_state(key)

    for name in ("large", "medium", "small"):
        first, second = (app.get(f"/pictures/{key}/{name}.jpg").body for key in keys)
        assert first == second


def test_a_damaged_picture_fails_in_the_worker_with_the_reason_of_the_sync_endpoint(app):
    key = str(uuid.uuid4())

    assert app.upload("queue", damaged_jpeg(), key=key).status == 202

    failed = app.final_state(key)
    assert failed["state"] == "failed"
    assert failed["reason"] == app.upload("sync", damaged_jpeg()).json["reason"]


@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_the_same_key_at_the_same_moment_is_one_picture_worked_on_once(app, endpoint):
    key, trial = str(uuid.uuid4()), f"twins-{endpoint}"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: app.upload(endpoint, jpeg(), key=key, trial=trial), range(2)))

    assert app.final_state(key)["state"] == "ready"
    assert {answer.status for answer in answers} <= {201, 202, 409}
    [row] = rows(app, trial)
    assert (row["id"], row["executions"]) == (key, "1")


@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_of_two_pictures_with_one_key_at_the_same_moment_one_is_taken(app, endpoint):
    key, pictures = str(uuid.uuid4()), (jpeg(), encode(quarters(), "PNG"))

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda picture: app.upload(endpoint, picture, key=key), pictures))

    assert sorted(answer.status for answer in answers) == [{"sync": 201, "queue": 202}[endpoint], 422]
    (refused,) = [answer.json["reason"] for answer in answers if answer.status == 422]
    assert refused == "key_of_another_picture"
    assert app.final_state(key)["state"] == "ready"


@pytest.mark.parametrize("path", ["/pictures/queue/", "/accounts/signup/"])
@pytest.mark.parametrize(
    "chunks",
    [
        b"",
        b"5\r\nhello\r\n",
        b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"ffffff\r\n" + bytes(3_000_000),
    ],
    ids=["none yet", "one of them", "all, and another request", "a large one"],
)
def test_15_a_body_in_chunks_is_told_at_once_that_it_needs_a_length_and_nothing_behind_it_is_read(app, path, chunks):
    began = time.monotonic()
    with opened(app.url) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n".encode() + chunks
        )
        answers = everything(client)

    head, _, told = answers.partition(b"\r\n\r\n")
    assert head.split()[1] == b"411" and answers.count(b"HTTP/1.1") == 1
    assert json.loads(told)["reason"] == "length_required"
    assert time.monotonic() - began < 5.0
    assert app.upload("sync", jpeg()).status == 201


def test_head_is_answered_where_get_is_with_the_same_head_and_no_body(app):
    key = app.upload("sync", jpeg()).json["id"]
    about = f"/pictures/{key}/"
    paths = ("/", about, f"/pictures/{key}/small.jpg", "/healthz", "/counts/", "/pictures.csv", "/external_writes.csv")
    paths += ("/config/", "/accounts/signup/", "/accounts/welcome/", "/static/pictures/page.css", "/pictures/nowhere/")

    for path in paths:
        shown, asked = (fetch_either(app, method, path) for method in ("GET", "HEAD"))
        assert (asked.status, asked.body) == (shown.status, b""), path
        assert asked.headers["Content-Type"] == shown.headers["Content-Type"]


def fetch_either(app: RunningApp, method: str, path: str) -> Response:
    return fetch(app.url + path, method=method, headers={"Authorization": f"Bearer {TOKEN}"})


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
