"""The scalability law, fitted to throughputs whose law is known."""

import numpy as np
import pandas as pd
import pytest
from analysed import grouped
from hand_made import cells
from matplotlib.figure import Figure
from synthetic_experiment import Made, write_experiment

from analysis.charts import draw
from analysis.charts.parts.axes import place_of
from analysis.charts.parts.palette import MODES
from analysis.charts.parts.predictions import draw_scalability
from analysis.findings.throughput import drained_sentences, scalability_sentences
from analysis.models.usl import ends, fit, scalability

SIX = (1, 2, 3, 4, 6, 8)
RATE, CONTENTION, COHERENCY, PEAK = 10.0, 0.05, 0.01, 9.747


def lawful(workers, contention=CONTENTION, coherency=COHERENCY):
    count = np.asarray(workers, dtype=float)
    return RATE * count / (1 + contention * (count - 1) + coherency * count * (count - 1))


def noisy(seed, workers=SIX, share=0.03, **law):
    return lawful(workers, **law) * np.exp(np.random.default_rng(seed).normal(0, share, len(workers)))


@pytest.mark.parametrize(("contention", "coherency", "peak"), [(CONTENTION, COHERENCY, PEAK), (0.03, 0.001, 31.14)])
def test_the_intervals_hold_the_truth_in_nine_of_ten_cases(contention, coherency, peak):
    truth = {"rate": RATE, "contention": contention, "coherency": coherency, "peak": peak}
    held = dict.fromkeys([*truth, "band"], 0)
    for seed in range(100):
        found = fit(SIX, noisy(seed, contention=contention, coherency=coherency))
        for name, value in truth.items():
            low, high = ends(getattr(found.drawn, name))
            held[name] += low <= value * (1 + 1e-4) and value <= high * (1 + 1e-4)
        low, high = found.band(np.array([6.0]))
        held["band"] += low[0] <= lawful(6, contention, coherency) <= high[0]

    assert min(held.values()) >= 90, held


def test_without_noise_the_law_is_found_exactly():
    found = fit(SIX, lawful(SIX))

    assert (found.law.rate, found.law.contention, found.law.coherency) == pytest.approx((RATE, CONTENTION, COHERENCY))
    assert found.law.peak == pytest.approx(PEAK, abs=1e-3)


def test_workers_that_cost_each_other_nothing_have_no_peak():
    found = fit(SIX, noisy(1, share=0.01, contention=0, coherency=0))

    assert found.law.contention < 0.01 and ends(found.drawn.contention)[0] == 0
    assert ends(found.drawn.coherency)[0] == 0 and ends(found.drawn.peak)[1] == np.inf


def test_more_than_n_times_one_worker_is_no_contention_below_zero():
    found = fit(SIX, [10.0, 21.0, 32.0, 43.0, 66.0, 90.0])

    assert found.law.contention == 0 and (found.drawn.contention >= 0).all()


def test_five_worker_counts_give_no_law():
    assert fit(SIX[:5], lawful(SIX[:5])) is None
    assert fit((1, 2, 3, 4, 6, 6), lawful((1, 2, 3, 4, 6, 6))) is None


def test_a_count_at_which_nothing_was_finished_gives_no_law():
    assert fit(SIX, [0.0, *lawful(SIX[1:])]) is None


def test_rates_that_follow_no_law_give_none():
    assert fit(SIX, [10.0, 100.0, 1.0, 40.0, 0.5, 300.0]) is None


def test_rates_that_scatter_widely_have_a_wide_band_with_two_ends():
    found = fit(SIX, [11.9, 12.8, 12.2, 12.7, 17.4, 8.7])

    assert ends(found.drawn.peak)[0] < 4 < ends(found.drawn.peak)[1]
    assert all(np.isfinite(ends(numbers)).all() for numbers in (found.drawn.contention, found.drawn.coherency))


def test_the_same_numbers_give_the_same_band():
    one, other = (fit(SIX, noisy(1)).band(np.array([3.0])) for _ in range(2))

    assert one == other


