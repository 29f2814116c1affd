"""Finding a broker, and counting its queue."""

import pytest
import redis

from loadtests.errors import StackError
from loadtests.stack.base import StackSpec, new_layout
from loadtests.stack.process.ports import HOST, claim, refuse_exposed
from loadtests.stack.process.process_group import ProcessGroup, wait_until
from loadtests.stack.services import queue_depth, redis_server
from tests.real_stack import ODD

SPEC = StackSpec(mode="queue", workers=1, workload="io", seed=1)


@pytest.fixture
def layout(tmp_path):
    """In a folder that the server would take for a pattern, and whose quotes end no path."""
    return new_layout(SPEC, tmp_path / ODD)


@pytest.fixture
def broker_url(layout, tmp_path):
    """A real server, private to the test."""
    group = ProcessGroup(tmp_path)
    group.start(redis_server.command(layout))
    asked = queue_depth.RedisQueue(layout.broker_url)
    wait_until("The broker", lambda: answers(asked), check=group.check, timeout_s=20)
    asked.close()
    refuse_exposed(group)
    yield layout.broker_url
    group.close(grace_s=5)


def answers(queue):
    try:
        queue.round_trip()
    except StackError:
        return None
    return True


@pytest.mark.stack
def test_a_live_server_says_when_it_writes_to_disk(broker_url):
    asked = queue_depth.RedisQueue(broker_url)
    client = redis.Redis.from_url(broker_url)
    found = [asked.append_only()]
    for fsync in ("everysec", "always"):
        client.config_set("appendfsync", fsync)
        client.config_set("appendonly", "yes")
        found.append(asked.append_only())

    assert found == ["no", "everysec", "always"]
    asked.close()
    client.close()


def no_bundle(monkeypatch, path):
    monkeypatch.setattr(redis_server.platform, "machine", lambda: "pdp11")
    monkeypatch.setenv("PATH", str(path))


def fake_server(path, version):
    server = path / "redis-server"
    server.write_text(f"#!/bin/sh\necho 'Redis server v={version} sha=0'\n")
    server.chmod(0o755)
    return server


@pytest.mark.stack
def test_the_length_counts_every_priority_and_what_is_in_hand(broker_url):
    client = redis.Redis.from_url(broker_url)
    for key, count in zip(queue_depth.QUEUE_KEYS, (3, 2, 1, 1), strict=True):
        client.rpush(key, *range(count))
    client.hset(queue_depth.UNACKED_KEY, mapping={"a": 1, "b": 2})
    asked = queue_depth.RedisQueue(broker_url)

    assert asked.length() == queue_depth.QueueLength(waiting=7, unacked=2)
    asked.close()
    client.close()


@pytest.mark.stack
def test_the_broker_wants_its_password_until_somebody_takes_it_away(broker_url, layout):
    assert redis_server.wants_password(layout) is True
    with redis.Redis.from_url(broker_url) as client:
        client.config_set("requirepass", "")

    assert redis_server.wants_password(layout) is False


@pytest.mark.stack
def test_the_broker_writes_where_it_is_told_to_in_a_folder_of_any_name(broker_url, layout):
    with redis.Redis.from_url(broker_url) as client:
        client.config_set("appendonly", "yes")
        assert client.config_get("dir")["dir"] == str(layout.directory)

    assert (layout.directory / "appendonlydir").is_dir()


def test_a_broker_that_is_not_there_is_not_said_to_be_open(layout):
    assert redis_server.wants_password(layout) is None


def test_the_configuration_is_for_the_owner_s_eyes_alone(tmp_path):
    assert redis_server.write_configuration(tmp_path, 1, "secret").stat().st_mode & 0o077 == 0


def test_without_a_bundled_server_one_from_the_path_is_taken(tmp_path, monkeypatch):
    no_bundle(monkeypatch, tmp_path)
    server = fake_server(tmp_path, "7.0.15")

    assert redis_server.server_path() == server


def test_a_server_that_is_too_old_is_refused(tmp_path, monkeypatch):
    no_bundle(monkeypatch, tmp_path)
    fake_server(tmp_path, "6.0.16")

    with pytest.raises(StackError, match=r"older than 6\.2"):
        redis_server.server_path()


def test_no_broker_at_all_is_one_sentence_that_says_what_to_install(tmp_path, monkeypatch):
    no_bundle(monkeypatch, tmp_path)

    with pytest.raises(StackError, match=r"No broker was found.*Install"):
        redis_server.server_path()


def test_a_busy_port_is_one_sentence():
    import socket

    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StackError, match=rf"Port {port} .*cannot be used.*make up PORT="):
            claim(port)
