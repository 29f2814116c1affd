"""What may be typed behind python -m analysis lesson."""

import argparse
from pathlib import Path

EXAMPLES = """examples:
  python -m analysis lesson results/demo
  python -m analysis lesson results/demo --faults results/faults-defaults --open
  python -m analysis lesson results/example --output results/lesson-example
"""


def lesson_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analysis lesson",
        description="Slides, hand-out and prediction page, with charts and report, in FOLDER/lesson.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="the experiment's folder, such as results/demo")
    parser.add_argument("--output", type=Path, help="write into this folder, and leave the experiment's as it is")
    parser.add_argument("--faults", type=Path, help="an experiment that python -m loadtests faults has measured")
    parser.add_argument("--open", action="store_true", help="open it in the browser")
    return parser
