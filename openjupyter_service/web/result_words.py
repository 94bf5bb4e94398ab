"""The words in which pages tell states, verdicts, outcomes, times."""

from datetime import UTC, datetime

from openjupyter_service.grading.result_records import Cell, Standing
from openjupyter_service.language import N_, Speech
from openjupyter_service.report import Outcome, Status
from openjupyter_service.store.records import GradingState, PassbackState

STATUSES = {
    Status.CORRECT: N_("correct"),
    Status.WRONG: N_("wrong"),
    Status.RUNTIME_ERROR: N_("runtime error"),
    Status.SYNTAX_ERROR: N_("syntax error"),
    Status.TIME_LIMIT: N_("time limit"),
    Status.MEMORY_LIMIT: N_("memory limit"),
    Status.OUTPUT_LIMIT: N_("output limit"),
    Status.INTERNAL_ERROR: N_("internal error"),
}
OUTCOMES = {
    Outcome.PASSED: N_("passed"),
    Outcome.PARTIAL: N_("partial"),
    Outcome.FAILED: N_("failed"),
    Outcome.ERROR: N_("error"),
    Outcome.TIME_LIMIT: N_("time limit"),
    Outcome.MEMORY_LIMIT: N_("memory limit"),
    Outcome.CRASHED: N_("crashed"),
    Outcome.NOT_RUN: N_("not run"),
}
STATES = {
    GradingState.QUEUED: N_("waits to be graded"),
    GradingState.RUNNING: N_("is being graded"),
    GradingState.DONE: N_("graded"),
    GradingState.FAILED: N_("could not be graded"),
}
PASSBACKS = {
    PassbackState.PENDING: N_("on its way"),
    PassbackState.SENT: N_("arrived"),
    PassbackState.FAILED: N_("refused"),
    PassbackState.SUPERSEDED: N_("a newer one took its place"),
    PassbackState.DROPPED: N_("given up by the operator"),
}
_HOUR, _DAY = 60, 24 * 60


def duration(speech: Speech, minutes: int | None) -> str:
    """Such as 12 min, 3.5 h or 4 days."""
    if minutes is None:
        return "–"
    if minutes < 2 * _HOUR:
        return speech.text(N_("{count} min"), count=minutes)
    if minutes < 2 * _DAY:
        return speech.text(N_("{count} h"), count=speech.number(round(minutes / _HOUR, 1)))
    return speech.text(N_("{count} days"), count=speech.number(round(minutes / _DAY, 1)))


def share(speech: Speech, part: int, whole: int) -> str:
    """Such as 12 (40 %); of nobody a dash."""
    return f"{part} ({speech.percent(part / whole)})" if whole else "–"


def cell(speech: Speech, one: Cell) -> str:
    """What a learner has reached at an exercise: points and state."""
    if one.standing is Standing.NOTHING:
        return "–"
    if one.standing is Standing.FAULT:
        return speech.text(N_("internal error"))
    state = speech.text(N_("solved")) if one.standing is Standing.SOLVED else speech.text(N_("not solved"))
    if one.points is None or one.max_points is None:
        return speech.text(N_("{state}, does not count"), state=state)
    points = speech.text(
        N_("{points} of {maximum}"),
        points=speech.number(round(one.points, 2)),
        maximum=speech.number(round(one.max_points, 2)),
    )
    return f"{points}, {state}"


def date(day: int) -> str:
    """A day of Unix time, ISO 8601."""
    return datetime.fromtimestamp(day * 86400, UTC).date().isoformat()
