"""The lesson as a list of slides for 45 minutes, filled with what the class has measured."""

from analysis.lesson.content.material import Material
from analysis.lesson.content.slide import Slide
from analysis.lesson.slides.closing import closing
from analysis.lesson.slides.measurements import observing
from analysis.lesson.slides.opening import opening


def story(material: Material) -> tuple[Slide, ...]:
    """Every slide in its order; what the experiment has not measured is left out."""
    slides = (*opening(material), *observing(material), *closing(material))
    return tuple(slide for slide in slides if not slide.chart or slide.chart in material.charts)
