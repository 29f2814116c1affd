"""Whether a record is of the load that was planned."""

from collections.abc import Sequence

from loadtests.errors import TrialError
from loadtests.format import amount
from loadtests.scenarios.upload_client import Request
from loadtests.workload.arrivals import Arrival

#: How far a due time may be from the plan's: less than anybody measures.
DUE_TOLERANCE_S = 1e-6


def refuse_unplanned(
    requests: Sequence[Request], planned: Sequence[Arrival], *, started_at: float, length_s: float
) -> None:
    """Raise unless exactly the planned uploads are in the record, each with the due time of the plan.

    What was never taken up would be in no account, and a due time that was put off would hide a wait.
    """
    due_at = {arrival.id: started_at + arrival.offset_s for arrival in planned}
    recorded = {one.id: one.due_at for one in requests if one.id in due_at or one.due_at < started_at + length_s}
    if differing := recorded.keys() ^ due_at.keys():
        raise TrialError(f"Plan and record differ by {amount(len(differing), 'upload')}: each is in one of them alone.")
    if moved := sum(abs(recorded[name] - due) > DUE_TOLERANCE_S for name, due in due_at.items()):
        raise TrialError(f"Plan and record differ in the due time of {amount(moved, 'upload')}.")
