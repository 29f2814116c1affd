"""Makes `handout.html`: two pages of A4 to predict on, safe in black and white."""

from collections.abc import Sequence

from analysis.charts import as_svg
from analysis.format import amount, number, workers
from analysis.lesson.content.material import Material
from analysis.lesson.content.slide import Slide
from analysis.lesson.page import diagram, diagram_in_words, picture, render
from analysis.lesson.slides.opening import WAYS
from analysis.lesson.worksheets.blank_axes import TITLES, blank_axes


def render_handout(material: Material, slides: Sequence[Slide]) -> str:
    """The whole page as text."""
    return render(
        "handout.html",
        question=slides[0].title,
        offered=amount(number(material.group.offered_rate), "upload"),
        axis=workers(material.worker_counts),
        counts=material.worker_counts,
        questions=asked_on_paper(slides, material),
        axes={chart: picture(as_svg(blank_axes(material.group, chart))) for chart in TITLES},
        ways=WAYS,
        diagram=diagram(),
        diagram_in_words=diagram_in_words(),
    )


def asked_on_paper(slides: Sequence[Slide], material: Material) -> list[str]:
    """What the class predicts on the hand-out."""
    return [words for slide in slides for words in _asked(slide, material)]


def _asked(slide: Slide, material: Material) -> list[str]:
    """What the class writes down before it sees the chart or the table of a slide."""
    if slide.name in ("sync", "response"):
        mode, where = ("sync", "in sync") if slide.name == "sync" else ("queue", "with the queue")
        return [f"With {workers(material.asked_count(mode))}: how long until the answer, {where}?"]
    if slide.table:
        return ["How many accepted uploads are lost?"]
    return [slide.title] if slide.chart else []
