"""The images that docker-compose.yml builds on, also where none can be pulled.

There each is replaced, under the very name that is pinned, by a stand-in: a Debian made with debootstrap, with
Debian's packages of the same server and as much of the official image's behaviour as the compose file uses.
"""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.real_stack import ROOT

FOLDER = Path(__file__).parent / "standins"
DEBIAN = "queuelab-standin-debian"
RELEASE = "bookworm"

#: Where a machine behind a proxy keeps the certificates that it trusts on top.
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")

PULL_LIMIT_S = 300
BUILD_LIMIT_S = 600


class NoImagesError(Exception):
    """Images can neither be pulled nor made here."""


def pinned_images() -> set[str]:
    """Every image that is pinned by a tag; those that we build have none."""
    compose, dockerfile = (ROOT / "docker-compose.yml").read_text(), (ROOT / "app_under_test/Dockerfile").read_text()
    named = re.findall(r"^\s+image: (\S+:\S+)$", compose, re.M) + re.findall(r"^FROM (\S+:\S+)", dockerfile, re.M)
    return set(named)


def provide_images(engine: str) -> None:
    """See that every pinned image is there; pulled if that is possible."""
    pinned = sorted(pinned_images())
    missing = [image for image in pinned if not _exists(engine, image) and not _pulled(engine, image)]
    if missing and engine != "podman":
        raise NoImagesError(f"{engine} cannot pull {', '.join(missing)}, and stand-ins are made with podman only.")
    if engine == "podman":
        make_podman_work()
    for image in missing:
        provide_debian()
        folder = FOLDER / image.partition(":")[0]
        _run("podman", "build", "--quiet", "--tag", image, str(folder), limit_s=BUILD_LIMIT_S)


def make_podman_work() -> None:
    """Where podman cannot start a container as it is, tell it how; whoever has told it already is obeyed."""
    if "CONTAINERS_CONF" in os.environ:
        return
    there = [image for image in sorted(pinned_images()) if _exists("podman", image)]
    if not there:
        provide_debian()
    if not _succeeds("podman", "run", "--rm", "--entrypoint", "true", *(there[:1] or [DEBIAN]), limit_s=60):
        os.environ["CONTAINERS_CONF"] = str(Path(__file__).parent / "containers.conf")


def provide_debian() -> None:
    """The ground of all stand-ins."""
    if _exists("podman", DEBIAN):
        return
    if not shutil.which("debootstrap") or os.geteuid() != 0:
        raise NoImagesError("No image can be pulled here; to make stand-ins, install debootstrap and run as root.")
    with tempfile.TemporaryDirectory() as place:
        root, archive = Path(place) / "root", Path(place) / "root.tar"
        _run("debootstrap", "--variant=minbase", "--include=ca-certificates", RELEASE, str(root), limit_s=BUILD_LIMIT_S)
        if CERTIFICATES.exists():
            shutil.copy(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
        _run("tar", "--directory", str(root), "--create", "--file", str(archive), ".", limit_s=BUILD_LIMIT_S)
        _run("podman", "import", "--quiet", str(archive), DEBIAN, limit_s=BUILD_LIMIT_S)


def _pulled(engine: str, image: str) -> bool:
    return _succeeds(engine, "pull", "--quiet", image, limit_s=PULL_LIMIT_S)


def _exists(engine: str, image: str) -> bool:
    return _succeeds(engine, "image", "inspect", image, limit_s=60)


def _succeeds(*command: str, limit_s: float) -> bool:
    return subprocess.run(command, capture_output=True, timeout=limit_s).returncode == 0


def _run(*command: str, limit_s: float) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit_s)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
