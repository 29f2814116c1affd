"""A 202 is a promise: what the app does so that no accepted picture is lost, and none has two effects."""

import os
import time
from uuid import uuid4

import pytest
import redis
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tasks import send_welcome_email
from pictures import publishing, services
from pictures.models import Endpoint, Picture, State
from pictures.republishing import clean_partial_files, republish_lost
from project import clock
from project.celery import app as celery_app
from project.profiles import celery_settings, prefetch
from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import fetch

pytestmark = pytest.mark.django_db


@pytest.fixture
def broker(broker_url, monkeypatch) -> redis.Redis:
    """A part of a real broker with nothing in it and no worker, in use by the app of this process."""
    ours = broker_url.replace("/0", "/5")
    for use in ("broker_read_url", "broker_write_url"):
        monkeypatch.setattr(celery_app.conf, use, ours)
    monkeypatch.setattr(publishing, "_backlog", publishing.Backlog())
    client = redis.Redis.from_url(ours)
    client.flushdb()
    return client


def queued(*, seconds_ago: float = 60.0, **values) -> Picture:
    """A picture that was accepted at the queue endpoint, with its original stored."""
    at = clock.now() - seconds_ago
    upload = services.Upload(
        key=uuid4(), trial="", endpoint=Endpoint.QUEUE, received_at=at, file=ContentFile(jpeg(), "a.jpg")
    )
    picture, _ = services.accept(upload)
    for name, value in ({"enqueued_at": at} | values).items():
        setattr(picture, name, value)
    picture.save()
    return picture


def publish(picture: Picture, settings, seconds_ago: float) -> None:
    """Publish it by a clock that is behind."""
    settings.CLOCK_OFFSET_NS -= int(seconds_ago * 1e9)
    publishing.publish(picture)
    settings.CLOCK_OFFSET_NS += int(seconds_ago * 1e9)


def state_of(picture: Picture) -> tuple[str, str]:
    picture.refresh_from_db()
    return picture.state, picture.reason


def effects(url: str, picture: Picture) -> list[str]:
    return [row for row in fetch(f"{url}/objects.csv").body.decode().splitlines() if row.startswith(str(picture.id))]


def test_a_picture_without_a_message_is_published_again_once(broker):
    picture = queued()

    assert [republish_lost(), broker.llen("celery"), republish_lost()] == [1, 1, 0]
    picture.refresh_from_db()
    assert picture.republished_at is not None and picture.enqueued_at < picture.republished_at


def test_the_sweeper_reads_what_is_unfinished_and_not_the_whole_table(broker):
    """SQLite does not take every index for a state that comes as a parameter."""
    queued()
    with CaptureQueriesContext(connection) as asked:
        republish_lost()

    asked_of_pictures = [query["sql"] for query in asked if "pictures_picture" in query["sql"]]
    plans = [plan(sql) for sql in asked_of_pictures]
    assert len(plans) >= 3 and not [one for one in plans if "SCAN" in one], plans


