"""The x axis that counts workers: the measured counts, evenly spaced."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from analysis.charts.parts.layout import framed
from analysis.charts.parts.palette import MODES

WORKERS_LEFT, WORKERS_BOTTOM, WIDTH = 0.105, 0.13, 0.67


def worker_axes(title: str, subtitle: str, cells: pd.DataFrame) -> tuple[Figure, Axes]:
    """A figure with room for names right of the lines, one tick per worker count."""
    figure, top = framed(title, subtitle)
    ax = figure.add_axes((WORKERS_LEFT, WORKERS_BOTTOM, WORKERS_WIDTH, top - WORKERS_BOTTOM))
    counts = worker_counts(cells)
    ax.set_xticks(range(len(counts)), [str(count) for count in counts])
    ax.set(xlim=(-0.35, len(counts) - 0.85), xlabel="workers")
    return figure, ax


def worker_counts(cells: pd.DataFrame) -> list[int]:
    """The worker counts that were measured, ascending."""
    return sorted({int(count) for count in cells["workers"]})


def places(counts: list[int], rows: pd.DataFrame) -> np.ndarray:
    """Where the rows of one mode stand on the axis."""
    shift = MODES[rows["mode"].iloc[0]].shift
    return np.array([counts.index(int(count)) for count in rows["workers"]]) + shift


def place_of(counts: list[int], workers: np.ndarray | float) -> np.ndarray:
    """Where any number of workers lies among the measured counts, by its logarithm between two of them."""
    return np.asarray(np.interp(np.log2(workers), np.log2(counts), range(len(counts))))
