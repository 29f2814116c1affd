"""The parts that people run in production, on the local stack: RabbitMQ, PostgreSQL, threads, a broker far away."""

import csv
import itertools
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from loadtests.experiment import background, smoke_test
from loadtests.stack.app_client import get, get_json, post
from loadtests.stack.base import StackSpec
from loadtests.stack.local.live_settings import BROKER_SERVERS
from loadtests.stack.local.stack import LocalStack
from loadtests.stack.sampling.final_account import Accountant
from loadtests.stack.services.queue_depth import open_queue
from loadtests.stack.stack_file import Home
from loadtests.workload.pictures import multipart
from tests.real_stack import ODD, components_in, until
from tests.services import need_postgres, need_rabbitmq

pytestmark = pytest.mark.stack


LOOPBACK = {"127.0.0.1", "::1"}


def spec(**what):
    return StackSpec(**({"mode": "queue", "workers": 2, "workload": "cpu", "seed": 1} | what))


def listening(info):
    trees = [psutil.Process(pid) for pid in info.pids.values()]
    # Beside them whatever this process has started itself, such as what asks a broker for its length.
    trees.append(psutil.Process())
    processes = itertools.chain.from_iterable([tree, *tree.children(recursive=True)] for tree in trees)
    return {
        connection.laddr.ip
        for process in processes
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }


@pytest.fixture(scope="module", params=["redis", "rabbitmq"])
def one_worker(request, tmp_path_factory):
    """A stack with one worker of 250 ms a picture, for each broker."""
    if request.param == "rabbitmq":
        need_rabbitmq()
    folder = tmp_path_factory.mktemp(request.param) / ODD
    with LocalStack(spec(broker=request.param, workers=1, workload="io"), folder, folder / "logs") as info:
        yield info

    # Pictures have waited in the meantime, and it has looked at the head of the queue as this broker allows it.
    said = (folder / "logs" / "sweeper.log").read_text().splitlines()
    # A busy machine may keep one picture from its worker for so long that it is published again, which does no harm.
    assert len(said) <= 1 and all("It was published again" in line for line in said)
    assert components_in(folder) == []


def test_each_broker_carries_a_picture_and_says_what_it_is(one_worker):
    smoke_test.check(one_worker)

    assert one_worker.settings["broker"]["server"] in BROKER_SERVERS[one_worker.broker]
    assert one_worker.settings["workers"][0]["queue_type"] == "classic"
    assert listening(one_worker) <= LOOPBACK


def test_the_broker_s_count_is_the_database_s_truth(one_worker):
    """Sixteen pictures at once: some wait, one is in hand, none is forgotten."""
    send_together(one_worker, "queue", 16)
    # The sample that is being taken may have asked the database before all of them were there, and the broker after.
    begun = len(_samples(one_worker)) + 1
    until(lambda: int(_last_sample(one_worker).get("in_database", 0)) > 1)
    until(lambda: _last_sample(one_worker)["in_database"] == "0", limit_s=20)
    samples = [row for row in _samples(one_worker)[begun:] if int(row["in_database"]) > 1]

    assert len(samples) >= 2
    for row in samples:
        # Between its last row and its acknowledgement one picture may be in one count alone.
        assert abs(int(row["waiting"]) + int(row["unacked"]) - int(row["in_database"])) <= 1
        # RabbitMQ shows the sweeper the head of the queue only by giving it out for a moment.
        assert int(row["unacked"]) <= (2 if one_worker.broker == "rabbitmq" else 1)
    assert "1" in {row["unacked"] for row in samples}


def test_an_account_over_the_broker_s_own_protocol_calls_nothing_missing_that_is_at_work(one_worker):
    """AMQP tells what waits and not what is in hand."""
    url = psutil.Process(one_worker.pids["web"]).environ()["CELERY_BROKER_URL"]
    send_together(one_worker, "queue", 6)
    with closing(open_queue(url)) as queue:
        accountant = Accountant(queue, one_worker.control_url, one_worker.token, one_worker.clock)
        account = accountant.account(threading.Event())

    assert account.missing == 0 and account.waiting > 0
    assert (account.missing_ids is None) == (one_worker.broker == "rabbitmq")


