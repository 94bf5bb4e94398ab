"""How the learner's side can fail a test, as exceptions raised in the test."""

import builtins
from collections.abc import Collection
from typing import Any

from openjupyter.wire.frames import Frame

_MAX_LINE = 99_999
_MAX_NUMBER = 9_999


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


class NotDefined(AttributeError):
    """The notebook does not define a name that the test uses."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the notebook does not define {name}")
        self.missing = name


class UnusableValue(AssertionError):
    """The learner's value cannot cross to the judge: too large, too deep, or not what the question needs."""


class Raised:
    """What learner code raised: the facts behind an exception in a test, kept in its `learner_error`.

    `type` and `place` go into the learner's message, so they hold nothing but what they are: the name of a builtin
    exception, a cell or one of the exercise's files, a line. Forged texts could carry the test's inputs.

    Args:
        error: the reply's error, hostile
        label: what was called
        files: names that a place may have, relative to the notebook's folder
    """

    def __init__(self, error: Frame, label: str, files: Collection[str] = ()) -> None:
        kind = getattr(builtins, _text(error.get("type")), None)
        self._builtin = kind if isinstance(kind, type) and issubclass(kind, BaseException) else Exception
        self.type = self._builtin.__name__
        self.name = _text(error.get("name"))
        self.message = _text(error.get("message"))
        self.traceback = _text(error.get("traceback"))
        self.label = label
        self.place = _place(error.get("place"), files)

    def exception(self) -> Exception:
        """An exception of the builtin type with the learner's message, for `pytest.raises` and for the report."""
        # Only Exceptions: a learner's SystemExit or KeyboardInterrupt must not end the judge.
        kind = self._builtin if issubclass(self._builtin, Exception) else RuntimeError
        raised = _instance(kind, self.message)
        raised.learner_error = self  # type: ignore[attr-defined]
        return raised


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _place(place: Any, files: Collection[str]) -> Frame:
    if not isinstance(place, dict) or not _counts(place.get("line"), _MAX_LINE):
        return {}
    if _counts(place.get("number"), _MAX_NUMBER):
        return {"number": place["number"], "line": place["line"]}
    file = place.get("file")
    return {"file": file, "line": place["line"]} if isinstance(file, str) and file in files else {}


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
