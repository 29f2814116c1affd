"""Files that lack something, or are damaged in places: what is taken has every pixel."""

import weakref
import zlib
from functools import cache
from io import BytesIO
from random import Random

import pytest
from PIL import Image, ImageFile, PngImagePlugin

from pictures import jpeg
from pictures.decoding import DECODER_ERRORS, decoded, opened
from pictures.reasons import PictureError
from tests.app_under_test.picture_files import encode, flood, png_chunk
from tests.app_under_test.test_processing import MAX_PIXELS

KINDS = {
    "JPEG": {"quality": 75},
    "progressive": {"quality": 75, "progressive": True},
    "restarts": {"quality": 75, "restart_marker_blocks": 1},
    "PNG": {},
    "WEBP": {},
}


@cache
def whole(kind: str) -> bytes:
    """A small picture with something in every corner."""
    noise = Image.frombytes("RGB", (40, 24), Random(0).randbytes(40 * 24 * 3))
    return encode(noise, kind if kind in ("PNG", "WEBP") else "JPEG", **KINDS[kind])


def pixels(data: bytes) -> bytes | None:
    """Of a picture; nothing if it is refused."""
    try:
        opened(BytesIO(data), max_pixels=MAX_PIXELS)
        return decoded(data, max_pixels=MAX_PIXELS)[0].tobytes()
    except (PictureError, *DECODER_ERRORS):
        return None


def taken_cuts(kind: str) -> list[int]:
    """Of how many bytes less a picture is taken; it then looks as the whole one does."""
    data = whole(kind)
    found = {cut: pixels(data[:-cut]) for cut in range(1, len(data))}
    taken = [cut for cut, made in found.items() if made is not None]
    assert all(found[cut] == pixels(data) for cut in taken)
    return taken


@pytest.mark.parametrize("kind", ["JPEG", "progressive", "restarts"])
def test_a_jpeg_may_lack_its_end_mark_and_nothing_else(kind):
    assert taken_cuts(kind) == [1, 2]


def test_of_a_jpeg_without_its_end_mark_one_decoded_picture_at_a_time_is_in_memory(monkeypatch):
    load, decoding, alive = ImageFile.ImageFile.load, [], []

    def noting(image):
        decoding.append(weakref.ref(image))
        alive.append(len({id(one()) for one in decoding if one() is not None}))
        return load(image)

    monkeypatch.setattr(ImageFile.ImageFile, "load", noting)

    assert decoded(whole("JPEG")[:-2], max_pixels=MAX_PIXELS)[0].size == (40, 24)
    assert len(alive) >= 3 and max(alive) == 1


def test_a_png_may_lack_what_comes_behind_its_pixels_and_nothing_else():
    assert taken_cuts("PNG") == list(range(1, 13))


def test_a_webp_may_lack_nothing():
    assert taken_cuts("WEBP") == []


def test_a_progressive_jpeg_may_not_lack_its_last_scans():
    data = whole("progressive")
    scans = [place for place in range(len(data)) if data[place : place + 2] == b"\xff\xda"]
    tables = data.rindex(b"\xff\xc4", 0, scans[-1])

    assert len(scans) > 5
    assert pixels(data[:tables]) is None and pixels(data[: scans[2]]) is None


def test_the_marks_of_a_damaged_file_are_not_counted_for_ever():
    rubbish = whole("progressive")[:-2] + b"\xff\xda" * 2_000_000

    assert jpeg.ended(rubbish) == ()


def with_chunk(name: bytes, body: bytes, *, is_sound: bool, behind: bytes = b"IHDR") -> bytes:
    """The PNG with one chunk more, whose checksum is right or wrong."""
    chunk = png_chunk(name, body)
    chunk = chunk if is_sound else chunk[:-1] + bytes([chunk[-1] ^ 1])
    at = 33 if behind == b"IHDR" else len(whole("PNG")) - 12
    return whole("PNG")[:at] + chunk + whole("PNG")[at:]


@pytest.mark.parametrize("behind", [b"IHDR", b"IDAT"])
@pytest.mark.parametrize("is_sound", [True, False])
@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"gAMA", b"pHYs", b"eXIf", b"tIME", b"prVt"])
def test_what_comes_along_with_a_png_costs_no_picture(name, is_sound, behind):
    """Nor does it if its own content is rubbish."""
    assert pixels(with_chunk(name, b"rubbish", is_sound=is_sound, behind=behind)) == pixels(whole("PNG"))


def test_a_transparent_colour_with_a_wrong_checksum_is_none():
    value = bytes(6)

    black = [flood(8, 8)[:33] + png_chunk(b"tRNS", value, checksum=right) + flood(8, 8)[33:] for right in (None, 0)]

    assert [decoded(data, max_pixels=MAX_PIXELS)[0].has_transparency_data for data in black] == [True, False]


@pytest.mark.parametrize("name", [b"IHDR", b"IDAT"])
def test_a_wrong_checksum_of_what_a_png_is_made_of_costs_the_picture(name):
    data = whole("PNG")
    at = data.index(name) + 4

    assert pixels(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]) is None


def test_texts_are_not_unpacked(monkeypatch):
    """Whoever does not unpack a bomb needs no limit for it."""
    seen: list[bytes] = []
    monkeypatch.setattr(PngImagePlugin.PngStream, "chunk_zTXt", lambda stream, at, length: seen.append(b"zTXt"))

    assert pixels(with_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(10)), is_sound=True)) and not seen
