"""The parts, and the packages of a part, import each other only along the arrows of the map."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: The packages and top modules of a part, from the floor to the roof. Each imports only what stands in the rows above
#: its own; what shares a row does not import each other.
LAYERS = {
    "analysis": (
        ("errors",),
        (
            "format",
            "console",
        ),
        ("data",),
        ("metrics",),
        ("validity",),
        ("models",),
        ("calibration",),
        ("summary",),
        ("capacity",),
        ("series",),
        ("findings",),
        ("analysis",),
        ("tables",),
        ("charts.parts",),
        ("charts",),
        ("report",),
        (
            "compare",
            "pool",
            "lesson.content",
        ),
        ("lesson.slides",),
        (
            "lesson.worksheets",
            "lesson.gallery",
        ),
        ("lesson",),
        ("api", "cli"),
        ("__main__",),
    ),
    "loadtests": (
        (
            "errors",
            "clock",
            "format",
        ),
        ("files",),
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
        (
            "calibration",
            "preflight",
            "exercises",
        ),
        ("cli",),
        ("__main__",),
    ),
}
IMPURE = {"os", "time", "socket", "subprocess", "pathlib", "urllib", "http", "datetime", "threading", "tempfile"}
#: What of a part may do I/O or read a clock: modules, and packages with all that is in them. Everything else computes.
MAY_DO_IO = {
    "analysis": (
        *("__init__", "__main__", "api", "cli", "console", "data.reader", "calibration.checks", "charts.__init__"),
        *("charts.calibration", "charts.capacity", "report.html", "report.page", "report.terminal", "report.writer"),
        *("compare.charts", "compare.comparison", "compare.output", "pool.pooling", "pool.reader", "lesson"),
    ),
}
#: Of the other parts, modules that only compute.
PURE = {
    "loadtests": (
        *("calibration.cases", "experiment.capacity_search", "planning.configuration", "planning.estimate"),
        *("planning.experiment", "planning.faults", "workload.arrivals", "workload.presets"),
    ),
    "app_under_test": ("pictures.colour", "pictures.decoding", "pictures.jpeg", "pictures.png", "pictures.processing"),
}


def files(part):
    return [path for path in (ROOT / part).rglob("*.py") if "migrations" not in path.parts]


def modules(part):
    """Every module of a part with its file, by its name in the part, such as `data.reader`."""
    return {".".join(path.relative_to(ROOT / part).with_suffix("").parts): path for path in files(part)}


def imports(path):
    """Every module or name that a file imports, wherever in it, as dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def roots(path):
    return {name.partition(".")[0] for name in imports(path)}


def taken(part, path):
    """The modules of a part that a file imports."""
    known = modules(part)
    names = [name.removeprefix(f"{part}.") for name in imports(path) if name.startswith(f"{part}.")]
    # What is imported is a module, a package, or a name in one of the two; names of the part itself are left out.
    tried = [(name, f"{name}.__init__", parent := name.rpartition(".")[0], f"{parent}.__init__") for name in names]
    return {name for each in tried if (name := next((name for name in each if name in known), ""))}


def within(name, packages):
    """The package in which a module is, of those given; the nearest one, or None."""
    nested = [package for package in packages if f"{name}.".startswith(f"{package}.")]
    return max(nested, key=len, default=None)


def pure(part):
    if part in PURE:
        assert set(PURE[part]) <= modules(part).keys()
        return {name: path for name, path in modules(part).items() if name in PURE[part]}
    return {name: path for name, path in modules(part).items() if not within(name, MAY_DO_IO[part])}


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


def test_the_harness_asks_the_analysis_in_one_module_only():
    asking = {path.relative_to(ROOT).as_posix() for path in files("loadtests") if "analysis" in roots(path)}

    assert asking == {"loadtests/recording/analysis_bridge.py"}


def test_what_runs_outside_locust_imports_nothing_of_the_scenarios():
    outside = [path for path in files("loadtests") if "scenarios" not in path.parts]

    assert [path for path in outside if any(name.startswith("loadtests.scenarios") for name in imports(path))] == []


@pytest.mark.parametrize("part", LAYERS)
def test_a_package_imports_only_what_stands_above_it(part):
    height = {package: at for at, row in enumerate(LAYERS[part]) for package in row}
    arrows = {
        (within(name, height), within(other, height))
        for name, path in modules(part).items()
        if name != "__init__"
        for other in taken(part, path)
    }

    assert {(one, other) for one, other in arrows if one != other and height[other] >= height[one]} == set()


@pytest.mark.parametrize("part", [*MAY_DO_IO, *PURE])
def test_what_only_computes_does_no_io_and_reads_no_clock(part):
    assert {name: found for name, path in pure(part).items() if (found := roots(path) & IMPURE)} == {}


@pytest.mark.parametrize("part", MAY_DO_IO)
def test_what_only_computes_imports_only_its_like(part):
    assert {name: found for name, path in pure(part).items() if (found := taken(part, path) - set(pure(part)))} == {}


def test_a_word_of_the_formats_loads_no_pandas():
    assert "pandas" not in roots(ROOT / "analysis" / "format.py") | roots(ROOT / "analysis" / "__init__.py")


def test_only_the_settings_read_the_app_s_environment():
    reading = [
        path.name for path in files("app_under_test") if "environ" in path.read_text() and path.name != "settings.py"
    ]

    assert set(reading) <= {"manage.py", "celery.py", "wsgi.py"}
