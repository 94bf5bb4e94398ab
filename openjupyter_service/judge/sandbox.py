"""Questions to the sandbox in terms of values: encodes what goes, decodes what comes, raises what went wrong."""

import contextlib
import types
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from openjupyter.wire.codec import Decoder, Encoder, Node, Record
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame
from openjupyter_service.judge.channel import Link, MalformedReply, SandboxGone
from openjupyter_service.judge.failures import CellPlace, NotDefined, NotRun, Raised, Stopped, UnusableValue, message_of
from openjupyter_service.judge.trace import Policy, Trace

MakeHandle = Callable[["Sandbox", int, str, str, str, Record | None], Any]
"""Makes what a test gets for an object that stays behind: (sandbox, number, label, type name, repr, record)."""

Shown = tuple[tuple[Any, ...], dict[str, Any]]

MAX_NAME = 100
_FUNCTIONS = (types.FunctionType, types.MethodType, types.BuiltinFunctionType)


class Sandbox:
    """One submission's sandbox, asked by one test after another.

    Args:
        link: the way there
        make_handle: see MakeHandle
        handle_number: the number of a handle, or None for what is none
        files: how many lines each of the learner's files has, by its path relative to the notebook's folder
        executions: the cell behind each execution count
        alive: did the notebook leave a kernel that can be asked?
    """

    def __init__(
        self,
        link: Link,
        make_handle: MakeHandle,
        handle_number: Callable[[Any], int | None],
        files: Mapping[str, int] | None = None,
        executions: Mapping[int, CellPlace] | None = None,
        alive: bool = True,
    ) -> None:
        self.trace = Trace()
        self.waiting = False
        """Is it the sandbox that takes the time now, and not the test?"""
        self.lost = ""
        """Why there is no sandbox to ask any more, once that has happened."""
        self._link = link
        self._make_handle = make_handle
        self._handle_number = handle_number
        self._files = files or {}
        self._executions = executions or {}
        self._alive = alive
        self._number = 0
        self._seconds = 0.0
        self._exact = False
        self._begun = False
        self._broken = False
        self._callbacks: dict[int, Callable[..., Any]] = {}
        self._callback_error: BaseException | None = None

    @property
    def last_label(self) -> str:
        """What the test used last, in words a learner knows: `mean(...)`."""
        return self.trace.label

    def open_test(self, seconds: float, policy: Policy, exact: bool) -> None:
        """A new test, whose learner code may take so many seconds; a fork is made when it first asks for something.

        Args:
            seconds: wall clock
            policy: how much learners read about it
            exact: do numpy's scalars stay what they are? Else those that stand for a bool, an int or a float become one
        """
        self.trace.begin(policy)
        self._seconds, self._exact, self._begun, self._broken = seconds, exact, False, False
        self._callbacks, self._callback_error = {}, None

    def close_test(self) -> None:
        """The test is over; what its fork would still say no longer matters."""
        if self._begun:
            self.ask_agent("end")
            self._begun = False

    def ask(self, label: str, do: str, shown: Shown = ((), {}), **question: Any) -> Any:
        """The decoded value of a reply.

        Args:
            label: what is used, in words that a learner knows: `mean(...)`
            do: the operation, see openjupyter.agent.objects
            shown: positional and keyword arguments, for the trace
            question: what else the operation wants to know

        Raises:
            NotRun: the notebook left no kernel to ask
            NotDefined, UnusableValue, Stopped: see failures
            Exception: of a builtin kind, when learner code raised one
        """
        self._begin()
        self.trace.called(label, *shown)
        value = self._answer(label, do, shown, question)
        self.trace.returned(value)
        return value

    def ask_quietly(self, label: str, do: str, **question: Any) -> Any:
        """As `ask`, but a part of what was used last: the trace does not see it, unless learner code raises."""
        self._begin()
        return self._answer(label, do, None, question)

    def _answer(self, label: str, do: str, shown: Shown | None, question: Frame) -> Any:
        try:
            reply = self._exchange({"do": do, **question})
            number = self._number
            while "callback" in reply:
                reply = self._exchange(self._call_back(reply), number)
                if shown is not None:  # the function that was called may have used others meanwhile
                    self.trace.called(label, *shown)
        except MalformedReply:
            raise self._malformed(label) from None
        if self._callback_error is not None:
            error, self._callback_error = self._callback_error, None
            raise error
        if isinstance(error_frame := reply.get("error"), dict):
            self._raise(error_frame, label, do)
        if "value" not in reply:
            raise self._malformed(label)
        return self._decode(reply["value"], label)

    def ask_agent(self, do: str, **question: Any) -> Any:
        """What the agent itself answers: "begin", "end", "memory", "outputs"; {"error": …} for `begin` in vain."""
        try:
            reply = self._exchange({"agent": do, **question})
        except MalformedReply as error:
            raise self._lost(str(error)) from None
        return reply if do == "begin" else reply.get("value")

    def printed(self) -> str:
        """What learner code has printed in this test; "" when nobody can say. For the report: no use of the test's."""
        if not self._begun or self._broken:
            return ""
        with contextlib.suppress(SandboxGone, MalformedReply):
            text = self._exchange({"do": "printed", "stream": "stdout"}).get("value")
            return text if isinstance(text, str) else ""
        return ""

    def encode(self, value: Any) -> Node:
        """The node of an argument; TypeError for what cannot cross."""
        try:
            return Encoder(self._node_of).encode(value)
        except WireError as problem:
            raise TypeError(f"this argument cannot be passed to the learner's code: {problem}") from None

    def _begin(self) -> None:
        if not self._alive:
            raise NotRun
        if self._broken:
            raise Stopped("crashed", self.last_label)
        if not self._begun:
            self._begun = True
            if isinstance(self.ask_agent("begin", seconds=self._seconds).get("error"), dict):
                self._begun = False
                raise Stopped("crashed", "")

    def _exchange(self, frame: Frame, number: int | None = None) -> Frame:
        """The reply to a frame; what comes after a callback has the number of the question that led to it."""
        if number is None:
            self._number = number = self._number + 1
        self.waiting = True
        try:
            # The key by which the agent knows its own questions comes first.
            reply = self._link.exchange({**frame, "id": number})
        except SandboxGone as error:
            raise self._lost(str(error)) from None
        except WireError as error:  # a frame of our own, before it is sent
            if "do" not in frame:
                return self._exchange({"raise": "ValueError", "message": "the value is too large"}, number)
            raise UnusableValue(f"{self.last_label}: {error}") from None
        finally:
            self.waiting = False
        if "callback" not in reply and reply.get("id") != number:
            raise MalformedReply("the reply is to another question")
        return reply

    def _lost(self, reason: str) -> SandboxGone:
        self.lost = reason
        return SandboxGone(reason)

    def _decode(self, node: Node, label: str) -> Any:
        try:
            return Decoder(
                lambda handle: self._handle(handle, label),
                make_record=lambda record, made: self._record(record, made, label),
                plain_scalars=not self._exact,
            ).decode(node)
        except WireError as problem:
            raise UnusableValue(f"{label}: {problem}") from None

    def _handle(self, node: Node, label: str) -> Any:
        number, type_name, text = node.get("id"), node.get("type"), node.get("repr")
        if type(number) is not int or not isinstance(type_name, str) or not isinstance(text, str):
            raise WireError("a handle is malformed")
        return self._make_handle(self, number, label, type_name[:100], text[:200], None)

    def _record(self, record: Record, node: Node, label: str) -> Any:
        number = node.get("handle")
        if type(number) is not int:
            return record
        return self._make_handle(self, number, label, record.type_name[:100], repr(record)[:200], record)

    def _node_of(self, value: Any) -> Node:
        number = self._handle_number(value)
        if number is not None:
            return {"t": "handle", "id": number}
        if isinstance(value, _FUNCTIONS) or (callable(value) and not isinstance(value, type)):
            self._callbacks[len(self._callbacks) + 1] = value
            return {"t": "handle", "callback": len(self._callbacks)}
        raise WireError(f"a value of type {type(value).__name__} is neither plain data nor an object of the learner")

    def _malformed(self, label: str) -> Stopped:
        """A fork that does not keep to the protocol: whatever else it says is no answer any more."""
        self._broken = True
        return Stopped("crashed", label)

    def _call_back(self, call: Frame) -> Frame:
        """Call a test's own function from within learner code; gives the frame that tells what came of it."""
        number, args, kwargs = call.get("callback"), call.get("args"), call.get("kwargs")
        function = self._callbacks.get(number) if type(number) is int else None
        if function is None or not isinstance(args, list) or not isinstance(kwargs, dict):
            raise MalformedReply("a function was called that was not passed")
        label = "what you pass to a function"
        try:
            values = [self._decode(node, label) for node in args]
            named = {str(name): self._decode(node, label) for name, node in kwargs.items()}
            return {"value": self.encode(function(*values, **named))}
        except (SandboxGone, Stopped, MalformedReply):
            raise
        except Exception as error:
            if isinstance(error, AssertionError | UnusableValue):
                # The test's own verdict: learner code is told nothing of it, and cannot keep it from the test.
                self._callback_error = self._callback_error or error
                return {"raise": "RuntimeError", "message": "the test has ended"}
            return {"raise": type(error).__name__, "message": message_of(error)[:500]}
        except BaseException as error:  # pytest.fail() and pytest.skip() are none
            self._callback_error = self._callback_error or error
            return {"raise": "RuntimeError", "message": "the test has ended"}

    def _raise(self, error: dict[str, Any], label: str, do: str) -> NoReturn:
        match error.get("kind"):
            case "raised":
                raised = Raised(error, label, self._files, self._executions)
                self.trace.raised(raised)
                raise raised.exception()
            case "missing":
                # A forged text could carry a test's inputs; what a test inside the kernel has, learner code has anyway.
                raise NotDefined(str(error.get("message"))[:MAX_NAME] if do == "kernel_test" else label)
            case "value":
                raise UnusableValue(f"{label}: {str(error.get('message'))[:500]}")
            case "time limit" | "memory limit" | "crashed" as outcome:
                raise Stopped(outcome, label)
        raise self._malformed(label)
