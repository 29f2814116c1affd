"""The parts import each other only along the arrows of the map."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("app_under_test", "loadtests", "analysis")

#: Modules that only think: no I/O, no clock, no processes.
PURE = (
    "loadtests/calibration/cases.py",
    "loadtests/experiment/capacity_search.py",
    "loadtests/planning/faults.py",
    "loadtests/planning/configuration.py",
    "loadtests/planning/experiment.py",
    "loadtests/planning/estimate.py",
    "loadtests/workload/arrivals.py",
    "loadtests/workload/presets.py",
    "app_under_test/pictures/colour.py",
    "app_under_test/pictures/decoding.py",
    "app_under_test/pictures/jpeg.py",
    "app_under_test/pictures/png.py",
    "app_under_test/pictures/processing.py",
    "analysis/validity/accounting.py",
    "analysis/metrics/utilisation.py",
    "analysis/metrics/backlog.py",
    "analysis/calibration/checks.py",
    "analysis/findings/caveats.py",
    "analysis/models/predictions.py",
    "analysis/summary/groups.py",
    "analysis/charts/parts/palette.py",
    "analysis/validity/verdict.py",
    "analysis/metrics/failures.py",
    "analysis/compare/findings.py",
    "analysis/compare/comparability.py",
    "analysis/compare/output.py",
    "analysis/compare/comparability.py",
    "analysis/compare/findings.py",
    "analysis/compare/alignment.py",
    "analysis/compare/comparability.py",
    "analysis/compare/alignment.py",
    "analysis/metrics/equivalence.py",
    "analysis/data/factors.py",
    "analysis/capacity/results.py",
    "analysis/validity/count_bounds.py",
    "analysis/tables/contrasts.py",
    "analysis/summary/contrasts.py",
    "analysis/findings/cells.py",
    "analysis/errors.py",
    "analysis/data/model.py",
    "analysis/data/model.py",
    "analysis/metrics/failures.py",
    "analysis/series/cumulative_flow.py",
    "analysis/findings/cells.py",
    "analysis/findings/throughput.py",
    "analysis/findings/contrasts.py",
    "analysis/findings/throughput.py",
    "analysis/findings/contrasts.py",
    "analysis/metrics/backlog.py",
    "analysis/data/class_predictions.py",
    "analysis/findings/prediction_error.py",
    "analysis/lesson/content/numbers.py",
    "analysis/lesson/content/questions.py",
    "analysis/lesson/gallery/misleading.py",
    "analysis/lesson/gallery/misleading.py",
    "analysis/lesson/gallery/misleading.py",
    "analysis/lesson/gallery/misleading.py",
    "analysis/lesson/gallery/misleading.py",
    "analysis/lesson/content/fault_results.py",
    "analysis/lesson/content/material.py",
    "analysis/data/reader.py",
    "analysis/metrics/intervals.py",
    "analysis/series/worker_timeline.py",
    "analysis/validity/ledger.py",
    "analysis/series/load_curve.py",
    "analysis/summary/cells.py",
    "analysis/models/predictions.py",
    "analysis/tables/contrasts.py",
    "analysis/metrics/memory.py",
    "analysis/validity/unfinished.py",
    "analysis/metrics/trial.py",
    "analysis/summary/contrasts.py",
    "analysis/tables/contrasts.py",
    "analysis/capacity/workers_needed.py",
    "analysis/data/machine_noise.py",
    "analysis/pool/share_format.py",
    "analysis/pool/speedups.py",
    "analysis/pool/share_format.py",
    "analysis/pool/speedups.py",
    "analysis/models/mgc.py",
    "analysis/capacity/results.py",
    "analysis/capacity/results.py",
    "analysis/report/replay.py",
    "analysis/metrics/equivalence.py",
    "analysis/series/worker_timeline.py",
    "analysis/data/outcomes.py",
    "analysis/validity/count_bounds.py",
    "analysis/validity/saturation.py",
    "analysis/models/usl.py",
    "analysis/calibration/expected_times.py",
    "analysis/series/percentiles.py",
    "analysis/metrics/intervals.py",
    "analysis/summary/cells.py",
    "analysis/tables/summary.py",
    "analysis/summary/groups.py",
    "analysis/series/latency_breakdown.py",
    "analysis/calibration/expected_times.py",
    "analysis/format.py",
)
#: From the floor to the roof: a module imports its own package and the layers above it in this table. A layer holds
#: packages and modules of a part; one of several packages imports none of the others.
LAYERS = {
    "loadtests": (
        ("errors", "clock", "file_lock", "format"),
        ("machine",),
        ("workload",),
        ("planning",),
        ("stack.process",),
        ("stack",),
        ("stack.services",),
        ("stack.sampling",),
        ("stack.local",),
        ("stack.compose",),
        ("recording",),
        ("faults",),
        ("scenarios",),
        ("experiment",),
        ("calibration", "preflight", "exercises"),
        ("cli", "__main__"),
    ),
}
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


def imported_modules(path, part):
    """Every module and package of a part that one of its files imports, as dotted names below the part."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == part:
            for name in (f"{node.module}.{alias.name}" for alias in node.names):
                place = ROOT / name.replace(".", "/")
                is_module = place.is_dir() or place.with_suffix(".py").exists()
                yield (name if is_module else str(node.module)).partition(".")[2]


def layer_of(module, layers):
    """The package or module of the table that a module belongs to, and on which layer that is."""
    names = {name: level for level, layer in enumerate(layers) for name in layer}
    parts = module.split(".")
    known = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(((names[name], name) for name in known if name in names), None)


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


@pytest.mark.parametrize("part", LAYERS)
def test_a_package_imports_only_the_layers_above_it(part):
    wrong = []
    for path in files(part):
        module = ".".join(path.relative_to(ROOT / part).with_suffix("").parts).removesuffix("__init__").rstrip(".")
        # The part's own __init__ is the ground under the floor.
        level, own = layer_of(module, LAYERS[part]) if module else (-1, "")
        for taken in filter(None, imported_modules(path, part)):
            taken_level, package = layer_of(taken, LAYERS[part])
            if package != own and (taken_level > level or (taken_level == level and "." in taken)):
                wrong.append(f"{module or part} imports {taken}")

    assert wrong == []


def test_only_the_scenarios_import_locust_and_gevent():
    outside = [path for path in files("loadtests") if "scenarios" not in path.parts]

    assert [path for path in outside if roots(path) & {"locust", "gevent", "geventhttpclient"}] == []


def test_the_harness_asks_the_analysis_for_a_verdict_on_a_trial_and_on_itself_and_for_nothing_else():
    asking = {path.relative_to(ROOT).as_posix() for path in files("loadtests") if "analysis" in roots(path)}

    assert asking == {"loadtests/recording/analysis_bridge.py", "loadtests/calibration/runner.py"}


def test_what_runs_outside_locust_imports_only_its_pure_modules():
    outside = [path for path in files("loadtests") if "scenarios" not in path.parts]
    taken = {name for path in outside for name in imports(path) if name.startswith("loadtests.scenarios")}

    assert taken <= {"loadtests.workload.pictures", "loadtests.workload.arrivals"}


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
