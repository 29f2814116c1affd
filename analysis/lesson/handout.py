"""Makes `handout.html`: two pages of A4 to predict on, safe in black and white."""

from collections.abc import Sequence

from analysis.charts import as_svg
from analysis.lesson.blank_axes import TITLES, blank_axes
from analysis.lesson.framing import WAY
from analysis.lesson.material import Material
from analysis.lesson.pages import diagram, picture, render
from analysis.lesson.slide import Slide
from analysis.words import number


def render_handout(material: Material, slides: Sequence[Slide]) -> str:
    """The whole page as text."""
    return render(
        "handout.html",
        question=slides[0].title,
        offered=number(material.group.offered_rate),
        counts=material.worker_counts,
        questions=[slide.title for slide in slides if slide.chart or slide.table],
        axes={chart: picture(as_svg(blank_axes(material.group, chart))) for chart in TITLES},
        way=WAY,
        diagram=diagram(),
    )
