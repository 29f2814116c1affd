import time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pictures.models import Picture, State
from project.celery import app as celery_app
from tests.app_under_test.picture_files import REFUSED, damaged_jpeg, jpeg

pytestmark = pytest.mark.django_db

# Part of tests' names, which must be alike in every process that shares the tests.
UNKNOWN = "3f1d4a0e-5c7b-4f0c-9d67-0b8f6f2a7c11"

DOORS = pytest.mark.parametrize("door", ["sync", "queue"])


def send(client, door: str, data: bytes | None = jpeg(), *, key: str = "", trial: str = ""):
    files = {} if data is None else {"image": SimpleUploadedFile("a.jpg", data)}
    names = {"Idempotency-Key": key or str(uuid4()), "X-Trial": trial}
    return client.post(f"/pictures/{door}/", files, headers=names)


def test_the_sync_door_answers_when_the_picture_is_ready(client, external_resource):
    key = str(uuid4())

    answer = send(client, "sync", key=key, trial="t1")

    assert answer.status_code == 201
    about = answer.json()
    assert {"id": key, "door": "sync", "state": "ready"}.items() <= about.items()
    assert about["variants"][0] == {"name": "large", "width": 512, "height": 512, "url": f"/pictures/{key}/large.jpg"}
    picture = Picture.objects.get()
    assert (picture.trial, picture.enqueued_at) == ("t1", None)


def test_a_finished_picture_can_be_fetched(client, external_resource):
    about = send(client, "sync").json()

    for variant in about["variants"]:
        answer = client.get(variant["url"])
        assert answer["Content-Type"] == "image/jpeg"
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8\xff")
    assert client.get(f"/pictures/{about['id']}/").json() == about


def test_the_server_makes_a_key_when_the_client_sends_none(client, external_resource):
    answer = client.post("/pictures/sync/", {"image": SimpleUploadedFile("a.jpg", jpeg())})

    assert answer.json()["id"] == str(Picture.objects.get().id)


def test_the_same_key_twice_is_the_same_answer_and_one_execution(client, external_resource):
    key = str(uuid4())

    answers = [send(client, "sync", key=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Picture.objects.get().executions == 1


def test_a_key_that_is_being_worked_on_is_not_worked_on_twice(client):
    key = uuid4()
    Picture.objects.create(id=key, door="sync", state=State.PROCESSING, received_at=2e9, started_at=2e9)

    answer = send(client, "sync", key=str(key))

    assert (answer.status_code, answer.json()["reason"], answer["Retry-After"]) == (409, "still_processing", "1")
    assert Picture.objects.get().executions == 0


@DOORS
@pytest.mark.parametrize(("data", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_the_header_gives_away_is_refused_at_both_doors(client, door, data, reason):
    answer = send(client, door, data)

    assert 400 <= answer.status_code < 500
    assert answer.json()["reason"] == reason
    assert not Picture.objects.exists()


@DOORS
@pytest.mark.parametrize(
    ("data", "headers", "status", "reason"),
    [
        (None, {}, 400, "missing_file"),
        (b"", {}, 422, "empty_file"),
        (jpeg(), {"key": "not-a-uuid"}, 400, "bad_idempotency_key"),
        (jpeg(), {"trial": "t" * 101}, 400, "bad_trial"),
    ],
)
def test_a_bad_request_is_refused_at_both_doors(client, door, data, headers, status, reason):
    answer = send(client, door, data, **headers)

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["detail"].endswith(".")


@DOORS
def test_two_files_are_refused(client, door):
    files = [SimpleUploadedFile("a.jpg", jpeg()), SimpleUploadedFile("b.jpg", jpeg())]

    assert client.post(f"/pictures/{door}/", {"image": files}).json()["reason"] == "too_many_files"


@DOORS
def test_a_file_over_the_limit_is_refused(client, door, settings):
    settings.UPLOAD_MAX_BYTES = len(jpeg()) - 1

    answer = send(client, door)

    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")


@DOORS
def test_an_announced_length_over_the_limit_is_refused_before_the_body_is_read(client, door, settings):
    settings.UPLOAD_MAX_BYTES = 1000

    answer = client.generic("POST", f"/pictures/{door}/", b"no multipart at all" * 5000)

    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")


def test_a_damaged_picture_gets_the_same_answer_again(client, external_resource):
    key = str(uuid4())

    for _ in range(2):
        answer = send(client, "sync", damaged_jpeg(), key=key)
        assert (answer.status_code, answer.json()["reason"]) == (422, "unreadable_image")
    assert client.get(f"/pictures/{key}/").json()["reason"] == "unreadable_image"


def test_without_a_broker_the_queue_door_says_so_and_the_same_upload_may_come_again(
    client, no_broker, external_resource
):
    key = uuid4()
    answer = send(client, "queue", key=key)
    state = client.get(f"/pictures/{key}/").json()

    assert (answer.status_code, answer.json()["reason"]) == (503, "queue_unavailable")
    assert int(answer["Retry-After"]) > 0
    assert (state["state"], state["reason"]) == ("failed", "queue_unavailable")
    assert send(client, "sync", key=key).status_code == 201


def test_without_a_broker_the_sync_door_works(client, no_broker, external_resource):
    assert send(client, "sync").status_code == 201


def test_a_frozen_broker_does_not_hold_the_queue_door(client, monkeypatch, deaf_address):
    monkeypatch.setattr(celery_app.conf, "broker_write_url", f"redis://{deaf_address}/0")
    began = time.monotonic()

    answer = send(client, "queue")

    assert (answer.status_code, answer.json()["reason"]) == (503, "queue_unavailable")
    assert time.monotonic() - began < 2.5


def test_the_doors_need_no_csrf_token(external_resource):
    assert send(Client(enforce_csrf_checks=True), "sync").status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "status", "reason"),
    [
        ("GET", "/pictures/sync/", 405, "method_not_allowed"),
        ("POST", f"/pictures/{UNKNOWN}/", 405, "method_not_allowed"),
        ("GET", f"/pictures/{UNKNOWN}/", 404, "no_such_picture"),
        ("GET", f"/pictures/{UNKNOWN}/large.jpg", 404, "no_such_picture"),
        ("GET", "/pictures/not-a-uuid/", 404, "not_found"),
    ],
)
def test_errors_are_json(client, method, path, status, reason):
    answer = client.generic(method, path)

    assert (answer.status_code, answer.json()["reason"]) == (status, reason)


def test_a_broken_multipart_body_is_a_bad_request(client):
    answer = client.generic("POST", "/pictures/sync/", b"x", content_type="multipart/form-data")

    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_request")


def test_the_wrong_method_is_told_the_right_one(client):
    assert client.get("/pictures/queue/")["Allow"] == "POST"
