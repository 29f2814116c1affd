"""The picture work itself: bytes in, bytes out."""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from pictures.reasons import PictureError

#: Side length in pixels of each square that an upload becomes.
SIZES = {"large": 512, "medium": 256, "small": 64}
JPEG_QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")

# Formats are told apart by their first bytes, so that no decoder outside FORMATS ever sees an upload.
_OURS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_OTHERS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\x01\0", b"%!PS", b"\0\0\0\x0cjP", b"8BPS")
#: What decoders raise on damaged input.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    TypeError,
    LookupError,
    struct.error,
    zlib.error,
)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One finished square of a picture, as a JPEG file."""

    name: str
    size: int
    data: bytes


def check_header(file: IO[bytes], *, max_pixels: int) -> None:
    """Refuse, without decoding, what is no picture, has the wrong format or has too many pixels."""
    _open(file, max_pixels=max_pixels)
    file.seek(0)


def make_variants(data: bytes, *, max_pixels: int) -> tuple[Variant, ...]:
    """The finished squares of a picture, the largest first."""
    image = _open(BytesIO(data), max_pixels=max_pixels)
    try:
        square = _square(_rgb(_upright(image)))
    except _DECODER_ERRORS as error:
        raise PictureError("unreadable_image") from error
    return tuple(Variant(name=name, size=size, data=_jpeg(square, size)) for name, size in SIZES.items())


def _open(file: IO[bytes], *, max_pixels: int) -> Image.Image:
    """The picture with its header read, nothing decoded."""
    start = file.read(16)
    file.seek(0)
    try:
        image = Image.open(file, formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise PictureError("too_many_pixels") from error
    except _DECODER_ERRORS as error:
        raise PictureError(_reason(start)) from error
    if image.width * image.height > max_pixels:
        raise PictureError("too_many_pixels")
    return image


def _reason(start: bytes) -> str:
    """Why a file that starts like this could not be opened."""
    if start.startswith(_OURS) or (start[:4] == b"RIFF" and start[8:12] == b"WEBP"):
        return "unreadable_image"
    # HEIC and AVIF, which phones send, have their mark after the length of the first box.
    if start.startswith(_OTHERS) or start[4:8] == b"ftyp":
        return "unsupported_format"
    return "not_an_image"


def _upright(image: Image.Image) -> Image.Image:
    """The decoded picture, turned as its EXIF orientation says.

    No draft(): it would let the JPEG decoder shrink large photos while decoding, which is several times
    cheaper, but only for JPEG, and by a factor that depends on the size. The work would no longer grow with
    the number of pixels, which is what the experiments vary.
    """
    image.load()
    return ImageOps.exif_transpose(image)


def _rgb(image: Image.Image) -> Image.Image:
    """The picture in RGB, transparent parts on white."""
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    white.alpha_composite(image.convert("RGBA"))
    return white.convert("RGB")


def _square(image: Image.Image) -> Image.Image:
    """The largest square in the middle."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _jpeg(square: Image.Image, size: int) -> bytes:
    scaled = square.resize((size, size), Image.Resampling.LANCZOS)
    scaled.info = {}  # Pillow copies a JPEG comment from here into the new file.
    file = BytesIO()
    scaled.save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
