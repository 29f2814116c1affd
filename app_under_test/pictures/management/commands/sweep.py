"""Looks every second for pictures whose message was lost, and for half-written files: python manage.py sweep"""

import logging
import signal
import threading
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from pictures.republishing import clean_partial_files, republish_lost

PERIOD_S = 1.0

log = logging.getLogger(__name__)


class Command(BaseCommand):
    """Sweeps until it is told to stop."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sign-of-life", type=Path, metavar="FILE", help="touch this after each successful pass")

    def handle(self, *_args: Any, sign_of_life: Path | None, **_options: Any) -> None:
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        while not over.wait(PERIOD_S):
            close_old_connections()
            try:
                republish_lost()
                clean_partial_files()
                if sign_of_life:
                    sign_of_life.touch()
            except Exception as error:
                # Broker or database is down; they are asked again in a second, whatever their clients raise.
                log.warning("Not swept: %s: %s", type(error).__name__, error)
