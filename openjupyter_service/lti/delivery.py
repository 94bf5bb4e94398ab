"""What became of a score that was sent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an LMS answered, whichever way a score went to it."""

    accepted: bool
    final: bool
    """There is no use in trying again."""
    description: str
    """For the log, staff and learners; one line without secrets."""
    of_platform: bool = False
    """The trouble is the platform's as a whole: other scores would fare no better."""
    retry_after: float | None = None
    """Seconds that the platform asks us to wait."""
    conflict: bool = False
    """The LMS has a score of the same time or a later one."""
    is_missing: bool = False
    """Something that the address names is not there: the person, or the column of the gradebook."""


def accepted(description: str = "accepted") -> Delivery:
    """The LMS has it."""
    return Delivery(True, True, description)


def refused(description: str) -> Delivery:
    """The LMS will never take it."""
    return Delivery(False, True, description)


def failed(description: str, *, of_platform: bool = False, retry_after: float | None = None) -> Delivery:
    """It did not arrive this time."""
    return Delivery(False, False, description, of_platform, retry_after)
