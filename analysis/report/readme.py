"""Keeps a generated block of a page what a command says: python -m analysis.report.readme README.md example"""

import re
import sys
from pathlib import Path


def with_block(text: str, block: str, name: str = "example") -> str:
    """The text with what stands between the two marks of that name replaced."""
    marked = re.compile(rf"(<!-- {name}:begin [^>]*-->\n).*?(<!-- {name}:end -->)", re.DOTALL)
    replaced, count = marked.subn(lambda found: f"{found[1]}{block.strip()}\n{found[2]}", text)
    if count != 1:
        raise ValueError(f"the marks {name}:begin and {name}:end are missing")
    return replaced


def main(argv: list[str]) -> int:
    """Replace a block in a file by what stands on standard input."""
    path = Path(argv[0])
    block = sys.stdin.buffer.read().decode("utf-8")
    path.write_text(with_block(path.read_text(encoding="utf-8"), block, *argv[1:]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
