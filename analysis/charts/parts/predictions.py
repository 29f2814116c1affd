"""What was predicted, drawn under what was measured: a hollow diamond around a point is a prediction that came true."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from analysis.charts.parts.annotations import EndLabel
from analysis.charts.parts.palette import QUIET

DIAMOND = "\N{WHITE DIAMOND}"


def draw_predicted(ax: Axes, counts: list[int], cells: pd.DataFrame, metric: str, name: str) -> list[EndLabel]:
    """A diamond at each worker count whose prediction has a value, the same for both modes; gives their name."""
    column = f"predicted_{metric}"
    if column not in cells:
        return []
    by_count = cells.groupby("workers")[column]
    values = by_count.first().where(by_count.nunique() == 1).reindex(counts).astype(float)
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return []
    ax.plot(known, values.iloc[known], "D", markersize=21, mfc="none", mec=QUIET, mew=2, linestyle="", zorder=1)
    return [EndLabel(x=float(known[-1]), y=float(values.iloc[known[-1]]), text=f"{DIAMOND} {name}", colour=QUIET)]