def test_rabbitmq_s_quorum_queues_carry_a_picture(tmp_path):
    need_rabbitmq()
    with LocalStack(spec(broker="rabbitmq", queue_type="quorum"), tmp_path, tmp_path / "logs") as info:
        smoke_test.check(info)
        assert info.settings["workers"][0]["queue_type"] == "quorum"

    assert components_in(tmp_path) == []


def test_postgresql_keeps_the_rows_and_leaves_nothing(tmp_path, monkeypatch):
    need_postgres()
    monkeypatch.setenv("PGSERVICE", "another project's")
    with LocalStack(spec(database="postgres"), tmp_path / ODD, tmp_path / ODD / "logs") as info:
        smoke_test.check(info)
        assert info.settings["database"]["vendor"] == "postgresql"
        assert listening(info) <= LOOPBACK
        arguments = psutil.Process(info.pids["database"]).cmdline()
        data = arguments[arguments.index("-D") + 1]
        until(lambda: _last_sample(info).get("cpu_database_s"))

    assert not psutil.pid_exists(info.pids["database"])
    assert not Path(data).exists()


def test_threads_of_one_web_process_work_side_by_side(tmp_path):
    """Four pictures of 250 ms each, sent at once: the last is begun before the first is finished."""
    with LocalStack(spec(mode="sync", workers=1, web_threads=4, workload="io"), tmp_path, tmp_path / "logs") as info:
        assert info.settings["web"] == {"processes": 1, "worker_class": "gthread", "threads": 4}
        send_together(info, "sync", 4)
        exported = get(f"{info.control_url}/pictures.csv", token=info.token).decode()

    rows = list(csv.DictReader(exported.splitlines()))
    assert [row["state"] for row in rows] == ["ready"] * 4
    assert max(float(row["started_at"]) for row in rows) < min(float(row["finished_at"]) for row in rows)


@pytest.mark.quiet
def test_the_way_to_the_broker_takes_as_long_as_asked_for(tmp_path):
    with LocalStack(spec(broker_delay_s=0.005), tmp_path, tmp_path / "logs") as info:
        smoke_test.check(info)

    # Both directions, and the proxy's own work.
    assert 0.010 <= info.settings["broker_delay"]["added_s"] < 0.014


def test_a_broker_and_a_database_of_one_s_own_are_used_when_asked_for_by_hand_too(tmp_path, monkeypatch):
    home = Home(tmp_path / "ours")
    with LocalStack(spec(mode="sync"), tmp_path / "theirs", tmp_path / "logs") as theirs:
        environment = psutil.Process(theirs.pids["web"]).environ()
        monkeypatch.setenv("CELERY_BROKER_URL", environment["CELERY_BROKER_URL"])
        monkeypatch.setenv("DATABASE_URL", environment["DATABASE_URL"])
        try:
            ours = background.up(spec(broker="url", database="url"), home)
            smoke_test.check(ours)
            assert "broker" not in ours.pids
        finally:
            background.down(home)

        counts = get_json(f"{theirs.control_url}/counts/", token=theirs.token)
        assert counts["ready"] == 1


def test_an_address_that_is_not_given_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
    with (
        pytest.raises(Exception, match='broker = "url" needs .* CELERY_BROKER_URL'),
        LocalStack(spec(broker="url"), tmp_path, tmp_path / "logs"),
    ):
        pass


def send_together(info, mode, count):
    """Uploads that all leave at the same moment; their ids."""
    content_type, body = multipart("probe.jpg", "image/jpeg", smoke_test.probe_jpeg())

    def send(_):
        headers = {"Content-Type": content_type, "Idempotency-Key": str(uuid4())}
        return json.loads(post(f"{info.url}/pictures/{mode}/", body, headers, timeout_s=30))["id"]

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(send, range(count)))


def _samples(info):
    return list(csv.DictReader(info.observations.read_text().rpartition("\n")[0].splitlines()))


def _last_sample(info):
    return next(reversed(_samples(info)), {})
