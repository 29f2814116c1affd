"""What in a drawing belongs to a mode: what has its colour, what stands in its panel, and what has its tag."""

from collections.abc import Iterator
from typing import Any

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
