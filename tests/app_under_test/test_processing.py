import zlib
from io import BytesIO
from random import Random

import pytest
from PIL import Image

from pictures import png
from pictures.processing import check_header, make_variants
from pictures.reasons import PictureError
from tests.app_under_test.bad_inputs import exif_block
from tests.app_under_test.picture_files import (
    BLUE,
    GREEN,
    RED,
    WHITE,
    animated_png,
    animated_webp,
    encode,
    flood,
    jpeg,
    png_chunk,
    png_that_claims,
    quarters,
    stripes,
)

MAX_PIXELS = 50_000_000

#: How an upright picture has to be turned to become what a camera with this orientation stores.
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def variants(data: bytes) -> dict[str, Image.Image]:
    made = make_variants(data, max_pixels=MAX_PIXELS)
    return {variant.name: Image.open(BytesIO(variant.data)) for variant in made}


def is_near(pixel, colour) -> bool:
    """JPEG changes colours a little."""
    return all(abs(got - wanted) <= 12 for got, wanted in zip(pixel, colour, strict=True))


def test_a_picture_becomes_three_square_rgb_jpegs():
    made = variants(jpeg())

    assert {k: v.size for k, v in made.items()} == {"large": (512, 512), "medium": (256, 256), "small": (64, 64)}
    assert {(image.format, image.mode) for image in made.values()} == {("JPEG", "RGB")}


@pytest.mark.parametrize("name", ["large", "medium", "small"])
def test_the_middle_of_a_wide_picture_is_kept(name):
    image = variants(encode(stripes(RED, GREEN, BLUE)))[name]

    last = image.width - 1
    assert all(is_near(image.getpixel(at), GREEN) for at in [(2, 2), (last - 2, 2), (2, last), (last - 2, last)])


def test_the_middle_of_a_tall_picture_is_kept():
    tall = stripes(RED, GREEN, BLUE).transpose(Image.Transpose.ROTATE_270)

    image = variants(encode(tall))["large"]

    assert is_near(image.getpixel((256, 5)), GREEN)
    assert is_near(image.getpixel((256, 506)), GREEN)


@pytest.mark.parametrize("orientation", [1, *STORED_AS])
def test_a_picture_is_turned_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED_AS.get(orientation)
    stored = quarters() if turn is None else quarters().transpose(turn)

    image = variants(encode(stored, exif=exif))["medium"]

    corners = [image.getpixel(at) for at in [(60, 60), (190, 60), (60, 190), (190, 190)]]
    assert all(map(is_near, corners, [RED, GREEN, BLUE, WHITE]))


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
XMP_KEY, EXIF_KEY = b"XML:com.adobe.xmp\0", b"Raw profile type exif\0"


