from uuid import UUID

import pytest
from django.contrib.auth.models import User

from loadtests.stack.process.ports import free_port
from pictures.models import Picture, State

pytestmark = pytest.mark.django_db

HEADER = (
    "id,trial,endpoint,received_at,enqueued_at,started_at,finished_at,state,executions,reason,external_at,process_id"
)
TOKEN = {"Authorization": "Bearer secret"}
FIRST, SECOND, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture(autouse=True)
def token(settings) -> None:
    settings.EXPORT_TOKEN = "secret"


@pytest.fixture
def pictures() -> None:
    """A waiting and a finished picture of trial t, and one of another trial."""
    Picture.objects.create(id=SECOND, trial="t", endpoint="queue", received_at=200.5, enqueued_at=200.75)
    Picture.objects.create(
        id=FIRST,
        trial="t",
        endpoint="sync",
        received_at=100,
        started_at=101,
        finished_at=102.1234567,
        state=State.FAILED,
        reason="unreadable_image",
        executions=1,
    )
    Picture.objects.create(id=OTHER, trial="u", endpoint="sync", received_at=1, finished_at=300, state=State.READY)


def lines(client, query: str) -> list[str]:
    answer = client.get(f"/pictures.csv{query}", headers=TOKEN)
    return b"".join(answer.streaming_content).decode().splitlines()


def test_the_rows_of_a_trial_come_in_the_order_of_arrival(client, pictures):
    first = f"{FIRST},t,sync,100.000000,,101.000000,102.123457,failed,1,unreadable_image,,"
    second = f"{SECOND},t,queue,200.500000,200.750000,,,queued,0,,,"

    assert lines(client, "?trial=t") == [HEADER, first, second]


def test_only_pictures_finished_since_a_time(client, pictures):
    rows = lines(client, "?trial=t&finished_since=102.1")

    assert [row.split(",")[0] for row in rows[1:]] == [str(FIRST)]
    assert lines(client, "?trial=t&finished_since=102.2") == [HEADER]


def test_a_trial_that_nobody_ran_has_no_rows(client, pictures):
    assert lines(client, "?trial=nobody") == [HEADER]


def test_a_bad_time_is_refused(client):
    answer = client.get("/pictures.csv?trial=t&finished_since=noon", headers=TOKEN)

    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_finished_since")


def test_counts_by_state(client, pictures, django_assert_num_queries):
    with django_assert_num_queries(1):
        of_trial = client.get("/counts/?trial=t", headers=TOKEN).json()

    assert of_trial == {"queued": 1, "processing": 0, "ready": 0, "failed": 1}
    assert client.get("/counts/", headers=TOKEN).json() == {"queued": 1, "processing": 0, "ready": 1, "failed": 1}


@pytest.mark.parametrize("path", ["/pictures.csv?trial=t", "/counts/", "/config/"])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "secret"}])
def test_a_wrong_token_opens_nothing(client, path, headers):
    answer = client.get(path, headers=headers)

    assert (answer.status_code, answer.json()["reason"]) == (403, "token_required")


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", ""])
def test_without_a_token_in_the_settings_nothing_opens(client, settings, given):
    settings.EXPORT_TOKEN = ""

    assert client.get("/counts/", headers={"Authorization": given}).status_code == 403


def test_health_names_the_parts_that_do_not_work(client, settings, no_broker, external_resource):
    assert client.get("/healthz").json() == {
        "ready": False,
        "parts": {"database": "ok", "storage": "ok", "broker": "OperationalError", "external_resource": "ok"},
    }

    settings.EXTERNAL_RESOURCE_URL = f"http://127.0.0.1:{free_port()}"
    answer = client.get("/healthz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["external_resource"] == "ConnectionRefusedError"


def test_without_a_broker_the_settings_in_force_are_not_guessed(client, no_broker):
    answer = client.get("/config/", headers=TOKEN)

    assert (answer.status_code, answer.json()["reason"]) == (503, "queue_unavailable")


def test_nor_are_they_if_the_broker_refuses_access(client, refusing_broker):
    test_without_a_broker_the_settings_in_force_are_not_guessed(client, None)


def test_a_number_of_workers_is_a_number(client):
    assert client.get("/config/?workers=-1", headers=TOKEN).json()["reason"] == "bad_workers"


def test_the_admin_lists_pictures_with_readable_times(client, pictures):
    client.force_login(User.objects.create_superuser("teacher"))

    listed = client.get("/admin/pictures/picture/").content.decode()
    one = client.get(f"/admin/pictures/picture/{FIRST}/change/").content.decode()

    assert "1970-01-01 00:01:40.000" in listed
    assert "1970-01-01 00:01:42.123" in one
