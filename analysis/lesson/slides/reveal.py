"""Makes `slides.html`: reveal.js, charts and notes in one file that needs no network. `?print-pdf` prints it."""

from collections.abc import Mapping, Sequence

from analysis.charts import Chart
from analysis.lesson.content.material import Material, Slide
from analysis.lesson.content.page import diagram, diagram_in_words, picture, render, vendored
from analysis.lesson.slides.closing import closing
from analysis.lesson.slides.measurements import observing
from analysis.lesson.slides.opening import opening


def render_slides(title: str, slides: Sequence[Slide], charts: Mapping[str, Chart]) -> str:
    """The whole page as text."""
    return render(
        "slides.html",
        title=title,
        slides=slides,
        begins=dict(zip([slide.name for slide in slides], [0, *(slide.until for slide in slides)], strict=False)),
        pictures={
            name: picture(chart.path.with_name(f"{chart.path.name}.svg").read_bytes()) for name, chart in charts.items()
        },
        findings={name: chart.finding for name, chart in charts.items()},
        diagram=diagram(),
        diagram_in_words=diagram_in_words(),
        vendored=vendored,
    )


def story(material: Material) -> tuple[Slide, ...]:
    """Every slide in its order; what the experiment has not measured is left out."""
    slides = (*opening(material), *observing(material), *closing(material))
    return tuple(slide for slide in slides if not slide.chart or slide.chart in material.charts)
