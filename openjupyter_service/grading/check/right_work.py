"""The solution must get all points in every run, well within the limits; the starter notebook must not."""

import asyncio
from collections.abc import Sequence

from openjupyter_service.grading.check.findings import SlowestTest, Subject
from openjupyter_service.grading.check.sources import HiddenTest
from openjupyter_service.grading.check.trial import FIRST_SEED, Files, Trial
from openjupyter_service.report import Outcome, Report, Status, TestResult

_STOPPED = (Status.TIME_LIMIT, Status.MEMORY_LIMIT, Status.OUTPUT_LIMIT)
_CELL_FAILED = (Status.RUNTIME_ERROR, Status.SYNTAX_ERROR)


async def check_solution(trial: Trial, files: Files | None, runs: int, tests: Sequence[HiddenTest]) -> bool:
    """Grade the solution with a seed for each run; True when it got all points every time."""
    result = trial.result
    # One alone first: what is wrong with the tests is wrong in every run.
    reports = [await trial.report(Subject.SOLUTION, files)]
    reports += await asyncio.gather(
        *(trial.report(Subject.SOLUTION, files, FIRST_SEED + number) for number in range(1, runs))
    )
    result.solution_scores = [report.score if report is not None else None for report in reports]
    graded = [report for report in reports if report is not None]
    right = [is_full(report) for report in graded]
    for report in graded:
        if not is_full(report):
            often = f" in {right.count(False)} of {runs} runs" if any(right) else ""
            result.error(
                Subject.SOLUTION,
                f"the solution gets {report.points:g} of {report.max_points:g} points{often}: {_reason(report)}; "
                f"mend the solution or the test{' (it depends on chance or on time)' if any(right) else ''}",
            )
            break
    for report in graded:
        if report.failing_cell and is_full(report):
            cell = report.failing_cell
            result.warn(
                Subject.SOLUTION, f"code cell {cell.number} of the solution fails: {cell.error}: {cell.message}"
            )
    _check_style(trial, graded)
    _check_times(trial, graded, tests)
    return len(graded) == runs and all(right)


def _check_style(trial: Trial, reports: list[Report]) -> None:
    """Learners of an exercise with a rule that ruff does not know would never hear of style, nor anybody else."""
    rules = trial.exercise.style
    if rules.select and reports and all(report.style is None for report in reports):
        names = ", ".join([*rules.select, *rules.ignore])
        trial.result.error(
            Subject.EXERCISE_FILE,
            f"the style of the solution could not be checked: ruff does not know one of the rules {names}, or cannot "
            "read the solution; mend style.select and style.ignore (`ruff linter` lists the rules)",
        )


def _check_times(trial: Trial, reports: list[Report], tests: Sequence[HiddenTest]) -> None:
    """No test over half its limit, nor the notebook, nor all tests: learners' machines and work are slower."""
    limits, result = trial.exercise.limits, trial.result
    known = {test.title: test for test in tests if test.title} | {test.name: test for test in tests}
    slowest: list[SlowestTest] = []
    for report in reports:
        for test in report.tests:
            staff = report.staff.tests.get(test.id)
            source = known.get(staff.name.partition("[")[0] if staff else test.title) or known.get(test.title)
            limit = source.seconds(limits.test_seconds) if source else limits.test_seconds
            slowest.append(SlowestTest(test.title, test.seconds, limit))
    for title in dict.fromkeys(each.title for each in slowest):
        worst = max((each for each in slowest if each.title == title), key=lambda each: each.seconds)
        if worst.seconds > worst.limit / 2:
            result.error(
                Subject.LIMITS,
                f"the test “{title}” takes {worst.seconds:.1f} s with the solution, over half of its limit of "
                f"{worst.limit:g} s; make it quicker, or raise test_seconds",
            )
    result.slowest_test = max(slowest, key=lambda each: each.seconds / each.limit, default=None)
    notebook = max((report.usage.notebook_seconds for report in reports), default=0.0)
    if notebook > limits.notebook_seconds / 2:
        result.error(
            Subject.LIMITS,
            f"the solution's notebook takes {notebook:.1f} s, over half of its limit of {limits.notebook_seconds:g} s; "
            "make it quicker, or raise notebook_seconds",
        )
    all_tests = max((sum(test.seconds for test in report.tests) for report in reports), default=0.0)
    if all_tests > limits.run_seconds / 2:
        result.error(
            Subject.LIMITS,
            f"all tests together take {all_tests:.1f} s, over half of their limit of {limits.run_seconds:g} s; "
            "make them quicker, or raise run_seconds",
        )


async def check_starter(trial: Trial, files: Files | None) -> None:
    """Grade the untouched notebook: it must run, get less than all points, and pass no test for nothing."""
    result = trial.result
    report = await trial.report(Subject.STARTER, files)
    if report is None:
        return
    result.starter_score = report.score
    if is_full(report):
        result.error(
            Subject.STARTER,
            "the starter notebook gets all points as it is; take the answers out of it, or test more",
        )
    elif passed := [test.title for test in report.tests if test.max_points and test.outcome is Outcome.PASSED]:
        titles = ", ".join(f"“{title}”" for title in passed[:5]) + (" …" if len(passed) > 5 else "")
        result.warn(
            Subject.STARTER,
            f"the starter notebook passes {titles} as it is; see whether the points are meant as a gift",
        )
    if report.status in _STOPPED or any(test.outcome is Outcome.CRASHED for test in report.tests):
        result.error(
            Subject.STARTER, f"the starter notebook ends with {report.status}; it must run to its end: mend it"
        )
    elif report.status in _CELL_FAILED and not report.failing_cell:
        result.error(Subject.STARTER, "Python itself ends in the starter notebook; mend it")
    elif cell := report.failing_cell:
        result.warn(
            Subject.STARTER,
            f"code cell {cell.number} of the starter notebook fails: {cell.error}: {cell.message}; "
            "learners see that as the first thing: let it run to its end",
        )


def is_full(report: Report) -> bool:
    """Did the tests give all points? Style is not looked at."""
    return report.max_points > 0 and report.points >= report.max_points - 1e-9


def _reason(report: Report) -> str:
    """The first test that took points, in words."""
    lost: TestResult | None = next((test for test in report.tests if test.points < test.max_points), None)
    if lost is None:
        return str(report.status)
    return f"“{lost.title}” {lost.outcome}: {lost.message or 'no message'}{_said_by_pytest(report, lost)}"


def _said_by_pytest(report: Report, test: TestResult) -> str:
    """What pytest said of a failure, which learners never see, in one line."""
    staff = report.staff.tests.get(test.id)
    lines = [line[1:].strip() for line in (staff.text if staff else "").splitlines() if line.startswith("E  ")]
    return f" ({lines[0][:200]})" if lines else ""
