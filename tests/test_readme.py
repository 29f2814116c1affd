"""README says what the committed example says, and names commands that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.report.terminal import with_block
from tests.real_stack import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()


def test_the_generated_block_is_what_the_example_gives(tmp_path):
    """If this fails: make example."""
    example = tmp_path / "example"
    shutil.copytree(ROOT / "results" / "example", example)
    told = run("analysis", example, "--markdown", "--no-charts")
    assert told.returncode == 0, told.stderr

    assert with_block(README, told.stdout) == README
    assert (example / "summary.csv").read_text() == (ROOT / "results" / "example" / "summary.csv").read_text()


def test_every_file_that_readme_links_to_is_there():
    links = re.findall(r"\]\(([^)#]+)\)", README)

    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_that_readme_names_exists():
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))

    assert named >= {"demo", "test", "up", "down", "charts"}
    assert named <= targets


def test_to_set_up_and_run_takes_exactly_two_commands():
    section = README.partition("## Two commands")[2].partition("```sh\n")[2].partition("```")[0]

    assert [line.partition("#")[0].strip() for line in section.strip().splitlines()] == ["make demo", "make test"]


def test_readme_says_how_long_each_of_them_takes():
    section = README.partition("## Two commands")[2].partition("\n## ")[0]

    assert re.search(
        r"`make demo` takes about \w+ minutes, including installation, and `make test` about \w+ minutes", section
    )


def test_make_help_lists_every_target_with_its_words_and_the_values_of_variables():
    told = subprocess.run(
        ["make", "--no-print-directory", "help", "WORKERS=7"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    lines = dict(re.findall(r"^make (\S+) +(.+)$", told, re.MULTILINE))
    assert lines == dict(re.findall(r"^(\S+):.*?## (.+)$", MAKEFILE, re.MULTILINE))
    assert lines.keys() >= set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())
    assert {"MODE=queue", "WORKERS=7", "PORT=8000", "RESULTS=results/by-hand"} <= set(told.splitlines()[-1].split())


def test_readme_stays_short():
    assert len(README.splitlines()) <= 150


def test_no_line_of_readme_is_longer_than_a_screen_is_wide_but_for_tables():
    written = re.sub(r"<!-- example:begin .*?example:end -->", "", README, flags=re.DOTALL)

    assert [line for line in written.splitlines() if len(line) > 120 and not line.startswith("|")] == []


def test_readme_begins_with_the_two_charts_that_answer():
    fold = README.partition("## ")[0]

    assert re.findall(r"!\[[^]]+\]\(results/example/charts/(\w+)\.png\)", fold) == ["response_time", "throughput"]


def test_a_readme_without_the_marks_is_refused():
    with pytest.raises(ValueError, match="missing"):
        with_block("no marks here", "block")
