"""The short form of a calibration, as a report shows it. Pure."""

from collections.abc import Mapping
from typing import Any

from analysis.tables.summary import Table


def calibration_table(calibration: Mapping[str, Any] | None) -> Table | None:
    """Every check in words; None where the machine was never calibrated with this code."""
    if not calibration:
        return None
    return Table(
        headings=["check", "what", "measured", "truth", "may differ by, or be", ""],
        rows=[_row(check) for check in calibration["checks"]],
    )


def _row(check: Mapping[str, Any]) -> list[str]:
    figures = (check["measured"], check["truth"], check["limit"])
    shown = ["–" if value is None else _shown(value, check["unit"]) for value in figures]
    # Older calibrations do not know it.
    shown[0] += " or more" if check.get("at_least") else ""
    return [check["code"], check["what"], *shown, "" if check["limit"] is None else _said(check["passed"])]


def _shown(value: float, unit: str) -> str:
    """To four digits: a calibration is read for its thousandths."""
    if unit == "s":
        return "below 0.001 ms" if 0 < value < 1e-6 else f"{value * 1000:,.4g} ms"
    return f"{value:,.0f}/s" if unit == "1/s" else f"{value:,.3g}"


def _said(passed: bool) -> str:
    return "passed" if passed else "MISSED"
