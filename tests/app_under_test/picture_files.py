"""Small picture files whose content a reader can check in the head."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encode(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    """A picture as a file; JPEG as exact as it can be, so that colours survive."""
    if kind == "JPEG":
        options = {"quality": 100, "subsampling": 0, **options}
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def stripes(*colours: tuple[int, int, int], width: int = 100, height: int = 100) -> Image.Image:
    """Upright stripes of these colours, each of this size, from left to right."""
    image = Image.new("RGB", (width * len(colours), height))
    for place, colour in enumerate(colours):
        image.paste(colour, (place * width, 0, (place + 1) * width, height))
    return image


def quarters() -> Image.Image:
    """Red and green above, blue and white below."""
    image = Image.new("RGB", (200, 200))
    image.paste(stripes(RED, GREEN), (0, 0))
    image.paste(stripes(BLUE, WHITE), (0, 100))
    return image


def jpeg() -> bytes:
    return encode(quarters())


def damaged_jpeg() -> bytes:
    """A header that says 512 x 512 pixels and less than half of them."""
    whole = encode(Image.effect_noise((512, 512), 80).convert("RGB"))
    return whole[: len(whole) // 3]


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header announces this many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


#: Files that the header gives away, with the reason that both doors give.
REFUSED = {
    "a text": (b"just some words", "not_an_image"),
    "a web page": (b"<!DOCTYPE html><script>alert(1)</script>", "not_an_image"),
    "a GIF": (encode(quarters(), "GIF"), "unsupported_format"),
    "a TIFF": (encode(quarters(), "TIFF"), "unsupported_format"),
    "a BMP": (encode(quarters(), "BMP"), "unsupported_format"),
    "a phone's HEIC": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "unsupported_format"),
    "a JPEG cut off in its header": (jpeg()[:40], "unreadable_image"),
    "a PNG with nothing but its signature": (b"\x89PNG\r\n\x1a\n", "unreadable_image"),
    "a PNG of 64 megapixels": (png_that_claims(8000, 8000), "too_many_pixels"),
    "a PNG of 3600 megapixels": (png_that_claims(60000, 60000), "too_many_pixels"),
}
