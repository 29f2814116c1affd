"""Makes `predict.html`: numbers and curves of a class, saved as predictions.json, with no network."""

from dataclasses import replace

from analysis.charts.parts.log_time import DRAWN_ON
from analysis.charts.parts.palette import GUESS
from analysis.charts.throughput import throughput_top
from analysis.data.class_predictions import GROWS, MOST_RATE, MOST_S, SCHEMA
from analysis.format import amount, number
from analysis.lesson.content.material import Material
from analysis.lesson.page import render
from analysis.lesson.slides.opening import SEAL


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
