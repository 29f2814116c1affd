import time
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from pictures.models import Picture, State
from project.celery import app as celery_app
from tests.app_under_test.picture_files import damaged_jpeg, jpeg

pytestmark = pytest.mark.django_db


def send(client, endpoint: str, data: bytes = jpeg(), *, key: str = "", trial: str = ""):
    files = {"image": SimpleUploadedFile("a.jpg", data)}
    names = {"Idempotency-Key": key or str(uuid4()), "X-Trial": trial}
    return client.post(f"/pictures/{endpoint}/", files, headers=names)


def test_the_sync_endpoint_answers_when_the_picture_is_ready(client, external_resource):
    key = str(uuid4())

    answer = send(client, "sync", key=key, trial="t1")

    assert answer.status_code == 201
    about = answer.json()
    assert {"id": key, "endpoint": "sync", "state": "ready"}.items() <= about.items()
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


def test_while_the_storage_is_away_a_finished_picture_is_not_called_unknown(client, external_resource, media):
    url = send(client, "sync").json()["variants"][0]["url"]
    media.rename(media.with_name("away"))
    media.touch()

    answer = client.get(url)

    assert (answer.status_code, answer.json()["reason"], answer["Retry-After"]) == (503, "storage_failed", "2")


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
    Picture.objects.create(id=key, endpoint="sync", state=State.PROCESSING, received_at=2e9, started_at=2e9)

    answer = send(client, "sync", key=str(key))

    assert (answer.status_code, answer.json()["reason"], answer["Retry-After"]) == (409, "still_processing", "1")
    assert Picture.objects.get().executions == 0


def test_a_damaged_picture_gets_the_same_answer_again(client, external_resource):
    key, damaged = str(uuid4()), damaged_jpeg()

    for _ in range(2):
        answer = send(client, "sync", damaged, key=key)
        assert (answer.status_code, answer.json()["reason"]) == (422, "unreadable_image")
    assert client.get(f"/pictures/{key}/").json()["reason"] == "unreadable_image"


def test_without_a_broker_the_queue_endpoint_says_so_and_the_same_upload_may_come_again(
    client, no_broker, external_resource
):
    key = str(uuid4())
    answer = send(client, "queue", key=key)
    state = client.get(f"/pictures/{key}/").json()

    assert (answer.status_code, answer.json()["reason"]) == (503, "queue_unavailable")
    assert int(answer["Retry-After"]) > 0
    assert (state["state"], state["reason"]) == ("failed", "queue_unavailable")
    assert send(client, "sync", key=key).status_code == 201


def test_a_broker_that_refuses_access_is_none(client, refusing_broker):
    answer = send(client, "queue")

    assert (answer.status_code, answer.json()["reason"]) == (503, "queue_unavailable")


def test_without_a_broker_the_sync_endpoint_works(client, no_broker, external_resource):
    assert send(client, "sync").status_code == 201


@pytest.mark.quiet
def test_a_frozen_broker_does_not_hold_the_queue_endpoint(client, monkeypatch, deaf_address):
    monkeypatch.setattr(celery_app.conf, "broker_write_url", f"redis://{deaf_address}/0")
    began = time.monotonic()

    answer = send(client, "queue")

    assert (answer.status_code, answer.json()["reason"]) == (503, "queue_unavailable")
    assert time.monotonic() - began < 2.5


def test_the_endpoints_need_no_csrf_token(external_resource):
    assert send(Client(enforce_csrf_checks=True), "sync").status_code == 201
