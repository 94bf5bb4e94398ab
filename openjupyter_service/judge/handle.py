"""An object that stays in the learner's kernel, as a test uses it: like the object itself, but for comparing."""

import builtins
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from openjupyter.wire.codec import Node, Record
from openjupyter_service.judge.failures import UnusableValue, message_of
from openjupyter_service.judge.items import Items, next_item
from openjupyter_service.judge.sandbox import Sandbox, Shown


class Handle:
    """Call it, read and set attributes, index, iterate, use it in `with`, calculate with it. It never answers `==`."""

    def __init__(self, sandbox: Sandbox, number: int, label: str, type_name: str, text: str) -> None:
        # Through the instance dictionary, because ordinary attributes are the learner's object's.
        self.__dict__.update(_sandbox=sandbox, _number=number, _label=label, _type_name=type_name, _repr=text)

    @property
    def type_name(self) -> str:
        """Name of the object's class."""
        return str(self.__dict__["_type_name"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the learner's function, class or method with plain data, handles, and functions of the test."""
        sandbox = self._sandbox
        return self._ask(
            f"{self._label}(...)",
            "call",
            (args, kwargs),
            args=[sandbox.encode(argument) for argument in args],
            kwargs={name: sandbox.encode(argument) for name, argument in kwargs.items()},
        )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # copy, pickle and pytest ask for these; they are questions about the handle
            raise AttributeError(name)
        return self._ask(f"{self._label}.{name}", "attribute", name=name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._ask(f"{self._label}.{name}", "set_attribute", name=name, value=self._sandbox.encode(value))

    def __getitem__(self, index: Any) -> Any:
        return self._ask(f"{self._label}[...]", "item", ((index,), {}), index=self._sandbox.encode(index))

    def __setitem__(self, index: Any, value: Any) -> None:
        encode = self._sandbox.encode
        self._ask(f"{self._label}[...]", "set_item", index=encode(index), value=encode(value))

    def __delitem__(self, index: Any) -> None:
        self._ask(f"{self._label}[...]", "delete_item", index=self._sandbox.encode(index))

    def __len__(self) -> int:
        is_sized = self.__dict__.pop("_is_sized", None)
        if is_sized is False:
            raise TypeError(f"object of type {self.type_name!r} has no len()")
        label = f"len({self._label})"
        if is_sized:
            length = self._sandbox.ask_quietly(label, "length", target=node_of(self))
        else:
            length = self._ask(label, "length")
        if type(length) is not int or length < 0:
            raise UnusableValue(f"{label} is not a length")
        return length

    def __iter__(self) -> Iterator[Any]:
        sandbox, label = self._sandbox, self._label
        if sandbox.last_label != label:  # else it is a part of the call that gave this object
            label = f"list({label})"
            sandbox.trace.called(label)
        items = sandbox.ask_quietly(label, "iterate", target=node_of(self))
        # list() asks for the length right after this, which is nothing that the test does.
        self.__dict__["_is_sized"] = isinstance(items, list)
        if isinstance(items, list):
            sandbox.trace.returned(items)
            return iter(items)
        if not isinstance(items, Handle):
            raise UnusableValue(f"{label} cannot be iterated over")
        return Items(sandbox, node_of(items), label)

    def __next__(self) -> Any:
        label = f"next({self._label})"
        self._sandbox.trace.called(label)
        item = next_item(self._sandbox, node_of(self), label)
        self._sandbox.trace.returned(item)
        return item

    def __contains__(self, item: Any) -> bool:
        return self._ask(f"... in {self._label}", "contains", ((item,), {}), item=self._sandbox.encode(item)) is True

    def __enter__(self) -> Any:
        return self._ask(f"with {self._label}", "enter")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: Any) -> bool:
        if kind is not None and not issubclass(kind, Exception):
            return False  # a stopped or lost sandbox cannot be asked
        raised = None if kind is None else _builtin_name(kind)
        swallowed = self._ask(f"with {self._label}", "exit", raised=raised, message=message_of(error)[:500])
        return swallowed is True

    def __bool__(self) -> NoReturn:
        raise TypeError(f"{self!r} is a handle: ask for its length or an attribute instead of its truth")

    def __eq__(self, other: object) -> bool:
        raise TypeError(
            f"{self!r} is a handle and cannot be compared: compare its attributes or what its methods return;"
            " learner.value(…) gives plain data, learner.fields(…) what is in it,"
            ' and learner.module("operator").eq(a, b) asks the learner\'s own __eq__'
        )

    __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __eq__
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<the learner's {self.type_name}: {self.__dict__['_repr']}>"

    def _ask(self, label: str, do: str, shown: Shown = ((), {}), **question: Any) -> Any:
        return self._sandbox.ask(label, do, shown, target=node_of(self), **question)


class RecordHandle(Handle):
    """A dataclass object: a handle, whose fields can be compared, since that is data and the judge's own work."""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RecordHandle):
            return self.type_name == other.type_name and self._fields() == other._fields()
        return bool(self._fields() == (other._asdict() if isinstance(other, Record) else other))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = object.__hash__

    def __getitem__(self, index: Any) -> Any:
        fields = self._fields()
        return fields[index] if isinstance(index, str) and index in fields else super().__getitem__(index)

    def __bool__(self) -> bool:  # type: ignore[override]
        return True

    def _fields(self) -> dict[str, Any]:
        fields = self._ask(self._label, "fields")
        if not isinstance(fields, dict):
            raise UnusableValue(f"{self._label} has no fields")
        return fields


def make_handle(
    sandbox: Sandbox, number: int, label: str, type_name: str, text: str, record: Record | None = None
) -> Handle:
    """The handle of an object; one with fields when it came as a record."""
    return (Handle if record is None else RecordHandle)(sandbox, number, label, type_name, text)


def handle_number(value: Any) -> int | None:
    """The number of a handle, None for anything else."""
    return int(value.__dict__["_number"]) if type(value) in (Handle, RecordHandle) else None


def node_of(handle: Handle) -> Node:
    """What stands for a handle in a question."""
    return {"t": "handle", "id": handle.__dict__["_number"]}


def label_of(handle: Handle) -> str:
    """What learners know the object by."""
    return str(handle.__dict__["_label"])


def _builtin_name(kind: type[BaseException]) -> str:
    return next(parent.__name__ for parent in kind.__mro__ if parent.__module__ == builtins.__name__)


_SYMBOLS = {
    "add": "+", "sub": "-", "mul": "*", "truediv": "/", "floordiv": "//", "mod": "%", "pow": "**", "matmul": "@",
    "and_": "&", "or_": "|", "xor": "^", "lshift": "<<", "rshift": ">>",
}  # fmt: skip
_SIGNS = {"neg": "-", "pos": "+", "abs": "abs ", "invert": "~"}


def _binary(name: str, symbol: str, reflected: bool) -> Callable[[Handle, Any], Any]:
    def operate(self: Handle, other: Any) -> Any:
        sandbox = self._sandbox
        mine, theirs = node_of(self), sandbox.encode(other)
        label = f"... {symbol} {self._label}" if reflected else f"{self._label} {symbol} ..."
        return sandbox.ask(label, "operate", operator=name, operands=[theirs, mine] if reflected else [mine, theirs])

    return operate


def _unary(name: str, sign: str) -> Callable[[Handle], Any]:
    def operate(self: Handle) -> Any:
        return self._sandbox.ask(f"{sign}{self._label}", "operate", operator=name, operands=[node_of(self)])

    return operate


for _name, _symbol in _SYMBOLS.items():
    _plain_name = _name.rstrip("_")
    setattr(Handle, f"__{_plain_name}__", _binary(_name, _symbol, reflected=False))
    setattr(Handle, f"__r{_plain_name}__", _binary(_name, _symbol, reflected=True))
for _name, _symbol in _SIGNS.items():
    setattr(Handle, f"__{_name}__", _unary(_name, _symbol))
