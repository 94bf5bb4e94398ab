"""Hidden tests run by pytest, with a trace and without a sandbox: `learner` calls functions of this process."""

import sys
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge.failures import CellPlace, Raised
from openjupyter_service.judge.learner import Learner
from openjupyter_service.judge.messages import Told, describe
from openjupyter_service.judge.reveal import details
from openjupyter_service.judge.trace import Policy, Trace


@dataclass
class Tried:
    """What was told of one hidden test that did not pass."""

    told: Told
    details: dict[str, Any] | None

    @property
    def all_texts(self) -> str:
        return f"{self.told} {self.details}"


class FakeLearner:
    """The learner's names, traced as the sandbox does it."""

    def __init__(self, trace: Trace, names: dict[str, Any]) -> None:
        self._trace, self._names = trace, names
        self._printed: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = self._names[name]
        if not callable(value):
            self._trace.called(name)
            self._trace.returned(value)
            return value
        return lambda *args, **kwargs: self._call(name, value, args, kwargs)

    def _call(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        self._trace.called(f"{name}(...)", args, kwargs)
        try:
            value = function(*args, **kwargs)
        except Exception as error:
            kind = type(error).__name__
            frame = {
                "type": kind,
                "name": kind,
                "message": str(error),
                "traceback": "",
                "place": {"execution": 1, "line": 7},
            }
            raised = Raised(frame, f"{name}(...)", {}, {1: CellPlace(4, 3, 99)})
            self._trace.raised(raised)
            raise raised.exception() from None
        if isinstance(value, Printed):
            self._printed.append(value.text)
            value = None
        self._trace.returned(value)
        return value

    # The real one, whose frame tells what was expected.
    raises = Learner.raises

    def value(self, sent: Any) -> Any:
        self._trace.called("what the test sends")
        self._trace.returned(sent)
        return sent

    def printed(self) -> str:
        text = "".join(self._printed)
        self._trace.called("what you print")
        self._trace.returned(text)
        self._trace.printed(text)
        return text


@dataclass
class Printed:
    """Given by a learner's function that prints."""

    text: str


@dataclass
class Plugin:
    policy: Policy
    tests: Path
    names: dict[str, Any]
    trace: Trace = field(default_factory=Trace)
    tried: dict[str, Tried | None] = field(default_factory=dict)

    @pytest.fixture
    def learner(self) -> Iterator[FakeLearner]:
        self.trace.begin(self.policy)
        yield FakeLearner(self.trace, self.names)

    def pytest_assertrepr_compare(self, config: pytest.Config, op: str, left: object, right: object) -> None:
        self.trace.compared(op, left, right)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        self.tried.setdefault(item.name, None)
        if call.excinfo is not None:
            error = call.excinfo.value
            frames = [Path(str(entry.path)) for entry in call.excinfo.traceback]
            raised_in = next((path for path in reversed(frames) if path.name != "outcomes.py"), frames[-1])
            told = describe(error, raised_in, self.tests, self.trace)
            self.tried[item.name] = Tried(told, details(self.policy, self.trace, error, self.tests))
        return report


def run(folder: Path, source: str, names: dict[str, Any], policy: Policy) -> dict[str, Tried | None]:
    """What was told of each test of `source` by its name; None for those that passed."""
    folder = folder.resolve()
    (folder / "test_hidden.py").write_text(source)
    plugin = Plugin(policy, folder, names)
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:asyncio", "--import-mode=importlib", "--capture=no"]
    sys.modules.pop("test_hidden", None)
    code = pytest.main([*options, f"--rootdir={folder}", "-c", "/dev/null", str(folder)], plugins=[plugin])
    assert code in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED), code
    return plugin.tried
