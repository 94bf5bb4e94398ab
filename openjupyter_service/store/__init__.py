"""The only place that knows the database: callers pass and get plain records."""

from openjupyter_service.store.engine import Store
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.outbox import Outbox
from openjupyter_service.store.queue import Queue
from openjupyter_service.store.records import (
    Claimed,
    GradingState,
    OutboxItem,
    Passback,
    PassbackState,
    Placement,
    Submission,
    SubmissionSummary,
)
from openjupyter_service.store.submissions import Submissions

__all__ = [
    "Claimed",
    "GradingState",
    "Launches",
    "Outbox",
    "OutboxItem",
    "Passback",
    "PassbackState",
    "Placement",
    "Queue",
    "Store",
    "Submission",
    "SubmissionSummary",
    "Submissions",
]
