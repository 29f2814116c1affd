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


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, each with its right checksum, and an end."""
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(name, data) for name, data in (*chunks, (b"IEND", b"")))


def png_chunk(name: bytes, data: bytes, *, checksum: int | None = None) -> bytes:
    """One chunk of a PNG, with its right checksum unless another is given."""
    right = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", right if checksum is None else checksum)


def png_header(width: int, height: int) -> tuple[bytes, bytes]:
    """The chunk that announces this many pixels in RGB."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)


def deep_png(depth: int, rows: list[list[int]], *chunks: tuple[bytes, bytes], samples: int = 1) -> bytes:
    """A grey PNG, or one in RGB if a pixel has three samples, with samples of so many bits."""
    header = struct.pack(">IIBBBBB", len(rows[0]) // samples, len(rows), depth, {1: 0, 3: 2}[samples], 0, 0, 0)
    return png((b"IHDR", header), *chunks, (b"IDAT", zlib.compress(b"".join(_row(row, depth) for row in rows))))


def _row(samples: list[int], depth: int) -> bytes:
    """A row of pixels, unfiltered."""
    bits = "".join(f"{sample:0{depth}b}" for sample in samples)
    return b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header announces this many pixels."""
    return png(png_header(width, height), (b"IDAT", zlib.compress(b"")))


def flood(width: int, height: int) -> bytes:
    """A sound black PNG that is a thousand times smaller than its pixels."""
    return png(png_header(width, height), (b"IDAT", _zeros(height * (1 + 3 * width))))


def _zeros(count: int) -> bytes:
    """This many zero bytes as a zlib stream. A million of them are compressed once and their code is repeated."""
    million = zlib.compressobj(9, zlib.DEFLATED, -15)
    repeated = million.compress(bytes(1_000_000)) + million.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, zlib.DEFLATED, -15)
    last = rest.compress(bytes(count % 1_000_000)) + rest.flush()
    # Adler-32 of zeros: the first sum stays 1, the second grows by one with each byte.
    return b"\x78\xda" + repeated * (count // 1_000_000) + last + struct.pack(">I", (count % 65521) << 16 | 1)


def animated_png(frames: int, *, claimed: int | None = None) -> bytes:
    """The first of its frames is red, all others are blue; claimed: how many it says that it has."""
    chunks = [png_header(8, 8), (b"acTL", struct.pack(">II", frames if claimed is None else claimed, 0))]
    for frame in range(frames):
        number = 0 if frame == 0 else 2 * frame - 1
        chunks.append((b"fcTL", struct.pack(">IIIIIHHBB", number, 8, 8, 0, 0, 1, 10, 0, 0)))
        pixels = zlib.compress((b"\0" + bytes(BLUE if frame else RED) * 8) * 8)
        chunks.append((b"fdAT", struct.pack(">I", number + 1) + pixels) if frame else (b"IDAT", pixels))
    return png(*chunks)


def animated_webp(frames: int) -> bytes:
    """The first of its frames is red, all others are blue."""
    first, other = (encode(stripes(colour, width=8, height=8), "WEBP", lossless=True)[12:] for colour in (RED, BLUE))
    place = bytes(6) + b"\x07\0\0\x07\0\0\x64\0\0\0"
    chunks = _riff(b"VP8X", b"\x02\0\0\0\x07\0\0\x07\0\0") + _riff(b"ANIM", bytes(6))
    chunks += _riff(b"ANMF", place + first) + _riff(b"ANMF", place + other) * (frames - 1)
    return _riff(b"RIFF", b"WEBP" + chunks)


def _riff(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
