"""The report that is looked at in a browser, and how a chart of it is enlarged there."""

from pathlib import Path

from playwright.sync_api import Locator, Page
from synthetic_experiment import both_modes, break_books, write_experiment

from analysis.__main__ import main


def write_report_with_every_box(folder: Path) -> None:
    """One trial whose books do not close, others overloaded."""
    write_experiment(folder, both_modes(fails_every=20))
    break_books(folder / "queue-w8-r1")
    assert main([str(folder)]) == 0


def enlarged(page: Page, name: str) -> Locator:
    """The window in which a chart is large."""
    page.locator(f"figure#{name}").get_by_role("button", name="Enlarge").click()
    return page.get_by_role("dialog")
