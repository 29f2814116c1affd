"""A private RabbitMQ: which server, and how it is started."""

import contextlib
import itertools
import os
import re
import secrets
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import amqp

from loadtests.errors import StackError
from loadtests.stack.base import StackLayout
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Command
from loadtests.stack.services.queue_depth import QUEUE, TIMEOUT_S, AmqpQueue, QueueLength

#: Asks a running node, once for every line of input, and answers with a line: what was said, ready, unacknowledged.
#: The node's own commands start an Erlang machine for every query; its web interface is seconds behind.
ASK = """
Queue = {resource, <<"/">>, queue, <<"%(queue)s">>},
Length = fun() ->
    case rpc:call('%(node)s', rabbit_amqqueue, lookup, [Queue], 1500) of
        {ok, Found} ->
            Asked = [messages_ready, messages_unacknowledged],
            [{_, Ready}, {_, Unacked}] = rpc:call('%(node)s', rabbit_amqqueue, info, [Found, Asked], 1500),
            io_lib:format("~p ~p", [Ready, Unacked]);
        {error, not_found} -> "0 0";
        Other -> io_lib:format("~0p", [Other])
    end
end,
Loop = fun Again() ->
    case io:get_line("") of
        eof -> halt();
        Said -> io:format("~s ~s~n", [string:trim(Said), Length()]), Again()
    end
end,
Loop().
"""


class RabbitQueue(AmqpQueue):
    """A node on this machine, asked for both counts by an Erlang process that stays beside it.

    asker starts Erlang with a name of its own and the node's cookie.
    """

    def __init__(self, url: str, node: str, asker: Command) -> None:
        super().__init__(url)
        script = re.sub(r"\s+", " ", ASK % {"queue": QUEUE, "node": node})
        self._numbers = itertools.count(1)
        # Its input ends with this process, however that ends, and it with its input.
        self._asker = subprocess.Popen(
            [*asker.argv, "-noshell", "-hidden", "-eval", script],
            cwd=asker.cwd,
            env=asker.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )

    def length(self) -> QueueLength:
        """Both counts from one answer of the queue's own process."""
        answer = self._ask(f"{next(self._numbers)}")
        counts = answer.split()
        if len(counts) != 2 or not all(count.isdecimal() for count in counts):
            raise StackError(f"The broker did not report its queue length: {answer}")
        return QueueLength(waiting=int(counts[0]), unacked=int(counts[1]))

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

    def _ask(self, number: str) -> str:
        """The answer to this query; one to an earlier query that came too late is passed over."""
        assert self._asker.stdin and self._asker.stdout, "opened as pipes"
        deadline = time.monotonic() + 2 * TIMEOUT_S
        try:
            self._asker.stdin.write(f"{number}\n".encode())
        except BrokenPipeError:
            return "the Erlang process that queries it has exited"
        while select.select([self._asker.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]:
            said, _, answer = self._asker.stdout.readline().decode(errors="replace").strip().partition(" ")
            if said == number or self._asker.poll() is not None:
                return answer
        return "no answer in time"


#: Debian's command on the PATH insists on a user of its own; the real one lies here.
BEHIND_THE_WRAPPER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class RabbitMQ:
    """One private node; nothing of the system's own RabbitMQ is read or written.

    It asks a shell how full its disk is, with the path of its data between double quotes or none: an apostrophe in a
    folder's name stops it, and a command in one would be run. So it sees its files by a plain name.
    """

    def __init__(self, layout: StackLayout) -> None:
        self._layout = layout
        self._directory = Path(tempfile.mkdtemp(prefix="queuelab-rabbitmq-"))
        self._home = self._directory / "home"

    def commands(self) -> Iterator[Command]:
        """The node's name service and the node, with their files written."""
        self._write_files()
        # A node without one starts a name service of its own, which outlives it.
        names = (_tool("epmd"), "-address", HOST, "-port", str(self._layout.names_port))
        yield self._command("broker-names", names)
        yield self._command("broker", (str(server_path()),))

    def open_queue(self) -> RabbitQueue:
        """A connection to the node that counts what waits and what is in hand."""
        name = f"asks-{self._layout.broker_port}@localhost"
        argv = (_tool("erl"), "-sname", name, "-kernel", "inet_dist_use_interface", "{127,0,0,1}")
        return RabbitQueue(self._layout.broker_url, self._node, self._command("asker", argv))

    def wants_password(self) -> bool | None:
        """Whether the live node refuses the user whom every node has by default; None if it does not answer."""
        stranger = AmqpQueue(f"amqp://guest:guest@{HOST}:{self._layout.broker_port}//")
        try:
            stranger.round_trip()
        except StackError as error:
            return True if isinstance(error.__cause__, amqp.AccessRefused) else None
        finally:
            stranger.close()
        return False

    def remove(self) -> None:
        """Remove the plain name; the files go with the stack's directory."""
        shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def _node(self) -> str:
        return f"queuelab-{self._layout.broker_port}@localhost"

    def _command(self, name: str, argv: tuple[str, ...]) -> Command:
        return Command(name=name, argv=argv, cwd=self._layout.directory / "rabbitmq", env=self._environment())

    def _write_files(self) -> None:
        files = self._layout.directory / "rabbitmq"
        files.mkdir()
        self._home.symlink_to(files)
        cookie = files / ".erlang.cookie"
        cookie.touch(mode=0o600)
        cookie.write_text(secrets.token_hex(20), encoding="utf-8")
        cookie.chmod(0o400)
        configuration = files / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"listeners.tcp.1 = {HOST}:{self._layout.broker_port}\n"
            f"default_user = queuelab\ndefault_pass = {self._layout.password}\nlog.console = true\nlog.file = false\n",
            encoding="utf-8",
        )
        # Quorum queues tell their length only at every tick.
        (files / "advanced.config").write_text("[{rabbit, [{quorum_tick_interval, 500}]}].\n", encoding="utf-8")
        (files / "enabled_plugins").write_text("[].\n", encoding="utf-8")
        (files / "environment.conf").touch()

    def _environment(self) -> dict[str, str]:
        home = self._home
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(home),
            "ERL_EPMD_PORT": str(self._layout.names_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(self._layout.nodes_port),
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


def server_path() -> Path:
    if BEHIND_THE_WRAPPER.exists():
        return BEHIND_THE_WRAPPER
    if found := shutil.which("rabbitmq-server"):
        return Path(found)
    raise StackError("rabbitmq-server is not on the PATH. Install it (Debian and macOS: rabbitmq-server, rabbitmq).")


def _tool(name: str) -> str:
    if not (found := shutil.which(name)):
        raise StackError(f"{name} is not on the PATH. It is part of Erlang, which RabbitMQ needs.")
    return found
