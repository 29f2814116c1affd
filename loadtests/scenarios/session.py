"""The state of one Locust test that becomes a trial."""

from typing import Any

from loadtests.errors import TrialError
from loadtests.format import amount
from loadtests.scenarios.distributed import LoadWorkers
from loadtests.scenarios.observations import OPEN_END, Phases, final_account, wait_for_sample
from loadtests.scenarios.options import Options
from loadtests.scenarios.refusals import refuse_nobody
from loadtests.scenarios.sender import Sender
from loadtests.stack.stack_file import StackInfo

#: Time between the start of the test and the first due time, so that the users are there when it comes.
LEAD_S = 0.5

#: What sends the uploads: this process by itself, or the workers of a Locust master.
Load = Sender | LoadWorkers


class Session:
    """The state of one test, in the process that keeps the trial."""

    def __init__(
        self,
        *,
        options: Options,
        info: StackInfo,
        load: Load,
        trial: str,
        tag: str,
        weights: list[float],
        pictures_sha256: str,
        code_sha256: str,
    ) -> None:
        self.options, self.info, self.load = options, info, load
        self.trial, self.tag = trial, tag
        self.weights = weights
        self.pictures_sha256, self.code_sha256 = pictures_sha256, code_sha256
        self.phases = self._first_phases()
        self.broker_remaining: dict[str, Any] | None = None
        #: What keeps this test from being a trial.
        self.problem = ""
        self._users_in_window = 0

    def open_window(self, users: int) -> None:
        """All users are there. Measurement counts from now on, unless the plan has said from when."""
        refuse_nobody(users)
        self._users_in_window = users
        if self.options.measure_s is None:
            begun_at = max(self.info.clock.now(), self.phases.started_at)
            self.phases.measure_from = begun_at + self.options.warmup_s

    def close_window(self) -> None:
        """The load ends now; so does the measurement, unless it has ended before."""
        now = self.info.clock.now()
        self.phases.load_stopped_at = min(self.phases.load_stopped_at, now)
        self.phases.measure_until = min(self.phases.measure_until, now)
        self.load.finish(self.phases)

    def check_complete(self, target_users: int) -> None:
        """Raise if the test was cut off: part of a measurement must not be taken for one."""
        phases, measure_s = self.phases, self.options.measure_s
        if problem := self.problem or self.load.problem:
            raise TrialError(problem)
        if self._users_in_window != target_users:
            raise TrialError(f"the load had not reached {amount(target_users, 'user')} when the test was stopped.")
        if phases.measure_until <= phases.measure_from:
            raise TrialError("the test was stopped before the measurement began.")
        if measure_s is not None and phases.measure_until - phases.measure_from < measure_s - 1e-3:
            raise TrialError("the test was stopped before the measurement was over.")

    def settle(self) -> None:
        """Wait until the load is settled, then take the account of what the broker still holds."""
        self.load.settle()
        wait_for_sample(self.info)
        self.broker_remaining = final_account(self.info)
        self.phases.collected_at = self.info.clock.now()

    def _first_phases(self) -> Phases:
        started_at = self.info.clock.now() + LEAD_S
        measure_from = started_at + self.options.warmup_s
        length_s = OPEN_END if self.options.measure_s is None else self.options.measure_s
        return Phases(started_at=started_at, measure_from=measure_from, measure_until=measure_from + length_s)
