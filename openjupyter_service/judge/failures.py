"""How the learner's side can fail a test, as exceptions raised in the test."""

import builtins
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


class NotDefined(AttributeError):
    """The notebook does not define a name that the test uses."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the notebook does not define {name}")
        self.missing = name


class UnusableValue(AssertionError):
    """The learner's value cannot cross to the judge: too large, too deep, or not what the question needs."""


class Raised:
    """What learner code raised: the facts behind an exception in a test, kept in its `learner_error`."""

    def __init__(self, error: Frame, label: str) -> None:
        self.type = _text(error.get("type"))
        self.name = _text(error.get("name"))
        self.message = _text(error.get("message"))
        self.traceback = _text(error.get("traceback"))
        self.label = label
        place = error.get("place")
        self.place: Frame = place if isinstance(place, dict) else {}

    def exception(self) -> Exception:
        """An exception of the builtin type with the learner's message, for `pytest.raises` and for the report."""
        kind = getattr(builtins, self.type, None)
        # Only Exceptions: a learner's SystemExit or KeyboardInterrupt must not end the judge.
        if not (isinstance(kind, type) and issubclass(kind, Exception)):
            kind = RuntimeError
        raised = _instance(kind, self.message)
        raised.learner_error = self  # type: ignore[attr-defined]
        return raised


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _instance(kind: type[Exception], message: str) -> Exception:
    try:
        return kind(message)
    except TypeError:  # UnicodeDecodeError and its kin want five arguments
        copy = type(kind.__name__, (kind,), {"__init__": lambda self: None, "__str__": lambda self: message})
        made = copy()
        assert isinstance(made, Exception)
        return made
