"""The pictures that are sent."""

import io

import pytest
from PIL import Image

from loadtests import corpus
from loadtests.errors import PlanError
from loadtests.workloads import WORKLOADS


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch):
    monkeypatch.setattr(corpus, "CACHE", tmp_path / "cache")


@pytest.mark.parametrize("megapixels", [0.3, 2.0])
def test_a_picture_has_the_size_asked_for_and_the_bytes_of_a_photo(megapixels):
    data = corpus.photo_like(megapixels, seed=1)
    picture = Image.open(io.BytesIO(data))
    bits_a_pixel = len(data) * 8 / (picture.width * picture.height)

    assert picture.format == "JPEG"
    assert picture.width * picture.height == pytest.approx(megapixels * 1e6, rel=0.02)
    # Cameras write some 1.5 to 5 bits a pixel; flat colours take 0.2, white noise 8.
    assert 1.5 < bits_a_pixel < 5


def test_a_seed_gives_the_same_picture_and_another_seed_another():
    assert corpus.photo_like(0.1, seed=1) == corpus.photo_like(0.1, seed=1) != corpus.photo_like(0.1, seed=2)


def test_pictures_are_made_once_and_then_taken_from_the_cache():
    first = corpus.photos(WORKLOADS["io"])
    made_at = [photo.path.stat().st_mtime_ns for photo in first]
    again = corpus.photos(WORKLOADS["io"])

    assert [photo.path.stat().st_mtime_ns for photo in again] == made_at
    assert len({photo.path.read_bytes() for photo in first}) == corpus.COPIES
    assert sum(photo.weight for photo in first) == pytest.approx(1)


def test_a_person_s_own_pictures_are_used_and_nothing_else_in_their_folder(tmp_path):
    (tmp_path / "cat.JPG").write_bytes(b"1")
    (tmp_path / "dog.png").write_bytes(b"2")
    (tmp_path / "notes.txt").write_text("no picture")
    photos = corpus.photos(WORKLOADS["io"], tmp_path)

    assert [(photo.path.name, photo.content_type) for photo in photos] == [
        ("cat.JPG", "image/jpeg"),
        ("dog.png", "image/png"),
    ]


def test_a_folder_without_pictures_is_refused(tmp_path):
    with pytest.raises(PlanError, match="holds no picture"):
        corpus.photos(WORKLOADS["io"], tmp_path)


def test_the_content_hash_changes_with_any_byte(tmp_path):
    (tmp_path / "cat.jpg").write_bytes(b"1")
    before = corpus.content_hash(corpus.photos(WORKLOADS["io"], tmp_path))
    (tmp_path / "cat.jpg").write_bytes(b"2")

    assert corpus.content_hash(corpus.photos(WORKLOADS["io"], tmp_path)) != before
