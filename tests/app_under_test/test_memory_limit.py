"""A picture that takes more memory than a process may have fails with a reason; the process lives on."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import psutil
import pytest
from PIL import ExifTags, Image

from tests.app_under_test.picture_files import flood, jpeg
from tests.app_under_test.running_app import RunningApp, apart, celery_worker, web_server

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts all of a process's memory"),
]

#: Decoded it takes 200 MB, and as much again on its way to RGB.
HUGE = flood(7000, 7000)
LIMIT_MB = 250
REASON = "took_too_much_memory"


@contextmanager
def limited(app: RunningApp, place: Path) -> Iterator[tuple[RunningApp, psutil.Process]]:
    """An app of its own whose processes may take little; and the web server's master."""
    env = apart(app, place, database=6) | {"MOST_MEMORY_MB": str(LIMIT_MB)}
    with web_server(env) as (url, master), celery_worker(env, place / "worker.log") as worker:
        yield replace(app, url=url, worker=worker, env=env), psutil.Process(master)


def children(process: psutil.Process) -> set[int]:
    return {child.pid for child in process.children()}


def test_19_a_memory_bomb_fails_in_the_worker_and_the_next_picture_is_made(app: RunningApp, tmp_path: Path) -> None:
    bomb, key = str(uuid4()), str(uuid4())
    with limited(app, tmp_path) as (small, _):
        pool = children(psutil.Process(small.worker.pid))

        assert [small.upload("queue", HUGE, key=bomb).status, small.upload("queue", jpeg(), key=key).status] == [
            202
        ] * 2

        failed = small.final_state(bomb)
        assert (failed["state"], failed["reason"]) == ("failed", REASON)
        assert small.final_state(key)["state"] == "ready"
        assert children(psutil.Process(small.worker.pid)) == pool


def test_19_a_memory_bomb_is_refused_at_the_sync_endpoint_and_the_next_picture_is_made(
    app: RunningApp, tmp_path: Path
) -> None:
    with limited(app, tmp_path) as (small, master):
        web = children(master)

        refused = small.upload("sync", HUGE)

        assert (refused.status, refused.json["reason"]) == (413, REASON)
        assert small.upload("sync", jpeg()).status == 201
        assert children(master) == web


def test_the_picture_that_takes_most_of_those_that_the_endpoint_lets_in_is_made(app: RunningApp) -> None:
    """It is transparent and must be turned, which takes one copy more each; the limit is the default."""
    file, exif = BytesIO(), Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGBA", (7000, 7000), (1, 2, 3, 4)).save(file, "WEBP", exif=exif)

    assert app.upload("sync", file.getvalue()).status == 201
