"""Uploads one picture before a trial, and checks the result pixel by pixel."""

import io
import json
import time
import uuid
from typing import Any

import numpy as np
from PIL import Image

from loadtests.errors import TrialError
from loadtests.stack.app_client import get, get_json, post
from loadtests.stack.stack_file import StackInfo
from loadtests.workload.pictures import multipart

#: What the app promises to make of every picture: a square of so many pixels.
SIZES = {"large": 512, "medium": 256, "small": 64}

#: The probe as a person sees it: a square of four colours, and margins that the crop must take away.
QUARTERS = (((200, 30, 30), (30, 160, 30)), ((30, 30, 200), (220, 220, 40)))
MARGIN = (250, 20, 250)
SIDE, MARGIN_WIDTH = 768, 160

#: JPEG smears colours across edges and rounds flat areas: the share of a side that is left out at each edge, and
#: the difference in levels (of 255) that is allowed elsewhere.
EDGE_SHARE = 0.06
TOLERANCE = 12

LIMIT_S = 60.0


def check(info: StackInfo) -> None:
    """Upload the probe and raise unless every variant is correct."""
    id_ = _send(info)
    picture = _finished(info, id_)
    sizes = {variant["name"]: (variant["width"], variant["height"]) for variant in picture["variants"]}
    if sizes != {name: (side, side) for name, side in SIZES.items()}:
        raise TrialError(f"The app made {sizes} of the probe picture instead of squares of {SIZES} pixels.")
    for variant in picture["variants"]:
        _compare(variant["name"], get(f"{info.control_url}{variant['url']}"))


def probe_jpeg() -> bytes:
    """Return the probe rotated by 90 degrees, with the EXIF orientation that says so."""
    upright = Image.new("RGB", (SIDE + 2 * MARGIN_WIDTH, SIDE), MARGIN)
    upright.paste(Image.fromarray(expected(SIDE).astype(np.uint8)), (MARGIN_WIDTH, 0))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
    out = io.BytesIO()
    upright.transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def expected(side: int) -> np.ndarray:
    """What a variant must show: the four colours, one a quarter. Shape (side, side, 3)."""
    half = side // 2
    return np.array(QUARTERS).repeat(half, axis=0).repeat(half, axis=1)


def differs(data: bytes) -> str:
    """Describe what is wrong with a variant; empty if nothing is."""
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(int)
    side = pixels.shape[0]
    worst = np.abs(pixels - expected(side)).max(axis=-1)[_inside(side)].max()
    return "" if worst <= TOLERANCE else f"a pixel is {worst} levels off (allowed: {TOLERANCE})"


def _inside(side: int) -> np.ndarray:
    """True where a pixel is not beside an edge between colours. Shape (side, side)."""
    position = np.arange(side)
    near = max(2, round(EDGE_SHARE * side))
    clear = (np.abs(position - (side - 1) / 2) > near) & (position >= near) & (position < side - near)
    return np.asarray(clear[:, None] & clear[None, :])


def _compare(name: str, data: bytes) -> None:
    if wrong := differs(data):
        raise TrialError(f"The probe picture came out wrong: {name}: {wrong}. Nothing was measured.")


def _send(info: StackInfo) -> str:
    id_ = str(uuid.uuid4())
    content_type, body = multipart("probe.jpg", "image/jpeg", probe_jpeg())
    headers = {"Content-Type": content_type, "Idempotency-Key": id_, "X-Trial": "probe"}
    answered_id = json.loads(post(f"{info.url}/pictures/{info.mode}/", body, headers, timeout_s=LIMIT_S))["id"]
    if answered_id != id_:
        raise TrialError(f"The app answered with id {answered_id} for the probe picture {id_}.")
    return id_


def _finished(info: StackInfo, id_: str) -> Any:
    deadline = time.monotonic() + LIMIT_S
    while True:
        picture = get_json(f"{info.control_url}/pictures/{id_}/")
        if picture["state"] == "ready":
            return picture
        if picture["state"] == "failed" or time.monotonic() > deadline:
            raise TrialError(f"The probe picture did not become ready: {picture}.")
        time.sleep(0.05)
