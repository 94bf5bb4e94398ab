"""The pytest plugin: gives tests their `learner`, keeps points and outcomes, and reports each test as it ends."""

import inspect
import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge.failures import NotRun, Raised, Stopped
from openjupyter_service.judge.learner import Learner, Sandbox
from openjupyter_service.judge.messages import describe

MAX_TITLE = 200
MAX_HINT = 1_000
MAX_STAFF = 20_000

_FAIL = Path(inspect.getfile(sys.modules[pytest.fail.__module__]))
"""Where pytest.fail() raises; whose words they are tells the frame that called it."""


@dataclass
class TestRecord:
    """One test of the report, as the judge knows it; `points` and `earned` in the exercise's points."""

    __test__ = False

    name: str
    title: str
    points: float
    hint: str
    outcome: str = "passed"
    message: str = ""
    seconds: float = 0.0
    staff: str = ""

    @property
    def earned(self) -> float:
        """All points or none."""
        return self.points if self.outcome == "passed" else 0.0


@dataclass
class GradingPlugin:
    """State of one pytest run. `finished(record, done, total)` is called after each test."""

    sandbox: Sandbox
    tests: Path
    test_seconds: float
    notebook_alive: bool
    finished: Callable[[TestRecord, int, int], None]
    records: list[TestRecord] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Faults of the test files themselves: what could not be collected."""
    _total: int = 0
    _done: int = 0
    _kernel_left: bool = True
    _seen: dict[str, int] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Did every test end? pytest.exit() in one of them could otherwise hide the rest."""
        return self._done == self._total

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marks known."""
        config.addinivalue_line("markers", "points(n): what the test is worth; 1 by default")
        config.addinivalue_line("markers", "hint(text): what a learner reads when the test fails")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be imported makes the grading an internal error."""
        if report.failed:
            self.broken.append(f"{report.nodeid}\n{report.longreprtext}"[:MAX_STAFF])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the tests."""
        self._total = len(session.items)

    @pytest.fixture
    def learner(self) -> Iterator[Learner]:
        """The notebook's namespace, fresh for each test."""
        self._kernel_left = not self.notebook_alive or self.sandbox.begin(self.test_seconds)
        yield Learner(self.sandbox)
        if self.notebook_alive:
            self.sandbox.end()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Refuse a test for which there is nothing left to ask.

        Not in the fixture, because pytest does not clean up after one that ends in no Exception.
        """
        if not self.notebook_alive:
            raise NotRun
        if not self._kernel_left:
            raise Stopped("crashed", "")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Open a record before a test and send it after."""
        self.sandbox.last_label = ""
        self._kernel_left = True
        self.records.append(self._open_record(item))
        result = yield
        self._done += 1
        self.finished(self.records[-1], self._done, self._total)
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the end of a phase into the record's outcome; the first phase that fails decides."""
        report = yield
        record = self.records[-1]
        record.seconds += call.duration
        if call.excinfo is None or record.outcome != "passed":
            return report
        error = call.excinfo.value
        if isinstance(error, pytest.skip.Exception):
            record.outcome, record.points = "not run", 0.0
            return report
        raised_in = _raised_in(call.excinfo)
        record.outcome, record.message = describe(error, raised_in, self.tests, self.sandbox.last_label)
        raised = getattr(error, "learner_error", None)
        theirs = f"{raised.traceback}\n" if isinstance(raised, Raised) else ""
        record.staff = (theirs + report.longreprtext)[:MAX_STAFF]
        return report

    def _open_record(self, item: pytest.Item) -> TestRecord:
        points, hint = item.get_closest_marker("points"), item.get_closest_marker("hint")
        title = _title(item)
        # Parameter ids may show inputs; repeated titles are numbered instead.
        self._seen[title] = count = self._seen.get(title, 0) + 1
        return TestRecord(
            name=item.nodeid[:MAX_TITLE],
            title=(title if count == 1 else f"{title} ({count})")[:MAX_TITLE],
            points=float(points.args[0]) if points and points.args else 1.0,
            hint=str(hint.args[0])[:MAX_HINT] if hint and hint.args else "",
        )


def _raised_in(excinfo: pytest.ExceptionInfo[BaseException]) -> Path:
    frames = [Path(str(entry.path)) for entry in excinfo.traceback]
    return next((path for path in reversed(frames) if path != _FAIL), _FAIL)


def _title(item: pytest.Item) -> str:
    documentation = inspect.getdoc(getattr(item, "obj", None)) or ""
    name = getattr(item, "originalname", None) or item.name
    return documentation.strip().split("\n")[0] or name.removeprefix("test_").replace("_", " ").capitalize()
