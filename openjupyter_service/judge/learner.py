"""The `learner` fixture: the learner's objects as a test sees them. Data is copied; the rest stays behind handles."""

from collections.abc import Collection, Iterator
from typing import Any, NoReturn

from openjupyter.wire.codec import Decoder, Encoder, Node
from openjupyter.wire.errors import WireError
from openjupyter_service.judge.channel import Channel, SandboxGone
from openjupyter_service.judge.failures import NotDefined, Raised, Stopped, UnusableValue
from openjupyter_service.judge.figure import Figure


class Sandbox:
    """Questions to the sandbox in terms of values: encodes what goes, decodes what comes, raises what went wrong."""

    def __init__(self, channel: Channel, files: Collection[str] = ()) -> None:
        self.channel = channel
        self.files = frozenset(files)
        """Names of the learner's files, relative to the notebook's folder."""
        self.last_label = ""
        """What the test used last, in words a learner knows: `mean(...)`."""

    def begin(self, seconds: float) -> bool:
        """A new test, which may take so many seconds; False when there is no kernel left to ask."""
        self.last_label = ""
        return not isinstance(self.channel.ask("begin", seconds=seconds).get("error"), dict)

    def end(self) -> None:
        """The test is over; what its copy of the notebook would still say no longer matters."""
        self.channel.ask("end")

    def ask(self, label: str, do: str, **question: Any) -> Any:
        """The decoded value of a reply."""
        self.last_label = label
        reply = self.channel.ask(do, **question)
        if isinstance(error := reply.get("error"), dict):
            self._raise(error, label)
        if "value" not in reply:
            raise SandboxGone("the sandbox gave a reply without a value")
        try:
            return Decoder(lambda node: self._handle(node, label)).decode(reply["value"])
        except WireError as problem:
            raise UnusableValue(f"{label}: {problem}") from None

    def encode(self, value: Any) -> Node:
        """The node of an argument; TypeError for what cannot cross."""
        try:
            return Encoder(_handle_node).encode(value)
        except WireError as problem:
            raise TypeError(f"this argument cannot be passed to the learner's code: {problem}") from None

    def _handle(self, node: Node, label: str) -> "Handle":
        number, type_name, text = node.get("id"), node.get("type"), node.get("repr")
        if type(number) is not int or not isinstance(type_name, str) or not isinstance(text, str):
            raise WireError("a handle is malformed")
        return Handle(self, number, label, type_name[:100], text[:200])

    def _raise(self, error: dict[str, Any], label: str) -> NoReturn:
        match error.get("kind"):
            case "raised":
                raise Raised(error, label, self.files).exception()
            case "missing":
                raise NotDefined(label)
            case "value":
                raise UnusableValue(f"{label}: {str(error.get('message'))[:500]}")
            case "time limit" | "memory limit" | "crashed" as outcome:
                raise Stopped(outcome, label)
        raise SandboxGone("the sandbox gave an unknown error")


class Handle:
    """An object that stays in the learner's kernel: call it, read attributes, index, iterate, take its length."""

    def __init__(self, sandbox: Sandbox, number: int, label: str, type_name: str, text: str) -> None:
        # Through the instance dictionary, because ordinary attributes are the learner's object's.
        self.__dict__.update(_sandbox=sandbox, _number=number, _label=label, _type_name=type_name, _repr=text)

    @property
    def type_name(self) -> str:
        """Name of the object's class."""
        return str(self.__dict__["_type_name"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the learner's function, class or method with plain data and handles."""
        sandbox = self._sandbox
        return self._ask(
            f"{self._label}(...)",
            "call",
            args=[sandbox.encode(argument) for argument in args],
            kwargs={name: sandbox.encode(argument) for name, argument in kwargs.items()},
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy, pickle and pytest ask for these; they are questions about the handle
            raise AttributeError(name)
        return self._ask(f"{self._label}.{name}", "attribute", name=name)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("a learner's object cannot be changed from a test; call one of its methods")

    def __getitem__(self, index: Any) -> Any:
        return self._ask(f"{self._label}[...]", "item", index=self._sandbox.encode(index))

    def __len__(self) -> int:
        length = self._ask(f"len({self._label})", "length")
        if type(length) is not int or length < 0:
            raise UnusableValue(f"len({self._label}) is not a length")
        return length

    def __iter__(self) -> Iterator[Any]:
        items = self._ask(f"{self._label}", "items")
        if not isinstance(items, list):
            raise UnusableValue(f"{self._label} cannot be iterated over")
        return iter(items)

    def __contains__(self, item: Any) -> bool:
        return self._ask(f"... in {self._label}", "contains", item=self._sandbox.encode(item)) is True

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self!r} is a handle: ask for its length or an attribute instead of its truth")

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError(
            f"{self!r} is a handle and cannot be compared: compare its attributes or what its methods return"
        )

    __ne__ = __eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<the learner's {self.type_name}: {self.__dict__['_repr']}>"

    def _ask(self, label: str, do: str, **question: Any) -> Any:
        return self._sandbox.ask(label, do, target={"t": "handle", "id": self._number}, **question)


def _handle_node(value: Any) -> Node:
    if type(value) is Handle:
        return {"t": "handle", "id": value.__dict__["_number"]}
    raise WireError(f"a {type(value).__name__} is neither plain data nor an object of the learner")


class Learner:
    """The notebook's namespace as the notebook left it: `learner.mean([1, 2])`, `learner["run"]` for reserved names."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __getitem__(self, name: str) -> Any:
        return self._sandbox.ask(name, "get", name=name)

    def run(self, source: str) -> Any:
        """Run Python source in the learner's kernel; gives the value of its last expression."""
        return self._sandbox.ask("your notebook", "run", source=source)

    def printed(self) -> str:
        """What learner code printed since this test began; at most a million characters."""
        text = self._sandbox.ask("what you print", "printed")
        return text if isinstance(text, str) else ""

    def figure(self, figure: Handle) -> Figure:
        """What a figure shows; takes a handle to a Figure, an Axes, or a pair of both."""
        if type(figure) is not Handle:
            raise UnusableValue(f"{self._sandbox.last_label} did not give a figure")
        label = figure.__dict__["_label"]
        target = {"t": "handle", "id": figure.__dict__["_number"]}
        return Figure.from_data(self._sandbox.ask(f"the figure of {label}", "figure", target=target))
