"""The pictures that are uploaded: made once from a seed and cached, or a person's own."""

import hashlib
import io
import os
import uuid
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from loadtests import BY_HAND
from loadtests.errors import PlanError
from loadtests.files import complete
from loadtests.workload.presets import Workload

#: Change it when the way pictures are made changes, so that old caches are not taken for new ones.
EDITION = 1

#: Different pictures of one size.
COPIES = 4

CACHE = BY_HAND / "pictures"
SUFFIXES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".webp": "image/webp"}
FORMATS = ("JPEG", "PNG", "WEBP")
NO_PICTURE = "not a JPEG, PNG or WebP"

#: A load process holds every picture in memory, so that reading it costs no upload any time.
MOST_BYTES = 1_000_000_000

#: How many names a sentence lists.
MOST_NAMES = 5


@dataclass(frozen=True)
class Photo:
    """A file to upload, and how often compared to the others."""

    path: Path
    weight: float

    @property
    def content_type(self) -> str:
        return SUFFIXES[self.path.suffix.lower()]

    @property
    def name(self) -> str:
        return shown(self.path)


def photos(workload: Workload, own: Path | None = None) -> list[Photo]:
    """The workload's pictures, made if they are not cached; or those of a person's own folder, equally often."""
    if own is not None:
        return _own(own)
    return [
        Photo(_cached(megapixels, copy), weight / COPIES)
        for megapixels, weight in workload.megapixels.items()
        for copy in range(COPIES)
    ]


def skipped_files(own: Path | None) -> str:
    """A sentence that names what is in a person's folder and cannot be sent; empty if there is nothing."""
    unfit = {path: why for path in _entries(own) if (why := _unfit(path))} if own else {}
    # What looks like a picture was meant to be sent.
    first = sorted(unfit, key=lambda path: path.suffix.lower() not in SUFFIXES)
    names = [f"{shown(path)} ({unfit[path]})" for path in first[:MOST_NAMES]]
    more = [f"{len(first) - MOST_NAMES} more"] if len(first) > MOST_NAMES else []
    return f"Skipped in {own}: {', '.join(names + more)}." if unfit else ""


def shown(path: Path) -> str:
    """The name of a file as text, whatever its bytes are."""
    return os.fsencode(path.name).decode(errors="backslashreplace")


def _own(folder: Path) -> list[Photo]:
    found = [path for path in _entries(folder) if not _unfit(path)]
    if not found:
        raise PlanError(f"{folder} contains no picture ({', '.join(SUFFIXES)}). {skipped_files(folder)}".rstrip())
    size = sum(path.stat().st_size for path in found)
    if size > MOST_BYTES:
        raise PlanError(
            f"{folder} holds {size / 1e9:.1f} GB of pictures, and a load process keeps all of them in memory: "
            f"use a folder with fewer, {MOST_BYTES / 1e9:g} GB at most."
        )
    return [Photo(path, 1.0) for path in found]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise PlanError(f"The pictures in {folder} cannot be read: {error.strerror}.") from error


def _unfit(path: Path) -> str:
    """Why an entry of a folder is not sent; empty if it is. Of a picture only the header is read."""
    if path.suffix.lower() not in SUFFIXES:
        return NO_PICTURE
    try:
        if not path.is_file():
            return "a folder" if path.is_dir() else "a dead link" if path.is_symlink() else "no file"
        if not path.stat().st_size:
            return "empty"
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=FORMATS):
            return ""
    except UnidentifiedImageError:
        return NO_PICTURE
    except OSError as error:
        return (error.strerror or str(error)).lower()
    except (Image.DecompressionBombError, ValueError):
        # A picture by its format, and what is wrong with it the app says.
        return ""


def content_hash(pictures: list[Photo]) -> str:
    """One hash for what is sent: every file's bytes and weight, in order."""
    digest = hashlib.sha256()
    for picture in pictures:
        digest.update(hashlib.sha256(picture.path.read_bytes()).digest() + f"{picture.weight:.6f}".encode())
    return digest.hexdigest()


def _cached(megapixels: float, copy: int) -> Path:
    path = CACHE / f"e{EDITION}-{megapixels:g}mp-{copy}.jpg"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with complete(path) as partial:
            partial.write_bytes(photo_like(megapixels, seed=copy))
    return path


def photo_like(megapixels: float, *, seed: int) -> bytes:
    """A JPEG that costs what a photo of that size costs to decode.

    Photographs have amplitudes that fall as 1/f with the spatial frequency (Field 1987) and sensor noise on
    top; flat colours or white noise would be far cheaper or far dearer.
    """
    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    random = np.random.default_rng(seed)
    brightness = _one_over_f(random, height, width)
    tint = [_one_over_f(random, height // 4 + 1, width // 4 + 1) for _ in range(3)]
    channels = [brightness * 55 + _enlarged(plane, width, height) * 18 + 120 for plane in tint]
    pixels = np.stack(channels, axis=-1) + random.normal(0, 4, (height, width, 1))
    picture = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()


def _one_over_f(random: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A field of unit variance whose amplitude falls as 1/f."""
    rows = np.fft.fftfreq(height)[:, None]
    columns = np.fft.rfftfreq(width)[None, :]
    frequency = np.hypot(rows, columns)
    frequency[0, 0] = np.inf
    spectrum = np.exp(2j * np.pi * random.random(frequency.shape)) / frequency
    field = np.fft.irfft2(spectrum, s=(height, width))
    return np.asarray(field / field.std())


def _enlarged(plane: np.ndarray, width: int, height: int) -> np.ndarray:
    return np.asarray(Image.fromarray(plane.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC))


#: What would end the name of a file in a form, as browsers write it (WHATWG, multipart/form-data).
ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True, slots=True)
class Payload:
    """A whole multipart body with its content type."""

    picture: str
    content_type: str
    body: bytes
    weight: float


def payloads(photos: Sequence[Photo]) -> list[Payload]:
    return [_payload(photo) for photo in photos]


def multipart(name: str, content_type: str, data: bytes) -> tuple[str, bytes]:
    """Content type and body of a form with the one field `image` (RFC 7578)."""
    boundary = uuid.uuid5(uuid.NAMESPACE_URL, name).hex
    for character, escape in ESCAPES.items():
        name = name.replace(character, escape)
    head = (
        f"--{boundary}\r\n"
        f'Content-Disposition: form-data; name="image"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return (
        f"multipart/form-data; boundary={boundary}",
        head.encode() + data + f"\r\n--{boundary}--\r\n".encode(),
    )


def _payload(photo: Photo) -> Payload:
    content_type, body = multipart(photo.name, photo.content_type, photo.path.read_bytes())
    return Payload(photo.name, content_type, body, photo.weight)
