"""What one message may hold. Both sides count, because neither believes the other."""

from dataclasses import dataclass

from openjupyter.wire.errors import WireError

MAX_DEPTH = 40
"""Levels of nesting."""
MAX_VALUES = 1_000_000
"""Values of one message, counted so that each is at most three parts of JSON (see `frames.MAX_PARTS`)."""
MAX_BYTES = 24 * 2**20
"""Bytes of text and raw memory of one message, before base64."""


@dataclass
class Budget:
    """What is left to encode or decode: values, bytes. Share one among all parts of a message."""

    values: int = MAX_VALUES
    bytes: int = MAX_BYTES

    def spend(self, values: int = 0, size: int = 0) -> None:
        """Take off what a value costs, in values and bytes; WireError when nothing is left."""
        self.values -= values
        self.bytes -= size
        if self.values < 0:
            raise WireError(f"the value has more than {MAX_VALUES:,} parts")
        if self.bytes < 0:
            raise WireError(f"the value has more than {MAX_BYTES // 2**20} MB")

    @property
    def spent_out(self) -> bool:
        """Whether a limit was passed."""
        return self.values < 0 or self.bytes < 0


def too_deep() -> WireError:
    """The error for what is nested deeper than MAX_DEPTH."""
    return WireError(f"the value is nested deeper than {MAX_DEPTH} levels, or contains itself")
