"""Data for the reader of an SVG: which mode a part belongs to, and the value of each point.

What belongs to a mode is found in the drawing; so every chart answers without being asked to.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from html import escape
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.collections import Collection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text

from analysis.charts.parts.palette import MODES, ink, tag
from analysis.format import duration, number

MODE_OF = {to_hex(colour): mode for mode, look in MODES.items() for colour in (look.colour, ink(look.colour))}
TAGGED = {tag(mode): mode for mode in MODES}


def belonging(figure: Figure) -> dict[Artist, str]:
    """Every artist of a mode, with that mode; none if not more than one mode is drawn, and so nothing can be hidden."""
    found = {artist: mode for artist in figure.findobj() if (mode := mode_of(artist))}
    for ax in figure.axes:
        if (mode := str(ax.get_label())) in MODES:
            found |= dict.fromkeys(_content(ax), mode)
    found |= dict(_arrows(figure, found))
    drawn = {mode for artist, mode in found.items() if not isinstance(artist, Text)}
    return found if len(drawn) > 1 else {}


def mode_of(artist: Artist) -> str | None:
    """The mode that an artist says it belongs to, by its tag or by its colour."""
    return TAGGED.get(artist.get_gid() or "") or MODE_OF.get(_colour(artist))


def _content(ax: Axes) -> list[Artist]:
    """What stands in a panel; its axis stays, because the panel beside it may be read off it."""
    return [each for each in ax.get_children() if each is not ax.patch and not isinstance(each, Axis | Spine)]


def _arrows(figure: Figure, found: dict[Artist, str]) -> Iterator[tuple[Artist, str]]:
    """Words and the arrow between them and a point go together; an arrow without words is known by its own colour."""
    for words in figure.findobj(Annotation):
        arrow = words.arrow_patch if isinstance(words, Annotation) else None
        if arrow is not None and (mode := found.get(words) or mode_of(arrow)):
            yield from ((words, mode), (arrow, mode))


def _colour(artist: Artist) -> str:
    """The colour of a line, a text, an arrow or a shade; empty for what has none or several."""
    if isinstance(artist, Line2D | Text):
        return _hex(artist.get_color())
    if isinstance(artist, Patch):
        return _hex(artist.get_edgecolor() if isinstance(artist, FancyArrowPatch) else artist.get_facecolor())
    if isinstance(artist, Collection):
        colours = {_hex(colour) for colour in artist.get_edgecolor()}
        return colours.pop() if len(colours) == 1 else ""
    return ""


def _hex(colour: Any) -> str:
    """Loosely typed, because the stubs give colours that they do not take."""
    return to_hex(colour)


UNIT = re.compile(r"^(.*?) \[(.*)\]$")
GROUP_ID = re.compile(r'<g id="(mode-\w+)"')
# More points than these would lie on each other.
MOST_POINTS = 60


@dataclass(frozen=True, kw_only=True)
class Point:
    """A drawn value: its place from the left and from the top, in percent of the drawing, and its words."""

    left: float
    top: float
    mode: str
    words: str


def tag_modes(figure: Figure) -> None:
    """Gives everything that belongs to a mode the id `mode-NAME`, if more than one mode is drawn, and nothing else."""
    owned = belonging(figure)
    for artist in {*figure.findobj(), *owned}:
        if artist in owned:
            artist.set_gid(tag(owned[artist]))
        elif artist.get_gid() in TAGGED:
            artist.set_gid(None)


def points(figure: Figure) -> list[Point]:
    """Every marked value of a mode inside its axes, from the left; none if there are too many to be told apart."""
    found = [point for ax in figure.axes for line in ax.lines if _is_told(ax, line) for point in _of_line(ax, line)]
    return sorted(found, key=lambda point: (point.left, point.top)) if len(found) <= MOST_POINTS else []


def answering(svg: str, found: list[Point]) -> str:
    """The drawing with its modes as classes, because several parts have one, and with its points as data."""
    data = escape(json.dumps([asdict(point) for point in found], separators=(",", ":")))
    return GROUP_ID.sub(r'<g class="\1"', svg).replace("<svg ", f'<svg data-points="{data}" ', 1)


def _is_told(ax: Axes, line: Line2D) -> bool:
    """Whether the line's markers are values of a mode: not signs at the edge, and not the faint single pairs."""
    has_markers = str(line.get_marker()) not in ("None", "", " ")
    return (
        has_markers and line.get_alpha() is None and line.get_transform() == ax.transData and mode_of(line) is not None
    )


def _of_line(ax: Axes, line: Line2D) -> Iterator[Point]:
    mode = str(mode_of(line))
    name = str(line.get_label())
    (width, height), area = ax.figure.bbox.size, ax.get_window_extent()
    for x, y in zip(np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float), strict=True):
        across, up = ax.transData.transform((x, y))
        if np.isfinite([across, up]).all() and area.padded(2).contains(across, up):
            words = ", ".join(filter(None, [_words(ax.xaxis, x, ax), _words(ax.yaxis, y, ax)]))
            yield Point(
                left=round(100 * across / width, 2),
                top=round(100 - 100 * up / height, 2),
                mode=mode,
                words=f"{mode if name.startswith('_') else name}: {words}",
            )


def _words(axis: Axis, value: float, ax: Axes) -> str:
    """A coordinate with its name and unit, such as `workers 4` or `throughput 12.1 pictures/s`."""
    label = axis.get_label_text().removesuffix(" (log scale)") or (ax.get_title() if axis is ax.xaxis else "")
    if axis.get_scale() == "log":
        return f"{label} {duration(value) if axis is ax.yaxis else number(value, 2)}".strip()
    if (named := _named(axis, value)) is not None:
        return f"{label} {named}".strip()
    name, unit = match.groups() if (match := UNIT.match(label)) else (label, "")
    return f"{name} {number(value, 2)} {unit}".strip()


def _named(axis: Axis, value: float) -> str | None:
    """What stands at the nearest tick, if ticks have names and not numbers; empty if none has a name."""
    places = np.asarray(axis.get_majorticklocs(), float)
    if not len(places):
        return ""
    names = axis.get_major_formatter().format_ticks(list(places))
    if all(name == "" or _is_number(name, at) for name, at in zip(names, places, strict=True)):
        return None
    return names[int(np.abs(places - value).argmin())]


def _is_number(name: str, value: float) -> bool:
    try:
        return bool(np.isclose(float(name.replace("\N{MINUS SIGN}", "-")), value))
    except ValueError:
        return False
