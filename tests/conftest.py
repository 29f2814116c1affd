"""What holds for every test."""

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests.analysis.made_once import Shelf, shelf_of_the_run
from tests.chromium import chromium

# Where the tests run in the background, Ctrl-C is ignored, and every process that they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says nothing: others compute beside it.
settings.register_profile("queuelab", deadline=None)
settings.load_profile("queuelab")

# Locust makes the whole process run on gevent's loop, on which pytest's own processes would wait for ever. Only this
# process is spared: what tests start is patched as always.
with pytest.MonkeyPatch.context() as once:
    once.setenv("LOCUST_SKIP_MONKEY_PATCH", "yes")
    import locust  # noqa: F401

LONGEST = "test_each_chart.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the file that takes longest, and with what waits for real parts, beside which others compute."""
    waiting = {item.path for item in items if item.get_closest_marker("stack")}
    items.sort(key=lambda item: (item.path.name != LONGEST, item.path not in waiting))


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    """Where what was made once lies for all processes of this run."""
    return shelf_of_the_run(tmp_path_factory)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser, one for all tests of a process; each opens windows of its own in it.

    It is driven by an event loop in this thread, in which Django would refuse to ask its database from then on.
    """
    with chromium() as opened, pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        yield opened
