"""The percentile spectrum: how far a line goes, what it shows, and what the naive clock leaves out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from analysed import drawn_charts
from hand_made import trial
from matplotlib.figure import Figure

from analysis.metrics.percentiles import MIN_SAMPLES_P95
from analysis.series.percentile_spectrum import (
    NAIVE,
    READY,
    RESPONSE,
    Spectrum,
    highest_share,
    spectra,
    spectrum_sentence,
    spectrum_table,
)
from analysis.summary.groups import Group, Telling, steadiest


def spectrum(*times_s: float) -> Spectrum:
    return Spectrum(mode="queue", clock=READY, times_s=np.array(times_s))


def test_the_line_stops_by_the_rule_that_withholds_a_p95() -> None:
    assert highest_share(MIN_SAMPLES_P95 - 1) < 0.95 <= highest_share(MIN_SAMPLES_P95)


def test_with_ten_uploads_it_stops_at_the_median_and_a_little() -> None:
    """0.5 to the power of 10 is less than 2.5 %, 0.7 to the power of 10 is more."""
    shares, times_s = spectrum(*range(1, 11)).claimed

    assert shares.tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert times_s.tolist() == [1, 2, 3, 4, 5, 6]


def test_it_stops_before_what_did_not_end() -> None:
    assert spectrum(1.0, 2.0, *[math.inf] * 8).claimed[1].tolist() == [1.0, 2.0]


def test_a_percentile_is_the_nearest_rank_or_withheld() -> None:
    assert spectrum(*range(1, 11)).at(0.5) == 5
    assert math.isnan(spectrum(*range(1, 11)).at(0.95))


def test_the_naive_clock_starts_when_it_sends_and_knows_nothing_of_what_was_never_answered(demo_group: Group) -> None:
    """Due at 11, sent at 12, answered at 12.5; another is not answered, and a third is refused."""
    requests = [
        {"id": "a", "due_at": 11.0, "sent_at": 12.0, "answered_at": 12.5},
        {"id": "b", "due_at": 11.0, "sent_at": 12.0, "answered_at": math.nan, "status": math.nan},
        {"id": "c", "due_at": 11.0, "sent_at": 12.0, "answered_at": 12.1, "status": 503.0, "error": "full"},
    ]
    made = trial(requests, [{"id": "a", "received_at": 12.1, "started_at": 12.2, "finished_at": 13.0}])
    group = replace(demo_group, trials=(made,))
    telling = Telling(workers=1, words="1 worker", overloaded=False, trials=(made,))

    found = {each.clock: each.times_s.tolist() for each in spectra(group, telling)}

    assert found == {READY: [2.0, math.inf, math.inf], RESPONSE: [1.5, math.inf, math.inf], NAIVE: [0.5]}


def test_the_medians_are_those_of_the_summary(demo_group: Group) -> None:
    telling = steadiest(demo_group)
    rows = demo_group.cells.set_index(["mode", "workers"])
    for each in spectra(demo_group, telling):
        if each.clock != NAIVE:
            column = "ready_p50_s" if each.clock == READY else "response_p50_s"
            assert each.at(0.5) == rows.loc[(each.mode, telling.workers), column]


def test_the_sentence_sets_the_naive_number_against_the_true_one(demo_group: Group) -> None:
    telling = steadiest(demo_group)
    found = spectra(demo_group, telling)

    assert spectrum_sentence(telling, found) == (
        "With 4 workers, timing the response alone reports 12 ms in queue; the picture takes 0.31 s (medians)"
    )
    assert spectrum_table(found).rows[0][0] == "50 %" and spectrum_table(found).rows[-1][1:] == ["–"] * len(found)


@pytest.fixture(scope="module")
def chart(demo_group: Group) -> Figure:
    return drawn_charts(demo_group)["spectrum_w4"]


def test_both_panels_share_their_axes_which_say_that_they_are_logarithmic(chart: Figure) -> None:
    sync, queue = chart.axes

    assert (sync.get_xlim(), sync.get_ylim()) == (queue.get_xlim(), queue.get_ylim())
    assert "(log scale)" in sync.get_ylabel() and "(log scale)" in sync.get_xlabel()


def test_queue_shows_both_clocks_and_the_naive_one_dotted(chart: Figure) -> None:
    words = {text.get_text() for text in chart.axes[1].texts}

    assert {READY, RESPONSE, NAIVE} <= words
    assert len({(line.get_color(), line.is_dashed()) for line in chart.axes[1].lines}) == 3
