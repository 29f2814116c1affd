"""Decodes untrusted picture files, and decides what to refuse."""

import hashlib
import struct
import zlib
from io import BytesIO
from typing import IO

from PIL import Image, ImageFile

from pictures import colour, jpeg, png
from pictures.reasons import PictureError

FORMATS = ("JPEG", "PNG", "WEBP")
#: The longest side that is taken, and how many times as long as the other side it may be.
MOST_SIDE_PX = 10_000
MOST_ASPECT = 20
_STRIP_PX = 256

# Formats are told apart by their first bytes, so that no decoder outside FORMATS ever sees an upload.
_OURS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_OTHERS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\x01\0", b"%!PS", b"\0\0\0\x0cjP", b"8BPS")
#: What decoders raise on damaged input. Not Exception: the time limit of a task comes as one, too.
DECODER_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


def opened(file: IO[bytes], *, max_pixels: int) -> Image.Image:
    """Open a picture and read its header only; check a PNG's checksums."""
    start = file.read(16)
    file.seek(0)
    if start.startswith(png.SIGNATURE):
        file = _reduced(_needed(file.read()))
    return _opened(file, start, max_pixels=max_pixels)


def decoded(data: bytes, *, max_pixels: int) -> tuple[Image.Image, bytes]:
    """Decode a file to its pixels and its colour profile, which is empty if it has none."""
    if not data.startswith(png.SIGNATURE):
        image = _decoded(data, max_pixels=max_pixels)
        return image, image.info.get("icc_profile") or b""
    chunks = _needed(data)
    image = _opened(_reduced(chunks), data, max_pixels=max_pixels)
    image.load()
    return _transparent(image, chunks), png.profile(chunks, most_bytes=colour.MOST_PROFILE_BYTES)


def _opened(file: IO[bytes], start: bytes, *, max_pixels: int) -> Image.Image:
    try:
        image = Image.open(file, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("too_many_pixels") from error
    except DECODER_ERRORS as error:
        raise PictureError(_reason(start)) from error
    _check_size(image, max_pixels=max_pixels)
    return image


def _check_size(image: Image.Image, *, max_pixels: int) -> None:
    # What Pillow would only warn of is refused, however high our own limit is.
    if image.width * image.height > min(max_pixels, Image.MAX_IMAGE_PIXELS or max_pixels):
        raise PictureError("too_many_pixels")
    if max(image.size) > MOST_ASPECT * min(image.size):
        raise PictureError("aspect")
    if max(image.size) > MOST_SIDE_PX:
        raise PictureError("too_many_pixels")


def _reason(start: bytes) -> str:
    """Return the reason code for a file that starts like this and could not be opened."""
    if start.startswith(_OURS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return "unreadable_image"
    # HEIC and AVIF, which phones send, have their mark after the length of the first box.
    if start.startswith(_OTHERS) or start[4:8] == b"ftyp":
        return "unsupported_format"
    return "not_an_image"


def _decoded(data: bytes, *, max_pixels: int) -> Image.Image:
    """The pixels of a JPEG or WEBP. A JPEG may lack its end mark, but nothing else."""
    image = opened(BytesIO(data), max_pixels=max_pixels)
    try:
        image.load()
        return image
    except OSError:
        if image.format == "WEBP" or not (files := jpeg.ended(data)):
            raise
    # Behind the except block, whose traceback holds the pixels: a large picture fits into memory once, not three times.
    del image
    ended, filled = files
    wanted = _digest(opened(BytesIO(filled), max_pixels=max_pixels))
    image = opened(BytesIO(ended), max_pixels=max_pixels)
    if _digest(image) != wanted:
        raise PictureError("unreadable_image")
    return image


def _digest(image: Image.Image) -> bytes:
    """What is the same for the same pixels alone; read strip by strip, because Pillow copies what it hands out."""
    digest = hashlib.blake2b()
    for top in range(0, image.height, _STRIP_PX):
        digest.update(image.crop((0, top, image.width, min(top + _STRIP_PX, image.height))).tobytes())
    return digest.digest()


def _needed(file: bytes) -> list[png.Chunk]:
    """The chunks of a PNG that its picture needs.

    The decoder itself does not mind if checksums are wrong or the end is missing, but would refuse a picture for what
    comes along with it.
    """
    try:
        return png.needed_chunks(file)
    except ValueError as error:
        raise PictureError("unreadable_image") from error


def _reduced(chunks: list[png.Chunk]) -> BytesIO:
    return BytesIO(png.without_profile(chunks))


def _transparent(image: Image.Image, chunks: list[png.Chunk]) -> Image.Image:
    """A decoded PNG in which the value that it calls transparent is.

    Pillow scales pixels to 8 bits, but not that value.
    """
    value, depth = png.transparent_value(chunks), png.depth(chunks)
    if not value:
        return image
    if depth == 16:
        return colour.with_alpha(*_high_and_low_bytes(image, chunks), value)
    scaled = tuple(sample * 255 // ((1 << depth) - 1) for sample in value)
    image.info["transparency"] = scaled if len(scaled) > 1 else scaled[0]
    return image


def _high_and_low_bytes(image: Image.Image, chunks: list[png.Chunk]) -> tuple[Image.Image, Image.Image]:
    """Each byte of the samples of a PNG of 16 bits. Of colours Pillow keeps the high one; it decodes again for the low
    one, and takes samples for little-endian then."""
    if image.mode == "I;16":
        little_endian = image.tobytes()
        high, low = (Image.frombytes("L", image.size, little_endian[start::2]) for start in (1, 0))
        high.info = image.info
        return high, low
    again = Image.open(_reduced(chunks), formats=["PNG"])
    assert isinstance(again, ImageFile.ImageFile)
    again.tile = [tile._replace(args="RGB;16L") for tile in again.tile]
    again.load()
    return image, again
