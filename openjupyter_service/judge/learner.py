"""The `learner` fixture: the notebook as a test sees it. Data is copied; the rest stays behind handles."""

import ast
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from openjupyter_service.judge.cells import Cell, Notebook
from openjupyter_service.judge.failures import Raised, UnusableValue
from openjupyter_service.judge.figure import Figure
from openjupyter_service.judge.handle import Handle, RecordHandle, label_of, node_of
from openjupyter_service.judge.sandbox import Sandbox

STREAMS = ("stdout", "stderr", "prompts")
"""What `learner.printed` can give."""


@dataclass(frozen=True)
class Measured:
    """What a call gave and took: seconds of wall clock, and bytes of memory at its highest above what was used before.

    The memory is counted by the system, not by the learner's process; None where the system does not tell.
    """

    value: Any
    seconds: float
    peak_bytes: int | None


class RaisedByLearner:
    """What `learner.raises(...)` saw, once its block has ended: the class's name and the message."""

    name: str = ""
    message: str = ""


class Learner:
    """The notebook's namespace as the notebook left it: `learner.mean([1, 2])`, `learner["run"]` for reserved names."""

    def __init__(self, sandbox: Sandbox, notebook: Notebook) -> None:
        self.__dict__.update(_sandbox=sandbox, _notebook=notebook)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Any:
        return self._sandbox.ask(name, "get", name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._sandbox.ask(name, "set", name=name, value=self._sandbox.encode(value))

    __setitem__ = __setattr__

    def run(self, source: str) -> Any:
        """Run Python source in the learner's kernel; gives the value of its last expression."""
        return self._sandbox.ask("your notebook", "run", source=source)

    def module(self, name: str) -> Any:
        """A module in the learner's kernel, such as "operator" or "builtins"."""
        return self._sandbox.ask(name, "module", name=name)

    def send(self, value: Any) -> Any:
        """Put a copy of plain data into the learner's kernel; gives its handle, to be passed and changed there."""
        return self._sandbox.ask("what the test sends", "send", value=self._sandbox.encode(value))

    def value(self, handle: Any) -> Any:
        """The plain data behind a handle, as it is now; data is given back as it is."""
        if type(handle) not in (Handle, RecordHandle):
            return handle
        value = self._sandbox.ask(label_of(handle), "value", target=node_of(handle))
        if type(value) is Handle:
            raise UnusableValue(f"{label_of(handle)} is a {value.type_name}, which is no plain data")
        return value

    def fields(self, handle: Handle) -> dict[str, Any]:
        """Names and values of a dataclass's fields, or of any object's attributes."""
        if type(handle) not in (Handle, RecordHandle):
            raise UnusableValue(f"{self._sandbox.last_label} has no fields")
        fields = self._sandbox.ask(label_of(handle), "fields", target=node_of(handle))
        if not isinstance(fields, dict):
            raise UnusableValue(f"{label_of(handle)} has no fields")
        return fields

    @contextmanager
    def raises(self, name: str, match: str | None = None) -> Iterator[RaisedByLearner]:
        """Expect learner code to raise an exception whose class, or one that it derives from, has this name.

        Args:
            name: such as "TooSmall", defined in the notebook, or "ValueError"
            match: a regular expression to be found in the message
        """
        seen = RaisedByLearner()
        try:
            yield seen
        except Exception as error:
            raised = getattr(error, "learner_error", None)
            if not isinstance(raised, Raised) or name not in raised.names:
                raise
            if match is not None and not re.search(match, raised.message):
                raise AssertionError(f"{raised.message!r} does not match {match!r}") from None
            seen.name, seen.message = raised.name, raised.message
        else:
            raise AssertionError(f"{name} was not raised")

    def printed(self, stream: str = "stdout") -> str:
        """What learner code wrote to "stdout", "stderr", or as "prompts" of input(), since this test began."""
        if stream not in STREAMS:
            raise ValueError(f"there is no stream {stream!r}, but {', '.join(STREAMS)}")
        text = self._sandbox.ask("what you print", "printed", stream=stream)
        self._sandbox.trace.printed(text if isinstance(text, str) else "")
        return text if isinstance(text, str) else ""

    def inputs(self, *lines: str) -> None:
        """Queue lines for `input()`; after the last one the input ends with EOFError."""
        self._sandbox.ask("input()", "inputs", lines=list(lines))

    def seed(self, number: int) -> None:
        """Seed random numbers in the learner's kernel: module random, numpy.random, torch where it is loaded."""
        self._sandbox.ask("your notebook", "seed", number=number)

    def files(self) -> list[str]:
        """Paths of the files below the notebook's folder, sorted; hidden files are left out."""
        found = self._sandbox.ask("your files", "files")
        return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []

    def read_file(self, path: str) -> bytes:
        """Content of a file that learner code wrote, at most 10 MB; FileNotFoundError when there is none."""
        content = self._sandbox.ask(f"the file {path}", "read_file", path=path)
        if not isinstance(content, bytes):
            raise UnusableValue(f"the file {path} cannot be read")
        return content

    def read_text(self, path: str) -> str:
        """As read_file, decoded as UTF-8."""
        try:
            return self.read_file(path).decode()
        except UnicodeDecodeError:
            raise UnusableValue(f"the file {path} is not text in UTF-8") from None

    def figure(self, figure: Any) -> Figure:
        """What a figure shows; takes a handle to a Figure, an Axes, or a pair of both."""
        if type(figure) is not Handle:
            raise UnusableValue(f"{self._sandbox.last_label} did not give a figure")
        label = f"the figure of {label_of(figure)}"
        return Figure.from_data(self._sandbox.ask(label, "figure", target=node_of(figure)))

    def figures(self) -> list[Figure]:
        """All figures that matplotlib.pyplot has open now, oldest first; the inline backend closes those of a cell."""
        found = self._sandbox.ask("your figures", "figures")
        return [Figure.from_data(figure) for figure in found] if isinstance(found, list) else []

    def cell(self, id_or_tag: str) -> Cell:
        """The cell of that id, or the first with that tag."""
        return self._notebook.cell(id_or_tag)

    def cells(self, tag: str | None = None) -> list[Cell]:
        """All cells, or those with a tag."""
        return self._notebook.with_tag(tag)

    def source(self, name: str) -> str:
        """Source of a function, class or method ("Basket.add") as it was handed in; its last definition counts."""
        return self._notebook.source(name)

    def tree(self, name: str | None = None) -> ast.AST:
        """The syntax tree of a function, class or method, or of all code cells together."""
        return self._notebook.tree(name)

    def measure(self, function: Any, *args: Any, **kwargs: Any) -> Measured:
        """Call a function of the learner; gives what came back, and the time and memory that it took."""
        if not callable(function):
            raise UnusableValue(f"{self._sandbox.last_label} is no function")
        self._sandbox.ask("your notebook", "forget_peak")
        before = _memory(self._sandbox.ask_agent("memory", watch=True))
        started = time.perf_counter()
        value = function(*args, **kwargs)
        seconds = time.perf_counter() - started
        after = _memory(self._sandbox.ask_agent("memory", watch=False))
        peak = None if before is None or after is None else max(after[1] - before[0], 0)
        return Measured(value, seconds, peak)


def _memory(told: Any) -> tuple[int, int] | None:
    if isinstance(told, list) and len(told) == 2 and all(type(size) is int for size in told):
        return told[0], told[1]
    return None
