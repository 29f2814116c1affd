"""The table of bad inputs, each sent through both endpoints, which must come to the same verdict."""

from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageFile

from pictures import services
from pictures.models import Picture
from pictures.processing import SIZES
from project.celery import app as celery_app
from tests.app_under_test.bad_inputs import FORM, REFUSED, REFUSED_BY_THE_WORK, SECRET, TAKEN, body, part
from tests.app_under_test.picture_files import jpeg

pytestmark = [
    pytest.mark.django_db,
    # Pillow's words on what these files are made to be.
    pytest.mark.filterwarnings(
        "ignore::PIL.Image.DecompressionBombWarning", "ignore:Invalid APNG", "ignore:Corrupt EXIF"
    ),
]

ENDPOINTS = ("sync", "queue")
NAMES = {
    "../../etc/passwd.png": "40 up and away",
    "..\\..\\x.png": "40 up and away in Windows",
    "&#x2F;etc&#x2F;x.png": "40 HTML for slashes",
    "a\0b.png": "41 NUL",
    "a\u202egnp.exe": "41 right to left",
    "<script>alert(1)</script>": "41 a script",
    "\U0001f600.png": "41 an emoji",
    "a.php%00.png": "42 a hidden ending",
    "a.png.php": "43 two endings",
    "passport": "43 no ending",
    "a" * 300 + ".png": "44 300 characters",
    "a." + "b" * 300: "44 an ending of 300 characters",
    "con.png": "45 a device of Windows",
    ".htaccess.png": "45 a hidden file",
    "-rf.png": "45 an option",
    "..": "5 dots",
    "&#x2F;": "40 an HTML slash",
    "照" * 255 + ".jpg": "44 255 characters of three bytes",
    "a" * 10_000: "44 10000 characters",
    "Köln.jpg".encode("latin-1"): "41 Latin 1",
    "写真.jpg".encode("shift-jis"): "41 Shift JIS",
    b"\xff\xfe\0": "41 no text",
    "a;b.jpg": "41 a semicolon",
    'a\\"b; name=c': "41 an escaped quotation mark",
    "a\\": "41 a backslash at the end",
}
#: The whole of what the head says of the name, and which part of the list of bad inputs it is.
ODD_HEADS = {
    b"filename*=UTF-8''%e5%86%99": "41 RFC 5987",
    b"filename*=no-such''%ff": "41 an encoding that there is not",
    b"filename*=utf-8''%ff": "41 an encoding that it is not in",
    b"filename=a.jpg": "41 no quotation marks",
    b'filename="a.jpg': "41 half the quotation marks",
    b'FileName = "a.jpg"': "41 spaces",
    b"filename=\"a.jpg\"; filename*=hex''%41": "41 two names",
}


@pytest.fixture
def broker(broker_url, monkeypatch) -> None:
    """A real broker, which nobody but these tests uses."""
    for use in ("broker_read_url", "broker_write_url"):
        monkeypatch.setattr(celery_app.conf, use, broker_url.replace("/0", "/1"))


@pytest.fixture(autouse=True)
def temporary(settings, tmp_path) -> Path:
    """The place for uploads that are too large for memory: all of them."""
    (tmp_path / "temporary").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "temporary"
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    return tmp_path / "temporary"


def send(client, endpoint: str, data: bytes):
    return client.post(f"/pictures/{endpoint}/", {"image": SimpleUploadedFile("a.png", data)})


def worked_on(client, answer) -> dict:
    """What became of a picture that the queue endpoint took, once a worker has had it."""
    assert answer.status_code == 202
    services.process(UUID(answer.json()["id"]))
    return client.get(answer["Location"]).json()


def files(place: Path) -> set[str]:
    return {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}


@pytest.mark.parametrize("bad", REFUSED, ids=str)
def test_both_endpoints_refuse_it_and_keep_nothing(client, media, temporary, bad):
    answers = [send(client, endpoint, bad.data) for endpoint in ENDPOINTS]

    assert [(answer.status_code, answer.json()["reason"]) for answer in answers] == [(bad.status, bad.reason)] * 2
    assert not Picture.objects.exists()
    assert not files(media) and not files(temporary)


