import hashlib
import json
import math
from pathlib import Path

import pytest
from analysed import drawn_charts, grouped
from matplotlib.figure import Figure
from sealing import GUESSED, sealed
from synthetic_experiment import both_modes, write_experiment

from analysis.__main__ import main
from analysis.charts.parts.palette import GUESS
from analysis.data.class_predictions import parse_guess
from analysis.data.reader import read_sealed
from analysis.errors import AnalysisError


@pytest.fixture(scope="module")
def guessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sealed(write_experiment(tmp_path_factory.mktemp("guessed") / "demo", both_modes()))


@pytest.fixture(scope="module")
def charts(guessed: Path) -> dict[str, Figure]:
    return drawn_charts(grouped(guessed)[0])


def line_of_the_class(figure: Figure) -> list[tuple[float, float]]:
    (line,) = [line for line in figure.axes[0].lines if line.get_color() == GUESS]
    return [(float(x), float(y)) for x, y in line.get_xydata()]


def test_a_guess_is_read_with_its_numbers_and_with_what_grows() -> None:
    guess = parse_guess(json.dumps(GUESSED))

    assert guess.throughput == {1: 4, 2: 8, 4: 16, 8: 32}
    assert guess.ready_s == {1: 30, 2: math.inf, 4: 0.3, 8: 0.3}
    assert guess.response_s == {"sync": math.inf, "queue": 0.5}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[1]", "it is not a JSON object"),
        ("{}", "its schema is None instead of 1"),
        ('{"schema": 2, "throughput": {"1": 1}}', "its schema is 2 instead of 1"),
        ('{"schema": 1}', "it predicts nothing"),
        ('{"schema": 1, "speed": {"1": 1}}', "it has the unknown key 'speed'"),
        ('{"schema": 1, "throughput": [1]}', "throughput is not a JSON object"),
        ('{"schema": 1, "throughput": {"0": 1}}', "throughput has '0' instead of a number of workers"),
        ('{"schema": 1, "throughput": {"1_0": 1}}', "throughput has '1_0' instead of a number of workers"),
        ('{"schema": 1, "throughput": {"257": 1}}', "throughput has '257' instead of a number of workers"),
        ('{"schema": 1, "throughput": {"1": "4"}}', "throughput has '4' instead of a number from 0 to 10000"),
        ('{"schema": 1, "throughput": {"1": true}}', "throughput has True instead of a number"),
        ('{"schema": 1, "throughput": {"1": "inf"}}', "throughput has 'inf' instead of a number"),
        ('{"schema": 1, "throughput": {"1": NaN}}', "throughput has nan instead of a number"),
        ('{"schema": 1, "ready_s": {"1": -1}}', 'ready_s has -1 instead of a number from 0 to 86400 or "inf"'),
        ('{"schema": 1, "ready_s": {"1": Infinity}}', "ready_s has inf instead of a number"),
        ('{"schema": 1, "response_s": {"both": 1}}', "response_s has 'both', which is not one of sync, queue"),
    ],
)
def test_rubbish_is_refused_in_one_sentence_that_says_why(text: str, why: str) -> None:
    with pytest.raises(AnalysisError) as refusal:
        parse_guess(text)

    assert why in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_guess_is_a_line_over_the_measured_throughput(charts: dict[str, Figure]) -> None:
    assert line_of_the_class(charts["throughput"]) == [(0, 4), (1, 8), (2, 16), (3, 32)]
    assert charts["throughput"].axes[0].get_ylim()[1] > 30


def test_what_is_guessed_to_grow_is_no_point_of_the_line(charts: dict[str, Figure]) -> None:
    assert line_of_the_class(charts["ready_time"]) == [(0, 30), (2, 0.3), (3, 0.3)]


def test_the_chart_with_a_guess_has_the_axis_on_which_it_was_drawn(charts: dict[str, Figure]) -> None:
    low, high = charts["ready_time"].axes[0].get_ylim()

    assert low <= 0.1
    assert high >= 100


@pytest.mark.parametrize("chart", ["throughput", "ready_time"])
def test_the_guess_has_its_name_at_its_end(charts: dict[str, Figure], chart: str) -> None:
    words = [text.get_text() for text in charts[chart].axes[0].texts]

    assert "class prediction" in words


def test_the_report_says_by_how_much_the_class_was_off_and_when_it_was_sealed(guessed: Path) -> None:
    assert main([str(guessed), "--no-charts"]) == 0

    text = (guessed / "report.html").read_text()
    assert (
        "prediction of throughput with 8 workers: 32 pictures/s; measured: 9.2 pictures/s, so the prediction was 3.5"
        in text
    )
    assert "prediction of ready time with 1 worker: 30 s; measured: grows without limit." in text
    assert "0.50 s in queue; measured: grows without limit in sync and 13 ms in queue." in text
    assert "sealed 2026-11-25T10:00:00+00:00, before the first trial" in text


def test_a_good_guess_is_called_good(tmp_path: Path) -> None:
    good = {"schema": 1, "ready_s": {"1": "inf", "8": 0.3}}
    folder = sealed(write_experiment(tmp_path / "demo", both_modes()), good)
    assert main([str(folder), "--no-charts"]) == 0

    assert "prediction of ready time: within 10 % with 1 and 8 workers" in (folder / "report.html").read_text()


def test_a_sealed_guess_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "predictions.json"
    path.write_text(json.dumps(GUESSED), encoding="utf-8-sig")
    seal = {"sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "sealed_at": "2026-11-25"}

    guess = read_sealed(path, seal)
    assert guess is not None
    assert guess.throughput == {int(count): rate for count, rate in GUESSED["throughput"].items()}


def test_a_guess_that_was_changed_after_it_was_sealed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sealed(write_experiment(tmp_path / "demo", both_modes((4,))))
    (folder / "predictions.json").write_text('{"schema": 1, "throughput": {"4": 10}}')

    assert main([str(folder)]) == 1

    assert "was changed after it was sealed" in capsys.readouterr().err


def test_a_file_that_nobody_sealed_is_not_taken_for_a_prediction(tmp_path: Path) -> None:
    folder = write_experiment(tmp_path / "demo", both_modes((4,)))
    (folder / "predictions.json").write_text(json.dumps(GUESSED))
    assert main([str(folder), "--no-charts"]) == 0

    assert "the class" not in (folder / "report.html").read_text().lower()
