"""Percentile spectrum, one panel per mode: dotted what a harness would have said that times the answer alone."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter

from analysis.charts.parts.annotations import EndLabel, label_ends
from analysis.charts.parts.axes import panels, scale_time_axis
from analysis.charts.parts.layout import View, circumstances, framed
from analysis.charts.parts.palette import MODES, TEXT
from analysis.series.percentile_spectrum import (
    NAIVE,
    READY,
    RESPONSE,
    Spectrum,
    spectra,
    spectrum_sentence,
    spectrum_table,
)
from analysis.summary.groups import Group, steadiest

# By how readily a person reads them; one that would touch another is left out.
TICKS = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.0, 0.95)
TICK_PX = 75
LEFT = 0.115
LOOKS: dict[str, dict[str, Any]] = {
    READY: {"linewidth": 3.5, "linestyle": "-"},
    RESPONSE: {"linewidth": 3, "linestyle": (0, (4, 2))},
    NAIVE: {"linewidth": 2.5, "linestyle": (0, (1, 1.5)), "color": TEXT},
}


def percentile_spectrum(group: Group) -> list[View]:
    """One chart of the fewest workers that keep up; none where the wait for a picture has no median."""
    telling = steadiest(group)
    found = spectra(group, telling)
    if telling.overloaded or not all(np.isfinite(each.at(0.5)) for each in found):
        return []
    return [
        View(
            name=f"spectrum_w{telling.workers}",
            sentence=spectrum_sentence(telling, found),
            draw=partial(draw_spectrum, group, found),
            table=spectrum_table(found),
        )
    ]


def draw_spectrum(group: Group, found: Sequence[Spectrum], title: str) -> Figure:
    """Time against percentile, which is spread out towards 100 %; a line stops where there are too few uploads."""
    figure, below = framed(title, circumstances(group, "dotted: timed from send to response, accepted uploads only"))
    modes = list(dict.fromkeys(each.mode for each in found))
    furthest = max(float(_place(each.claimed[0][-1:]).max(initial=0.3)) for each in found)
    axes = panels(figure, below, [(mode, MODES[mode].colour) for mode in modes], LEFT)
    labels = [
        [_draw_curve(ax, each) for each in found if each.mode == mode] for mode, ax in zip(modes, axes, strict=True)
    ]
    low, high = _limits(axes)
    for ax, own in zip(axes, labels, strict=True):
        ax.set(xlim=(0, furthest), xlabel="percentile (log scale)")
        scale_time_axis(ax, room_for_arrows=False, room_for_doubts=False, values=(low, high))
        _scale_percentiles(ax, furthest)
        label_ends(ax, own, at_edge=True)
    axes[0].set_ylabel("time (log scale)")
    return figure


def _draw_curve(ax: Axes, each: Spectrum) -> EndLabel:
    shares, times_s = each.claimed
    look = {"color": MODES[each.mode].colour} | LOOKS[each.clock]
    # The k-th of n times is the percentile of every share from (k - 1) / n to k / n.
    x = np.append(0.0, _place(shares))
    ax.step(x, np.append(times_s[:1], times_s), where="pre", **look)
    return EndLabel(x=float(x[-1]), y=float(times_s[-1]), text=each.clock, colour=look["color"])


def _place(shares: np.ndarray) -> np.ndarray:
    """Where a share stands on the axis: the logarithm of 1 / (1 - share)."""
    return np.asarray(-np.log10(1 - shares))


def _limits(axes: Sequence[Axes]) -> tuple[float, float]:
    drawn = np.concatenate([np.asarray(line.get_ydata(), dtype=float) for ax in axes for line in ax.lines])
    return float(drawn.min()), float(drawn.max())


def _scale_percentiles(ax: Axes, furthest: float) -> None:
    across_px = ax.get_window_extent().width
    kept: list[float] = []
    for at in _place(np.array(TICKS)):
        if at <= furthest and all(abs(at - other) / furthest * across_px >= TICK_PX for other in kept):
            kept.append(float(at))
    ax.xaxis.set_major_locator(FixedLocator(kept))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{100 * (1 - 10**-at):.4g} %"))
