"""F20: the wall clock of one Celery node is wrong; messages are given out by it, and no stamp is taken from it."""

import os
from csv import DictReader
from pathlib import Path
from uuid import uuid4

import pytest

from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import (
    RunningApp,
    apart,
    celery_worker,
    fetch,
    object_store,
    wait_for,
    web_server,
)

pytestmark = pytest.mark.stack


def two_hours_ahead() -> dict[str, str]:
    """What makes a process read a wall clock that is wrong, and a monotonic one that is right."""
    libraries = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not libraries:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("The library of the package faketime is not there.")
    return {"LD_PRELOAD": str(libraries[0]), "FAKETIME": "+2h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def row(app: RunningApp) -> dict[str, str]:
    [one] = DictReader(app.get("/pictures.csv?trial=jump").body.decode().splitlines())
    return one


def test_a_picture_that_a_wrong_clock_gives_out_twice_has_one_effect_and_right_stamps(
    app: RunningApp, tmp_path: Path
) -> None:
    ahead, key = two_hours_ahead(), str(uuid4())
    with object_store(delay_s=20) as slow:
        env = apart(app, tmp_path, database=9) | {"EXTERNAL_RESOURCE_URL": slow, "EXTERNAL_RESOURCE_TIMEOUT_S": "30"}
        with web_server(env) as (url, _), celery_worker(env, tmp_path / "right.log", "-n", "right"):
            own = RunningApp(url=url, worker=app.worker, env=env)
            assert own.upload("queue", jpeg(), key=key, trial="jump").status == 202
            wait_for(lambda: row(own)["state"] == "processing")

            with celery_worker(env | ahead, tmp_path / "wrong.log", "-n", "wrong") as wrong:
                wait_for(lambda: "succeeded" in (tmp_path / "wrong.log").read_text(), limit_s=60)
                # Killed, it would leave the library's shared memory behind.
                wrong.terminate()
                wrong.wait(timeout=20)

            assert f"{key},1" in fetch(f"{slow}/objects.csv").body.decode().splitlines()
            assert (row(own)["state"], row(own)["executions"]) == ("ready", "2")
            stamps = [float(row(own)[f"{name}_at"]) for name in ("received", "enqueued", "started", "finished")]
            assert stamps == sorted(stamps) and stamps[-1] - stamps[0] < 60
