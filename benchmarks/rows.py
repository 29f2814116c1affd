"""Whether a database kept every row at full load: python -m benchmarks.rows results/sqlite-full ...

Prints for each trial how many pictures were planned, failed and lost, and how often a log says that the database
was locked or broken; exits 1 unless all of that is nothing. Overload is what the trial is for and no fault.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis.console import print_anything

COMPLAINTS = re.compile(r"database is locked|OperationalError|deadlock detected|too many clients", re.IGNORECASE)


@dataclass(frozen=True)
class Kept:
    """What became of the rows of one experiment."""

    name: str
    planned: int
    failed: int
    lost: int
    complaints: int
    invalid: int

    @property
    def all(self) -> bool:
        return self.planned > 0 and not (self.failed or self.lost or self.complaints or self.invalid)


def kept(results: Path) -> Kept:
    summary = pd.read_csv(results / "summary.csv")
    logs = [path.read_text(encoding="utf-8", errors="replace") for path in results.glob("*/logs/*.log")]
    counts = summary[["planned", "failed", "lost"]].sum()
    return Kept(
        name=results.name,
        planned=int(counts["planned"]),
        failed=int(counts["failed"]),
        lost=int(counts["lost"]),
        complaints=sum(len(COMPLAINTS.findall(log)) for log in logs),
        invalid=int(summary["verdict"].str.startswith("INVALID").sum()),
    )


def main(argv: list[str]) -> int:
    """0 if every experiment kept every row."""
    found = [kept(Path(folder)) for folder in argv]
    for one in found:
        print(f"{'kept  ' if one.all else 'BROKEN'}  {one}")
    return 0 if found and all(one.all for one in found) else 1


if __name__ == "__main__":
    print_anything()
    sys.exit(main(sys.argv[1:]))
