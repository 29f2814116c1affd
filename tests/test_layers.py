"""The parts import each other only along the arrows of the map."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("app_under_test", "loadtests", "analysis")

#: Modules that only think: no I/O, no clock, no processes.
PURE = (
    "loadtests/calibration/cases.py",
    "loadtests/calibration/truth.py",
    "loadtests/capacity/search.py",
    "loadtests/faults/catalogue.py",
    "loadtests/faults/in_plan.py",
    "loadtests/faults/schedule.py",
    "loadtests/configuration.py",
    "loadtests/exercises/broken.py",
    "loadtests/goal.py",
    "loadtests/plan.py",
    "loadtests/plan_values.py",
    "loadtests/planning.py",
    "loadtests/preflight/judgements.py",
    "loadtests/scenarios/arrivals.py",
    "loadtests/stack/settings.py",
    "loadtests/workloads.py",
    "app_under_test/pictures/colour.py",
    "app_under_test/pictures/decoding.py",
    "app_under_test/pictures/jpeg.py",
    "app_under_test/pictures/png.py",
    "app_under_test/pictures/processing.py",
    "analysis/accounts.py",
    "analysis/bottleneck.py",
    "analysis/broker_samples.py",
    "analysis/calibration_table.py",
    "analysis/caveats.py",
    "analysis/ceiling.py",
    "analysis/cells.py",
    "analysis/charts/palette.py",
    "analysis/checks.py",
    "analysis/client_errors.py",
    "analysis/compare/differences.py",
    "analysis/compare/fairness.py",
    "analysis/compare/outcome.py",
    "analysis/compare/reason.py",
    "analysis/compare/sentences.py",
    "analysis/compare/side.py",
    "analysis/compare/soundness.py",
    "analysis/compare/together.py",
    "analysis/comparing.py",
    "analysis/conditions.py",
    "analysis/confirmed.py",
    "analysis/conservation.py",
    "analysis/contrast_tables.py",
    "analysis/contrasts.py",
    "analysis/derived.py",
    "analysis/errors.py",
    "analysis/events.py",
    "analysis/experiment.py",
    "analysis/failures.py",
    "analysis/flow.py",
    "analysis/findings.py",
    "analysis/findings_capacity.py",
    "analysis/findings_contrasts.py",
    "analysis/findings_scalability.py",
    "analysis/findings_modes.py",
    "analysis/growth.py",
    "analysis/guess.py",
    "analysis/guessed.py",
    "analysis/lesson/escaping.py",
    "analysis/lesson/expectations.py",
    "analysis/lesson/lie_rows.py",
    "analysis/lesson/lies.py",
    "analysis/lesson/lies_of_figures.py",
    "analysis/lesson/lies_of_queues.py",
    "analysis/lesson/panels.py",
    "analysis/lesson/reckoning.py",
    "analysis/lesson/slide.py",
    "analysis/identity.py",
    "analysis/intervals.py",
    "analysis/lanes.py",
    "analysis/ledger.py",
    "analysis/load_curve.py",
    "analysis/marks.py",
    "analysis/expected.py",
    "analysis/expected_table.py",
    "analysis/memory.py",
    "analysis/holding.py",
    "analysis/metrics.py",
    "analysis/mode_ratios.py",
    "analysis/mode_table.py",
    "analysis/needed.py",
    "analysis/noise.py",
    "analysis/pool/load.py",
    "analysis/pool/pooled.py",
    "analysis/pool/record.py",
    "analysis/pool/sentences.py",
    "analysis/prediction.py",
    "analysis/goals.py",
    "analysis/capacities.py",
    "analysis/replay.py",
    "analysis/work.py",
    "analysis/worker_places.py",
    "analysis/outcomes.py",
    "analysis/sampled.py",
    "analysis/saturation.py",
    "analysis/scalability.py",
    "analysis/queues.py",
    "analysis/spectrum.py",
    "analysis/spread.py",
    "analysis/summary.py",
    "analysis/tables.py",
    "analysis/telling.py",
    "analysis/time_parts.py",
    "analysis/truths.py",
    "analysis/words.py",
)
IMPURE = {"os", "time", "socket", "subprocess", "pathlib", "urllib", "http", "datetime", "threading", "tempfile"}


def imports(path):
    """Every module that a file imports, wherever in it, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def roots(path):
    return {name.partition(".")[0] for name in imports(path)}


def files(part):
    return [path for path in (ROOT / part).rglob("*.py") if "migrations" not in path.parts]


@pytest.mark.parametrize(
    ("part", "forbidden"),
    [
        ("app_under_test", {"loadtests", "analysis", "locust"}),
        (
            "analysis",
            {"loadtests", "app_under_test", "project", "pictures", "accounts", "django", "celery", "locust", "gevent"},
        ),
        ("loadtests", {"app_under_test", "project", "pictures", "accounts", "django"}),
    ],
)
def test_a_part_imports_no_other(part, forbidden):
    assert {str(path): roots(path) & forbidden for path in files(part) if roots(path) & forbidden} == {}


def test_only_the_scenarios_import_locust_and_gevent():
    outside = [path for path in files("loadtests") if "scenarios" not in path.parts]

    assert [path for path in outside if roots(path) & {"locust", "gevent", "geventhttpclient"}] == []


def test_the_harness_asks_the_analysis_for_a_verdict_on_a_trial_and_on_itself_and_for_nothing_else():
    asking = {path.relative_to(ROOT).as_posix() for path in files("loadtests") if "analysis" in roots(path)}

    assert asking == {"loadtests/verdicts.py", "loadtests/calibration/calibrate.py"}


def test_what_runs_outside_locust_imports_only_its_pure_modules():
    outside = [path for path in files("loadtests") if "scenarios" not in path.parts]
    taken = {name for path in outside for name in imports(path) if name.startswith("loadtests.scenarios")}

    assert taken <= {"loadtests.scenarios.payloads", "loadtests.scenarios.arrivals"}


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_does_no_input_or_output_and_reads_no_clock(module):
    assert roots(ROOT / module) & IMPURE == set()


@pytest.mark.parametrize("module", [name for name in PURE if name.startswith("analysis/")])
def test_a_pure_module_of_the_analysis_takes_only_pure_neighbours(module):
    taken = {name for name in imports(ROOT / module) if name.startswith("analysis")}

    assert {f"{name.replace('.', '/')}.py" for name in taken} <= set(PURE)


def test_only_the_settings_read_the_app_s_environment():
    reading = [
        path.name for path in files("app_under_test") if "environ" in path.read_text() and path.name != "settings.py"
    ]

    assert set(reading) <= {"manage.py", "celery.py", "wsgi.py"}


@pytest.mark.parametrize("part", PARTS)
def test_files_stay_small(part):
    assert [path.name for path in files(part) if len(path.read_text().splitlines()) > 200] == []
