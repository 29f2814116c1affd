"""What a load process plans for users that come too late, and keeps of what it could not send."""

import json
import subprocess
import sys

import pytest

from loadtests.workload.arrivals import plan
from tests.real_stack import ROOT, environment

#: Locust changes Python's own modules, so it has a process of its own. Its one user comes when the load is over.
LATE_USER = """
import json, pathlib
from locust.env import Environment
from loadtests.scenarios.options import Options
from loadtests.workload.pictures import Payload
from loadtests.scenarios.observations import Phases
from loadtests.scenarios.sender import Sender
from loadtests.stack.stack_file import StackInfo

here = pathlib.Path()
what = dict(results=here, pictures=None, stack=here, mode=None, workload=None, warmup_s=0, drain_limit_s=1)
what |= dict(run_time_s=None, users_are_picked=False)
options = Options(seed="7", trial="sync-w1-r1", uploads_per_user=3.0, measure_s=None, **what)
where = dict(url="http://127.0.0.1:9", control_url="", token="", directory="", supervisor_pid=0, pids={}, settings={})
info = StackInfo(mode="sync", workers=1, workload="io", clock_offset_ns=0, **where)
payload = Payload("a.jpg", "multipart/form-data", b"", 1.0)
sender = Sender(environment=Environment(), options=options, info=info, tag="t", payloads=[payload], failed=print)

ended_at = info.clock.now()
began_at = ended_at - 10
sender.start(Phases(started_at=began_at, measure_from=began_at, measure_until=ended_at - 2))
sender.next_stream()
sender.finish(Phases(started_at=began_at, measure_from=began_at, measure_until=ended_at - 2, load_stopped_at=ended_at))
sender.settle()
requests = sender.requests()
print(json.dumps([[str(one.id), one.due_at - began_at, one.sent_at] for one in requests]))
"""


def test_a_user_that_comes_late_changes_no_due_time_and_what_it_never_sent_is_kept():
    """Otherwise whatever holds the load up would also make it smaller: coordinated omission."""
    done = subprocess.run(
        [sys.executable, "-c", LATE_USER], cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    kept = json.loads(done.stdout)
    planned = plan(rate=3.0, seed="7", weights=[1.0], length_s=10.0)

    assert [id_ for id_, _, _ in kept] == [str(one.id) for one in planned]
    assert [offset_s for _, offset_s, _ in kept] == pytest.approx([one.offset_s for one in planned], abs=1e-4)
    assert [sent_at for _, _, sent_at in kept] == [None] * len(planned)
