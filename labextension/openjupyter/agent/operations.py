"""What Python itself can do with an object, as questions: call, attributes, items, iteration, `with`, operators."""

import ast
import asyncio
import dataclasses
import inspect
import itertools
import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from openjupyter.agent.exceptions import Missing
from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame

if TYPE_CHECKING:
    from openjupyter.agent.objects import Objects
    from openjupyter.wire.codec import Node

MAX_ITEMS = 100_000

_ARITHMETIC = (
    "add sub mul truediv floordiv mod pow matmul and_ or_ xor lshift rshift neg pos abs invert"  # of module operator
)
OPERATORS: dict[str, Callable[..., Any]] = {name: getattr(operator, name) for name in _ARITHMETIC.split()}
"""Arithmetic alone: comparing is the judge's work."""


def _get(objects: "Objects", question: Frame) -> "Node":
    name = question["name"]
    if name not in objects.shell.user_ns:
        raise Missing(name)
    return objects.encode_or_keep(objects.shell.user_ns[name])


def _set(objects: "Objects", question: Frame) -> "Node":
    objects.shell.user_ns[question["name"]] = objects.decode(question["value"])
    return None


def _call(objects: "Objects", question: Frame) -> "Node":
    args, kwargs = objects.arguments(question)
    return objects.encode(_awaited(objects.target(question)(*args, **kwargs)))


def _awaited(value: Any) -> Any:
    """A coroutine's result: tests are plain functions, and have no `await`."""
    return asyncio.get_event_loop().run_until_complete(value) if inspect.iscoroutine(value) else value


def _attribute(objects: "Objects", question: Frame) -> "Node":
    return objects.encode_or_keep(getattr(objects.target(question), question["name"]))


def _set_attribute(objects: "Objects", question: Frame) -> "Node":
    setattr(objects.target(question), question["name"], objects.decode(question["value"]))
    return None


def _item(objects: "Objects", question: Frame) -> "Node":
    return objects.encode(objects.target(question)[objects.decode(question["index"])])


def _set_item(objects: "Objects", question: Frame) -> "Node":
    objects.target(question)[objects.decode(question["index"])] = objects.decode(question["value"])
    return None


def _delete_item(objects: "Objects", question: Frame) -> "Node":
    del objects.target(question)[objects.decode(question["index"])]
    return None


def _length(objects: "Objects", question: Frame) -> "Node":
    return len(objects.target(question))


def _contains(objects: "Objects", question: Frame) -> "Node":
    return bool(objects.decode(question["item"]) in objects.target(question))


def _iterate(objects: "Objects", question: Frame) -> "Node":
    """All items of what has a length; else a handle to its iterator, which `next` asks for one item at a time."""
    target = objects.target(question)
    if hasattr(type(target), "__aiter__") and not hasattr(type(target), "__iter__"):
        return {"t": "handle", "id": objects.keep(_Synchronous(target)), "type": "async iterator", "repr": ""}
    iterator = iter(target)
    if hasattr(type(target), "__len__"):
        items = list(itertools.islice(iterator, MAX_ITEMS + 1))
        if len(items) > MAX_ITEMS:
            raise WireError(f"it has more than {MAX_ITEMS:,} items")
        return [objects.encode(item) for item in items]
    return objects.make_handle(iterator)


class _Synchronous:
    """An asynchronous iterator, driven by this fork's event loop."""

    def __init__(self, target: Any) -> None:
        self._iterator = type(target).__aiter__(target)

    def __next__(self) -> Any:
        try:
            return asyncio.get_event_loop().run_until_complete(anext(self._iterator))
        except StopAsyncIteration:
            raise StopIteration from None


def _next(objects: "Objects", question: Frame) -> "Node":
    """A list of one item, or an empty one at the end."""
    target = objects.target(question)
    try:
        return [objects.encode(next(target))]
    except StopIteration:
        return []


def _enter(objects: "Objects", question: Frame) -> "Node":
    target = objects.target(question)
    if hasattr(type(target), "__aenter__") and not hasattr(type(target), "__enter__"):
        return objects.encode(_awaited(type(target).__aenter__(target)))
    return objects.encode(type(target).__enter__(target))


def _exit(objects: "Objects", question: Frame) -> "Node":
    """Leave a `with` block, with an exception of a builtin kind when the block raised one; is it swallowed?"""
    import builtins

    target = objects.target(question)
    details: tuple[Any, ...] = (None, None, None)
    if question["raised"] is not None:
        kind = getattr(builtins, question["raised"], Exception)
        error = kind(question["message"])
        details = (kind, error, None)
    if hasattr(type(target), "__aexit__") and not hasattr(type(target), "__exit__"):
        return bool(_awaited(type(target).__aexit__(target, *details)))
    return bool(type(target).__exit__(target, *details))


def _operate(objects: "Objects", question: Frame) -> "Node":
    return objects.encode(OPERATORS[question["operator"]](*(objects.decode(node) for node in question["operands"])))


def _run(objects: "Objects", question: Frame) -> "Node":
    namespace = objects.shell.user_ns
    tree = ast.parse(question["source"], "<test>")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<test>", "exec"), namespace)  # noqa: S102  # the test's author asks for it
    if not isinstance(last, ast.Expr):
        return None
    code = compile(ast.Expression(last.value), "<test>", "eval", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    return objects.encode(_awaited(eval(code, namespace)))  # noqa: S307


def _send(objects: "Objects", question: Frame) -> "Node":
    """Keep a copy of a test's data here, behind a handle, so that learner code can change it."""
    return objects.make_handle(objects.decode(question["value"]))


def _value(objects: "Objects", question: Frame) -> "Node":
    return objects.encode(objects.target(question))


def _fields(objects: "Objects", question: Frame) -> "Node":
    """Field names and values of a dataclass, or the attributes of any other object."""
    target = objects.target(question)
    if dataclasses.is_dataclass(target):
        names = [field.name for field in dataclasses.fields(target)]
        return objects.encode({name: getattr(target, name) for name in names})
    if not hasattr(target, "__dict__"):
        raise WireError(f"a {type(target).__name__} has no fields")
    return objects.encode(dict(vars(target)))


OPERATIONS: dict[str, Callable[["Objects", Frame], "Node"]] = {
    "get": _get,
    "set": _set,
    "call": _call,
    "attribute": _attribute,
    "set_attribute": _set_attribute,
    "item": _item,
    "set_item": _set_item,
    "delete_item": _delete_item,
    "length": _length,
    "contains": _contains,
    "iterate": _iterate,
    "next": _next,
    "enter": _enter,
    "exit": _exit,
    "operate": _operate,
    "run": _run,
    "send": _send,
    "value": _value,
    "fields": _fields,
}