@pytest.mark.parametrize(
    "change",
    [{"verdict": "VALID"}, {"unanswered_grows": True}, {"failed": 30}, {"verdict": "UNDECIDED"}],
    ids=["a cell that keeps up", "a web process that does not keep up", "failures", "undecided"],
)
def test_only_cells_whose_workers_were_the_limit_count(change):
    rows = [
        {"mode": "queue", "workers": count, "throughput": rate, "verdict": "OVERLOADED"}
        for count, rate in zip(SIX, lawful(SIX), strict=True)
    ]
    assert set(scalability(cells(*rows))) == {"queue"}

    assert scalability(cells(*rows[:5], rows[5] | change)) == {}


def test_in_sync_the_unanswered_grow_when_workers_are_the_limit():
    rows = [{"mode": "sync", "workers": n, "throughput": float(n), "verdict": "OVERLOADED"} for n in SIX]

    assert set(scalability(cells(*[row | {"unanswered_grows": True} for row in rows]))) == {"sync"}


def told(coherency, share=0.0):
    rows = pd.DataFrame({"prefix": "", "workers": SIX, "drained": noisy(3, share=share, coherency=coherency)})
    return drained_sentences(rows)


def test_a_drain_is_told_with_its_peak():
    assert told(COHERENCY) == [
        "Scalability of draining a full queue: contention 5 % (5–5), coherency 1 % (1–1); peak at 10 workers (10 to 10)"
    ]


def test_nothing_is_told_of_more_than_twice_the_workers_that_were_measured():
    assert told(0.002)[0].endswith("no peak up to 16 workers")
    assert told(0.009, share=0.03)[0].endswith("to beyond 16)")
    assert "peak unknown (" in told(0.003, share=0.03)[0]


def test_drains_of_five_worker_counts_are_not_told():
    assert drained_sentences(pd.DataFrame({"prefix": "", "workers": SIX[:5], "drained": lawful(SIX[:5])})) == []


def test_the_law_is_drawn_from_the_fewest_workers_that_it_was_fitted_to_to_twice_the_most():
    kept_up = {"mode": "queue", "workers": 1, "throughput": 10.0}
    rows = [
        {"mode": "queue", "workers": 2 * count, "throughput": rate, "verdict": "OVERLOADED"}
        for count, rate in zip(SIX, lawful(SIX), strict=True)
    ]
    more = {"mode": "queue", "workers": 64, "throughput": 70.0}
    counts = [1, *(2 * count for count in SIX), 64]
    figure = Figure()

    draw_scalability(figure.subplots(), counts, cells(kept_up, *rows, more))

    (line,) = figure.axes[0].lines
    first, last = place_of(counts, np.array([2.0, 32.0])) + MODES["queue"].shift
    assert (line.get_xdata()[0], line.get_xdata()[-1]) == pytest.approx((first, last))


@pytest.fixture(scope="module")
def overloaded(tmp_path_factory):
    """Queue mode at six worker counts whose service time grows as the law says."""
    made = [
        Made(workers=count, offered_rate=30.0, service_s=count / rate * 3, measure_s=30)
        for count, rate in zip(SIX, lawful(SIX), strict=True)
    ]
    (group,) = grouped(write_experiment(tmp_path_factory.mktemp("lawful") / "made", made))
    return group


def test_the_throughput_chart_draws_the_law_as_a_thin_line_with_a_band_and_says_so(overloaded):
    figure = draw(overloaded, "throughput", "A finding")
    (ax,) = figure.axes
    (line,) = (line for line in ax.lines if len(line.get_xdata()) > 20)

    assert line.get_linewidth() == 1
    assert len(ax.collections) >= 2
    assert "scalability law, 95 %" in figure.texts[1].get_text().replace("\n", " ")


def test_the_report_tells_of_the_law_in_a_sentence(overloaded):
    (sentence,) = scalability_sentences(overloaded)

    assert sentence.startswith("Scalability of queue: contention ")


def test_a_few_worker_counts_get_neither_line_nor_sentence(demo_group):
    figure = draw(demo_group, "throughput", "A finding")

    assert "scalability" not in figure.texts[1].get_text()
    assert scalability_sentences(demo_group) == []
