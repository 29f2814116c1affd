"""F23: the web server ends a process that has shown no sign of life for too long, whatever it is working on."""

from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import RunningApp, apart, object_store, wait_for, web_server

pytestmark = pytest.mark.stack


def test_an_upload_that_takes_too_long_in_the_request_fails_and_the_next_process_serves(
    app: RunningApp, tmp_path: Path
) -> None:
    key = str(uuid4())
    with object_store(delay_s=60) as slow:
        env = apart(app, tmp_path, database=8) | {"EXTERNAL_RESOURCE_URL": slow, "EXTERNAL_RESOURCE_TIMEOUT_S": "60"}
        with web_server(env, timeout_s=2) as (url, master):
            own = RunningApp(url=url, worker=app.worker, env=env)
            [before] = psutil.Process(master).children()

            assert own.upload("sync", jpeg(), key=key).status == 500

            wait_for(lambda: own.get("/").status == 200)
            assert before not in psutil.Process(master).children()
            # Its row says so to everybody who asks; sent again it is worked on again once that time is over.
            assert own.get(f"/pictures/{key}/").json["state"] == "processing"
