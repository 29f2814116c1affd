"""The gallery “how to lie with this data”: each lie stamped, beside the honest plot of the same raw rows."""

import base64
from pathlib import Path

from analysis.charts import as_png
from analysis.charts.parts.layout import DPI, circumstances
from analysis.lesson.content.measured import Measured
from analysis.lesson.gallery.lie_charts import draw_lie, draw_stacked
from analysis.lesson.gallery.lies import TELLERS, lies
from analysis.lesson.page import render as page


def write_gallery(measured: Measured, folder: Path) -> Path:
    """Writes `gallery.html` and the pictures in `gallery/`; gives the page."""
    pictures = folder / "gallery"
    pictures.mkdir(parents=True, exist_ok=True)
    for old in pictures.glob("*.png"):
        old.unlink()
    told = lies(measured.trials, {name: verdict.name for name, verdict in measured.verdicts.items()})
    for lie in told:
        drawn = draw_lie(lie, circumstances(measured.group))
        (pictures / f"{lie.name}.png").write_bytes(as_png(drawn, 1.5 * DPI))
    inlined = {lie.name: _inlined((pictures / f"{lie.name}.png").read_bytes()) for lie in told}
    stacked = {lie.name: _inlined(as_png(draw_stacked(lie), DPI)) for lie in told}
    path = folder / "gallery.html"
    missing = len(TELLERS) - len(told)
    what = {"pictures": inlined, "stacked": stacked, "under": circumstances(measured.group)}
    path.write_text(page("gallery.html", lies=told, missing=missing, measured=measured, **what), encoding="utf-8")
    return path


def _inlined(picture: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"
