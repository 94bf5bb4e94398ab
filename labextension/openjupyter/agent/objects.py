"""Answer a test's questions about the learner's objects, in a fork of the learner's kernel.

Values leave by the closed codec; what it does not know stays here behind a numbered handle. This runs beside learner
code and is trusted by nobody: the judge decodes its answers as data and does all comparing itself.
"""

import ast
import itertools
import linecache
import os
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openjupyter.agent.quiet import Printed
from openjupyter.wire.codec import Budget, Decoder, Encoder, Node
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame

MAX_REPR = 200
MAX_MESSAGE = 2_000
MAX_TRACEBACK = 10_000
MAX_ITEMS = 100_000

_OURS = str(Path(__file__).resolve().parent.parent)


class Missing(Exception):
    """The notebook does not define the name that a test asked for."""


class Objects:
    """The namespace of one fork, and the handles given out so far."""

    def __init__(self, shell: Any, printed: Printed) -> None:
        self.shell = shell
        self.printed = printed
        self.handles: dict[int, Any] = {}
        self._operations: dict[str, Callable[[Frame], Node]] = {
            "get": self._get,
            "call": self._call,
            "attribute": self._attribute,
            "item": self._item,
            "length": self._length,
            "items": self._items,
            "contains": self._contains,
            "run": self._run,
            "figure": self._figure,
            "printed": lambda question: self._encode(self.printed.text()),
        }

    def answer(self, question: Frame) -> Frame:
        """The reply to one question: {"value": node} or {"error": {...}}, never an exception."""
        try:
            operation = self._operations[question["do"]]
            return {"value": operation(question)}
        except Missing as error:
            return {"error": {"kind": "missing", "message": str(error)}}
        except WireError as error:
            return {"error": {"kind": "value", "message": str(error)[:MAX_MESSAGE]}}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of learner code are answers, too
            return {"error": describe_exception(error, self.shell)}

    def _get(self, question: Frame) -> Node:
        name = question["name"]
        if name not in self.shell.user_ns:
            raise Missing(name)
        return self._encode(self.shell.user_ns[name])

    def _call(self, question: Frame) -> Node:
        budget = Budget()
        arguments = [self._decode(node, budget) for node in question["args"]]
        keywords = {name: self._decode(node, budget) for name, node in question["kwargs"].items()}
        return self._encode(self._target(question)(*arguments, **keywords))

    def _attribute(self, question: Frame) -> Node:
        return self._encode(getattr(self._target(question), question["name"]))

    def _item(self, question: Frame) -> Node:
        return self._encode(self._target(question)[self._decode(question["index"])])

    def _length(self, question: Frame) -> Node:
        return len(self._target(question))

    def _items(self, question: Frame) -> Node:
        items = list(itertools.islice(iter(self._target(question)), MAX_ITEMS + 1))
        if len(items) > MAX_ITEMS:
            raise WireError(f"it has more than {MAX_ITEMS:,} items")
        return self._encode(items)

    def _contains(self, question: Frame) -> Node:
        return bool(self._decode(question["item"]) in self._target(question))

    def _run(self, question: Frame) -> Node:
        tree = ast.parse(question["source"], "<test>")
        value: Any = None
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, "<test>", "exec"), self.shell.user_ns)  # noqa: S102  # the test's author asks for it
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "<test>", "eval"), self.shell.user_ns)  # noqa: S307
        return self._encode(value)

    def _figure(self, question: Frame) -> Node:
        from openjupyter.agent.figures import describe_figure

        return self._encode(describe_figure(self._target(question)))

    def _target(self, question: Frame) -> Any:
        return self._find_handle(question["target"])

    def _find_handle(self, node: Node) -> Any:
        number = node.get("id") if isinstance(node, dict) else None
        if number not in self.handles:
            raise WireError("that handle is of another test")
        return self.handles[number]

    def _make_handle(self, value: Any) -> Node:
        number = len(self.handles) + 1
        self.handles[number] = value
        return {"t": "handle", "id": number, "type": _type_name(value), "repr": _short_repr(value)}

    def _encode(self, value: Any) -> Node:
        return Encoder(self._make_handle).encode(value)

    def _decode(self, node: Node, budget: Budget | None = None) -> Any:
        return Decoder(self._find_handle, budget).decode(node)


def describe_exception(error: BaseException, shell: Any) -> Frame:
    """An exception as data: its nearest builtin type, own name, message, place in the learner's code, traceback."""
    builtin = next(kind for kind in type(error).__mro__ if kind.__module__ == "builtins")
    try:
        single = len(error.args) == 1 and isinstance(error.args[0], str)
        message = error.args[0] if single else str(error)  # str(KeyError("a")) would be "'a'"
    except BaseException:
        message = ""
    return {
        "kind": "raised",
        "type": builtin.__name__,
        "name": type(error).__name__[:100],
        "message": str(message)[:MAX_MESSAGE],
        "place": _place(error, shell),
        "traceback": _learner_traceback(error)[-MAX_TRACEBACK:],
    }


def _learner_frames(error: BaseException) -> list[traceback.FrameSummary]:
    linecache.checkcache()
    return [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_OURS)]


def _place(error: BaseException, shell: Any) -> Frame | None:
    """The deepest place in the learner's own code: an execution count of a cell, or a file beside the notebook."""
    cells = getattr(shell.compile, "_filename_map", {})
    here = os.getcwd()  # noqa: PTH109
    for frame in reversed(_learner_frames(error)):
        if frame.filename in cells:
            return {"execution": cells[frame.filename], "line": frame.lineno}
        if frame.filename.startswith(here + os.sep):
            return {"file": os.path.relpath(frame.filename, here)[:200], "line": frame.lineno}
    return None


def _learner_traceback(error: BaseException) -> str:
    try:
        return "".join(traceback.format_list(_learner_frames(error)) + traceback.format_exception_only(error))
    except BaseException:  # a learner's __str__ may do anything
        return ""


def _type_name(value: Any) -> str:
    return str(type(value).__name__)[:100]


def _short_repr(value: Any) -> str:
    try:
        return repr(value)[:MAX_REPR]
    except BaseException:
        return ""
