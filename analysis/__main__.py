"""The command line of the analysis: python -m analysis report|compare|pool|share|lesson|markdown-block."""

import sys

from analysis.cli import main
from analysis.console import print_anything

if __name__ == "__main__":
    print_anything()
    sys.exit(main())
