"""Which variables of the caller's environment a child gets: what it needs to run, and nothing that configures it.

Celery's command line lets BROKER_URL, LOADER or CONFIG_MODULE of another project win, gunicorn reads WEB_CONCURRENCY,
libpq PGSERVICE, Python PYTHONPATH. A list of what must not pass is never complete, so this is one of what may.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

#: What any program needs: where programs, libraries, files and certificates are, whose they are, language and time.
NEEDED = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "LANG", "LANGUAGE", "TZ", "TZDIR"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),
        # How Python writes, not what it imports; and what lets it fork on macOS.
        *("PYTHONUTF8", "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "OBJC_DISABLE_INITIALIZE_FORK_SAFETY"),
    )
)
NEEDED_PREFIXES = ("LC_",)

#: What a container tool needs besides: where its engine is, and the way out of the machine, to build images.
ENGINE = frozenset(
    (
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("DBUS_SESSION_BUS_ADDRESS", "REGISTRY_AUTH_FILE", "SSH_AUTH_SOCK", "STORAGE_DRIVER", "STORAGE_OPTS"),
    )
)
ENGINE_PREFIXES = ("BUILDAH_", "BUILDKIT_", "BUILDX_", "CONTAINERS_", "CONTAINER_", "DOCKER_", "PODMAN_", "XDG_")

#: Settings that a stack never takes from the caller, and what decides each of them instead.
DECIDED_BY = {
    "CELERY_BROKER_URL": "broker",
    "CELERY_TASK_DEFAULT_QUEUE_TYPE": "queue_type",
    "CELERY_WORKER_PREFETCH_MULTIPLIER": "prefetch",
    "DATABASE_URL": "database",
    "EXTERNAL_DELAY_CV": "workload",
    "EXTERNAL_DELAY_S": "workload",
    "GUNICORN_CMD_ARGS": "web_threads",
    "QUEUE_PROFILE": "profile",
    "WEB_CONCURRENCY": "workers",
    "WEB_PROCESSES": "workers",
    "WORKER_CONCURRENCY": "workers",
}


def ignored_settings() -> str:
    """Name the settings of the environment that have no effect on a stack, in one sentence; empty without any."""
    given = [name for name in DECIDED_BY if os.environ.get(name)]
    if not given:
        return ""
    named = ", ".join(f"{name} (decided by {DECIDED_BY[name]})" for name in given)
    return f"Set in the environment, but without effect on a stack: {named}. Use the plan or an option instead."


def inherited() -> dict[str, str]:
    """What a component gets of this process's environment."""
    # Logs are read as UTF-8, whatever the locale is.
    return _only(NEEDED, NEEDED_PREFIXES) | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8"}


def engine_inherited() -> dict[str, str]:
    """What a container tool gets of this process's environment."""
    return inherited() | _only(ENGINE, ENGINE_PREFIXES)


@contextmanager
def hidden(*prefixes: str) -> Iterator[None]:
    """Hide variables from a library that reads them in this very process."""
    taken = _only(frozenset(), prefixes)
    for name in taken:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(taken)


def _only(names: frozenset[str], prefixes: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in names or name.startswith(prefixes)}
