"""The picture that is checked before anything is timed: every wrong way to process it must show."""

import io

import pytest
from PIL import Image, ImageEnhance, ImageOps

from loadtests.experiment import smoke_test


def crop(picture):
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    return picture.crop((left, top, left + side, top + side))


def processed(*, orient=True, cut=crop, side=512, after=lambda picture: picture):
    picture = Image.open(io.BytesIO(smoke_test.probe_jpeg()))
    picture = ImageOps.exif_transpose(picture) if orient else picture
    out = io.BytesIO()
    after(cut(picture).resize((side, side), Image.Resampling.LANCZOS)).save(out, "JPEG", quality=85)
    return out.getvalue()


@pytest.mark.parametrize("side", smoke_test.SIZES.values())
def test_right_processing_passes_in_every_size(side):
    assert not smoke_test.differs(processed(side=side))


@pytest.mark.parametrize(
    "wrong",
    [
        {"orient": False},
        {"cut": lambda picture: picture},
        {"cut": lambda picture: picture.crop((0, 0, picture.height, picture.height))},
        {"after": ImageOps.mirror},
        {"after": ImageOps.flip},
        {"after": lambda picture: ImageEnhance.Brightness(picture).enhance(0.9)},
        {"after": lambda picture: picture.convert("L").convert("RGB")},
        {"after": lambda picture: Image.new("RGB", picture.size)},
    ],
    ids=["not oriented", "not cropped", "cropped aside", "mirrored", "flipped", "darkened", "grey", "black"],
)
def test_wrong_processing_is_seen(wrong):
    assert "levels off" in smoke_test.differs(processed(**wrong))
