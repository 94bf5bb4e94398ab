"""The pytest plugin: keeps each test's points and outcome, within its time, and reports each test as it ends."""

import hashlib
import inspect
import signal
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from openjupyter_service.judge import kernel_tests
from openjupyter_service.judge.failures import OutOfTime, OwnTimeLimit, Raised
from openjupyter_service.judge.language import ENGLISH, Speech
from openjupyter_service.judge.marks import MARKERS, argument, mistakes
from openjupyter_service.judge.messages import describe
from openjupyter_service.judge.records import MAX_STAFF, TestRecord, open_record
from openjupyter_service.judge.reveal import details
from openjupyter_service.judge.sandbox import Sandbox
from openjupyter_service.judge.trace import Policy

_FAIL = Path(inspect.getfile(sys.modules[pytest.fail.__module__]))
"""Where pytest.fail() raises; whose words they are tells the frame that called it."""


LATER_SECONDS = 1.0


@dataclass(frozen=True)
class Rules:
    """What the exercise says of its tests; seconds of wall clock.

    `test_seconds` for what one test asks of learner code, `run_seconds` for all tests together, `own_seconds` for a
    test's own code on top of what it waits for.
    """

    test_seconds: float
    run_seconds: float
    own_seconds: float
    reveal: Policy
    seed: int
    language: str = "en"
    """Of the learner, for sentences that no author wrote."""


@dataclass
class GradingPlugin:
    """State of one pytest run. `finished(record, done, total)` is called after each test.

    `give_up(fault)` ends the judge on the spot, when a test's own code cannot be ended.
    """

    sandbox: Sandbox
    tests: Path
    rules: Rules
    finished: Callable[[TestRecord, int, int], None]
    give_up: Callable[[str], None]
    records: list[TestRecord] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    """Faults of the test files themselves: what could not be collected."""
    _speech: Speech = ENGLISH
    _total: int = 0
    _done: int = 0
    _warned: TestRecord | None = None
    _deadline: float = 0.0
    _seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._speech = Speech(self.rules.language)

    @property
    def complete(self) -> bool:
        """Did every test end? pytest.exit() in one of them could otherwise hide the rest."""
        return self._done == self._total

    @property
    def record(self) -> TestRecord:
        """That of the test which runs."""
        return self.records[-1]

    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the marks known."""
        for marker in MARKERS:
            config.addinivalue_line("markers", marker)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A test file that cannot be imported makes the grading an internal error."""
        if report.failed:
            self.broken.append(f"{report.nodeid}\n{report.longreprtext}"[:MAX_STAFF])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the tests; their time begins. A mark that makes no sense makes the grading an internal error."""
        self.broken += [mistake for item in session.items for mistake in mistakes(item)]
        if self.broken:
            raise pytest.UsageError("\n".join(self.broken))
        self._total = len(session.items)
        self._deadline = time.monotonic() + self.rules.run_seconds

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Open a record before a test and send it after."""
        record = open_record(item, self._seen)
        self.records.append(record)
        seconds = min(argument(item, "seconds", self.rules.test_seconds), max(self._deadline - time.monotonic(), 0.0))
        self.sandbox.open_test(seconds, self._policy(item), item.get_closest_marker("exact_types") is not None)
        before = signal.signal(signal.SIGALRM, self._own_time_is_up)
        signal.setitimer(signal.ITIMER_REAL, seconds + self.rules.own_seconds)
        try:
            result = yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        self.sandbox.close_test()
        record.close()
        self._done += 1
        self.finished(record, self._done, self._total)
        return result

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self, item: pytest.Item) -> None:
        """Refuse a test for which no time is left.

        Not in a fixture, because pytest does not clean up after one that ends in no Exception.
        """
        if time.monotonic() >= self._deadline:
            raise OutOfTime

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool | None:
        """Run a test marked `in_kernel` where it wants to run."""
        if not kernel_tests.is_kernel_test(pyfuncitem):
            return None
        kernel_tests.run(pyfuncitem, self.sandbox, rng_seed(self.rules.seed, pyfuncitem))
        return True

    def pytest_assertrepr_compare(self, config: pytest.Config, op: str, left: object, right: object) -> None:
        """A comparison failed: its sides may be shown, as far as the policy goes."""
        self.sandbox.trace.compared(op, left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the end of a phase into the record's outcome; the first phase that fails decides."""
        report = yield
        record = self.record
        record.seconds += call.duration
        if call.excinfo is None or record.outcome != "passed":
            return report
        error = call.excinfo.value
        if isinstance(error, pytest.skip.Exception):
            record.outcome, record.points = "not run", 0.0
            return report
        trace = self.sandbox.trace
        told = describe(error, _raised_in(call.excinfo), self.tests, trace, self._speech)
        record.outcome, record.message, record.place = told.outcome, told.message, told.place
        policy = self._policy(item)
        if policy != "none":
            trace.printed(self.sandbox.printed())
        record.details = details(policy, trace, error, self.tests, self._speech)
        raised = getattr(error, "learner_error", None)
        theirs = f"{raised.traceback}\n" if isinstance(raised, Raised) else ""
        record.staff = (theirs + report.longreprtext)[:MAX_STAFF]
        return report

    def _own_time_is_up(self, number: int, frame: FrameType | None) -> None:
        if self.sandbox.waiting:  # the agent keeps the learner's time; an exchange that is cut would lose its reply
            signal.setitimer(signal.ITIMER_REAL, LATER_SECONDS)
            return
        if self._warned is self.record:  # it has caught the exception, and goes on
            self.give_up(f"{self.record.name}\nits own code never ends, and catches what would end it")
        self._warned = self.record
        signal.setitimer(signal.ITIMER_REAL, LATER_SECONDS)
        raise OwnTimeLimit("the test's own code takes too long")

    def _policy(self, item: pytest.Item) -> Policy:
        policy: Policy = argument(item, "reveal", self.rules.reveal)
        return policy


def rng_seed(seed: int, item: pytest.Item) -> str:
    """What seeds a test's `rng`: the same for a test of a submission, another one for every other."""
    return hashlib.sha256(f"{seed}:{item.nodeid}".encode()).hexdigest()


def _raised_in(excinfo: pytest.ExceptionInfo[BaseException]) -> Path:
    frames = [Path(str(entry.path)) for entry in excinfo.traceback]
    return next((path for path in reversed(frames) if path != _FAIL), _FAIL)
