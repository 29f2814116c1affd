"""The kinds of stack by name."""

from collections.abc import Callable, Mapping
from pathlib import Path

from loadtests.stack.base import Stack
from loadtests.stack.compose.stack import AttachedStack, ComposeStack
from loadtests.stack.local import LocalStack
from loadtests.stack.site import StackSpec

KINDS: Mapping[str, Callable[[StackSpec, Path, Path], Stack]] = {
    "local": LocalStack,
    "compose": ComposeStack,
    "attached": AttachedStack,
}


def new_stack(spec: StackSpec, directory: Path, logs: Path) -> Stack:
    """A stack that is not started yet."""
    return KINDS[spec.stack](spec, directory, logs)
