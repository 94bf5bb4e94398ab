"""Short texts of values. What in them cannot be seen is written out where they enter the report."""

import reprlib
from itertools import islice
from typing import Any

_MAX_BITS = 600


def short(value: Any, limit: int) -> str:
    """A value as Python writes it, in at most `limit` characters of one line or a few."""
    try:
        text = _Short(limit).repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return cut(text, limit)


def cut(text: str, limit: int) -> str:
    """A text with its end left out where it is longer than `limit` characters."""
    return text if len(text) <= limit else f"{text[: max(limit - 1, 0)]}…"


class _Short(reprlib.Repr):
    """`repr` that leaves out the middle of what is long, before it takes the time to write it."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.maxlevel = 6
        self.maxstring = self.maxother = limit
        self.maxlist = self.maxtuple = self.maxdict = self.maxset = self.maxfrozenset = 30

    def repr_int(self, x: int, level: int) -> str:
        """Python refuses to write the largest ones."""
        if x.bit_length() > _MAX_BITS:
            return f"<an integer of {x.bit_length()} bits>"
        return repr(x)

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """In the order of the dict, where reprlib sorts."""
        if not x or level <= 0:
            return "{...}" if x else "{}"
        pairs = [f"{self.repr1(key, level - 1)}: {self.repr1(x[key], level - 1)}" for key in islice(x, self.maxdict)]
        return "{" + ", ".join([*pairs, *(["..."] if len(x) > self.maxdict else [])]) + "}"

    def repr_instance(self, x: Any, level: int) -> str:
        """A scalar of numpy as the plain number that it is to a learner."""
        if type(x).__module__ == "numpy" and getattr(x, "ndim", None) == 0 and callable(getattr(x, "item", None)):
            plain = x.item()
            return self.repr1(plain, level) if type(plain).__module__ == "builtins" else repr(x)
        return super().repr_instance(x, level)
