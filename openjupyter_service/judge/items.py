"""Items of the learner's iterators, asked for one by one; for the trace, all of them are what their use gave."""

from typing import Any, Self

from openjupyter.wire.codec import Node
from openjupyter_service.judge.failures import UnusableValue
from openjupyter_service.judge.sandbox import Sandbox

MAX_KEPT = 1_000
"""Items that the trace remembers."""


class Items:
    """Items of something without a length, such as a generator: each is asked for when it is wanted.

    Args:
        sandbox: where the iterator is
        iterator: what stands for it in a question
        label: what is iterated over, as the trace knows it: `squares(...)`
    """

    def __init__(self, sandbox: Sandbox, iterator: Node, label: str) -> None:
        self._sandbox = sandbox
        self._iterator = iterator
        self._label = label
        self._seen: list[Any] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        try:
            item = next_item(self._sandbox, self._iterator, self._label)
        except StopIteration:
            self._tell()
            raise
        if len(self._seen) < MAX_KEPT:
            self._seen.append(item)
        self._tell()
        return item

    def _tell(self) -> None:
        # Between two items the test may have used something else.
        if self._sandbox.last_label == self._label:
            self._sandbox.trace.returned(self._seen)


def next_item(sandbox: Sandbox, iterator: Node, label: str) -> Any:
    """The next item; StopIteration at the end."""
    found = sandbox.ask_quietly(label, "next", target=iterator)
    if not isinstance(found, list):
        raise UnusableValue(f"{label} cannot be iterated over")
    if not found:
        raise StopIteration
    return found[0]