def raw_exif() -> bytes:
    """An orientation as ImageMagick and exiftool write it into a text: a name, a length and hexadecimal digits."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return b"\nexif\n%8d\n%s\n" % (len(exif.tobytes()), exif.tobytes().hex().encode())


def turned_png(*texts: tuple[bytes, bytes], behind_pixels: bool = False) -> bytes:
    """The quarters as a camera on its side stores them, with these chunks."""
    stored = encode(quarters().transpose(STORED_AS[6]), "PNG")
    at = len(stored) - 12 if behind_pixels else 33
    return stored[:at] + b"".join(png_chunk(*text) for text in texts) + stored[at:]


def is_upright(data: bytes) -> bool:
    """Fails if the endpoint does not take the picture."""
    check_header(BytesIO(data), max_pixels=MAX_PIXELS)
    return is_near(variants(data)["medium"].getpixel((60, 60)), RED)


#: What tells the orientation of a PNG without an eXIf chunk.
TEXTS = {
    "xmp": (b"iTXt", XMP_KEY + bytes(4) + XMP),
    "xmp, packed": (b"iTXt", XMP_KEY + b"\1\0\0\0" + zlib.compress(XMP)),
    "exif": (b"tEXt", EXIF_KEY + raw_exif()),
    "exif, packed": (b"zTXt", EXIF_KEY + b"\0" + zlib.compress(raw_exif())),
}


@pytest.mark.parametrize("behind_pixels", [False, True])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_png_is_turned_as_one_of_its_texts_says(text, behind_pixels):
    assert is_upright(turned_png(text, behind_pixels=behind_pixels))
    assert not is_upright(turned_png())


BOMB, NOISE = zlib.compress(bytes(5_000_000)), Random(0).randbytes(1000)
#: Texts with the right keyword that are no use; with Pillow alone some of them cost the picture.
USELESS = {
    "large": (b"iTXt", XMP_KEY + bytes(4) + XMP + bytes(256 * 1024)),
    "xmp bomb": (b"iTXt", XMP_KEY + b"\1\0\0\0" + BOMB),
    "exif bomb": (b"zTXt", EXIF_KEY + b"\0" + BOMB),
    "packed in an unknown way": (b"zTXt", EXIF_KEY + b"\7" + zlib.compress(raw_exif())),
    "xmp packed in an unknown way": (b"iTXt", XMP_KEY + b"\1\7\0\0" + zlib.compress(XMP)),
    "noise": (b"iTXt", XMP_KEY + bytes(4) + NOISE),
    "noise, packed": (b"zTXt", EXIF_KEY + b"\0" + NOISE),
    "no profile": (b"tEXt", EXIF_KEY + b"no digits"),
    "cut off": (b"zTXt", EXIF_KEY + b"\0" + zlib.compress(raw_exif())[:-5]),
    "nothing": (b"iTXt", XMP_KEY),
    "nothing, packed": (b"zTXt", EXIF_KEY),
}


@pytest.mark.parametrize("text", USELESS.values(), ids=USELESS)
def test_a_text_that_is_too_large_or_broken_costs_no_picture(text):
    assert not is_upright(turned_png(text))


def test_of_many_packed_texts_one_is_unpacked(monkeypatch):
    packed = (b"zTXt", EXIF_KEY + b"\0" + zlib.compress(bytes(200_000)))
    unpack, unpacked = zlib.decompressobj, []
    monkeypatch.setattr("pictures.png.zlib.decompressobj", lambda: unpacked.append(1) or unpack())

    png.needed_chunks(turned_png(*[packed] * 1000))

    assert len(unpacked) == 1


def test_metadata_is_gone():
    exif = Image.Exif()
    exif[0x010F] = "camera"
    exif.get_ifd(0x8825)[1] = "N"
    data = encode(quarters(), exif=exif, comment=b"private", icc_profile=b"a profile", dpi=(300, 300))

    for image in variants(data).values():
        assert not image.getexif()
        assert not {"comment", "icc_profile", "exif", "dpi"} & image.info.keys()


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
def test_damaged_exif_data_does_no_harm():
    image = variants(encode(quarters(), exif=b"Exif\0\0II*\0\xff\xff\xff\xff"))["medium"]

    assert is_near(image.getpixel((60, 60)), RED)


def test_a_picture_is_turned_even_if_the_tag_beside_is_rubbish():
    exif = exif_block((0x0112, 3, b"\6\0\0\0"), (0x011A, 2, b"east"))

    image = variants(encode(stripes(RED, BLUE, height=200), exif=exif))["medium"]

    assert is_near(image.getpixel((128, 60)), RED) and is_near(image.getpixel((128, 190)), BLUE)


@pytest.mark.parametrize("data", [animated_png(3), animated_webp(3)], ids=["PNG", "WEBP"])
def test_of_moving_pictures_the_first_is_taken(data):
    assert is_near(variants(data)["small"].getpixel((32, 32)), RED)


def test_transparent_parts_become_white():
    see_through = Image.new("RGBA", (100, 100), (255, 0, 0, 0))

    assert is_near(variants(encode(see_through, "PNG"))["small"].getpixel((32, 32)), WHITE)


def test_sixteen_bits_of_grey_become_eight():
    grey = Image.new("I;16", (100, 100), 0x8000)

    assert is_near(variants(encode(grey, "PNG"))["small"].getpixel((32, 32)), (128, 128, 128))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "RGBA"])
def test_every_common_mode_is_taken(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"

    assert variants(encode(Image.new(mode, (50, 50)), kind))["small"].mode == "RGB"


def test_webp_is_taken():
    assert is_near(variants(encode(quarters(), "WEBP", lossless=True))["medium"].getpixel((60, 60)), RED)


def test_the_same_file_gives_the_same_bytes():
    assert make_variants(jpeg(), max_pixels=MAX_PIXELS) == make_variants(jpeg(), max_pixels=MAX_PIXELS)


def test_the_limit_of_pixels_itself_is_allowed():
    check_header(BytesIO(png_that_claims(100, 50)), max_pixels=5000)

    with pytest.raises(PictureError):
        check_header(BytesIO(png_that_claims(100, 50)), max_pixels=4999)


def test_what_the_decoder_would_warn_of_is_refused_however_high_the_limit():
    with pytest.raises(PictureError, match="more pixels"), pytest.warns(Image.DecompressionBombWarning):
        check_header(BytesIO(flood(10_000, 9_000)), max_pixels=10**9)


@pytest.mark.parametrize(("width", "height"), [(10_000, 500), (500, 10_000), (20, 1)])
def test_the_longest_side_and_the_narrowest_shape_are_allowed(width, height):
    check_header(BytesIO(flood(width, height)), max_pixels=MAX_PIXELS)


@pytest.mark.parametrize(
    ("width", "height", "reason"),
    [(10_001, 501, "too_many_pixels"), (501, 10_001, "too_many_pixels"), (21, 1, "aspect"), (1, 21, "aspect")],
)
def test_a_longer_side_and_a_narrower_shape_are_refused(width, height, reason):
    with pytest.raises(PictureError) as error:
        check_header(BytesIO(flood(width, height)), max_pixels=MAX_PIXELS)

    assert error.value.reason == reason


def test_a_flood_is_a_sound_picture():
    """Or its refusal would show nothing."""
    assert is_near(variants(flood(3000, 2000))["small"].getpixel((32, 32)), (0, 0, 0))


@pytest.mark.parametrize("data", [jpeg(), flood(100, 100)], ids=["JPEG", "PNG"])
def test_the_header_check_leaves_the_file_at_its_start(data):
    file = BytesIO(data)

    check_header(file, max_pixels=MAX_PIXELS)

    assert file.read() == data
