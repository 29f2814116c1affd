"""Row 61: more waiting pictures than may be, with real parts from the endpoint to the worker."""

from uuid import uuid4

import pytest

from pictures.publishing import _COUNT_HOLDS_S as COUNT_HOLDS_S
from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import Response, RunningApp, apart, celery_worker, wait_for, web_server

pytestmark = pytest.mark.stack

MOST = 3


def test_61_a_full_queue_refuses_keeps_what_it_took_and_opens_again(app, tmp_path):
    env = apart(app, tmp_path, database=4) | {"QUEUE_MOST_WAITING": str(MOST)}
    with web_server(env) as (url, _):
        endpoint = RunningApp(url=url, worker=app.worker, env=env)
        taken, refusal = fill(endpoint)

        assert (refusal.status, refusal.json["reason"], refusal.headers["Retry-After"]) == (503, "queue_full", "10")
        assert endpoint.get("/counts/").json["queued"] == len(taken) >= MOST
        assert len(list((tmp_path / "media" / "originals").iterdir())) == len(taken)

        with celery_worker(env, tmp_path / "log"):
            assert {endpoint.final_state(key)["state"] for key in taken} == {"ready"}
            assert wait_for(lambda: endpoint.upload("queue", jpeg()).status == 202, limit_s=COUNT_HOLDS_S + 5)


def fill(endpoint: RunningApp) -> tuple[list[str], Response]:
    """Upload until the app refuses: what it took, and the refusal. It counts now and then only."""
    taken: list[str] = []
    refused: list[Response] = []

    def upload() -> bool:
        key = str(uuid4())
        answer = endpoint.upload("queue", jpeg(), key=key)
        (taken.append(key) if answer.status == 202 else refused.append(answer))
        return bool(refused)

    wait_for(upload)
    return taken, refused[0]
