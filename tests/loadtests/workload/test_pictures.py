"""The pictures that are sent."""

import io
import os
from collections import defaultdict
from email import message_from_bytes

import pytest
from PIL import Image

from loadtests.cli import build_parser
from loadtests.errors import PlanError
from loadtests.workload import pictures
from loadtests.workload.pictures import payloads
from loadtests.workload.presets import WORKLOADS


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "CACHE", tmp_path / "cache")


@pytest.mark.parametrize("megapixels", [0.3, 2.0])
def test_a_picture_has_the_size_asked_for_and_the_bytes_of_a_photo(megapixels):
    data = pictures.photo_like(megapixels, seed=1)
    picture = Image.open(io.BytesIO(data))
    bits_a_pixel = len(data) * 8 / (picture.width * picture.height)

    assert picture.format == "JPEG"
    assert picture.width * picture.height == pytest.approx(megapixels * 1e6, rel=0.02)
    # Cameras write some 1.5 to 5 bits a pixel; flat colours take 0.2, white noise 8.
    assert 1.5 < bits_a_pixel < 5


def test_a_seed_gives_the_same_picture_and_another_seed_another():
    assert pictures.photo_like(0.1, seed=1) == pictures.photo_like(0.1, seed=1) != pictures.photo_like(0.1, seed=2)


def test_pictures_are_made_once_and_then_taken_from_the_cache():
    first = pictures.photos(WORKLOADS["io"])
    made_at = [photo.path.stat().st_mtime_ns for photo in first]
    again = pictures.photos(WORKLOADS["io"])

    assert [photo.path.stat().st_mtime_ns for photo in again] == made_at
    assert len({photo.path.read_bytes() for photo in first}) == pictures.COPIES
    assert sum(photo.weight for photo in first) == pytest.approx(1)


def file(kind):
    data = io.BytesIO()
    Image.new("RGB", (8, 8)).save(data, kind)
    return data.getvalue()


JPEG = file("JPEG")


def test_a_person_s_own_pictures_are_sent_whatever_case_their_suffix_has(tmp_path):
    (tmp_path / "cat.JPG").write_bytes(JPEG)
    (tmp_path / "dog.png").write_bytes(file("PNG"))
    photos = pictures.photos(WORKLOADS["io"], tmp_path)

    assert [(photo.path.name, photo.content_type) for photo in photos] == [
        ("cat.JPG", "image/jpeg"),
        ("dog.png", "image/png"),
    ]
    assert pictures.skipped_files(tmp_path) == ""


#: What folders of pictures hold besides: how it is made, and why it is not sent.
STRAY = {
    "._IMG_1.jpg": (lambda path: path.write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        "), pictures.NO_PICTURE),
    ".DS_Store": (lambda path: path.write_bytes(b"\0\0\0\1Bud1"), pictures.NO_PICTURE),
    "Thumbs.db": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0"), pictures.NO_PICTURE),
    "IMG_2.HEIC": (lambda path: path.write_bytes(b"\0\0\0\x18ftypheic"), pictures.NO_PICTURE),
    "really-heic.jpg": (lambda path: path.write_bytes(b"\0\0\0\x18ftypheic"), pictures.NO_PICTURE),
    "moved.gif.png": (lambda path: path.write_bytes(file("GIF")), pictures.NO_PICTURE),
    "album.jpg": (lambda path: path.mkdir(), "a folder"),
    "gone.jpg": (lambda path: path.symlink_to("nowhere.jpg"), "a dead link"),
    "pipe.jpg": (os.mkfifo, "no file"),
    "cut-off.jpg": (lambda path: path.touch(), "empty"),
}


@pytest.mark.parametrize("name", STRAY)
def test_what_is_no_picture_is_left_out_and_named(tmp_path, name):
    make, why = STRAY[name]
    (tmp_path / "cat.jpg").write_bytes(JPEG)
    make(tmp_path / name)

    assert [photo.name for photo in pictures.photos(WORKLOADS["io"], tmp_path)] == ["cat.jpg"]
    assert pictures.skipped_files(tmp_path) == f"Skipped in {tmp_path}: {name} ({why})."


def test_a_file_that_cannot_be_read_is_left_out_and_named(tmp_path, monkeypatch):
    """Root may read every file, so that the refusal is made here."""
    (tmp_path / "cat.jpg").write_bytes(JPEG)
    (tmp_path / "mine.jpg").write_bytes(JPEG)
    opened = Image.open

    def refuse(path, **options):
        if path.name == "mine.jpg":
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, **options)

    monkeypatch.setattr(Image, "open", refuse)

    assert [photo.name for photo in pictures.photos(WORKLOADS["io"], tmp_path)] == ["cat.jpg"]
    assert pictures.skipped_files(tmp_path) == f"Skipped in {tmp_path}: mine.jpg (permission denied)."


