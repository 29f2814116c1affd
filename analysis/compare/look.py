"""How experiments are told apart where the colour already tells the mode: by dash and by how markers are filled."""

from dataclasses import dataclass, replace
from typing import Any

from analysis.charts.parts.annotations import fill_look
from analysis.charts.parts.palette import MODES
from analysis.compare.alignment import Together

# The longest label for which the margin right of the lines has room beside the mode; longer ones become letters.
LONGEST_LABEL = 11


@dataclass(frozen=True)
class Style:
    """Dash of the line and filled half of the marker of one experiment."""

    dash: Any
    fill: str


# In black and white all of them stay apart. More would not.
STYLES = (
    Style(dash="-", fill="full"),
    Style(dash=(0, (4, 3)), fill="none"),
    Style(dash=(0, (1, 1.5)), fill="left"),
    Style(dash=(0, (7, 2, 1, 2)), fill="top"),
)


def line_look(mode: str, style: Style) -> dict[str, Any]:
    """How a line is drawn: colour and shape are the mode's, dash and fill the experiment's."""
    look = MODES[mode]
    line = {"linestyle": style.dash, "linewidth": 3, "marker": look.marker, "markersize": 12, "markeredgewidth": 2.5}
    return line | fill_look(look, style.fill)


def lettered(together: Together) -> tuple[Together, str]:
    """The same with labels for which a chart has room, and what its subtitle adds so that they are understood."""
    if all(len(label) <= LONGEST_LABEL for label in together.labels):
        return together, ""
    letters = {label: chr(ord("A") + n) for n, label in enumerate(together.labels)}
    compared = tuple(replace(each, base=letters[each.base], level=letters[each.level]) for each in together.compared)
    meaning = " · ".join(f"{letter}: {label}" for label, letter in letters.items())
    return replace(together, labels=tuple(letters.values()), compared=compared), meaning
