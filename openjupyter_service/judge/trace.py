"""What a hidden test did with the learner's code: its last calls, what came of them, and what was compared.

A failing assertion has two sides; the trace tells which one the learner made, by identity first, then by equality.
"""

import sys
from collections import deque
from dataclasses import dataclass
from types import FrameType
from typing import Any, Literal

from openjupyter_service.judge.failures import Raised
from openjupyter_service.judge.texts import short

MAX_CALLS = 20
MAX_ARGUMENT = 200

Policy = Literal["none", "calls", "diff"]
"""How much learners read about a hidden test: no value at all, its calls, or what it expects as well."""

Side = Literal["left", "right", "both"]

PRINTED, SENT = "what you print", "what the test sends"
"""Labels of `learner.printed()`, and of looking at a value that the test has sent into the learner's kernel."""

NOTHING: Any = object()
"""No value came back, as after an exception."""

_ATOMS = (type(None), bool, int, float, complex, str, bytes)
_CONTAINERS = (list, tuple, set, frozenset, dict)
_ASSERTING = "_call_reprcompare"
"""What pytest puts in the place of an `assert`, to explain it."""


@dataclass
class Call:
    """One use of the learner's code.

    `label` names it without values, `mean(...)`; `text` has the arguments as they were at the time of the call, and is
    the label where the policy does not show them.
    """

    label: str
    text: str
    returned: Any = NOTHING
    error: Raised | None = None

    @property
    def looks_back(self) -> bool:
        """Does this ask what an earlier use has printed or changed?"""
        return self.label in (PRINTED, SENT)


@dataclass(frozen=True)
class Comparison:
    """A comparison in a failing assertion: an operator such as "==", its two sides, the frame and its line."""

    op: str
    left: Any
    right: Any
    frame: FrameType
    line: int


class Trace:
    """One for a run; `begin` empties it before each test.

    With the policy "none" no argument and no returned container is kept: nothing of them could be shown.
    """

    def __init__(self) -> None:
        self.begin()

    def begin(self, policy: Policy = "none") -> None:
        """A new test with this policy; lets go of all values of the one before."""
        self.policy = policy
        self.comparison: Comparison | None = None
        self.printed_text = ""
        self._calls: deque[Call] = deque(maxlen=MAX_CALLS)

    @property
    def last(self) -> Call | None:
        """The last use of the learner's code."""
        return self._calls[-1] if self._calls else None

    @property
    def label(self) -> str:
        """What the test used last, in words that a learner knows: `mean(...)`; empty before the first use."""
        return self._calls[-1].label if self._calls else ""

    def called(self, label: str, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> None:
        """The test uses something of the learner's, before it is known what comes of it.

        Args:
            label: "mean(...)" for a call, "words[...]" for an index, "... in words", "basket.total", "your notebook";
                the dots stand where the arguments are shown if the policy allows
            args: positional arguments, the index or the item, before they are encoded
            kwargs: arguments by name
        """
        text = label if self.policy == "none" else _with_arguments(label, args, kwargs or {})
        self._calls.append(Call(label, text))

    def returned(self, value: Any) -> None:
        """What came back of the last use, as the test gets it: the same object."""
        if self._calls and (self.policy != "none" or isinstance(value, _ATOMS)):
            self._calls[-1].returned = value

    def raised(self, error: Raised) -> None:
        """The last use ended with an exception of the learner's code."""
        if self._calls:
            self._calls[-1].error = error

    def printed(self, text: str) -> None:
        """All that learner code printed since the test began; the latest word counts."""
        if self.policy != "none":
            self.printed_text = text

    def compared(self, op: str, left: Any, right: Any) -> None:
        """For `pytest_assertrepr_compare`: pytest explains a comparison of a failing assertion."""
        frame: FrameType | None = sys._getframe(1)
        while frame and frame.f_code.co_name != _ASSERTING:
            frame = frame.f_back
        if frame and frame.f_back:
            self.comparison = Comparison(op, left, right, frame.f_back, frame.f_back.f_lineno)

    def side(self, left: Any, right: Any) -> Side | None:
        """Which of two compared values the learner's code made; None where it cannot be told."""
        strengths = self._strength(left), self._strength(right)
        if strengths[0] != strengths[1]:
            return "left" if strengths[0] > strengths[1] else "right"
        return "both" if strengths[0] == _SAME else None

    def call_of(self, value: Any) -> Call | None:
        """The latest call that gave this value, else the last one."""
        for call in reversed(self._calls):
            if call.returned is value or _equal(call.returned, value):
                return call
        return self.last

    def before(self, call: Call) -> Call | None:
        """The latest use before this one that did something itself."""
        earlier = list(self._calls)[: next(n for n, each in enumerate(self._calls) if each is call)]
        return next((each for each in reversed(earlier) if not each.looks_back), None)

    def _strength(self, value: Any) -> int:
        """How surely a value is the learner's. Small numbers and texts are shared by all of Python, so that with them
        only the latest counts for more than any."""
        own = [call.returned for call in self._calls if call.returned is not NOTHING]
        if not isinstance(value, _ATOMS) and any(value is each for each in own):
            return _SAME
        if own and _equal(own[-1], value):
            return _LATEST
        return _EARLIER if any(_equal(each, value) for each in own) else 0


_EARLIER, _LATEST, _SAME = 1, 2, 3


def _equal(own: Any, value: Any) -> bool:
    """Equal as plain data; never asks arrays, tables or handles, which answer with something else or refuse."""
    if type(own) is not type(value) or not isinstance(own, (*_ATOMS, *_CONTAINERS)):
        return False
    try:
        return own == value or own is value
    except Exception:
        return False


def _with_arguments(label: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    texts = [short(value, MAX_ARGUMENT) for value in args]
    texts += [f"{name}={short(value, MAX_ARGUMENT)}" for name, value in kwargs.items()]
    shown = ", ".join(texts)
    if label.endswith("(...)"):
        return f"{label[:-5]}({shown})"
    if label.endswith("[...]") and texts:
        return f"{label[:-5]}[{shown}]"
    if label.startswith("... in ") and texts:
        return f"{shown}{label[3:]}"
    return label
