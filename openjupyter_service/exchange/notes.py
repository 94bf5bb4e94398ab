"""What an import or export took over, what it changed, and what it dropped and why: nothing happens silently."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What became of a part of the original."""

    TAKEN = "taken over"
    CHANGED = "changed"
    DROPPED = "dropped"


@dataclass(frozen=True)
class Note:
    """One part of the original: what became of it, and why; `why` may be empty for what was taken over."""

    kind: Kind
    what: str
    why: str = ""

    def as_data(self) -> dict[str, str]:
        """For JSON."""
        return {"kind": str(self.kind), "what": self.what, "why": self.why}


@dataclass
class Notes:
    """All notes of one import or export, in the order in which they came up; equal ones once."""

    all: list[Note] = field(default_factory=list)

    def taken(self, what: str, why: str = "") -> None:
        """A part is there as it was."""
        self._add(Note(Kind.TAKEN, what, why))

    def changed(self, what: str, why: str) -> None:
        """A part is there, but not as it was."""
        self._add(Note(Kind.CHANGED, what, why))

    def dropped(self, what: str, why: str) -> None:
        """A part is not there any more."""
        self._add(Note(Kind.DROPPED, what, why))

    def of(self, kind: Kind) -> list[Note]:
        """The notes of one kind."""
        return [note for note in self.all if note.kind is kind]

    def _add(self, note: Note) -> None:
        if note not in self.all:
            self.all.append(note)
