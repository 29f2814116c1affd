"""The picture work itself: bytes in, bytes out."""

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import ExifTags, Image

from pictures.reasons import PictureError

#: Side length in pixels of each square that an upload becomes.
SIZES = {"large": 512, "medium": 256, "small": 64}
JPEG_QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
#: The longest side that is taken, and how many times as long as the other side it may be.
MOST_SIDE_PX = 10_000
MOST_ASPECT = 20

#: What an EXIF orientation asks for.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Formats are told apart by their first bytes, so that no decoder outside FORMATS ever sees an upload.
_OURS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_OTHERS = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"\0\0\x01\0", b"%!PS", b"\0\0\0\x0cjP", b"8BPS")
#: What decoders raise on damaged input. Not Exception: the time limit of a task comes as one, too.
_DECODER_ERRORS = (
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


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One finished square of a picture, as a JPEG file."""

    name: str
    size: int
    data: bytes


def check_header(file: IO[bytes], *, max_pixels: int) -> None:
    """Refuse, without decoding, what is no picture, has the wrong format or the wrong size, or is a broken PNG."""
    image = _open(file, max_pixels=max_pixels)
    if image.format == "PNG":
        _verify(image)
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
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureError("too_many_pixels") from error
    except _DECODER_ERRORS as error:
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


def _verify(image: Image.Image) -> None:
    """Walk over the chunks of a PNG: its decoder does not mind if checksums are wrong or the end is missing."""
    try:
        image.verify()
    except _DECODER_ERRORS as error:
        raise PictureError("unreadable_image") from error


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
    turn = _turn(image)
    return image if turn is None else image.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture, if at all.

    No ImageOps.exif_transpose(): it writes the EXIF block anew, which fails if any tag in it is rubbish.
    """
    try:
        return _TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation) or 1))
    except _DECODER_ERRORS:
        return None


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
