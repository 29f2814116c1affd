"""Work that takes too long is ended with a reason, by the task itself, and its process goes on."""

from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from project.profiles import SOFT_TIME_LIMIT_S
from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import RunningApp, apart, celery_worker, object_store, web_server

pytestmark = pytest.mark.stack


def test_work_beyond_the_time_limit_fails_and_its_process_goes_on(app: RunningApp, tmp_path: Path) -> None:
    key = str(uuid4())
    with object_store(delay_s=60) as slow:
        env = apart(app, tmp_path, database=11) | {"EXTERNAL_RESOURCE_URL": slow, "EXTERNAL_RESOURCE_TIMEOUT_S": "60"}
        with web_server(env) as (url, _), celery_worker(env, tmp_path / "worker.log") as worker:
            own = RunningApp(url=url, worker=worker, env=env)
            pool = psutil.Process(worker.pid).children()

            assert own.upload("queue", jpeg(), key=key).status == 202

            failed = own.final_state(key, limit_s=SOFT_TIME_LIMIT_S + 10)
            assert (failed["state"], failed["reason"]) == ("failed", "took_too_long")
            assert psutil.Process(worker.pid).children() == pool
