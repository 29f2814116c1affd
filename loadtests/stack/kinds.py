"""The kinds of stack by name."""

from pathlib import Path

from loadtests.stack.compose import ComposeStack
from loadtests.stack.local import LocalStack
from loadtests.stack.site import StackSpec

Stack = LocalStack | ComposeStack


def new_stack(spec: StackSpec, directory: Path, logs: Path) -> Stack:
    """A stack that is not started yet."""
    return ComposeStack(spec, directory, logs) if spec.stack == "compose" else LocalStack(spec, directory, logs)
