"""A report is never longer than MAX_BYTES of JSON: texts are cut first, then tests are left out; points stay."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from openjupyter_service.report import Details, Outcome, Report, TestResult

MAX_BYTES = 200_000
"""Of a report written as ASCII, which is the longest way: an emoji takes twelve bytes there."""

_LEAST = 200
"""No test takes less, even with empty texts."""


def capped(report: Report) -> Report:
    """The report, or as much of it as has room."""
    hopeless = len(report.tests) > MAX_BYTES // _LEAST
    for smaller in _smaller(report):
        report = smaller
        if not hopeless and _size(report.model_dump(mode="json")) <= MAX_BYTES:
            return report
    return _with_fewer_tests(report)


def _size(data: Any) -> int:
    return len(json.dumps(data))


def _smaller(report: Report) -> Iterator[Report]:
    """Ever smaller reports: what learners need least is cut first."""
    yield report
    for limit in (4_000, 1_000):
        yield (report := _staff_cut(report, limit))
    yield (report := _details_cut(report, _with_rows(5)))
    yield (report := _staff_cut(report, 300))
    yield (report := _details_cut(report, _with_rows(0)))
    yield (report := _details_cut(report, _short_details))
    yield (report := _style_cut(report, 10))
    yield (report := _staff_cut(report, 0))
    yield (report := _tests_cut(report, 200))
    yield (report := _details_cut(report, lambda details: None))
    yield (report := _tests_cut(report, 60))


def _staff_cut(report: Report, limit: int) -> Report:
    tests = {key: test.model_copy(update={"text": test.text[:limit]}) for key, test in report.staff.tests.items()}
    kept = max(limit, 200)  # of what is there once
    texts = {"traceback": report.staff.traceback[:kept], "fault": report.staff.fault[: max(limit, 1_000)]}
    return report.model_copy(update={"staff": report.staff.model_copy(update={"tests": tests, **texts})})


def _details_cut(report: Report, cut: Callable[[Details], Details | None]) -> Report:
    tests = [
        test.model_copy(update={"details": cut(test.details)}) if test.details is not None else test
        for test in report.tests
    ]
    return report.model_copy(update={"tests": tests})


def _with_rows(count: int) -> Callable[[Details], Details]:
    def cut(details: Details) -> Details:
        table = details.table
        if table is None or not count:
            return details.model_copy(update={"table": None})
        rows = {"rows": table.rows[:count], "more": table.more + len(table.rows[count:])}
        return details.model_copy(update={"table": table.model_copy(update=rows)})

    return cut


def _short_details(details: Details) -> Details:
    texts = {name: value[:100] for name, value in details if isinstance(value, str)}
    return details.model_copy(update=texts)


def _style_cut(report: Report, count: int) -> Report:
    if report.style is None:
        return report
    findings = report.style.findings
    rest = {"findings": findings[:count], "more": report.style.more + len(findings[count:])}
    return report.model_copy(update={"style": report.style.model_copy(update=rest)})


def _tests_cut(report: Report, limit: int) -> Report:
    def cut(test: TestResult) -> TestResult:
        texts = {name: getattr(test, name)[:limit] for name in ("title", "message", "hint")}
        return test.model_copy(update=texts)

    return report.model_copy(update={"tests": [cut(test) for test in report.tests]})


def _with_fewer_tests(report: Report) -> Report:
    """As many tests as there is room for: those that did not pass before the others, in their order."""
    staff = report.staff.model_copy(update={"tests": {}})
    room = MAX_BYTES - _size(report.model_copy(update={"tests": [], "staff": staff}).model_dump(mode="json")) - 1_000
    kept: set[int] = set()
    for place in sorted(range(len(report.tests)), key=lambda place: report.tests[place].outcome is Outcome.PASSED):
        room -= _size(report.tests[place].model_dump(mode="json")) + 2
        if told := report.staff.tests.get(report.tests[place].id):
            room -= _size({report.tests[place].id: told.model_dump(mode="json")}) + 2
        if room < 0:
            break
        kept.add(place)
    tests = [test for place, test in enumerate(report.tests) if place in kept]
    ids = {test.id for test in tests}
    told_of = {key: test for key, test in report.staff.tests.items() if key in ids}
    return report.model_copy(
        update={
            "tests": tests,
            "tests_left_out": report.tests_left_out + len(report.tests) - len(tests),
            "staff": staff.model_copy(update={"tests": told_of}),
        }
    )
