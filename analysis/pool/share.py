"""Writes what one laptop sends to the teacher: a few hundred bytes, no names."""

import argparse
import sys
from pathlib import Path

from analysis.console import failed
from analysis.errors import AnalysisError
from analysis.pool.reader import as_table, share_of
from analysis.pool.share_format import as_line

SHARE_EXAMPLES = """examples:
  python -m analysis share results/demo            # results/demo/share.json, and the same as a line to copy
  python -m analysis share results/demo --csv      # results/demo/share.csv as well
"""


def share_main(argv: list[str]) -> int:
    """0 done, 1 failed with a sentence on stderr, 2 misused."""
    options = _share_parser().parse_args(argv)
    try:
        share(options.folder, csv=options.csv)
    except (AnalysisError, OSError) as error:
        return failed(error)
    return 0


def share(folder: Path, *, csv: bool) -> None:
    """Writes `share.json`, and `share.csv` if wanted, into the folder; prints the line."""
    sent = share_of(folder)
    (folder / "share.json").write_text(f"{as_line(sent)}\n", encoding="utf-8")
    if csv:
        as_table(sent).to_csv(folder / "share.csv", index=False, lineterminator="\n")
    print(f"Send {folder / 'share.json'}, or copy this line:", file=sys.stderr)
    print(as_line(sent))


def _share_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis share",
        description=__doc__,
        epilog=SHARE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--csv", action="store_true", help="write share.csv as well, a table with a row for each cell")
    return parser
