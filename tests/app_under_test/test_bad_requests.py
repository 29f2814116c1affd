"""Requests that are malformed, lie about what is in them or end too early, sent to both endpoints."""

import gc
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO, RawIOBase
from pathlib import Path
from uuid import uuid4

import pytest
import redis

from pictures.models import Picture, State
from project.celery import app as celery_app
from project.problems import ClientErrorsInOneLine
from tests.app_under_test.bad_inputs import FORM, body, part
from tests.app_under_test.picture_files import encode, jpeg, quarters

pytestmark = pytest.mark.django_db

ENDPOINTS = pytest.mark.parametrize("endpoint", ["sync", "queue"])
# Part of tests' names, which must be alike in every process that shares the tests.
UNKNOWN = "3f1d4a0e-5c7b-4f0c-9d67-0b8f6f2a7c11"
GOOD = body(part("image", jpeg(), filename="a.jpg"))
FIELD = part("note", b"")


@dataclass(frozen=True)
class BadRequest:
    """A request, its row in the list of bad inputs, and the reason and status with which it is refused."""

    row: int
    name: str
    body: bytes
    reason: str = "bad_request"
    content_type: str = FORM
    environ: dict[str, str] = field(default_factory=dict)
    status: int = 400

    def __str__(self) -> str:
        return f"{self.row} {self.name}"


TEXTS = "application/x-www-form-urlencoded"

CHUNKED = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked"}

BAD_REQUESTS = (
    BadRequest(2, "no part", body(), "missing_file"),
    BadRequest(2, "a field and no file", body(FIELD), "missing_file"),
    BadRequest(3, "the wrong name", body(part("photo", jpeg(), filename="a.jpg")), "missing_file"),
    BadRequest(5, "an empty file name", body(part("image", jpeg(), filename="")), "missing_file"),
    BadRequest(5, "an empty file name with spaces", GOOD.replace(b'="a.jpg"', b' = ""'), "missing_file"),
    BadRequest(44, "a file name of 20 kB", body(part("image", jpeg(), filename="a" * 20_000))),
    BadRequest(5, "a picture as a text field", body(part("image", jpeg())), "missing_file"),
    BadRequest(46, "two pictures", body(*[part("image", jpeg(), filename="a.jpg")] * 2), "too_many_files"),
    BadRequest(47, "101 files", body(*[part("image", b"x", filename="a.jpg")] * 101)),
    BadRequest(48, "1101 fields", body(*[FIELD] * 1101)),
    BadRequest(48, "a field of 3 MB", body(part("note", bytes(3_000_000)))),
    BadRequest(49, "no boundary", GOOD, content_type="multipart/form-data"),
    BadRequest(49, "a boundary of 300 characters", GOOD, content_type=FORM + "x" * 300),
    BadRequest(50, "cut off in the picture", GOOD[:1000]),
    BadRequest(50, "cut off before its last boundary", GOOD[: GOOD.rindex(b"\r\n--")]),
    BadRequest(50, "a second file cut off", GOOD[: -len(b"--\r\n")] + b"\r\n" + part("b", jpeg(), filename="b")[:900]),
    BadRequest(50, "cut off in the head of a part", GOOD[:60], "missing_file"),
    BadRequest(50, "too short a Content-Length", GOOD, environ={"CONTENT_LENGTH": str(len(GOOD) - 100)}),
    BadRequest(51, "a negative Content-Length", GOOD, environ={"CONTENT_LENGTH": "-5"}),
    BadRequest(51, "a Content-Length in words", GOOD, environ={"CONTENT_LENGTH": "many"}),
    BadRequest(51, "no Content-Length", GOOD, "missing_file", environ={"CONTENT_LENGTH": ""}),
    BadRequest(15, "a body in chunks", GOOD, "length_required", environ=CHUNKED, status=411),
    BadRequest(52, "broken Base64", body(part("image", b"A===", filename="a.jpg", encoding="base64"))),
    BadRequest(53, "a bare picture", jpeg(), "not_multipart", "image/jpeg", status=415),
    BadRequest(53, "JSON", b'{"image": "x"}', "not_multipart", "application/json", status=415),
    BadRequest(53, "a form of texts", b"image=x", "not_multipart", TEXTS, status=415),
    BadRequest(53, "3 MB of texts", b"image=" + b"x" * 3_000_000, "not_multipart", TEXTS, status=415),
    BadRequest(60, "a key that is no UUID", GOOD, "bad_idempotency_key", environ={"HTTP_IDEMPOTENCY_KEY": "../../x"}),
    BadRequest(60, "an empty quoted key", GOOD, "bad_idempotency_key", environ={"HTTP_IDEMPOTENCY_KEY": '""'}),
    BadRequest(60, "half a quoted key", GOOD, "bad_idempotency_key", environ={"HTTP_IDEMPOTENCY_KEY": f'"{UNKNOWN}'}),
    BadRequest(60, "a trial too long", GOOD, "bad_trial", environ={"HTTP_X_TRIAL": "t" * 101}),
    BadRequest(60, "a trial of two lines", GOOD, "bad_trial", environ={"HTTP_X_TRIAL": "t\nu"}),
)


