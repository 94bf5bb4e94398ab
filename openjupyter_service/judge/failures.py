"""How the learner's side can fail a test, as exceptions raised in the test."""

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openjupyter.wire.frames import Frame


class Stopped(BaseException):
    """The learner's code was stopped in this test. No Exception, so that `pytest.raises(Exception)` lets it pass.

    Args:
        outcome: "time limit", "memory limit" or "crashed"
        label: what was called
    """

    def __init__(self, outcome: str, label: str) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.label = label


class NotRun(BaseException):
    """The notebook was stopped before its end, so that there is nothing to test."""


@dataclass(frozen=True)
class CellPlace:
    """A code cell: its index among all cells from 0, its number among code cells from 1, and how many lines it has."""

    cell: int
    number: int
    lines: int


class OutOfTime(BaseException):
    """The tests before this one have taken all the time that the exercise gives to its tests together."""


class OwnTimeLimit(BaseException):
    """The test's own code, not the learner's, runs without end: its author's fault."""


class KernelTestFailed(AssertionError):
    """A test inside the learner's kernel did not hold; the text is its author's, or empty."""


class NotDefined(AttributeError):
    """The notebook does not define a name that the test uses."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the notebook does not define {name}")
        self.missing = name


class NoSuchCell(NotDefined):
    """The notebook has no cell of the id or tag that the test asks for: its learner may have deleted it."""


class UnusableValue(AssertionError):
    """The learner's value cannot cross to the judge: too large, too deep, or not what the question needs."""


class Raised:
    """What learner code raised: the facts behind an exception in a test, kept in its `learner_error`.

    `type` and `place` go into the learner's message, so they hold nothing but what they are: the name of a builtin
    exception, a cell or one of the exercise's files, a line. Forged texts could carry the test's inputs.

    Args:
        error: the reply's error, hostile
        label: what was called
        files: how many lines each file has that a place may name, by its path relative to the notebook's folder
        executions: the cell behind each execution count
    """

    def __init__(
        self,
        error: Frame,
        label: str,
        files: Mapping[str, int] | None = None,
        executions: Mapping[int, CellPlace] | None = None,
    ) -> None:
        kind = getattr(builtins, _text(error.get("type")), None)
        self._builtin = kind if isinstance(kind, type) and issubclass(kind, BaseException) else Exception
        self.type = self._builtin.__name__
        self.name = _text(error.get("name"))
        self.names = [_text(name) for name in names] if isinstance(names := error.get("names"), list) else [self.name]
        """Names of its class and all classes that this derives from."""
        self.in_test = error.get("in_test") is True
        """Did a test inside the kernel raise it itself?"""
        self.message = _text(error.get("message"))
        self.traceback = _text(error.get("traceback"))
        self.label = label
        self.place = _place(error.get("place"), files or {}, executions or {})

    def exception(self) -> Exception:
        """An exception of the builtin type with the learner's message, for `pytest.raises` and for the report."""
        # Only Exceptions: a learner's SystemExit or KeyboardInterrupt must not end the judge.
        kind = self._builtin if issubclass(self._builtin, Exception) else RuntimeError
        raised = _instance(kind, self.message)
        raised.learner_error = self  # type: ignore[attr-defined]
        return raised


def message_of(error: BaseException | None) -> str:
    """The text that an exception was made with: `str` of a KeyError would quote it."""
    if error is None:
        return ""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _place(place: Any, files: Mapping[str, int], executions: Mapping[int, CellPlace]) -> Frame:
    """A line that exists, and no other: a number that learner code could choose would carry a test's inputs out."""
    if not isinstance(place, dict):
        return {}
    line, execution, file = place.get("line"), place.get("execution"), place.get("file")
    if type(execution) is int and (cell := executions.get(execution)) and _counts(line, cell.lines):
        return {"cell": cell.cell, "number": cell.number, "line": line}
    if isinstance(file, str) and _counts(line, files.get(file, 0)):
        return {"file": file, "line": line}
    return {}


def _counts(value: Any, limit: int) -> bool:
    return type(value) is int and 0 < value <= limit


def _instance(kind: type[Exception], message: str) -> Exception:
    if issubclass(kind, BaseExceptionGroup):
        return RuntimeError(message)
    try:
        return kind(message)
    except TypeError:  # UnicodeDecodeError and its kin want five arguments
        copy = type(kind.__name__, (kind,), {"__init__": lambda self: None, "__str__": lambda self: message})
        made = copy()
        assert isinstance(made, Exception)
        return made
