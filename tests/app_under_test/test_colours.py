"""Colours as people see them: what is transparent is white, and a profile's colours are what they are in sRGB."""

import struct
import zlib

import pytest
from PIL import Image

from pictures.colour import MOST_PROFILE_BYTES
from pictures.processing import make_variants
from tests.app_under_test.icc_profiles import (
    ADOBE_RGB_PROFILE,
    DISPLAY_P3,
    DISPLAY_P3_PROFILE,
    LINEAR,
    SRGB,
    SRGB_CURVE,
    cmyk_profile,
    grey_profile,
    in_adobe_rgb,
    in_display_p3,
    rgb_profile,
)
from tests.app_under_test.picture_files import WHITE, deep_png, encode, png, png_header, stripes
from tests.app_under_test.test_processing import MAX_PIXELS, is_near, variants

#: Colours of sRGB that are clearly others if their numbers in a wider space are taken for sRGB's.
COLOURS = [(200, 60, 40), (30, 160, 60), (120, 200, 220)]
SPACES = {"Display P3": (DISPLAY_P3_PROFILE, in_display_p3), "Adobe RGB": (ADOBE_RGB_PROFILE, in_adobe_rgb)}
in_spaces = pytest.mark.parametrize(("profile", "in_space"), SPACES.values(), ids=SPACES)


def middle(data: bytes):
    return variants(data)["medium"].getpixel((128, 128))


def side(data: bytes, *, left: bool):
    """A pixel in the left or right half."""
    return variants(data)["medium"].getpixel((60 if left else 190, 128))


def halves(depth: int, left: list[int], right: list[int], transparent: list[int]) -> bytes:
    """A PNG of two colours, one of which may be transparent."""
    value = (b"tRNS", struct.pack(f">{len(transparent)}H", *transparent))
    return deep_png(depth, [left * 8 + right * 8] * 16, value, samples=len(left))


@in_spaces
@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_profile_s_colours_come_out_as_they_look(profile, in_space, colour, kind):
    sent = in_space(*colour)
    image = Image.new("RGB", (60, 60), sent)

    made = middle(encode(image, kind, icc_profile=profile, **({"lossless": True} if kind == "WEBP" else {})))

    assert max(abs(one - other) for one, other in zip(sent, colour, strict=True)) > 12
    assert max(abs(one - other) for one, other in zip(made, colour, strict=True)) <= 4


@pytest.mark.parametrize("mode", ["P", "RGBA"])
def test_so_do_those_of_a_palette_and_beside_transparent_parts(mode):
    image = Image.new("RGB", (60, 60), in_display_p3(*COLOURS[0]))
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    if mode == "RGBA":
        image.paste((0, 0, 0, 0), (0, 0, 30, 60))
    data = encode(image, "PNG", icc_profile=DISPLAY_P3_PROFILE)

    assert is_near(side(data, left=False), COLOURS[0])
    assert is_near(side(data, left=True), WHITE if mode == "RGBA" else COLOURS[0])


def test_so_do_the_greys_of_a_grey_profile():
    """A fifth of the light is 55 of 255 on a straight line, and 128 on the curve of sRGB."""
    data = encode(Image.new("L", (60, 60), 55), icc_profile=grey_profile(LINEAR))

    assert is_near(middle(data), (128, 128, 128))


@pytest.mark.parametrize("mode", ["LA", "I;16"])
def test_so_do_greys_that_are_deep_or_transparent(mode):
    image = Image.new(mode, (60, 60), (55, 255) if mode == "LA" else 55 << 8)

    assert is_near(middle(encode(image, "PNG", icc_profile=grey_profile(LINEAR))), (128, 128, 128))


def test_so_do_the_inks_of_a_printer_s_profile():
    """L* of 50 is 119 in sRGB; without the profile this ink is cyan."""
    image = Image.new("CMYK", (60, 60), (255, 0, 0, 0))

    assert is_near(middle(encode(image, icc_profile=cmyk_profile(50))), (119, 119, 119))
    assert is_near(middle(encode(image)), (0, 255, 255))


def test_a_profile_of_srgb_changes_nothing_that_can_be_seen():
    image = stripes(*COLOURS)

    plain, described = (
        variants(encode(image, **more))["medium"] for more in ({}, {"icc_profile": rgb_profile(SRGB, SRGB_CURVE)})
    )

    assert all(abs(ours - theirs) <= 2 for ours, theirs in zip(plain.tobytes(), described.tobytes(), strict=True))


