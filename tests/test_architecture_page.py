"""docs/architecture.md names files that exist, and every package in the order of the imports."""

import re
from pathlib import Path

import pytest

from tests.test_layers import LAYERS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
#: A path of the repository between backquotes: a folder, or a file with a suffix.
PATH = re.compile(r"`((?:[\w.-]+/)+(?:[\w-]+\.\w+|[\w-]+)?|[\w-]+\.(?:yml|in|toml))`")


def packages_in_the_table(part: str) -> list[str]:
    section = PAGE.partition(f"## Packages of `{part}/`\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `([\w/]+)` \|", section, re.MULTILINE)


def test_every_path_that_the_page_names_exists():
    named = set(PATH.findall(PAGE))

    assert len(named) > 50
    assert sorted(name for name in named if not (ROOT / name).exists()) == []


#: Pages that name files, and the folders in which those are.
PAGES = ["README.md", "CONTRIBUTING.md", "results/README.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]
PARTS = ("analysis/", "loadtests/", "app_under_test/", "benchmarks/", "tests/", "docs/")


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_names_exists(page):
    named = {name for name in PATH.findall((ROOT / page).read_text()) if name.startswith(PARTS)}

    assert sorted(name for name in named if not (ROOT / name).exists()) == []


@pytest.mark.parametrize("part", ["analysis", "loadtests"])
def test_the_table_lists_the_packages_on_disk(part):
    on_disk = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / part).rglob("__init__.py")} - {part}
    told = packages_in_the_table(part)

    assert sorted(told) == sorted(on_disk)


@pytest.mark.parametrize("part", list(LAYERS))
def test_every_module_below_and_above_the_packages_is_named(part):
    section = PAGE.partition(f"## Packages of `{part}/`\n")[2].partition("\n## ")[0]

    modules = {path.name for path in (ROOT / part).glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"`(\w+\.py)`", section)) == modules


@pytest.mark.parametrize("part", list(LAYERS))
def test_the_table_has_the_order_that_the_imports_keep(part):
    told = [name.removeprefix(f"{part}/").replace("/", ".") for name in packages_in_the_table(part)]
    kept = [name for layer in LAYERS[part] for name in layer if name in told]

    assert kept
    assert [name for name in told if name in kept] == kept


@pytest.mark.parametrize("heading", re.findall(r"^### (.+)$", PAGE, re.MULTILINE))
def test_every_change_names_the_files_to_touch_in_their_order(heading):
    section = PAGE.partition(f"### {heading}\n")[2].partition("\n### ")[0]

    steps = re.findall(r"^(\d)\. (.+(?:\n   .+)*)$", section, re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    for _, text in steps:
        files = [path for path in map(ROOT.joinpath, PATH.findall(text)) if path.is_file()]
        code = "".join(path.read_text() for path in files)
        assert [name for name in re.findall(r"`([A-Za-z_]+)`", text) if not re.search(rf"\b{name}\b", code)] == []
    assert PATH.search(section)


def test_there_are_ten_changes():
    assert len(re.findall(r"^### ", PAGE, re.MULTILINE)) == 10
