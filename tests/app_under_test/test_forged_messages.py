"""Row 65: what is no task of ours in the queue is discarded and told, and the next picture is worked on."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from pictures import publishing
from project.celery import app as celery_app
from tests.app_under_test.forged import forged_messages
from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import RunningApp, apart, celery_worker, wait_for, web_server

#: What a worker's log says of a message that it does not execute.
TOLD = (
    *("Discarded", "unknown task", "unregistered task", "unknown message", "invalid task message"),
    *("Can't decode message body", "raised unexpected", "Nothing to do"),
)

KINDS = forged_messages(Path())


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("forged")


@pytest.fixture(scope="module")
def attacked(app, place) -> Iterator[RunningApp]:
    """An app with a broker and a node of its own."""
    env = apart(app, place, database=2)
    with web_server(env) as (url, _), celery_worker(env, place / "log") as worker:
        yield RunningApp(url=url, worker=worker, env=env)


@pytest.fixture
def broker(attacked) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(attacked.env["CELERY_BROKER_URL"]) as client:
        yield client


@pytest.mark.stack
@pytest.mark.parametrize("kind", KINDS)
def test_65_it_is_discarded_and_told_and_the_next_picture_is_made_ready(attacked, broker, place, kind):
    log = place / "log"
    before = len(log.read_text())
    broker.lpush("celery", forged_messages(place / "made")[kind])

    key = str(uuid4())
    assert attacked.upload("queue", jpeg(), key=key).status == 202

    assert attacked.final_state(key)["state"] == "ready"
    wait_for(lambda: broker.llen("celery") == broker.hlen("unacked") == 0)
    said = log.read_text()[before:]
    assert any(words in said for words in TOLD)
    assert attacked.worker.poll() is None and not (place / "made").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_65_the_sweeper_makes_nothing_of_it_at_the_head_of_the_queue(broker_url, monkeypatch, tmp_path, kind):
    ours = broker_url.replace("/0", "/3")
    monkeypatch.setattr(celery_app.conf, "broker_write_url", ours)
    with redis.Redis.from_url(ours) as client:
        client.flushdb()
        client.rpush("celery", forged_messages(tmp_path)[kind])

    assert publishing.head_published_at() == 0.0
