"""Keeps the generated block of README what the committed example says."""

import sys
from pathlib import Path

BEGIN = "<!-- example:begin (written by `make example`) -->"
END = "<!-- example:end -->"


def with_block(text: str, block: str) -> str:
    """The text with what stands between the two marks replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{block.strip()}\n{END}{after}"


def main(argv: list[str]) -> int:
    """Replace the block in a file by what stands on standard input."""
    path = Path(argv[0])
    path.write_text(with_block(path.read_text(), sys.stdin.read()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
