"""A private RabbitMQ: which server, and how it is started."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import amqp

from loadtests.errors import StackError
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Command
from loadtests.stack.services.queue_depth import AmqpQueue
from loadtests.stack.services.rabbitmq_length import RabbitQueue
from loadtests.stack.site import Site

#: Debian's command on the PATH insists on a user of its own; the real one lies here.
BEHIND_THE_WRAPPER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


class RabbitMQ:
    """One private node; nothing of the system's own RabbitMQ is read or written.

    It asks a shell how full its disk is, with the path of its data between double quotes or none: an apostrophe in a
    folder's name stops it, and a command in one would be run. So it sees its files by a plain name.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._directory = Path(tempfile.mkdtemp(prefix="queuelab-rabbitmq-"))
        self._home = self._directory / "home"

    def commands(self) -> Iterator[Command]:
        """The node's name service and the node, with their files written."""
        self._write_files()
        # A node without one starts a name service of its own, which outlives it.
        names = (_tool("epmd"), "-address", HOST, "-port", str(self._site.names_port))
        yield self._command("broker-names", names)
        yield self._command("broker", (str(server_path()),))

    def open_queue(self) -> RabbitQueue:
        """A connection to the node that counts what waits and what is in hand."""
        name = f"asks-{self._site.broker_port}@localhost"
        argv = (_tool("erl"), "-sname", name, "-kernel", "inet_dist_use_interface", "{127,0,0,1}")
        return RabbitQueue(self._site.broker_url, self._node, self._command("asker", argv))

    def wants_password(self) -> bool | None:
        """Whether the live node refuses the user whom every node has by default; None if it does not answer."""
        stranger = AmqpQueue(f"amqp://guest:guest@{HOST}:{self._site.broker_port}//")
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
        return f"queuelab-{self._site.broker_port}@localhost"

    def _command(self, name: str, argv: tuple[str, ...]) -> Command:
        return Command(name=name, argv=argv, cwd=self._site.directory / "rabbitmq", env=self._environment())

    def _write_files(self) -> None:
        files = self._site.directory / "rabbitmq"
        files.mkdir()
        self._home.symlink_to(files)
        cookie = files / ".erlang.cookie"
        cookie.touch(mode=0o600)
        cookie.write_text(secrets.token_hex(20), encoding="utf-8")
        cookie.chmod(0o400)
        configuration = files / "rabbitmq.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(
            f"listeners.tcp.1 = {HOST}:{self._site.broker_port}\n"
            f"default_user = queuelab\ndefault_pass = {self._site.password}\nlog.console = true\nlog.file = false\n",
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
            "ERL_EPMD_PORT": str(self._site.names_port),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(self._site.nodes_port),
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
    raise StackError(
        "There is no rabbitmq-server on the PATH. Install it (Debian and macOS: rabbitmq-server, rabbitmq)."
    )


def _tool(name: str) -> str:
    if not (found := shutil.which(name)):
        raise StackError(f"There is no {name} on the PATH. It belongs to Erlang, which RabbitMQ needs.")
    return found
