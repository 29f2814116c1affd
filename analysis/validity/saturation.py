"""What is said of a trial that cannot keep up, or may not, with what would help: that depends on its limit. Pure."""

from analysis.data.model import Trial
from analysis.format import workers
from analysis.metrics.backlog import CLEAR_GROWTH, Growth
from analysis.metrics.utilisation import CORES, NEAR_SATURATION, WEB, WORKERS, Utilisation, cores_run_out


def overload_reasons(trial: Trial, busy: Utilisation, backlog: Growth, unanswered: Growth) -> tuple[str, ...]:
    """Who cannot keep up: in queue mode the one web process that accepts, the workers, or both; none if they do."""
    reasons = []
    at_the_door = trial.cell.mode == "queue" and unanswered.without_limit
    if at_the_door:
        reasons.append(
            f"{unanswered.arrival_rate:.1f} uploads/s arrive and those without an answer grow by "
            f"{unanswered.slope:.1f} uploads/s: the web process cannot keep up, so even the wait for an answer depends "
            f"on when one stops measuring. {_advice_at_the_door(trial, busy)}"
        )
    behind_it = backlog.slope - (unanswered.slope if at_the_door else 0.0)
    if backlog.without_limit and (not at_the_door or behind_it > CLEAR_GROWTH * backlog.arrival_rate):
        reasons.append(
            f"{backlog.arrival_rate:.1f} pictures/s arrive and the backlog grows by {backlog.slope:.1f} pictures/s: "
            f"{workers(trial.cell.workers)} cannot keep up, so waiting times depend on when one stops measuring. "
            f"{_advice(trial, busy)}"
        )
    return tuple(reasons)


def doubts(trial: Trial, busy: Utilisation, backlog: Growth, unanswered: Growth) -> tuple[str, ...]:
    """Why it is not sure that a trial which is not overloaded keeps up, and what to do; none where it is sure."""
    found = [*doubts_of_growth(backlog, unanswered), *_too_much_asked(trial, busy)]
    if not found:
        return ()
    if busy.saturated:
        return (*found, _advice_at_the_door(trial, busy) if busy.saturated == WEB else _advice(trial, busy))
    if backlog.undecided or unanswered.undecided:
        return (*found, f"A window of {trial.window.length_s:.0f} s cannot decide near saturation: measure longer.")
    return (*found, "Give the last pictures longer to get ready, or offer less load.")


def doubts_of_growth(backlog: Growth, unanswered: Growth) -> list[str]:
    """Those that a longer measurement can remove."""
    return [*_unready(backlog), *_short(backlog, unanswered)]


def _unready(backlog: Growth) -> list[str]:
    left, one = backlog.unfinished, backlog.unfinished == 1
    if not left:
        return []
    start = f"{left} of {backlog.arrived} uploads {'was' if one else 'were'} not ready when the trial ended"
    return [f"{start}, so {'its time is' if one else 'their times are'} not known."]


def _short(backlog: Growth, unanswered: Growth) -> list[str]:
    """By how much less was done than has arrived, or else how the count grew along a line."""
    if not (backlog.undecided or unanswered.undecided):
        return []
    grown, done = (backlog, "finished") if backlog.undecided else (unanswered, "answered")
    if grown.falls_short:
        start = f"{grown.arrival_rate:.1f} uploads/s arrived and {grown.finished_rate:.1f} uploads/s were {done}"
        return [f"{start}, {100 * grown.missing / grown.arrived:.0f} % less."]
    start = f"{'The backlog' if grown is backlog else 'What waits for an answer'} grew by {grown.slope:.2f} uploads/s"
    return [f"{start}, too little to call it overload and too much to call it steady."]


def _too_much_asked(trial: Trial, busy: Utilisation) -> list[str]:
    """Of which resource more is asked than any queue before it can be steady with."""
    if not busy.saturated:
        return []
    if busy.saturated == CORES:
        start = (
            f"The machine's {_cores(trial)} {'was' if trial.machine.cores == 1 else 'were'} {_percent(busy.cores)} busy"
        )
    elif busy.saturated == WEB:
        start = f"The web process was busy {_percent(busy.web)} of the time"
    else:
        start = f"The load asks for {_percent(busy.workers)} of what {workers(trial.cell.workers)} can do"
    steady = busy.saturated != WORKERS or busy.workers <= 1
    return [f"{start}, so {'chance decides how long an upload waits' if steady else 'the backlog cannot stay steady'}."]


def _advice(trial: Trial, busy: Utilisation) -> str:
    if cores_run_out(trial, busy):
        return "More workers would not help, because the cores are the limit: offer less load, or take more cores."
    return "Add workers or offer less load."


def _advice_at_the_door(trial: Trial, busy: Utilisation) -> str:
    if cores_run_out(trial, busy):
        return "More threads would not help, because the cores are the limit: offer less load, or take more cores."
    if busy.web > NEAR_SATURATION:
        return "More threads would not help, because they share one core: offer less load."
    return "Give it more threads or offer less load."


def _cores(trial: Trial) -> str:
    return "one core" if trial.machine.cores == 1 else f"{trial.machine.cores} cores"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