class Gone(RawIOBase):
    """A connection that the client has closed."""

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError


@pytest.fixture
def broker(broker_url, monkeypatch) -> Iterator[redis.Redis]:
    """An empty part of a real broker, which nobody but these tests uses."""
    ours = broker_url.replace("/0", "/1")
    for use in ("broker_read_url", "broker_write_url"):
        monkeypatch.setattr(celery_app.conf, use, ours)
    with redis.Redis.from_url(ours) as client:
        client.flushdb()
        yield client


@pytest.fixture(autouse=True)
def temporary(settings, tmp_path) -> Path:
    """The place for uploads that are too large for memory: all of them."""
    (tmp_path / "temporary").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "temporary"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    return tmp_path / "temporary"


def post(client, endpoint: str, data: bytes = GOOD, content_type: str = FORM, **environ):
    return client.generic("POST", f"/pictures/{endpoint}/", data, content_type, **environ)


def assert_nothing_is_left(*places: Path) -> None:
    assert not Picture.objects.exists()
    assert not [path for place in places for path in place.rglob("*") if path.is_file()]


@ENDPOINTS
@pytest.mark.parametrize("bad", BAD_REQUESTS, ids=str)
def test_it_is_refused_and_nothing_is_left(client, media, temporary, endpoint, bad):
    answer = post(client, endpoint, bad.body, bad.content_type, **bad.environ)

    assert (answer.status_code, answer.json()["reason"]) == (bad.status, bad.reason)
    assert answer.json()["detail"].endswith(".")
    assert_nothing_is_left(media, temporary)


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What is there already is left out of every count, too: looking through all of it would take most of the time."""
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()
    gc.unfreeze()


def exceptions_alive() -> list[BaseException]:
    return [one for one in gc.get_objects() if isinstance(one, BaseException)]


@ENDPOINTS
@pytest.mark.parametrize("bad", [bad for bad in BAD_REQUESTS if bad.reason == "bad_request"], ids=str)
@pytest.mark.usefixtures("no_collector")
def test_no_error_outlives_its_request(client, endpoint, bad):
    """One that Django raised holds what every function on its way had in hand, pieces of the body too. In a circle it
    would do so for hundreds of requests; a page for errors that finds no template makes one."""
    # The first one imports what it needs.
    post(client, endpoint, bad.body, bad.content_type, **bad.environ)
    before = {id(one) for one in exceptions_alive()}

    post(client, endpoint, bad.body, bad.content_type, **bad.environ)

    assert [one for one in exceptions_alive() if id(one) not in before] == []


@ENDPOINTS
def test_what_came_of_a_small_picture_goes_with_its_request(client, settings, endpoint):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = len(GOOD)

    answer = post(client, endpoint, GOOD[:1000])

    small, _ = answer.wsgi_request.upload_handlers
    assert answer.status_code == 400 and small.file.closed


def test_a_person_at_no_address_is_told_so_on_a_page(client):
    answer = client.get("/nowhere/")

    assert answer.status_code == 404 and "There is nothing at this URL." in answer.text


@ENDPOINTS
@pytest.mark.parametrize(("limit", "environ"), [(len(jpeg()) - 1, {}), (1, {"CONTENT_LENGTH": "70000"})])
def test_14_too_large_a_picture_is_refused(client, media, temporary, settings, endpoint, limit, environ):
    """The second one by its announced length, before the body is read, which is shorter."""
    settings.UPLOAD_MAX_BYTES = limit

    answer = post(client, endpoint, **environ)

    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")
    assert_nothing_is_left(media, temporary)


@ENDPOINTS
@pytest.mark.parametrize("connection", [lambda: BytesIO(GOOD[:2000]), Gone], ids=["half the body", "no body"])
def test_59_a_client_that_goes_away_leaves_nothing(client, media, temporary, endpoint, connection):
    answer = post(client, endpoint, **{"wsgi.input": connection()})

    assert (answer.status_code, answer.json()["reason"]) == (400, "bad_request")
    assert_nothing_is_left(media, temporary)


@ENDPOINTS
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_54_the_wrong_method_is_told_the_right_one(client, endpoint, method):
    answer = client.generic(method, f"/pictures/{endpoint}/", GOOD, FORM)

    assert (answer.status_code, answer.json()["reason"], answer["Allow"]) == (405, "method_not_allowed", "POST")


@ENDPOINTS
def test_56_a_foreign_host_is_refused(client, media, temporary, endpoint):
    assert post(client, endpoint, HTTP_HOST="evil.example").status_code == 400
    assert_nothing_is_left(media, temporary)


@ENDPOINTS
def test_63_a_storage_that_takes_nothing_is_told_and_nothing_is_left(client, media, temporary, endpoint):
    media.touch()  # A file where the folder should be: nothing can be stored.

    answer = post(client, endpoint)

    assert (answer.status_code, answer.json()["reason"], answer["Retry-After"]) == (503, "storage_failed", "2")
    assert Picture.objects.get().state == State.FAILED
    assert not list(temporary.iterdir())


def test_60_the_same_key_twice_is_one_picture_and_one_message(client, broker):
    key = str(uuid4())

    answers = [post(client, "queue", HTTP_IDEMPOTENCY_KEY=key) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json() == answers[1].json()
    assert (Picture.objects.count(), broker.llen("celery")) == (1, 1)


def test_60_a_quoted_key_is_the_same_key(client, broker):
    """The header's draft standard makes it a string of RFC 8941."""
    answers = [post(client, "queue", HTTP_IDEMPOTENCY_KEY=key) for key in (UNKNOWN, f'"{UNKNOWN}"', f' "{UNKNOWN}" ')]

    assert [(answer.status_code, answer.json()["id"]) for answer in answers] == [(202, UNKNOWN)] * 3
    assert (Picture.objects.count(), broker.llen("celery")) == (1, 1)


