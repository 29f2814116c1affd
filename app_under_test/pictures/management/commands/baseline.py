"""python manage.py baseline --processes 4 --seconds 5 photo.jpg ...: the picture work with no web and no queue."""

import csv
import multiprocessing
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from multiprocessing.synchronize import Barrier
from pathlib import Path
from threading import BrokenBarrierError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from pictures.reasons import PictureError
from pictures.services import deliver
from project import clock

COLUMNS = ("process", "started_at", "finished_at", "cpu_s")

#: How long the processes wait for the slowest of them to be ready; if one has failed they all do.
READY_LIMIT_S = 60.0

_together: Barrier
Stamps = tuple[float, float, float]
Files = list[tuple[Path, bytes]]


class Command(BaseCommand):
    help = "Processes pictures in N processes, without web server and queue, and writes one row per picture."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pictures", nargs="+", type=Path, help="the pictures to process, in turn")
        parser.add_argument("--processes", type=int, default=1)
        parser.add_argument("--seconds", type=float, default=5.0, help="start no picture after this time")
        parser.add_argument("--output", type=Path, default=Path("/dev/stdout"), help="the CSV file")

    def handle(self, *args: Any, **options: Any) -> None:
        read = {path: path.read_bytes() for path in options["pictures"]}
        files = [(path, read[path]) for path in options["pictures"]]
        count, seconds = options["processes"], options["seconds"]
        # Forked, so that every process has Django loaded before the clock starts.
        context = multiprocessing.get_context("fork")
        with context.Pool(count, _remember, (context.Barrier(count),)) as pool:
            worked = pool.starmap(_work, [(number, files, seconds) for number in range(count)], chunksize=1)
        with options["output"].open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows((number, *stamps) for number, all_stamps in enumerate(worked) for stamps in all_stamps)


def _remember(together: Barrier) -> None:
    global _together
    _together = together


def _work(number: int, files: Files, seconds: float) -> list[Stamps]:
    """One process: a first picture that does not count, then as many as begin in the time given."""
    try:
        _one(f"bare-{number}-first", files[number % len(files)])
        _together.wait(READY_LIMIT_S)
    except BrokenBarrierError:
        # Another process has failed, and says why.
        return []
    except Exception:
        # Nobody waits for this one.
        _together.abort()
        raise
    return list(_until(number, files, clock.now() + seconds))


def _until(number: int, files: Files, end_at: float) -> Iterator[Stamps]:
    turn = number
    while clock.now() < end_at:
        turn += 1
        yield _one(f"bare-{number}-{turn}", files[turn % len(files)])


def _one(name: str, file: tuple[Path, bytes]) -> Stamps:
    """Started, finished, and the CPU time of the work in seconds."""
    path, data = file
    started_at, used_s = clock.now(), time.process_time()
    try:
        deliver(name, data)
    except PictureError as error:
        raise CommandError(f"{path} cannot be processed: {error}") from None
    return started_at, clock.now(), time.process_time() - used_s
