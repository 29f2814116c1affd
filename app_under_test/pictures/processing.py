"""Makes the variants of a picture: bytes in, bytes out."""

from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import ExifTags, Image, ImageCms

from pictures import colour
from pictures.decoding import DECODER_ERRORS, decoded, opened
from pictures.reasons import PictureError

#: Side length in pixels of each square that an upload becomes.
SIZES = {"large": 512, "medium": 256, "small": 64}
JPEG_QUALITY = 85

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


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One finished square variant, as a JPEG file."""

    name: str
    size: int
    data: bytes


def check_header(file: IO[bytes], *, max_pixels: int) -> None:
    """Refuse, without decoding, what is no picture, has the wrong format or the wrong size, or is a broken PNG."""
    opened(file, max_pixels=max_pixels)
    file.seek(0)


def make_variants(data: bytes, *, max_pixels: int) -> tuple[Variant, ...]:
    """Make all variants of a picture, the largest first."""
    try:
        image, profile = decoded(data, max_pixels=max_pixels)
        to_srgb = colour.to_srgb(profile, image.mode)
        square = _square(colour.opaque(_upright(image), to_srgb.input_mode if to_srgb else "RGB"))
    except DECODER_ERRORS as error:
        raise PictureError("unreadable_image") from error
    return tuple(Variant(name=name, size=size, data=_jpeg(square, size, to_srgb)) for name, size in SIZES.items())


def _upright(image: Image.Image) -> Image.Image:
    """The decoded picture, turned as its EXIF orientation says.

    No draft(): it would let the JPEG decoder shrink large photos while decoding, which is several times
    cheaper, but only for JPEG, and by a factor that depends on the size. The work would no longer grow with
    the number of pixels, which is what the experiments vary.
    """
    turn = _turn(image)
    return image if turn is None else image.transpose(turn)


def _turn(image: Image.Image) -> Image.Transpose | None:
    """How to turn the picture, if at all.

    No ImageOps.exif_transpose(): it writes the EXIF block anew, which fails if any tag in it is rubbish.
    """
    try:
        return _TURNS.get(int(image.getexif().get(ExifTags.Base.Orientation) or 1))
    except DECODER_ERRORS:
        return None


def _square(image: Image.Image) -> Image.Image:
    """Crop the largest centred square."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _jpeg(square: Image.Image, size: int, to_srgb: ImageCms.ImageCmsTransform | None) -> bytes:
    """The square at a size as a file. Colours are converted last, so that this costs the same for every picture."""
    scaled = square.resize((size, size), Image.Resampling.LANCZOS)
    if to_srgb:
        scaled = to_srgb.apply(scaled)
    scaled.info = {}  # Pillow copies a JPEG comment and a profile from here into the new file.
    file = BytesIO()
    scaled.save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()
