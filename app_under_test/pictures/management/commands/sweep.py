"""Looks every second for pictures whose message was lost: python manage.py sweep"""

import contextlib
import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from kombu.exceptions import KombuError

from pictures.sweeping import sweep

PERIOD_S = 1.0

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Sweeps until it is told to stop."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        while not over.wait(PERIOD_S):
            close_old_connections()
            # What is away now will be asked again in a second.
            with contextlib.suppress(KombuError, OSError, Error):
                sweep()
