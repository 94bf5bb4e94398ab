"""Standard output of a sandboxed kernel: sent in small pieces, so that a flood is seen before memory is full."""

from ipykernel.iostream import OutStream

PIECE_CHARACTERS = 2**18


class PieceOutStream(OutStream):
    """Waits for its sender after each piece, where ipykernel's own stream would gather for a fifth of a second."""

    _unsent = 0

    def write(self, string: str) -> int | None:
        """Write text in pieces; gives its length. TypeError for what is no text."""
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
