"""Files made to be refused, to do harm or to look odd, as a table with what both endpoints must say."""

import struct
import zlib
from dataclasses import dataclass

from PIL import Image, PngImagePlugin

from tests.app_under_test.icc_profiles import DISPLAY_P3_PROFILE
from tests.app_under_test.picture_files import (
    animated_png,
    animated_webp,
    deep_png,
    encode,
    flood,
    jpeg,
    png,
    png_chunk,
    png_header,
    png_that_claims,
    quarters,
    stripes,
)

#: Stands in whatever must not come out again.
SECRET = b"SECRET"


@dataclass(frozen=True)
class BadInput:
    """A file, its row in the list of bad inputs, and the answer to it; no reason where it is taken."""

    row: int
    name: str
    data: bytes
    status: int = 201
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.row} {self.name}"


BOUNDARY = "boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def part(
    name: str, data: bytes, *, filename: str | None = None, kind: str = "image/png", encoding: str = "binary"
) -> bytes:
    """One part of a multipart body; a field of a form if it has no file name."""
    file = "" if filename is None else f'; filename="{filename}"'
    head = f'Content-Disposition: form-data; name="{name}"{file}\r\nContent-Type: {kind}\r\n'
    head += f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
    return f"--{BOUNDARY}\r\n{head}".encode() + data + b"\r\n"


def body(*parts: bytes) -> bytes:
    """A whole multipart body."""
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def exif_block(*tags: tuple[int, int, bytes]) -> bytes:
    """An EXIF block of tags, each with one value of a kind."""
    entries = b"".join(struct.pack("<HHI4s", tag, kind, 1, value) for tag, kind, value in tags)
    return b"Exif\0\0II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)


def located() -> Image.Exif:
    """What a phone writes about where a picture was taken."""
    exif = Image.Exif()
    exif[0x010F] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    return exif


def turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def texts(*values: bytes) -> list[tuple[bytes, bytes]]:
    """Compressed texts, one chunk each."""
    return [(b"zTXt", b"k%d\0\0" % number + zlib.compress(value, 9)) for number, value in enumerate(values)]


def with_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    return info


JPEG, PNG, WEBP = jpeg(), encode(quarters(), "PNG"), encode(quarters(), "WEBP")
JPEG_2000 = encode(Image.effect_noise((64, 64), 80), "JPEG2000")
SMALL_JPEG = encode(stripes((0, 0, 0), width=64, height=64), quality=75)
SMALL, MEGABYTE = png_header(8, 8), bytes(1_000_000)
PIXELS = zlib.compress(bytes(8 * 25))
NOISE = zlib.compress(Image.effect_noise((20, 10), 80).tobytes())
ANIMATED_GIF = encode(quarters(), "GIF", save_all=True, append_images=[stripes((0, 0, 0), width=200)] * 50)
START_OF_SCAN = JPEG.index(b"\xff\xda")

