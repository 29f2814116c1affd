"""Looks every second for pictures whose message was lost: python manage.py sweep"""

import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections

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
            try:
                sweep()
            except Exception as error:
                # Broker or database are away; they are asked again in a second, whatever their clients raise.
                log.warning("Not swept: %s: %s", type(error).__name__, error)
