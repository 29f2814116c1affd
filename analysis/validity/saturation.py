"""Why a trial cannot keep up, or may not, with what would help: that depends on its limit. Pure."""

from analysis.data.model import Trial
from analysis.metrics.backlog import CLEAR_GROWTH, Growth
from analysis.metrics.utilisation import CORES, NEAR_SATURATION, WEB, WORKERS, Utilisation, cores_run_out
from analysis.validity.reasons import Kind, Reason, reason


def overload_reasons(trial: Trial, busy: Utilisation, backlog: Growth, unanswered: Growth) -> tuple[Reason, ...]:
    """Who cannot keep up: in queue mode the one web process that accepts, the workers, or both; none if they do."""
    reasons = []
    at_the_door = trial.cell.mode == "queue" and unanswered.without_limit
    if at_the_door:
        then = (Kind.ANSWERS_DEPEND, _advice_at_the_door(trial, busy))
        reasons.append(reason(Kind.DOOR_BEHIND, *then, **_rates(unanswered)))
    behind_it = backlog.slope - (unanswered.slope if at_the_door else 0.0)
    if backlog.without_limit and (not at_the_door or behind_it > CLEAR_GROWTH * backlog.arrival_rate):
        then = (Kind.TIMES_DEPEND, _advice(trial, busy))
        reasons.append(reason(Kind.WORKERS_BEHIND, *then, **_rates(backlog), workers=trial.cell.workers))
    return tuple(reasons)


def doubts(trial: Trial, busy: Utilisation, backlog: Growth, unanswered: Growth) -> tuple[Reason, ...]:
    """Why it is not sure that a trial which is not overloaded keeps up, and what to do; none where it is sure."""
    found = [*doubts_of_growth(backlog, unanswered), *_too_much_asked(trial, busy)]
    if not found:
        return ()
    if busy.saturated:
        return (*found, reason(_advice_at_the_door(trial, busy) if busy.saturated == WEB else _advice(trial, busy)))
    if backlog.undecided or unanswered.undecided:
        return (*found, reason(Kind.MEASURE_LONGER, window_s=float(round(trial.window.length_s))))
    return (*found, reason(Kind.WAIT_LONGER))


def doubts_of_growth(backlog: Growth, unanswered: Growth) -> list[Reason]:
    """Those that a longer measurement can remove."""
    left = [reason(Kind.NOT_READY, count=backlog.unfinished, arrived=backlog.arrived)] if backlog.unfinished else []
    return [*left, *_short(backlog, unanswered)]


def _rates(grown: Growth) -> dict[str, float]:
    return {"arriving": round(grown.arrival_rate, 1), "growth": round(grown.slope, 1)}


def _short(backlog: Growth, unanswered: Growth) -> list[Reason]:
    """By how much less was done than has arrived, or else how the count grew along a line."""
    if not (backlog.undecided or unanswered.undecided):
        return []
    grown, done = (backlog, "finished") if backlog.undecided else (unanswered, "answered")
    if grown.falls_short:
        rates = {"arriving": round(grown.arrival_rate, 1), "leaving": round(grown.finished_rate, 1)}
        return [reason(Kind.FALLS_SHORT, done=done, percent=_percent(grown.missing / grown.arrived), **rates)]
    return [reason(Kind.BACKLOG_GREW if grown is backlog else Kind.UNANSWERED_GREW, growth=round(grown.slope, 2))]


def _too_much_asked(trial: Trial, busy: Utilisation) -> list[Reason]:
    """Of which resource more is asked than any queue before it can be steady with."""
    if not busy.saturated:
        return []
    if busy.saturated == CORES and trial.machine.cores == 1:
        return [reason(Kind.ONE_CORE_BUSY, Kind.CHANCE_DECIDES, percent=_percent(busy.cores))]
    if busy.saturated == CORES:
        cores = trial.machine.cores or 0
        return [reason(Kind.CORES_BUSY, Kind.CHANCE_DECIDES, cores=cores, percent=_percent(busy.cores))]
    if busy.saturated == WEB:
        return [reason(Kind.WEB_BUSY, Kind.CHANCE_DECIDES, percent=_percent(busy.web))]
    then = Kind.CHANCE_DECIDES if busy.saturated != WORKERS or busy.workers <= 1 else Kind.NEVER_STEADY
    return [reason(Kind.WORKERS_ASKED, then, percent=_percent(busy.workers), workers=trial.cell.workers)]


def _advice(trial: Trial, busy: Utilisation) -> Kind:
    return Kind.WORKERS_WOULD_NOT_HELP if cores_run_out(trial, busy) else Kind.ADD_WORKERS


def _advice_at_the_door(trial: Trial, busy: Utilisation) -> Kind:
    if cores_run_out(trial, busy):
        return Kind.THREADS_WOULD_NOT_HELP
    return Kind.THREADS_SHARE_A_CORE if busy.web > NEAR_SATURATION else Kind.ADD_THREADS


def _percent(share: float) -> float:
    return float(round(100 * share))
