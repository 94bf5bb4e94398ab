"""Answer a test's questions about the learner's objects, in a fork of the learner's kernel.

Values leave by the closed codec; what it does not know stays here behind a numbered handle. This runs beside learner
code and is trusted by nobody: the judge decodes its answers as data and does all comparing itself.
"""

from collections.abc import Callable
from typing import Any

from openjupyter.agent import kernel_tests, operations, surroundings
from openjupyter.agent.conversation import Conversation
from openjupyter.agent.exceptions import Missing, describe_exception
from openjupyter.agent.quiet import Streams
from openjupyter.wire.codec import Budget, Decoder, Encoder, Node
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame

MAX_REPR = 200
MAX_MESSAGE = 2_000

Operation = Callable[["Objects", Frame], Node]
OPERATIONS: dict[str, Operation] = {
    **operations.OPERATIONS,
    **surroundings.OPERATIONS,
    "kernel_test": kernel_tests.run_test,
}
"""What can be asked, by the name in a question's `do`."""


class Objects:
    """The namespace of one fork, and the handles given out so far."""

    def __init__(self, shell: Any, streams: Streams, conversation: Conversation) -> None:
        self.shell = shell
        self.streams = streams
        self.conversation = conversation
        self.handles: dict[int, Any] = {}

    def answer(self, question: Frame) -> Frame:
        """The reply to one question: {"value": node} or {"error": {...}}, never an exception."""
        try:
            return {"value": OPERATIONS[question["do"]](self, question)}
        except Missing as error:
            return {"error": {"kind": "missing", "message": str(error)}}
        except WireError as error:
            return {"error": {"kind": "value", "message": str(error)[:MAX_MESSAGE]}}
        except BaseException as error:  # SystemExit and KeyboardInterrupt of learner code are answers, too
            return {"error": {**describe_exception(error, self.shell), "handle": self.keep(error)}}

    def target(self, question: Frame) -> Any:
        """The object that a question is about."""
        return self.find(question["target"])

    def encode(self, value: Any) -> Node:
        """The node of a value."""
        return Encoder(self.make_handle, keep=self.keep).encode(value)

    def encode_or_keep(self, value: Any) -> Node:
        """The node of a value; a handle for one that is too large to cross, whose parts can be asked for."""
        try:
            return self.encode(value)
        except WireError:
            return self.make_handle(value)

    def decode(self, node: Node, budget: Budget | None = None) -> Any:
        """The value of a node: data, an object of a handle, or a function that calls one of the test's."""
        return Decoder(self.find, budget).decode(node)

    def arguments(self, question: Frame) -> tuple[list[Any], dict[str, Any]]:
        """Positional and keyword arguments of a question, counted together."""
        budget = Budget()
        positional = [self.decode(node, budget) for node in question["args"]]
        return positional, {name: self.decode(node, budget) for name, node in question["kwargs"].items()}

    def keep(self, value: Any) -> int:
        """Give an object a number under which the test can ask for it."""
        number = len(self.handles) + 1
        self.handles[number] = value
        return number

    def make_handle(self, value: Any) -> Node:
        """The node that stands for an object which stays here."""
        return {"t": "handle", "id": self.keep(value), "type": _type_name(value), "repr": _short_repr(value)}

    def find(self, node: Node) -> Any:
        """The object or callback behind a handle node."""
        if isinstance(node, dict) and "callback" in node:
            return self._callback(node["callback"])
        number = node.get("id") if isinstance(node, dict) else None
        if number not in self.handles:
            raise WireError("that handle is of another test")
        return self.handles[number]

    def _callback(self, number: int) -> Callable[..., Any]:
        def callback(*args: Any, **kwargs: Any) -> Any:
            call = {
                "callback": number,
                "args": [self.encode(argument) for argument in args],
                "kwargs": {name: self.encode(argument) for name, argument in kwargs.items()},
            }
            reply = self.conversation.call_back(self.answer, call)
            if "raise" in reply:
                raise _builtin_exception(reply["raise"], reply.get("message", ""))
            return self.decode(reply["value"])

        return callback


def _builtin_exception(name: str, message: str) -> Exception:
    import builtins

    kind = getattr(builtins, name, None)
    if isinstance(kind, type) and issubclass(kind, Exception):
        try:
            return kind(message)
        except TypeError:  # UnicodeDecodeError and its kin want five arguments
            pass
    return RuntimeError(message)


def _type_name(value: Any) -> str:
    return str(type(value).__name__)[:100]


def _short_repr(value: Any) -> str:
    try:
        return repr(value)[:MAX_REPR]
    except BaseException:
        return ""