@pytest.mark.parametrize("bad", REFUSED_BY_THE_WORK, ids=str)
def test_the_work_fails_for_the_same_reason_behind_both_endpoints(client, broker, media, temporary, bad):
    answer = send(client, "sync", bad.data)
    state = worked_on(client, send(client, "queue", bad.data))

    assert (answer.status_code, answer.json()["reason"]) == (bad.status, bad.reason)
    assert (state["state"], state["reason"]) == ("failed", bad.reason)
    originals = {f"originals/{picture.id}" for picture in Picture.objects.all()}
    assert files(media) == originals and not files(temporary)


@pytest.mark.parametrize("odd", TAKEN, ids=str)
def test_both_endpoints_take_it_and_make_clean_pictures(client, broker, external_resource, media, temporary, odd):
    answer = send(client, "sync", odd.data)
    state = worked_on(client, send(client, "queue", odd.data))

    assert (answer.status_code, answer.json()["state"], state["state"]) == (odd.status, "ready", "ready")
    assert_clean(media, answer.json()["id"])
    assert variants(media, answer.json()["id"]) == variants(media, state["id"])
    assert not files(temporary)


def variants(media: Path, picture_id: str) -> dict[str, bytes]:
    return {path.stem: path.read_bytes() for path in (media / "pictures" / picture_id).iterdir()}


def assert_clean(media: Path, picture_id: str) -> None:
    """Three JPEGs that can be decoded, with nothing of what came along with the upload."""
    found = variants(media, picture_id)
    assert found.keys() == SIZES.keys()
    for name, data in found.items():
        with Image.open(BytesIO(data), formats=["JPEG"]) as image:
            image.load()
        assert image.size == (SIZES[name], SIZES[name])
        assert not any(mark in data for mark in (SECRET, b"Exif", b"ICC_PROFILE", b"ns.adobe", b"Photoshop"))
        assert data.endswith(b"\xff\xd9")


@pytest.mark.parametrize("name", NAMES, ids=NAMES.values())
def test_a_name_is_never_used_nor_told(client, broker, external_resource, media, temporary, name):
    name = name if isinstance(name, bytes) else name.encode()
    form = body(part("image", jpeg(), filename="NAME")).replace(b"NAME", name)

    answers = [client.generic("POST", f"/pictures/{endpoint}/", form, FORM) for endpoint in ENDPOINTS]
    worked_on(client, answers[1])

    assert [answer.status_code for answer in answers] == [201, 202]
    ids = [answer.json()["id"] for answer in answers]
    made = {f"pictures/{picture}/{size}.jpg" for picture in ids for size in SIZES}
    assert files(media) == {f"originals/{picture}" for picture in ids} | made
    assert len(name) < 3 or not any(name in answer.content for answer in answers)
    assert not files(temporary)


@pytest.mark.parametrize("name", ODD_HEADS, ids=ODD_HEADS.values())
def test_nor_does_it_matter_how_it_is_written(client, broker, name):
    form = body(part("image", jpeg(), filename="")).replace(b'filename=""', name)

    assert client.generic("POST", "/pictures/queue/", form, FORM).status_code == 202


def test_39_the_content_decides_and_not_its_announced_type(client, broker, external_resource):
    form = body(part("image", jpeg(), filename="a.exe", kind="application/x-msdownload"))

    answers = [client.generic("POST", f"/pictures/{endpoint}/", form, FORM) for endpoint in ENDPOINTS]

    assert answers[0].status_code == 201
    assert worked_on(client, answers[1])["state"] == "ready"


@pytest.mark.parametrize("charset", ["hex", "idna", "undefined", "utf-16", "no such"])
def test_49_an_odd_charset_does_not_matter(client, broker, external_resource, charset):
    form = body(part("image", jpeg(), filename="a.jpg"))

    answers = [
        client.generic("POST", f"/pictures/{endpoint}/", form, f"{FORM}; charset={charset}") for endpoint in ENDPOINTS
    ]

    assert [answer.status_code for answer in answers] == [201, 202]


@pytest.mark.parametrize("bad", [bad for bad in REFUSED if bad.reason in ("too_many_pixels", "aspect")], ids=str)
def test_a_wrong_size_is_refused_before_anything_is_decoded(client, monkeypatch, bad):
    def load(image):
        raise AssertionError("decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)

    assert {send(client, endpoint, bad.data).json()["reason"] for endpoint in ENDPOINTS} == {bad.reason}
