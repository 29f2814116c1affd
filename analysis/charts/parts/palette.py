"""One colour, marker and hatch for one thing everywhere (Okabe and Ito's colours)."""

from dataclasses import dataclass

TEXT = "#1a1a1a"
QUIET = "#595959"
FAINT = "#d9d9d9"
WINDOW = "#f0f0f0"
# What people had predicted: the palette's purple, darkened until it can be read as text.
GUESS = "#6A0DAD"


@dataclass(frozen=True)
class Look:
    """How a mode is drawn: the marker tells it apart where the colour cannot."""

    colour: str
    marker: str
    shift: float


# The shift keeps two equal values both visible.
MODES = {
    "sync": Look(colour="#D55E00", marker="s", shift=-0.06),
    "queue": Look(colour="#0072B2", marker="o", shift=0.06),
}

# Words need more contrast than lines (4.5 : 1), so those of sync are a darker shade of its colour.
_INKS = {MODES["sync"].colour: "#B04A00"}


def ink(colour: str) -> str:
    """The colour of words that are said of what is drawn in a colour."""
    return _INKS.get(colour, colour)


def tag(mode: str) -> str:
    """The id that says of an artist that it belongs to a mode, where its colour or its panel does not."""
    return f"mode-{mode}"


# Fill and hatch of each component; colours that no mode has.
COMPONENTS = {
    "web": ("#009E73", ""),
    "worker": ("#CC79A7", "//"),
    "sweeper": ("#BBBBBB", "--"),
    "broker": ("#F0E442", "xx"),
    "database": ("#E69F00", "\\\\"),
    "external": ("#56B4E9", ".."),
}

# Fill and hatch of each part of a picture's time.
TIME_PARTS = {
    "send lag": (TEXT, ""),
    "web wait": ("#E69F00", "\\\\"),
    "accept": ("#009E73", ""),
    "queue wait": ("#F0E442", "xx"),
    "work": ("#CC79A7", "//"),
    "external": ("#56B4E9", ".."),
    "answer": (FAINT, "--"),
}
