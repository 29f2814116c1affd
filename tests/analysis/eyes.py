"""How colours differ, for eyes of all kinds."""

import numpy as np
from matplotlib.colors import to_rgb

# Linear RGB as seen without one of the three kinds of cones: Machado, Oliveira and Fernandes, A Physiologically-based
# Model for Simulation of Color Vision Deficiency, IEEE TVCG 15 (6), 2009, severity 1.0.
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# sRGB to XYZ and the white point D65, as IEC 61966-2-1 gives them.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])
# Delta E between any two series: more than six times what can just be told apart side by side.
LEAST_DIFFERENCE = 15.0
# L* between two series that nothing but their grey tells apart.
LEAST_LIGHTNESS = 15.0


def linear(colour: object) -> np.ndarray:
    """Linear RGB of any colour that matplotlib takes."""
    rgb = np.array(to_rgb(colour))  # type: ignore[arg-type]
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: object, other: object) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    dark, light = sorted(float(XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(colour: object, vision: str = "normal") -> np.ndarray:
    """CIE 1976 L*a*b* of a colour as it is seen."""
    ratio = XYZ @ np.clip(VISIONS[vision] @ linear(colour), 0, 1) / WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def difference(one: object, other: object, vision: str = "normal") -> float:
    """Delta E of CIE 1976; from about 2.3 on two colours can just be told apart side by side."""
    return float(np.linalg.norm(lab(one, vision) - lab(other, vision)))
