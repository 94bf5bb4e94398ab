"""A kernel that was killed because the container's memory was used up: what is known of it, and what learners read."""

import signal
from dataclasses import dataclass
from pathlib import Path

from openjupyter.client.language import _

SCHEMA_PATH = Path(__file__).parent / "kernel_out_of_memory.yaml"
SCHEMA_ID = "urn:openjupyter:kernel-out-of-memory:v1"
"""Event of the learner's Jupyter Server, for pages that listen at /api/events/subscribe."""

_UNITS = (("GB", 2**30), ("MB", 2**20))


@dataclass(frozen=True)
class OutOfMemory:
    """One such death. `limit_bytes` holds for the whole container, None if it has no limit."""

    kernel_id: str
    limit_bytes: int | None

    def event(self) -> dict[str, str | int | None]:
        """Data of the event, as kernel_out_of_memory.yaml says."""
        return {"kernel_id": self.kernel_id, "limit_bytes": self.limit_bytes, "message": self.message()}

    def message(self) -> str:
        """Plain words: what happened, what is lost and what is not, what to do. Without a line end at its end."""
        happened = (
            _("Out of memory: Python was stopped here. Your notebooks together may use {size}.").format(
                size=readable(self.limit_bytes)
            )
            if self.limit_bytes
            else _("Out of memory: Python was stopped here. Your notebooks together have used up all there is.")
        )
        lines = (
            happened,
            _("Its variables are gone. Everything you wrote is still there."),
            _("What helps:"),
            _("- Close notebooks that you do not need: menu File, Close and Shut Down Notebook."),
            _("- Read less data at once, and delete what is large and no longer needed (del name)."),
            _("Then run your cells again from the top."),
        )
        return "\n".join(lines)


def is_out_of_memory(returncode: int | None, kills_before: int, kills_now: int) -> bool:
    """Did a process end because memory was used up?

    Args:
        returncode: of the process, as subprocess has it; None while it runs
        kills_before: the container's counter of such kills when the process was last seen alive
        kills_now: the counter now
    """
    return returncode == -signal.SIGKILL and kills_now > kills_before


def readable(size: int) -> str:
    """A number of bytes for people, in powers of 1024: 1 GB, 1.5 GB, 256 MB."""
    unit, factor = next((unit for unit in _UNITS if size >= unit[1]), _UNITS[-1])
    return f"{size / factor:.1f}".removesuffix(".0") + f" {unit}"