@pytest.mark.parametrize(
    ("mode", "profile"),
    [
        ("RGB", b"no profile"),
        ("RGB", DISPLAY_P3_PROFILE[:200]),
        ("RGB", DISPLAY_P3_PROFILE[:140] + b"\xff" * 400),
        ("RGB", rgb_profile(DISPLAY_P3, b"rubbish" * 10)),
        ("RGB", rgb_profile(DISPLAY_P3, SRGB_CURVE, junk=bytes(MOST_PROFILE_BYTES))),
        ("RGB", grey_profile(LINEAR)),
        ("RGB", cmyk_profile(50)),
        ("L", DISPLAY_P3_PROFILE),
        ("CMYK", DISPLAY_P3_PROFILE),
    ],
    ids=["words", "cut off", "damaged", "rubbish for curves", "huge", "grey", "inks", "RGB of grey", "RGB of inks"],
)
def test_a_profile_that_is_broken_huge_or_of_other_pixels_is_ignored(mode, profile):
    image = Image.new(mode, (60, 60), {"RGB": (200, 60, 40), "L": 90, "CMYK": (200, 60, 40, 10)}[mode])

    plain, described = (
        make_variants(encode(image, **more), max_pixels=MAX_PIXELS) for more in ({}, {"icc_profile": profile})
    )

    assert plain == described


def with_profile(packed: bytes) -> bytes:
    row = b"\0" + bytes(in_display_p3(*COLOURS[0])) * 8
    return png(png_header(8, 8), (b"iCCP", b"name\0\0" + packed), (b"IDAT", zlib.compress(row * 8)))


def test_a_large_profile_in_a_png_counts():
    """Pillow takes none above a megabyte."""
    profile = rgb_profile(DISPLAY_P3, SRGB_CURVE, junk=bytes(2_000_000))

    assert is_near(middle(with_profile(zlib.compress(profile))), COLOURS[0])


@pytest.mark.parametrize(
    "packed",
    [
        zlib.compress(DISPLAY_P3_PROFILE + bytes(MOST_PROFILE_BYTES)),
        zlib.compress(DISPLAY_P3_PROFILE)[:-20],
        b"rubbish",
    ],
    ids=["a bomb", "cut off", "rubbish"],
)
def test_a_profile_in_a_png_that_cannot_be_unpacked_is_ignored(packed):
    assert is_near(middle(with_profile(packed)), in_display_p3(*COLOURS[0]))


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("transparent", ["left", "right"])
def test_the_grey_that_a_png_calls_transparent_is_white_at_every_depth(depth, transparent):
    black, other = [0], [1 if depth < 16 else 0x0050]
    value = black if transparent == "left" else other

    data = halves(depth, black, other, value)

    shown = round(other[0] * 255 / ((1 << depth) - 1))
    assert is_near(side(data, left=True), WHITE if transparent == "left" else (0, 0, 0))
    assert is_near(side(data, left=False), WHITE if transparent == "right" else (shown,) * 3)


@pytest.mark.parametrize("depth", [8, 16])
def test_so_is_the_colour_that_it_calls_transparent(depth):
    red, blue = [(1 << depth) - 1, 0, 0], [0, 0, (1 << depth) - 1]

    data = halves(depth, red, blue, blue)

    assert is_near(side(data, left=True), (255, 0, 0)) and is_near(side(data, left=False), WHITE)


@pytest.mark.parametrize("samples", [1, 3])
def test_of_sixteen_bits_all_count(samples):
    """The two differ in their last bit, and look the same but for that."""
    data = halves(16, [0x5001] * samples, [0x5000] * samples, [0x5000] * samples)

    assert is_near(side(data, left=True), (0x50,) * 3) and is_near(side(data, left=False), WHITE)


def test_a_deep_picture_with_a_transparent_grey_is_turned_upright_all_the_same():
    upside_down = (b"eXIf", b"II*\0" + struct.pack("<IHHHIII", 8, 1, 0x0112, 3, 1, 3, 0))
    rows = [[0x5000] * 8 + [0x0050] * 8] * 16

    data = deep_png(16, rows, (b"tRNS", struct.pack(">H", 0x5000)), upside_down)

    assert is_near(side(data, left=False), WHITE) and is_near(side(data, left=True), (0, 0, 0))


@pytest.mark.parametrize("mode", ["LA", "RGBA", "P"])
def test_other_ways_of_being_transparent_are_white_as_well(mode):
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 50, 100))

    data = encode(image.convert(mode), "PNG")

    assert is_near(side(data, left=True), WHITE) and not is_near(side(data, left=False), WHITE)


def test_a_palette_of_two_bits_with_a_transparent_entry():
    palette = (b"PLTE", bytes((255, 0, 0, 0, 0, 255))), (b"tRNS", b"\xff\0")
    header = (b"IHDR", struct.pack(">IIBBBBB", 8, 8, 2, 3, 0, 0, 0))
    rows = (b"\0" + bytes((0b00000000, 0b01010101))) * 8

    data = png(header, *palette, (b"IDAT", zlib.compress(rows)))

    assert is_near(side(data, left=True), (255, 0, 0)) and is_near(side(data, left=False), WHITE)
