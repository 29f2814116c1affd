"""A private RabbitMQ: which server, and how it is started."""

import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from loadtests.errors import StackError
from loadtests.stack.ports import HOST
from loadtests.stack.processes import Command
from loadtests.stack.rabbitmq_length import RabbitQueue
from loadtests.stack.site import Site

#: Debian's command on the PATH insists on a user of its own; the real one lies here.
BEHIND_THE_WRAPPER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


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


def open_rabbit_queue(site: Site) -> RabbitQueue:
    """A connection to the stack's node that counts what waits and what is in hand."""
    home = _home(site)
    name = f"asks-{site.broker_port}@localhost"
    argv = (_tool("erl"), "-sname", name, "-kernel", "inet_dist_use_interface", "{127,0,0,1}")
    asker = Command(name="asker", argv=argv, cwd=home, env=_environment(site, home))
    return RabbitQueue(site.broker_url, _node(site), asker)


def _write_files(site: Site) -> Path:
    """The node's home: nothing of the system's own RabbitMQ is read or written."""
    home = _home(site)
    home.mkdir()
    cookie = home / ".erlang.cookie"
    cookie.touch(mode=0o600)
    cookie.write_text(secrets.token_hex(20), encoding="utf-8")
    cookie.chmod(0o400)
    configuration = home / "rabbitmq.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f"listeners.tcp.1 = {HOST}:{site.broker_port}\n"
        f"default_user = queuelab\ndefault_pass = {site.password}\nlog.console = true\nlog.file = false\n",
        encoding="utf-8",
    )
    # Quorum queues tell their length only at every tick.
    (home / "advanced.config").write_text("[{rabbit, [{quorum_tick_interval, 500}]}].\n", encoding="utf-8")
    (home / "enabled_plugins").write_text("[].\n", encoding="utf-8")
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
