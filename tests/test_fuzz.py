"""The fuzz command: the same requests for the same seed, what it finds, and a short run of it."""

from itertools import islice

import pytest

from tests.fuzz.cases import cases
from tests.fuzz.record import growths
from tests.fuzz.watch import came_or_went, complaints, strays
from tests.real_stack import components_in, run


def sampled(held, seconds=1200, start=0):
    """A process's memory every two seconds."""
    return [(float(at), int(held(at))) for at in range(start, seconds, 2)]


def grown(samples):
    """Megabytes in ten minutes, over the second half of twenty."""
    (found,) = growths({"web 1": samples}, settled_s=600)
    return found.growth_mb


def test_a_seed_is_one_sequence_of_requests_of_every_kind():
    first, again, other = (list(islice(cases(seed), 300)) for seed in (1, 1, 2))

    assert first == again != other
    assert len({case.kind for case in first}) == 10


def test_a_leak_is_seen_by_its_slope_over_the_second_half():
    leak = sampled(lambda at: 5e7 + 1e6 * at / 600)

    assert grown(leak) == pytest.approx(1.0, abs=0.01)


def test_what_is_taken_at_the_start_or_comes_and_goes_is_no_leak():
    warm_up = sampled(lambda at: 5e7 + 1e6 * min(at, 500))
    buffers = sampled(lambda at: 5e7 + (1e7 if at % 20 < 12 else 0))

    assert [grown(warm_up), grown(buffers)] == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_process_that_ended_or_began_meanwhile_is_named():
    whole, ended, began = sampled(abs), sampled(abs, seconds=600), sampled(abs, start=600)

    assert came_or_went({"web 1": whole, "worker 2": ended, "worker 3": began}) == ["worker 2", "worker 3"]


def test_files_without_a_row_and_rows_without_their_files_are_named(tmp_path):
    for name in ("originals/a", "pictures/a/large.jpg", "pictures/a/medium.jpg", "originals/b", "pictures/b/x.partial"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    rows = [{"id": "a", "state": "ready"}, {"id": "b", "state": "failed"}]

    assert strays(tmp_path, rows) == {"pictures/a/small.jpg", "pictures/b/x.partial"}


def test_tracebacks_in_the_logs_are_found(tmp_path):
    log = tmp_path / "web.log"
    log.write_text("all well\nTraceback (most recent call last):\n")

    assert complaints([log]) == ["web.log:2: Traceback (most recent call last):"]


@pytest.mark.stack
def test_a_short_run_finds_nothing_and_tells_what_it_did(tmp_path):
    done = run("tests.fuzz", "--minutes", 0.1, "--seed", 5, "--rate", 100, "--logs", tmp_path / "logs")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Seed 5, 0.1 minutes." in done.stdout
    assert "| 202 |" in done.stdout and "| 415 | not_an_image |" in done.stdout
    assert "growth over the second half" in done.stdout and "All is well." in done.stdout
    assert components_in(tmp_path) == []