@ENDPOINTS
def test_60_the_same_key_with_another_picture_is_refused_and_says_so(client, broker, media, endpoint):
    other = body(part("image", encode(quarters(), "PNG"), filename="a.png"))
    post(client, "queue", HTTP_IDEMPOTENCY_KEY=UNKNOWN)

    answer = post(client, endpoint, other, HTTP_IDEMPOTENCY_KEY=UNKNOWN)

    assert (answer.status_code, answer.json()["reason"]) == (422, "key_of_another_picture")
    assert (media / "originals" / UNKNOWN).read_bytes() == jpeg()
    assert (Picture.objects.count(), broker.llen("celery")) == (1, 1)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (f"/pictures/{UNKNOWN}/", "no_such_picture"),
        (f"/pictures/{UNKNOWN}/large.jpg", "no_such_picture"),
        (f"/pictures/{UNKNOWN}/..%2F..%2Fetc%2Fpasswd.jpg", "not_found"),
        (f"/pictures/{UNKNOWN}/../../db.sqlite3", "not_found"),
        ("/pictures/not-a-uuid/", "not_found"),
        ("/pictures/../../etc/passwd", "not_found"),
        ("/pictures/%2e%2e%2f%2e%2e%2fetc%2fpasswd/", "not_found"),
        ("/pictures/%00/", "not_found"),
    ],
)
def test_64_what_is_no_picture_s_address_is_not_found(client, path, reason):
    answer = client.get(path)

    assert (answer.status_code, answer.json()["reason"]) == (404, reason)


def test_64_a_picture_s_page_takes_no_post(client):
    answer = client.post(f"/pictures/{UNKNOWN}/")

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(("status", "told"), [(400, False), (500, True)])
def test_the_log_has_a_traceback_only_of_faults_of_ours(status, told):
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "words", (), (ValueError, ValueError(), None))
    record.status_code = status

    assert ClientErrorsInOneLine().filter(record) and bool(record.exc_info) is told
