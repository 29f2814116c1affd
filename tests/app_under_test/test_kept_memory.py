"""A process that works on pictures takes the memory for them once, whichever endpoint received the picture."""

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from PIL import Image

from tests.app_under_test.picture_files import encode
from tests.app_under_test.running_app import RunningApp, apart, celery_worker, web_server

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told how much to keep"),
]

#: Some 8 MB once decoded, which are 2,000 pages.
PICTURE = encode(Image.effect_noise((1600, 1200), 50).convert("RGB"))
MOST_PAGES = 200


@contextmanager
def fresh(app: RunningApp, place: Path) -> Iterator[tuple[RunningApp, dict[str, psutil.Process]]]:
    """An app of its own, and by endpoint the one process that works on its pictures."""
    env = apart(app, place, database=7)
    with web_server(env) as (url, master), celery_worker(env, place / "worker.log") as worker:
        (web,), (pool,) = psutil.Process(master).children(), psutil.Process(worker.pid).children()
        yield replace(app, url=url, worker=worker, env=env), {"sync": web, "queue": pool}


def work_through(app: RunningApp, endpoint: str, count: int) -> None:
    for _ in range(count):
        assert app.final_state(app.upload(endpoint, PICTURE).json["id"])["state"] == "ready"


def pages_taken(process: psutil.Process) -> int:
    """How often a page of memory had to be found for it since it began (proc(5), minflt)."""
    return int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[7])


@pytest.mark.parametrize("endpoint", ["sync", "queue"])
def test_the_next_picture_finds_the_memory_of_the_one_before(app: RunningApp, tmp_path: Path, endpoint: str) -> None:
    with fresh(app, tmp_path) as (own, at_work):
        work_through(own, endpoint, 5)
        before = pages_taken(at_work[endpoint])

        work_through(own, endpoint, 10)

        assert (pages_taken(at_work[endpoint]) - before) / 10 < MOST_PAGES