#: What the header gives away, so that no endpoint lets it in.
REFUSED = (
    BadInput(4, "an empty file", b"", 422, "empty_file"),
    BadInput(6, "a text", b"just some words", 415, "not_an_image"),
    BadInput(7, "a web page", b"<!DOCTYPE html><script>alert(1)</script>", 415, "not_an_image"),
    BadInput(8, "an SVG with a script", b"<svg xmlns='http://www.w3.org/2000/svg' onload='a()'/>", 415, "not_an_image"),
    BadInput(9, "a PDF", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", 415, "not_an_image"),
    BadInput(9, "a ZIP", b"PK\3\4\x14" + bytes(25), 415, "not_an_image"),
    BadInput(9, "a PHP program", b"<?php system($_GET['c']); ?>", 415, "not_an_image"),
    BadInput(10, "a GIF that is PHP", b"GIF89a;<?php echo 1;?>", 415, "unsupported_format"),
    BadInput(17, "half a small JPEG", SMALL_JPEG[: len(SMALL_JPEG) // 2], 422, "unreadable_image"),
    BadInput(18, "a PNG without the end of its pixels", PNG[:-20], 422, "unreadable_image"),
    BadInput(19, "a PNG with a wrong checksum", PNG[:60] + b"\0\0" + PNG[62:], 422, "unreadable_image"),
    BadInput(20, "a PNG of a signature", PNG[:8], 422, "unreadable_image"),
    BadInput(20, "a PNG of a header", PNG[:33], 422, "unreadable_image"),
    BadInput(20, "a PNG without pixels", png(SMALL), 422, "unreadable_image"),
    BadInput(20, "a PNG of 0 x 0", png_that_claims(0, 0), 422, "unreadable_image"),
    BadInput(21, "a PNG that claims 3600 Mpx", png_that_claims(60_000, 60_000), 413, "too_many_pixels"),
    BadInput(22, "a flood of 100 Mpx", flood(10_000, 10_000), 413, "too_many_pixels"),
    BadInput(23, "a flood of 81 Mpx", flood(9000, 9000), 413, "too_many_pixels"),
    BadInput(24, "a sliver", flood(1, 20_000), 422, "aspect"),
    BadInput(24, "a side too long", flood(10_001, 1000), 413, "too_many_pixels"),
    BadInput(26, "a huge GIF screen", b"GIF89a\xff\xff\xff\xff\0\0\0;", 415, "unsupported_format"),
    BadInput(26, "a huge GIF frame", b"GIF89a\1\0\1\0\0\0\0,\0\0\0\0\xff\xff\xff\xff\0;", 415, "unsupported_format"),
    BadInput(
        27, "a huge BMP", b"BM" + struct.pack("<IIIIii", 102, 0, 54, 40, 60_000, 60_000), 415, "unsupported_format"
    ),
    BadInput(27, "an ICO", b"\0\0\1\0\1\0" + bytes(56), 415, "unsupported_format"),
    BadInput(29, "an EPS", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n", 415, "unsupported_format"),
    BadInput(30, "a TIFF", encode(quarters(), "TIFF"), 415, "unsupported_format"),
    BadInput(30, "a phone's HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", 415, "unsupported_format"),
    BadInput(31, "half a JPEG 2000", JPEG_2000[: len(JPEG_2000) // 2], 415, "unsupported_format"),
    BadInput(31, "a JPEG 2000 with zeros", JPEG_2000[:200] + bytes(200) + JPEG_2000[400:], 415, "unsupported_format"),
    BadInput(31, "half an SGI", encode(quarters(), "SGI")[:1000], 415, "not_an_image"),
    BadInput(31, "a damaged FLI", b"\x80\0\0\0\x11\xaf\1\0\x08\0\x08\0\x08\0\3\0" + bytes(200), 415, "not_an_image"),
    BadInput(32, "an animated GIF", ANIMATED_GIF, 415, "unsupported_format"),
)

#: What looks right until it is decoded, so that the queue endpoint answers 202 and the work fails.
REFUSED_BY_THE_WORK = (
    BadInput(16, "a JPEG cut off after its header", JPEG[: START_OF_SCAN + 40], 422, "unreadable_image"),
    BadInput(16, "a PNG whose pixels are no zlib", png(SMALL, (b"IDAT", b"?" * 50)), 422, "unreadable_image"),
    BadInput(16, "a PNG whose pixels are cut off", png(SMALL, (b"IDAT", NOISE[:50])), 422, "unreadable_image"),
)

#: What both endpoints take, and whose oddities must not come out again.
TAKEN = (
    BadInput(1, "a JPEG", JPEG),
    BadInput(1, "a PNG", PNG),
    BadInput(1, "a WEBP", WEBP),
    BadInput(11, "a PNG with a script behind it", PNG + b"<script>" + SECRET),
    BadInput(12, "a JPEG with a ZIP behind it", JPEG + b"PK\3\4" + SECRET),
    BadInput(13, "a PNG with 3 MB behind it", PNG + SECRET * 500_000),
    BadInput(17, "a JPEG without its end mark", JPEG[:-2]),
    BadInput(18, "a PNG without its end", PNG[:-12]),
    BadInput(
        19,
        "a PNG with a text whose checksum is wrong",
        PNG[:33] + png_chunk(b"tEXt", SECRET, checksum=0) + PNG[33:],
    ),
    BadInput(24, "as wide as is allowed", flood(10_000, 500)),
    BadInput(25, "one pixel", flood(1, 1)),
    BadInput(28, "a text bomb", png(SMALL, *texts(2 * MEGABYTE), (b"IDAT", PIXELS))),
    BadInput(28, "70 text bombs", png(SMALL, *texts(*[MEGABYTE] * 70), (b"IDAT", PIXELS))),
    BadInput(28, "a text bomb at the end", png(SMALL, (b"IDAT", PIXELS), *texts(2 * MEGABYTE))),
    BadInput(32, "an APNG of 1000 frames", animated_png(1000)),
    BadInput(32, "a WEBP of 1000 frames", animated_webp(1000)),
    BadInput(33, "an APNG of no frames", animated_png(2, claimed=0)),
    BadInput(34, "a JPEG that says where it was taken", encode(quarters(), exif=located(), xmp=SECRET, comment=SECRET)),
    BadInput(34, "a PNG that says where it was taken", encode(quarters(), "PNG", exif=located(), pnginfo=with_text())),
    BadInput(34, "a WEBP that says where it was taken", encode(quarters(), "WEBP", exif=located(), xmp=SECRET)),
    BadInput(35, "a JPEG that lies on its side", encode(quarters(), exif=turned())),
    BadInput(36, "rubbish in the EXIF block", encode(quarters(), exif=b"Exif\0\0" + bytes(range(200)))),
    BadInput(36, "an orientation in words", encode(quarters(), exif=exif_block((0x0112, 2, b"up\0\0")))),
    BadInput(36, "an offset out of the EXIF block", encode(quarters(), exif=exif_block((0x8769, 4, b"\xff" * 4)))),
    BadInput(37, "a JPEG with a profile of 500 kB", encode(quarters(), icc_profile=SECRET * 85_000)),
    BadInput(37, "a PNG with a profile of 2 MB", encode(quarters(), "PNG", icc_profile=SECRET * 350_000)),
    BadInput(37, "a PNG with a profile that is a bomb", encode(quarters(), "PNG", icc_profile=50 * MEGABYTE)),
    BadInput(37, "colours in Display P3", encode(quarters(), icc_profile=DISPLAY_P3_PROFILE)),
    BadInput(38, "CMYK", encode(quarters().convert("CMYK"))),
    BadInput(38, "16 bits", encode(Image.new("I;16", (50, 50), 0x8000), "PNG")),
    BadInput(38, "16 bits, one grey transparent", deep_png(16, [[0x50, 0]] * 2, (b"tRNS", b"\0\0"))),
    BadInput(38, "1 bit", encode(quarters().convert("1"), "PNG")),
    BadInput(38, "a palette with alpha", encode(quarters().convert("P"), "PNG", transparency=0)),
)
