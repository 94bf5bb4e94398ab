"""Standard output of a sandboxed kernel: sent in small pieces, so that a flood is seen before memory is full."""

from typing import Any, ClassVar

from ipykernel.iostream import OutStream

PIECE_CHARACTERS = 2**18


class PieceOutStream(OutStream):
    """Waits for its sender after each piece, where ipykernel's own stream would gather for a fifth of a second."""

    made: ClassVar[dict[str, "PieceOutStream"]] = {}
    """The kernel's own streams by name: "stdout" and "stderr"."""
    stand_in: Any = None
    """In a fork: where text goes that is written to this stream by learner code that has kept it."""
    _unsent = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        PieceOutStream.made[self.name] = self

    def write(self, string: str) -> int | None:
        """Write text in pieces; gives its length. TypeError for what is no text."""
        if self.stand_in is not None:
            return self.stand_in.write(string)
        if not isinstance(string, str):
            return super().write(string)
        for start in range(0, max(len(string), 1), PIECE_CHARACTERS):
            piece = string[start : start + PIECE_CHARACTERS]
            super().write(piece)
            self._unsent += len(piece)
            if self._unsent >= PIECE_CHARACTERS:
                self._unsent = 0
                self.flush()
        return len(string)
