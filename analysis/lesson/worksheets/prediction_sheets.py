"""What a class predicts on: the hand-out for paper, and the page `predict.html`."""

from collections.abc import Sequence
from dataclasses import replace

import matplotlib
from matplotlib.figure import Figure

from analysis.charts import as_svg
from analysis.charts.parts.annotations import BAND
from analysis.charts.parts.axes import DRAWN_ON, scale_time_axis, worker_axes
from analysis.charts.parts.layout import STYLE
from analysis.charts.parts.palette import GUESS, QUIET
from analysis.charts.throughput import throughput_top
from analysis.data.class_predictions import GROWS, MOST_RATE, MOST_S, SCHEMA
from analysis.format import amount, number, workers
from analysis.lesson.content.material import Material, Slide
from analysis.lesson.content.page import diagram, diagram_in_words, picture, render
from analysis.lesson.slides.opening import SEAL, WAYS
from analysis.summary.groups import Group

TITLES = {"throughput": "Pictures finished per second", "ready_time": "Until the picture is ready"}


def blank_axes(group: Group, chart: str) -> Figure:
    """The axes as the chart will have them, with a grid; the offered load is known beforehand."""
    with matplotlib.rc_context(STYLE):
        offered = f"queue mode, {amount(number(group.offered_rate), 'upload')} per second offered"
        figure, ax = worker_axes(TITLES[chart], offered, group.cells)
        # No names stand right of these axes.
        left, bottom, _, height = ax.get_position().bounds
        ax.set_position((left, bottom, 0.98 - left, height))
        ax.grid(visible=True, axis="both", which="major")
        if chart == "throughput":
            ax.set(ylim=(0, throughput_top(replace(group, guess=None))), ylabel="throughput [pictures/s]")
            ax.axhline(group.offered_rate, linestyle=(0, (6, 4)), color=QUIET, linewidth=2)
        else:
            scale_time_axis(ax, room_for_arrows=True, room_for_doubts=False, drawn_on=True)
            ax.set_ylabel("ready time (log scale)")
            ax.text(0.02, (1 + BAND) / 2, "it grows without limit", transform=ax.transAxes, color=QUIET, va="center")
        return figure


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
        return [f"With {workers(material.asked_count(mode))}: how long until the response, {where}?"]
    if slide.table:
        return ["How many accepted uploads are lost?"]
    return [slide.title] if slide.chart else []


def render_predict(material: Material) -> str:
    """The whole page as text, with the axes that the charts will have."""
    group = material.group
    return render(
        "predict.html",
        counts=material.worker_counts,
        offered=amount(number(group.offered_rate), "upload"),
        seal=SEAL,
        limits={"throughput": number(MOST_RATE), "time": number(MOST_S)},
        drawing={
            "schema": SCHEMA,
            "grows": GROWS,
            "colour": GUESS,
            "counts": material.worker_counts,
            "offered": group.offered_rate,
            "top": throughput_top(replace(group, guess=None)),
            "times": DRAWN_ON,
        },
    )
