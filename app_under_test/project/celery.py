"""The Celery app: its settings are Django's, its tasks are found in every installed app."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import task_prerun, worker_init, worker_process_init
from django.conf import settings
from django.db import close_old_connections, connections

from project import redis_transport
from project.memory import limit_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")

app = Celery("project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Web processes and manage.py never read those names.
if settings.TAKEN_BY_CELERY and "celery.bin.celery" in sys.modules:
    taken = " ".join(settings.TAKEN_BY_CELERY)
    raise SystemExit(
        f"The environment sets {taken}, perhaps for another project; Celery's command line would use that in "
        f"place of this app's own, and the other's messages would be consumed here. First: unset {taken}"
    )

if settings.RELIABLE_DELIVERY:
    redis_transport.use()


@task_prerun.connect
def drop_dead_connections(**_: object) -> None:
    """Replace a dead database connection before each task, as Django does before each request."""
    close_old_connections()


@worker_process_init.connect
def keep_memory_bounded(**_: object) -> None:
    """Limit the memory of each pool process."""
    limit_memory()


@worker_init.connect
def requeue_orphaned(sender: Any, **_: object) -> None:
    """Requeue what a node of this name was working on when it died."""
    from pictures import services  # Models are there only once Django is set up.

    if settings.RELIABLE_DELIVERY:
        services.requeue_orphaned(sender.hostname)
        connections.close_all()  # The pool's processes must not inherit one.
