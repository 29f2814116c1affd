import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from analysed import drawn_charts
from matplotlib.figure import Figure

from analysis.charts import save
from analysis.charts.parts.svg_data import answering, belonging, points, tag_modes
from analysis.summary.groups import Group

COLOUR = re.compile(r"#[0-9a-f]{6}")


@pytest.fixture(scope="module")
def charts(demo_group: Group) -> dict[str, Figure]:
    return drawn_charts(demo_group)


def test_a_marked_value_is_told_with_its_mode_its_workers_and_its_unit(charts: dict[str, Figure], demo_group) -> None:
    told = [point.words for point in points(charts["throughput"])]

    cells = demo_group.cells.set_index(["mode", "workers"])
    assert len(told) == len(cells)
    eight = float(cells.loc[("queue", 8), "throughput"])
    assert f"queue: workers 8, throughput {f'{eight:.2f}'.rstrip('0').rstrip('.')} pictures/s" in told


def test_a_time_is_told_as_a_time_and_a_line_by_its_name(charts: dict[str, Figure]) -> None:
    told = [point.words for point in points(charts["response_time"])]

    assert "queue median: workers 4, response time 13 ms" in told
    assert any(re.fullmatch(r"sync p95: workers 8, response time 0\.\d\d s", words) for words in told)


def test_what_grows_without_limit_has_no_value_to_tell(charts: dict[str, Figure]) -> None:
    assert not [each for each in points(charts["ready_time"]) if "workers 1," in each.words]


def test_a_point_lies_where_its_marker_is_drawn(charts: dict[str, Figure]) -> None:
    figure = charts["throughput"]
    line = next(line for line in figure.axes[0].lines if line.get_marker() == "o")
    across, up = figure.axes[0].transData.transform(line.get_xydata()[0])

    (first, *_) = [point for point in points(figure) if point.mode == "queue"]

    assert first.left == pytest.approx(100 * across / 1280, abs=0.01)
    assert first.top == pytest.approx(100 - 100 * up / 720, abs=0.01)


def test_lines_and_their_names_are_tagged_with_their_mode(charts: dict[str, Figure]) -> None:
    figure = charts["throughput"]
    tag_modes(figure)

    tagged = {artist.get_gid() for artist in figure.findobj() if artist.get_gid()}
    assert tagged == {"mode-sync", "mode-queue"}
    names = {text.get_text(): text.get_gid() for text in figure.axes[0].texts}
    assert names["sync"] == "mode-sync"
    assert names["offered 10/s"] is None


@pytest.mark.parametrize("chart", ["time_parts", "ready_time", "arrivals_w1", "spectrum_w4", "backlog", "cpu_cost"])
def test_a_drawing_without_a_mode_has_nothing_in_its_colour(
    charts: dict[str, Figure], tmp_path: Path, chart: str
) -> None:
    save(charts[chart], tmp_path / chart)
    drawing = ElementTree.parse(tmp_path / f"{chart}.svg").getroot()
    shown = ElementTree.tostring(drawing, "unicode")

    for above in list(drawing.iter()):
        for part in [part for part in above if part.get("class") == "mode-sync"]:
            above.remove(part)

    left = ElementTree.tostring(drawing, "unicode")
    assert {"#d55e00", "#b04a00"} & set(COLOUR.findall(shown)) and "#0072b2" in shown
    assert not {"#d55e00", "#b04a00"} & set(COLOUR.findall(left)) and "#0072b2" in left


def test_the_axis_of_a_hidden_panel_stays_for_the_panel_beside_it(charts: dict[str, Figure]) -> None:
    first, _ = charts["backlog"].axes

    assert not {first.yaxis, first.yaxis.label, *first.get_yticklabels()} & set(belonging(charts["backlog"]))


def test_the_name_of_a_part_of_one_mode_alone_goes_with_it(charts: dict[str, Figure]) -> None:
    owned = belonging(charts["cpu_cost"])
    names = {text.get_text(): owned.get(text) for text in charts["cpu_cost"].axes[0].texts}

    assert names["worker"] == "queue" and names["web"] is None


def test_a_chart_of_one_mode_has_nothing_to_hide(charts: dict[str, Figure]) -> None:
    tag_modes(charts["both_clocks"])

    assert not [artist for artist in charts["both_clocks"].findobj() if artist.get_gid()]


def test_modes_become_classes_because_ids_may_not_repeat() -> None:
    svg = answering('<svg width="1"><g id="mode-sync"/><g id="mode-sync"/><g id="axes_1"/></svg>', [])

    assert svg == '<svg data-points="[]" width="1"><g class="mode-sync"/><g class="mode-sync"/><g id="axes_1"/></svg>'
