"""Without its database neither endpoint takes a picture, and both say so and when to come again."""

from pathlib import Path

import pytest

from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import RunningApp, apart, web_server

pytestmark = pytest.mark.stack


def test_62_while_the_database_is_away_uploads_are_refused_and_then_taken(app: RunningApp, tmp_path: Path) -> None:
    env = apart(app, tmp_path, database=10)
    database, away = tmp_path / "db.sqlite3", tmp_path / "away"
    database.rename(away)
    database.mkdir()
    with web_server(env) as (url, _):
        own = RunningApp(url=url, worker=app.worker, env=env)

        refused = [own.upload(endpoint, jpeg()) for endpoint in ("sync", "queue")]

        for answer in refused:
            assert (answer.status, answer.json["reason"]) == (503, "database_unavailable")
            assert answer.headers["Retry-After"] == "2"
        database.rmdir()
        away.rename(database)
        assert [own.upload(endpoint, jpeg()).status for endpoint in ("sync", "queue")] == [201, 202]
