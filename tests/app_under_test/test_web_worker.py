"""The class of the web processes: what a slow client costs, and that an ordinary one costs what it did."""

import statistics
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psutil
import pytest

from tests.app_under_test.picture_files import jpeg
from tests.app_under_test.running_app import RunningApp, fetch, wait_for, web_server
from tests.app_under_test.slow_clients import answer, everything, head, opened, slow_clients
from tests.real_stack import ROOT

pytestmark = pytest.mark.stack

LIMIT_S = 1.5
MOST_BYTES = 1_000_000
LIMITS = {"REQUEST_LIMIT_S": str(LIMIT_S), "UPLOAD_MAX_BYTES": str(MOST_BYTES)}


@pytest.fixture(scope="module")
def counting() -> Iterator[Callable[[int], tuple[str, int]]]:
    """The counting app behind one process or several."""
    env = LIMITS | {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "project.settings"}
    with ExitStack() as servers:
        started: dict[int, tuple[str, int]] = {}

        def start(processes: int) -> tuple[str, int]:
            if processes not in started:
                module = "tests.app_under_test.counting_wsgi:application"
                started[processes] = servers.enter_context(web_server(env, processes=processes, module=module))
            return started[processes]

        yield start


@pytest.fixture
def one(counting) -> str:
    return counting(1)[0]


@pytest.mark.quiet
@pytest.mark.parametrize("begun", [b"POST / HTTP/1.1\r\nHost: x", head(1000) + b"half"], ids=["its head", "its body"])
def test_58_a_client_that_never_ends_is_told_so_and_let_go(one, begun):
    began = time.monotonic()
    with opened(one) as client:
        client.sendall(begun)
        status, told = answer(client)

    assert (status, told["reason"]) == (408, "too_slow")
    assert LIMIT_S - 0.1 < time.monotonic() - began < LIMIT_S + 1.0


def test_a_request_in_pieces_is_served_when_it_is_whole(one):
    with opened(one) as client:
        for piece in (b"POST / HT", b"TP/1.1\r\nHost: x\r\nContent-", b"Length: 9\r\n\r\n", b"1234", b"56789"):
            time.sleep(0.05)
            client.sendall(piece)
        status, told = answer(client)

    assert (status, told["bytes"]) == (200, 9)


def test_others_are_served_while_one_is_slow(one):
    with opened(one) as slow:
        slow.sendall(head(5) + b"1")
        assert fetch(f"{one}/?who=another", body=b"1234").json["bytes"] == 4
        slow.sendall(b"2345")
        assert answer(slow)[1]["bytes"] == 5


def test_a_client_that_does_not_close_holds_nobody_up(one):
    with ExitStack() as clients:
        for _ in range(5):
            client = clients.enter_context(opened(one))
            client.sendall(head(0))
            assert client.recv(100)
        began = time.monotonic()
        fetch(one)
        assert time.monotonic() - began < 1.0


def test_a_client_that_does_not_read_holds_nobody_up(one):
    """Far more than the kernel takes."""
    size = 20_000_000
    with opened(one) as client:
        client.sendall(head(0, path=f"/?pad={size}"))
        assert fetch(one).status == 200
        assert len(everything(client)) > size


@pytest.mark.parametrize("fields", ["Expect: 100-continue\r\n", "EXPECT:100-Continue\r\n"])
def test_a_client_that_asks_before_it_sends_is_told_to_go_on(one, fields):
    with opened(one) as client:
        client.sendall(head(3, fields=fields))
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"123")
        status, told = answer(client)

    assert (status, told["bytes"]) == (200, 3)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"rubbish\r\n\r\n", b"400"),
        (b"GET /" + b"x" * 70_000, b"414"),
        (head(5).replace(b"5", b"many"), b"400"),
        (head(10**9), b"200"),
    ],
    ids=["no HTTP", "an endless line", "a length in words", "a length that is not waited for"],
)
@pytest.mark.quiet
def test_what_will_not_be_read_is_answered_at_once(one, sent, status):
    began = time.monotonic()
    with opened(one) as client:
        client.sendall(sent)
        assert everything(client).split()[1] == status
    assert time.monotonic() - began < LIMIT_S / 2


def test_a_client_that_goes_away_leaves_nothing_open(counting):
    url, master = counting(1)
    (process,) = psutil.Process(master).children()
    wait_for(lambda: not clients_of(process))
    for begun in (b"", b"PO", head(100), head(100) + b"some"):
        with opened(url) as client:
            client.sendall(begun)

    wait_for(lambda: not clients_of(process), limit_s=LIMIT_S + 5)
    assert fetch(url).status == 200


def clients_of(process: psutil.Process) -> list[object]:
    return [one for one in process.net_connections() if one.status not in (psutil.CONN_LISTEN, psutil.CONN_NONE)]


def test_memory_and_connections_are_bounded(counting):
    """What 300 clients hold back is more than twenty times of what may be held."""
    url, master = counting(1)
    (process,) = psutil.Process(master).children()
    before = process.memory_info().rss
    with ExitStack() as clients:
        for _ in range(300):
            client = clients.enter_context(opened(url))
            client.sendall(head(MOST_BYTES) + bytes(300_000))
        assert fetch(url).status == 200
        assert len(clients_of(process)) <= 210
        assert process.memory_info().rss - before < 20_000_000


@pytest.mark.quiet
def test_a_process_that_works_leaves_others_to_one_that_idles(counting):
    url, _ = counting(2)
    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(lambda _: fetch(f"{url}/?sleep=0.3", body=bytes(80_000)).json, range(2)))

        assert len({one["pid"] for one in answers}) == 2


@pytest.mark.quiet
def test_two_requests_that_come_in_pieces_at_once_go_to_two_processes(counting):
    """Each accepts one and waits for the rest of it, or both might end up behind each other."""
    url, _ = counting(2)
    path = "/?sleep=0.3"
    for _ in range(5):
        with opened(url) as first, opened(url) as second:
            for piece in (head(80_000, path=path), bytes(40_000), bytes(40_000)):
                for client in (first, second):
                    client.sendall(piece)
                time.sleep(0.02)
            assert answer(first)[1]["pid"] != answer(second)[1]["pid"]


@pytest.mark.quiet
def test_58_slow_clients_do_not_harm_other_users(app: RunningApp, tmp_path):
    """Through the queue endpoint, with its one web process; and nothing of theirs is left on the disk."""
    env = app.env | {"REQUEST_LIMIT_S": "3", "TMPDIR": str(tmp_path), "FILE_UPLOAD_TEMP_DIR": str(tmp_path)}
    with web_server(env) as (url, _):
        front = RunningApp(url=url, worker=app.worker, env=env)
        p95_s(front)
        alone_s = p95_s(front)
        with slow_clients(url, 20, "/pictures/queue/"):
            together_s = p95_s(front)

    assert together_s < 3 * alone_s + 0.05
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("wgunicorn")] == []


def p95_s(app: RunningApp) -> float:
    """Of a hundred ordinary uploads."""
    times = []
    for _ in range(100):
        began = time.monotonic()
        assert app.upload("queue", jpeg()).status == 202
        times.append(time.monotonic() - began)
    return statistics.quantiles(times, n=20)[-1]
