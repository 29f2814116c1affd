"""Whether a stack still has work of an earlier test."""

from loadtests.errors import StackError
from loadtests.stack.app_client import get_json, reachable
from loadtests.stack.stack_file import StackInfo

#: How soon an idle stack answers at its front door.
FRONT_DOOR_S = 2.0


def refuse_busy(info: StackInfo) -> None:
    """Raise if the stack still works on pictures of an earlier test: this one would be measured with them."""
    counts = get_json(f"{info.control_url}/counts/", token=info.token)
    # What waits at the front door is in no row yet; a question there stands in the same line.
    if counts["queued"] + counts["processing"] or not reachable(f"{info.url}/healthz", timeout_s=FRONT_DOOR_S):
        raise StackError(
            "The stack still has pictures of an earlier test to finish. "
            "Wait until they are done, or start a fresh one: make down, make up."
        )
