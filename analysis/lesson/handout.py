"""Makes `handout.html`: two pages of A4 to predict on, safe in black and white."""

from collections.abc import Sequence

from analysis.charts import as_svg
from analysis.lesson.blank_axes import TITLES, blank_axes
from analysis.lesson.framing import WAYS
from analysis.lesson.material import Material
from analysis.lesson.pages import diagram, diagram_in_words, picture, render
from analysis.lesson.slide import Slide
from analysis.words import number, workers


def render_handout(material: Material, slides: Sequence[Slide]) -> str:
    """The whole page as text."""
    return render(
        "handout.html",
        question=slides[0].title,
        offered=number(material.group.offered_rate),
        counts=material.worker_counts,
        questions=[words for slide in slides for words in _asked(slide, material)],
        axes={chart: picture(as_svg(blank_axes(material.group, chart))) for chart in TITLES},
        ways=WAYS,
        diagram=diagram(),
        diagram_in_words=diagram_in_words(),
    )


def _asked(slide: Slide, material: Material) -> list[str]:
    """What the class writes down before it sees the chart or the table of a slide."""
    if slide.name == "response":
        some = workers(material.worker_counts[0])
        return [f"With {some}: how long until the answer, {where}?" for where in ("in sync", "with the queue")]
    if slide.table:
        return ["How many accepted uploads are lost?"]
    return [slide.title] if slide.chart else []
