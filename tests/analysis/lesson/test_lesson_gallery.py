from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from analysed import measured
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from synthetic_experiment import both_modes, write_experiment

from analysis.lesson.content.material import Measured
from analysis.lesson.gallery.misleading import Bar, Bars, Dots, Lie, Panel, lies
from analysis.lesson.gallery.panels import STAMP, draw_lie, draw_panel, draw_stacked, write_gallery
from analysis.validity.verdict import NOISY, VALID, Verdict

ROOT = Path(__file__).parents[3]
NAMES = ["mean-only", "closed-loop", "submitted", "survivors", "truncated", "best-of"]


@pytest.fixture(scope="module")
def told(example: Measured) -> dict[str, Lie]:
    return {lie.name: lie for lie in _lies(example)}


@pytest.fixture(scope="module")
def drawn(told: dict[str, Lie]) -> dict[str, Figure]:
    return {name: draw_lie(lie, "circumstances") for name, lie in told.items()}


def _lies(experiment: Measured) -> Sequence[Lie]:
    return lies(experiment.trials, {name: verdict.name for name, verdict in experiment.made.verdicts.items()})


def _rows(trial: str) -> pd.DataFrame:
    """The measured uploads of a trial as pandas alone reads them."""
    folder = ROOT / "results" / "example" / trial
    requests, pictures = pd.read_csv(folder / "requests.csv"), pd.read_csv(folder / "pictures.csv")
    return requests[requests["phase"] == "measure"].merge(
        pictures.drop(columns=["trial", "door"], errors="ignore"), on="id", how="left"
    )


def test_all_six_are_told_of_the_example(told: dict[str, Lie]) -> None:
    assert list(told) == NAMES


def test_a_noisy_machine_takes_no_lie_away(example: Measured) -> None:
    """Noise hides nothing that the rows themselves show."""
    noisy = {name: Verdict(name=NOISY) if each.name == VALID else each for name, each in example.made.verdicts.items()}

    assert [lie.name for lie in _lies(replace(example, made=replace(example.made, verdicts=noisy)))] == NAMES


def test_the_mean_and_what_it_hides_are_in_the_raw_rows(told: dict[str, Lie]) -> None:
    rows = _rows("sync-w4-r1")
    waits = np.sort(rows["answered_at"] - rows["due_at"])
    p95 = waits[int(np.ceil(0.95 * len(waits))) - 1]

    assert told["mean-only"].hides == (
        f"The mean wait for a picture is {waits.mean():.2f} s; 1 in 20 waited longer than {p95:.2f} s, "
        f"one {waits.max():.2f} s"
    )


def test_a_closed_loop_sees_the_work_and_not_the_wait(told: dict[str, Lie]) -> None:
    rows, lie = _rows("sync-w1-r1"), told["closed-loop"]

    unanswered = int(rows["answered_at"].isna().sum())
    assert f"{unanswered} of {len(rows)} had no response" in lie.hides
    assert np.isinf(lie.honest.values).sum() == unanswered
    # Users who wait: nobody sends before the last answer is there, so the times do not overlap.
    sent, took = np.array(lie.shown.since_s), np.array(lie.shown.values)
    order = np.argsort(sent)
    assert (sent[order][1:] >= (sent + took)[order][:-1] - 0.005).all()
    assert max(took) < min(lie.honest.values)


def test_accepted_is_shown_as_throughput_where_finished_was_measured(told: dict[str, Lie]) -> None:
    summary = pd.read_csv(ROOT / "results/example/summary.csv").query("workers == 1").set_index("mode")
    shown = {bar.label: bar.value for bar in told["submitted"].shown.bars}
    honest = {bar.label: bar.value for bar in told["submitted"].honest.bars}

    assert shown == pytest.approx(summary["accepted_rate"].to_dict(), rel=1e-4)
    assert honest == pytest.approx(summary["throughput"].to_dict(), rel=1e-4)


def test_those_that_never_came_are_in_the_honest_share_only(told: dict[str, Lie]) -> None:
    rows, lie = _rows("sync-w1-r1"), told["survivors"]

    answered = int(rows["answered_at"].notna().sum())
    assert (len(lie.shown.times_s), lie.shown.of, lie.honest.of) == (answered, answered, len(rows))
    assert f"leaves out {len(rows) - answered} of {len(rows)} uploads" in lie.hides


def test_the_truncated_axis_alone_makes_the_difference(told: dict[str, Lie]) -> None:
    shown, honest = told["truncated"].shown, told["truncated"].honest
    low, high = sorted(bar.value - shown.start for bar in shown.bars)

    assert shown.bars == honest.bars
    assert (honest.start, high / low) == (0, pytest.approx(6))


def test_the_best_second_is_one_of_those_beside_it(told: dict[str, Lie]) -> None:
    [best], seconds = told["best-of"].shown.bars, told["best-of"].honest.bars

    assert best.value == min(bar.value for bar in seconds)
    assert len(seconds) == 12


def test_both_sides_have_the_same_reach_unless_the_axis_is_the_lie(drawn: dict[str, Figure]) -> None:
    for name, figure in drawn.items():
        shown, honest = (ax.get_ylim() for ax in figure.axes)
        assert (shown == honest) == (name != "truncated"), name


