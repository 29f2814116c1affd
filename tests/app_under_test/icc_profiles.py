"""Colour profiles made by hand (ICC.1:2010), and what the colours are that they describe."""

import struct

import numpy as np

#: Red, green and blue light as columns, in XYZ adapted to D50, as the profiles of these spaces have them.
SRGB = np.array([[0.43607, 0.38515, 0.14307], [0.22249, 0.71687, 0.06061], [0.01392, 0.09708, 0.71410]])
DISPLAY_P3 = np.array([[0.51512, 0.29198, 0.15710], [0.24120, 0.69225, 0.06657], [-0.00105, 0.04189, 0.78407]])
ADOBE_RGB = np.array([[0.60974, 0.20528, 0.14919], [0.31111, 0.62567, 0.06322], [0.01947, 0.06087, 0.74457]])

#: The curve of sRGB, which Display P3 has as well, and Adobe RGB's power of 563/256.
SRGB_CURVE = b"para\0\0\0\0\0\3\0\0" + struct.pack(
    ">5i", *(round(value * 65536) for value in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
)
ADOBE_CURVE = b"curv\0\0\0\0" + struct.pack(">IH", 1, 563)
LINEAR = b"curv\0\0\0\0" + struct.pack(">I", 0)


def rgb_profile(lights: np.ndarray, curve: bytes, **more: bytes) -> bytes:
    """Of a space with these lights; more: further tags, which nobody knows."""
    colours = {f"{name}XYZ": _xyz(*column) for name, column in zip("rgb", lights.T, strict=True)}
    return _profile(b"RGB ", b"XYZ ", colours | {f"{name}TRC": curve for name in "rgb"} | more)


def grey_profile(curve: bytes) -> bytes:
    return _profile(b"GRAY", b"XYZ ", {"kTRC": curve})


def cmyk_profile(lightness: float) -> bytes:
    """Of a printer whose inks, all of them, make paper grey of this lightness (L* of Lab)."""
    paper, ink = bytes((255, 128, 128)), bytes((round(lightness * 255 / 100), 128, 128))
    identity = b"".join(struct.pack(">i", 65536 if place % 4 == 0 else 0) for place in range(9))
    table = b"mft1\0\0\0\0\4\3\2\0" + identity + bytes(range(256)) * 4 + paper + ink * 15 + bytes(range(256)) * 3
    return _profile(b"CMYK", b"Lab ", {"A2B0": table}, kind=b"prtr")


def in_display_p3(*colour: int) -> tuple[int, ...]:
    """The numbers that a colour of sRGB has in Display P3."""
    return _in_space(colour, DISPLAY_P3, _from_light)


def in_adobe_rgb(*colour: int) -> tuple[int, ...]:
    """The numbers that a colour of sRGB has in Adobe RGB."""
    return _in_space(colour, ADOBE_RGB, lambda light: light ** (256 / 563))


def _in_space(colour, lights, encode) -> tuple[int, ...]:
    numbers = np.array(colour) / 255
    light = np.where(numbers <= 0.04045, numbers / 12.92, ((numbers + 0.055) / 1.055) ** 2.4)
    there = encode(np.clip(np.linalg.inv(lights) @ SRGB @ light, 0, 1))
    return tuple(int(round(value * 255)) for value in there)


def _from_light(light):
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in (x, y, z)))


def _profile(space: bytes, connection: bytes, tags: dict[str, bytes], *, kind: bytes = b"mntr") -> bytes:
    tags = {"wtpt": _xyz(0.9642, 1.0, 0.8249)} | tags
    entries, data, at = b"", b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        entries += name.encode() + struct.pack(">II", at + len(data), len(value))
        data += value + bytes(-len(value) % 4)
    head = struct.pack(">I4xI4s4s4s", at + len(data), 0x04300000, kind, space, connection)
    head += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + struct.pack(">3I", 0xF6D6, 0x10000, 0xD32D)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + entries + data


DISPLAY_P3_PROFILE = rgb_profile(DISPLAY_P3, SRGB_CURVE)
ADOBE_RGB_PROFILE = rgb_profile(ADOBE_RGB, ADOBE_CURVE)