def plan(sql: str) -> str:
    with connection.cursor() as cursor:
        return " ".join(row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {sql}"))


def test_a_picture_that_waits_behind_others_is_left_alone(broker, settings):
    publish(queued(seconds_ago=60.0), settings, seconds_ago=60.0)
    queued(seconds_ago=50.0)

    assert republish_lost() == 0
    assert broker.llen("celery") == 1


def test_behind_a_message_of_somebody_else_nothing_is_taken_for_lost(broker):
    # On a connection of its own: the pool's would outlive this test, with this test's broker.
    with celery_app.connection_for_write() as connection:
        send_welcome_email.apply_async((1,), connection=connection)
    queued()

    assert republish_lost() == 0


def test_a_picture_whose_original_is_still_coming_is_left_alone(broker):
    queued(seconds_ago=10.0, enqueued_at=None)

    assert republish_lost() == 0


def test_a_picture_whose_endpoint_died_before_it_published_is_published(broker):
    queued(seconds_ago=60.0, enqueued_at=None)

    assert [republish_lost(), republish_lost()] == [1, 0]


def test_a_picture_that_later_ones_have_overtaken_has_lost_its_message(broker, settings):
    lost, later = queued(seconds_ago=60.0), queued(seconds_ago=50.0)
    publish(later, settings, seconds_ago=50.0)

    assert republish_lost() == 1
    assert [lost.refresh_from_db(), later.refresh_from_db()] and lost.republished_at and not later.republished_at


def test_work_that_no_worker_can_still_be_doing_is_begun_again(broker):
    picture = queued(state=State.PROCESSING, started_at=clock.now() - 40.0)

    assert republish_lost() == 1
    assert state_of(picture) == (State.QUEUED, "")


@pytest.mark.parametrize(
    "not_lost",
    [
        {"seconds_ago": 0.0},
        # Begun just now, however long the tests before this one take.
        {"state": State.PROCESSING, "started_at": clock.now() + 3600},
        {"state": State.READY},
        {"endpoint": Endpoint.SYNC},
    ],
    ids=["it has just come", "it is in work", "it is ready", "it came to the other endpoint"],
)
def test_only_what_has_waited_for_long_is_published_again(broker, not_lost):
    queued(**not_lost)

    assert republish_lost() == 0


def test_what_a_dead_node_was_working_on_waits_again():
    ours, others = queued(state=State.PROCESSING, node="a@here"), queued(state=State.PROCESSING, node="b@here")

    assert services.requeue_orphaned("a@here") == 1
    assert state_of(ours) == (State.QUEUED, "") and state_of(others) == (State.PROCESSING, "")


@pytest.mark.parametrize(
    ("begun", "outcome"),
    [
        ({"state": State.PROCESSING, "started_at": 0.0}, (State.FAILED, "gave_up")),
        ({"state": State.QUEUED}, (State.FAILED, "gave_up")),
        ({"state": State.PROCESSING, "started_at": clock.now() + 3600.0}, (State.PROCESSING, "")),
    ],
    ids=["the last one died", "it was taken back", "the last one may still run"],
)
def test_a_picture_is_given_up_after_three_executions_that_died(external_resource, begun, outcome):
    picture = queued(executions=3, **begun)

    services.process(picture.id)

    assert state_of(picture) == outcome


def test_what_is_done_is_done_although_the_picture_was_taken_back_meanwhile(external_resource, monkeypatch):
    picture = queued()
    deliver = services.deliver

    def slowly(name: str, data: bytes) -> None:
        deliver(name, data)
        Picture.objects.update(state=State.QUEUED)

    monkeypatch.setattr(services, "deliver", slowly)
    services.process(picture.id)

    assert state_of(picture) == (State.READY, "")


def test_what_is_done_is_done_although_another_execution_of_it_has_failed(external_resource, monkeypatch):
    picture = queued()
    deliver = services.deliver

    def slowly(name: str, data: bytes) -> float:
        Picture.objects.update(state=State.FAILED, reason="external_resource_failed")
        return deliver(name, data)

    monkeypatch.setattr(services, "deliver", slowly)
    services.process(picture.id)

    assert state_of(picture) == (State.READY, "")


def test_as_celery_comes_nobody_counts_the_executions(external_resource, settings):
    settings.RELIABLE_DELIVERY = False
    picture = queued(state=State.PROCESSING, executions=3)

    services.process(picture.id)

    assert state_of(picture) == (State.READY, "")


@pytest.mark.parametrize(("keeps_promise", "effect"), [(True, "1"), (False, "2")])
def test_work_done_twice_has_one_effect_outside_unless_celery_is_as_it_comes(
    external_resource, settings, keeps_promise, effect
):
    settings.RELIABLE_DELIVERY = keeps_promise
    picture = queued()

    for _ in range(2):
        services.deliver(str(picture.id), jpeg())

    assert effects(external_resource, picture) == [f"{picture.id},{effect}"]


def test_a_full_queue_is_told_at_the_endpoint(client, broker, settings):
    settings.QUEUE_MOST_WAITING = 1
    for _ in range(2):
        queued()

    answer = client.post("/pictures/queue/", {"image": ContentFile(jpeg(), "a.jpg")})

    assert (answer.status_code, answer.json()["reason"], answer["Retry-After"]) == (503, "queue_full", "10")
    assert broker.llen("celery") == 0


def test_a_file_that_cannot_be_written_whole_is_not_there_at_all(external_resource, media):
    picture = queued()
    (media / "pictures" / str(picture.id)).mkdir(parents=True)
    # A folder stands where the file should go, so that it can be written beside it and not be given its name.
    (media / "pictures" / str(picture.id) / "large.jpg").mkdir()

    services.process(picture.id)

    assert state_of(picture) == (State.FAILED, "storage_failed")
    assert [path.name for path in (media / "pictures" / str(picture.id)).iterdir()] == ["large.jpg"]


def test_the_profiles_differ_in_what_keeps_the_promise():
    safe, defaults = (celery_settings(profile, redis=True) for profile in ("safe", "defaults"))

    assert safe["CELERY_TASK_ACKS_LATE"] and safe["CELERY_TASK_REJECT_ON_WORKER_LOST"]
    redelivered_after_s = safe["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"]
    assert safe["CELERY_TASK_SOFT_TIME_LIMIT"] < safe["CELERY_TASK_TIME_LIMIT"] < redelivered_after_s
    assert not any(defaults.values())
    assert (prefetch("safe"), prefetch("defaults")) == (1, 4)


def test_a_profile_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="one of safe, defaults, not 'sfae'"):
        celery_settings("sfae", redis=True)


def test_what_a_process_was_writing_when_it_died_is_removed_once_nobody_can_be_writing_it(media):
    queued()
    dead, in_work = media / "partial" / "dead", media / "partial" / "in-work"
    for file in (dead, in_work):
        file.write_bytes(b"half")
    os.utime(dead, (time.time() - 60, time.time() - 60))

    assert clean_partial_files() == 1
    assert [path.name for path in (media / "partial").iterdir()] == ["in-work"]
