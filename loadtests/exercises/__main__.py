"""Exercises in mending: python -m loadtests.exercises break|try|mend discovery|timezone"""

import argparse
import signal
import sys
from pathlib import Path

from loadtests.errors import QueuelabError, reason
from loadtests.exercises.exercise import EXERCISES, Exercise, attempt, break_copy, mend_copy
from loadtests.format import print_anything

EXAMPLES = """\
examples:
  python -m loadtests.exercises break discovery     make a broken copy of the app: exercise-discovery/app
  python -m loadtests.exercises try discovery       whether it works after your edits
  python -m loadtests.exercises mend discovery      the solution
"""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0: the copy does what the verb is for (broken, healthy, mended); 1 if not; 2 misused."""
    options = _parser().parse_args(argv)
    exercise = EXERCISES[options.exercise]
    folder = (options.folder or Path(f"exercise-{options.exercise}")).absolute()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        welcomed = _do(options.verb, exercise, folder)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except (QueuelabError, OSError) as error:
        print(reason(error), file=sys.stderr)
        return 1
    return 0 if welcomed != (options.verb == "break") else 1


def _do(verb: str, exercise: Exercise, folder: Path) -> bool:
    """Whether the welcome came, after the copy was broken, left as it is, or mended."""
    if verb == "break":
        break_copy(exercise, folder)
        print(f"{exercise.story} That app is now in {folder / 'app'}.")
    if verb == "mend":
        mend_copy(exercise, folder / "app")
    print("Starting its worker; a user signs up ...", flush=True)
    result = attempt(folder / "app", folder / "logs")
    outcome = f"The welcome arrived {result.after_s:.1f} s later." if result.welcomed else "No welcome arrived."
    print(f"{outcome} {result.said}")
    if not result.welcomed:
        print(f"Look at {exercise.look}; the logs are in {folder / 'logs'}.")
    return result.welcomed


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loadtests.exercises",
        description="Breaks a copy of the app for you to repair; the app itself stays as it is.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("verb", choices=("break", "try", "mend"))
    parser.add_argument("exercise", choices=tuple(EXERCISES))
    parser.add_argument("--folder", type=Path, help="folder of the copy (default: exercise-NAME)")
    return parser


if __name__ == "__main__":
    print_anything()
    sys.exit(main())