def test_the_stamp_lies_across_the_lie_and_not_on_the_honest_side(drawn: dict[str, Figure]) -> None:
    for figure in drawn.values():
        figure.canvas.draw()
        shown, honest = figure.axes
        [stamp] = [text for text in shown.texts if text.get_text() == STAMP]
        inside, box = shown.get_window_extent(), stamp.get_window_extent()
        assert box.width > 0.75 * inside.width
        assert box.height > 0.35 * inside.height
        assert STAMP not in [text.get_text() for text in honest.texts]


def test_the_stamp_crosses_no_number_out(told: dict[str, Lie], drawn: dict[str, Figure]) -> None:
    for figure in [*drawn.values(), *map(draw_stacked, told.values())]:
        figure.canvas.draw()
        shown = figure.axes[0]
        [stamp] = [text for text in shown.texts if text.get_text() == STAMP]
        frame = stamp.get_bbox_patch()
        assert frame is not None
        outline = frame.get_transform().transform_path(frame.get_path())
        words = [text for text in shown.texts if text is not stamp and text.get_text()]
        assert [text.get_text() for text in words if outline.intersects_bbox(text.get_window_extent())] == []


def test_the_name_of_a_line_stands_where_no_point_and_no_bar_is(told: dict[str, Lie], drawn: dict[str, Figure]) -> None:
    with_lines = {name for name, lie in told.items() if _lines(lie.shown) or _lines(lie.honest)}

    for name, lie in told.items():
        for ax, panel in zip(drawn[name].axes, (lie.shown, lie.honest), strict=True):
            assert _beside(ax) == sorted(_lines(panel), key=_lines(panel).__getitem__), name
    assert with_lines == {"mean-only", "closed-loop", "best-of"}


def _lines(panel: Panel) -> Mapping[str, float]:
    """The lines of one side: each name with its height."""
    if isinstance(panel, Dots):
        return panel.lines
    return dict([panel.line]) if isinstance(panel, Bars) and panel.line else {}


def test_the_name_of_a_line_stands_beside_it_also_where_the_axis_does_not_begin_at_zero() -> None:
    ax = Figure().add_axes((0.1, 0.1, 0.6, 0.8))
    bars = tuple(Bar(label=f"{value}", value=value, words="", mode="queue") for value in (12.0, 18.0))

    draw_panel(ax, Bars(bars=bars, axis="", start=10, line=("median", 15.0)), reach=20)

    (name,) = [text for text in ax.texts if text.get_text()]
    _, height = ax.transData.inverted().transform(ax.transAxes.transform(name.get_position()))
    assert height == pytest.approx(15)


def _beside(ax: Axes) -> list[str]:
    """What is written right of the axes."""
    ax.get_figure().canvas.draw()
    right = ax.get_window_extent().x1
    return [text.get_text().replace("\n", " ") for text in ax.texts if text.get_window_extent().x0 > right]


def test_words_are_large_inside_the_picture_and_apart(drawn: dict[str, Figure]) -> None:
    for name, figure in drawn.items():
        boxes = _boxes(figure)
        for text, box in boxes:
            assert text.get_fontsize() * 100 / 72 >= 24, f"{name}: {text.get_text()!r}"
            assert box.x0 >= 0 and box.x1 <= 1280 and box.y0 >= 0 and box.y1 <= 720, f"{name}: {text.get_text()!r}"
        for (one, first), (other, second) in combinations(boxes, 2):
            overlap = Bbox.intersection(first, second)
            assert overlap is None or overlap.width < 1 or overlap.height < 6, (name, one.get_text(), other.get_text())


def _boxes(figure: Figure) -> list[tuple[Text, Bbox]]:
    """Every word with its place [px], but for the stamp, which covers on purpose."""
    figure.canvas.draw()
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    shown = [text for text in found if text.get_text() != STAMP and not _beyond(text, figure)]
    return [(text, Text.get_window_extent(text)) for text in shown]


def _beyond(text: Text, figure: Figure) -> bool:
    """Whether it names a tick outside the axis."""
    for ax in figure.axes:
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks():
                if text in (tick.label1, tick.label2):
                    return not low <= tick.get_loc() <= high
    return False


def test_one_above_the_other_all_words_are_inside_and_apart(told: dict[str, Lie]) -> None:
    for name, lie in told.items():
        boxes = _boxes(draw_stacked(lie))
        for text, box in boxes:
            assert box.x0 >= 0 and box.x1 <= 640 and box.y0 >= 0 and box.y1 <= 1120, f"{name}: {text.get_text()!r}"
        for (one, first), (other, second) in combinations(boxes, 2):
            overlap = Bbox.intersection(first, second)
            assert overlap is None or overlap.width < 1 or overlap.height < 6, (name, one.get_text(), other.get_text())


def test_where_nothing_is_overloaded_there_is_less_to_lie_with(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "easy", both_modes((8,)))
    easy = measured(folder)

    text = write_gallery(easy, tmp_path).read_text()

    assert {lie.name for lie in _lies(easy)}.isdisjoint({"closed-loop", "submitted", "survivors"})
    assert "more need cells that this experiment lacks" in text


def test_an_older_picture_does_not_stay(example: Measured, tmp_path: Path) -> None:
    (tmp_path / "gallery").mkdir()
    (tmp_path / "gallery/old.png").touch()

    write_gallery(replace(example), tmp_path)

    assert sorted(path.stem for path in (tmp_path / "gallery").iterdir()) == sorted(NAMES)
