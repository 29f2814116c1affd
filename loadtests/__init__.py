"""Starts the app under test, puts load on it, and writes down what happened.

A package here imports only packages that stand above it in the table of tests/test_layers.py.
"""

from pathlib import Path

#: The root of the repository.
ROOT = Path(__file__).resolve().parents[1]

#: Where the stack that was started by hand leaves its files.
BY_HAND = ROOT / ".queuelab"
