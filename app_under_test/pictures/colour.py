"""Converts colours: transparency to white, colour profiles to sRGB."""

from io import BytesIO

from PIL import Image, ImageChops, ImageCms

#: Profiles of printers have some megabytes at most. A larger one is ignored, as a damaged one is.
MOST_PROFILE_BYTES = 4_000_000
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
#: The mode of the pixels that a profile can describe, by its name for their colour space.
_DESCRIBED = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_GREY = ("1", "L", "LA", "I;16")


def to_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """The conversion of pixels in a mode; none without a profile, or with one that cannot be theirs."""
    if not profile or len(profile) > MOST_PROFILE_BYTES:
        return None
    pixels = "L" if mode in _GREY else "CMYK" if mode == "CMYK" else "RGB"
    try:
        described = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _DESCRIBED.get(described.profile.xcolor_space.strip()) != pixels:
            return None
        return ImageCms.ImageCmsTransform(described, _SRGB, pixels, "RGB")
    except (OSError, TypeError, ValueError):
        return None


def opaque(image: Image.Image, mode: str) -> Image.Image:
    """The picture in mode RGB, L or CMYK, transparent parts on white."""
    if mode == "CMYK":
        return image
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image.convert("RGBA"))
        image = white
    rgb = image.convert("RGB")
    return rgb.convert("L") if mode == "L" else rgb


def with_alpha(high: Image.Image, low: Image.Image, transparent: tuple[int, ...]) -> Image.Image:
    """The picture of the high bytes, transparent where both bytes of all samples are those of one value."""
    wanted = [sample >> 8 for sample in transparent] + [sample & 0xFF for sample in transparent]
    alpha = Image.new("L", high.size)
    for band, byte in zip((*high.split(), *low.split()), wanted, strict=True):
        alpha = ImageChops.lighter(alpha, band.point([0 if value == byte else 255 for value in range(256)]))
    found = high.copy()
    found.info.pop("transparency", None)
    found.putalpha(alpha)
    return found