def test_many_strangers_are_counted_and_those_that_look_like_pictures_come_first(tmp_path):
    for number in range(9):
        (tmp_path / f"a{number}.txt").touch()
    (tmp_path / "z.jpg").mkdir()

    told = pictures.skipped_files(tmp_path)
    assert told.startswith(f"Skipped in {tmp_path}: z.jpg (a folder), a0.txt (")
    assert told.endswith(", 5 more.")


def name_file(folder, name):
    try:
        (folder / os.fsdecode(name)).write_bytes(JPEG)
    except OSError:
        pytest.skip("this file system takes no such name")


@pytest.mark.parametrize("name", [b"caf\xe9.jpg", b'say "cheese".jpg', b"two\r\nlines.jpg", "Übung.jpg".encode()])
def test_a_picture_can_have_any_name_that_a_file_can_have(tmp_path, name):
    """In the form that is sent it stays one name, and in the record it is text."""
    name_file(tmp_path, name)
    (payload,) = payloads(pictures.photos(WORKLOADS["io"], tmp_path))
    head = f"Content-Type: {payload.content_type}\r\n\r\n".encode()
    (part,) = message_from_bytes(head + payload.body).get_payload()

    payload.picture.encode()
    assert part.get_payload(decode=True) == JPEG
    assert part.get_param("name", header="Content-Disposition") == "image"
    assert part.get_content_type() == "image/jpeg"


def test_a_name_that_is_not_utf_8_is_told_with_its_bytes(tmp_path):
    name_file(tmp_path, b"caf\xe9.jpg")

    assert [photo.name for photo in pictures.photos(WORKLOADS["io"], tmp_path)] == [r"caf\xe9.jpg"]


def test_a_folder_without_pictures_is_refused_and_what_it_holds_is_named(tmp_path):
    (tmp_path / "IMG_2.HEIC").touch()

    with pytest.raises(PlanError, match=r"contains no picture .*Skipped in .*: IMG_2.HEIC \("):
        pictures.photos(WORKLOADS["io"], tmp_path)


@pytest.mark.parametrize(("place", "why"), [("none", "No such file"), ("cat.jpg", "Not a directory")])
def test_a_folder_that_is_none_is_refused_in_one_sentence(tmp_path, place, why):
    (tmp_path / "cat.jpg").write_bytes(JPEG)

    with pytest.raises(PlanError, match=f"The pictures in {tmp_path}/{place} cannot be read: {why}"):
        pictures.photos(WORKLOADS["io"], tmp_path / place)


def test_more_pictures_than_a_load_process_can_hold_are_refused(tmp_path):
    (tmp_path / "cat.jpg").write_bytes(JPEG)
    os.truncate(tmp_path / "cat.jpg", pictures.MOST_BYTES + 1)

    with pytest.raises(PlanError, match=r"holds 1.0 GB of pictures, .* 1 GB at most"):
        pictures.photos(WORKLOADS["io"], tmp_path)


def test_the_content_hash_changes_with_any_byte(tmp_path):
    (tmp_path / "cat.jpg").write_bytes(JPEG)
    before = pictures.content_hash(pictures.photos(WORKLOADS["io"], tmp_path))
    (tmp_path / "cat.jpg").write_bytes(JPEG + b"2")

    assert pictures.content_hash(pictures.photos(WORKLOADS["io"], tmp_path)) != before


def test_a_tilde_is_expanded_before_a_child_with_another_home_could_do_it(monkeypatch):
    """A shell leaves `--pictures=~/cats` as it is."""
    monkeypatch.setenv("HOME", "/home/ada")
    typed = build_parser(defaultdict(lambda: print)).parse_args(["run", "a.toml", "--pictures=~/cats"])

    assert typed.pictures == pictures.Path("/home/ada/cats")
