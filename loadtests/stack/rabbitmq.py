"""A private RabbitMQ: which server, how it is started, and how long its queue is."""

import contextlib
import os
import re
import secrets
import select
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from loadtests.errors import StackError
from loadtests.stack.ports import HOST
from loadtests.stack.processes import Command
from loadtests.stack.queue_length import QUEUE, TIMEOUT_S, AmqpQueue, QueueLength
from loadtests.stack.site import Site

#: Debian's command on the PATH insists on a user of its own; the real one lies here.
BEHIND_THE_WRAPPER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")

#: Asks a running node, once for every line of input, and answers with a line: ready, unacknowledged. The node's
#: own commands start an Erlang machine for every question; its web interface is seconds behind.
ASK = """
Queue = {resource, <<"/">>, queue, <<"%(queue)s">>},
Length = fun() ->
    case rpc:call('%(node)s', rabbit_amqqueue, lookup, [Queue], 1500) of
        {ok, Found} ->
            Asked = [messages_ready, messages_unacknowledged],
            [{_, Ready}, {_, Unacked}] = rpc:call('%(node)s', rabbit_amqqueue, info, [Found, Asked], 1500),
            io:format("~p ~p~n", [Ready, Unacked]);
        {error, not_found} -> io:format("0 0~n");
        Other -> io:format("~0p~n", [Other])
    end
end,
Loop = fun Again() ->
    case io:get_line("") of
        eof -> halt();
        _ -> Length(), Again()
    end
end,
Loop().
"""


def commands(site: Site) -> Iterator[Command]:
    """The node's name service and the node, with their files written."""
    server = server_path()
    home = _write_files(site)
    environment = _environment(site, home)
    # A node without one starts a name service of its own, which outlives it.
    names = (_tool("epmd"), "-address", HOST, "-port", str(site.names_port))
    yield Command(name="broker-names", argv=names, cwd=home, env=environment)
    yield Command(name="broker", argv=(str(server),), cwd=home, env=environment)


def server_path() -> Path:
    if BEHIND_THE_WRAPPER.exists():
        return BEHIND_THE_WRAPPER
    if found := shutil.which("rabbitmq-server"):
        return Path(found)
    raise StackError(
        "There is no rabbitmq-server on the PATH. Install it (Debian and macOS: rabbitmq-server, rabbitmq)."
    )


class RabbitQueue(AmqpQueue):
    """A private node, asked for both counts by an Erlang process that stays beside it."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.broker_url)
        home = _home(site)
        self._asker = subprocess.Popen(
            [_tool("erl"), "-noshell", "-hidden", "-sname", f"asks-{site.broker_port}@localhost", "-eval"]
            + [re.sub(r"\s+", " ", ASK % {"queue": QUEUE, "node": _node(site)})],
            cwd=home,
            env=_environment(site, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def length(self) -> QueueLength:
        """Both counts from one answer of the queue's own process."""
        line = self._ask()
        counts = line.split()
        if len(counts) != 2 or not all(count.isdecimal() for count in counts):
            raise StackError(f"The broker does not say how long its queue is: {line or 'no answer in time'}")
        return QueueLength(waiting=int(counts[0]), in_hand=int(counts[1]))

    def close(self) -> None:
        super().close()
        assert self._asker.stdin and self._asker.stdout, "opened as pipes"
        with contextlib.suppress(BrokenPipeError):
            self._asker.stdin.close()
        try:
            self._asker.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._asker.kill()
            self._asker.wait()
        self._asker.stdout.close()

    def _ask(self) -> str:
        assert self._asker.stdin and self._asker.stdout, "opened as pipes"
        try:
            self._asker.stdin.write(b"\n")
            self._asker.stdin.flush()
        except BrokenPipeError:
            return "its Erlang process has ended"
        answered, _, _ = select.select([self._asker.stdout], [], [], 2 * TIMEOUT_S)
        return self._asker.stdout.readline().decode(errors="replace").strip() if answered else ""


def _write_files(site: Site) -> Path:
    """The node's home: nothing of the system's own RabbitMQ is read or written."""
    home = _home(site)
    home.mkdir()
    cookie = home / ".erlang.cookie"
    cookie.touch(mode=0o600)
    cookie.write_text(secrets.token_hex(20))
    cookie.chmod(0o400)
    configuration = home / "rabbitmq.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"listeners.tcp.1 = {HOST}:{site.broker_port}\n"
        f"default_user = queuelab\ndefault_pass = {site.password}\nlog.console = true\nlog.file = false\n"
    )
    # Quorum queues tell their length only at every tick.
    (home / "advanced.config").write_text("[{rabbit, [{quorum_tick_interval, 500}]}].\n")
    (home / "enabled_plugins").write_text("[].\n")
    (home / "environment.conf").touch()
    return home


def _environment(site: Site, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(home),
        "ERL_EPMD_PORT": str(site.names_port),
        "ERL_EPMD_ADDRESS": HOST,
        "RABBITMQ_NODENAME": _node(site),
        "RABBITMQ_DIST_PORT": str(site.nodes_port),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_CONF_ENV_FILE": str(home / "environment.conf"),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_LOGS": "-",
        # The node itself and not a shell that waits for it, so that a signal reaches the one that is meant.
        "RUNNING_UNDER_SYSTEMD": "true",
    }


def _home(site: Site) -> Path:
    return site.directory / "rabbitmq"


def _node(site: Site) -> str:
    return f"queuelab-{site.broker_port}@localhost"


def _tool(name: str) -> str:
    if not (found := shutil.which(name)):
        raise StackError(f"There is no {name} on the PATH. It belongs to Erlang, which RabbitMQ needs.")
    return found
