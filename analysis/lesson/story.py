"""The lesson as a list of slides for 45 minutes, filled with what the class has measured."""

from analysis.lesson.closing import closing
from analysis.lesson.framing import opening
from analysis.lesson.material import Material
from analysis.lesson.observing import observing
from analysis.lesson.slide import Slide


def story(material: Material) -> tuple[Slide, ...]:
    """Every slide in its order; what the experiment has not measured is left out."""
    slides = (*opening(material), *observing(material), *closing(material))
    return tuple(slide for slide in slides if not slide.chart or slide.chart in material.charts)
