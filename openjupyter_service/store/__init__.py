"""The only place that knows the database: callers pass and get plain records."""

from openjupyter_service.store.courses import Courses
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.outbox import Outbox
from openjupyter_service.store.people import People
from openjupyter_service.store.platforms import Platforms
from openjupyter_service.store.published import Published
from openjupyter_service.store.queue import Queue
from openjupyter_service.store.records import (
    Claimed,
    Counts,
    CourseSync,
    CourseVersion,
    GradingState,
    OutboxItem,
    Passback,
    PassbackState,
    Person,
    Placement,
    PublishedVersion,
    Regrade,
    RegradeChange,
    RegradeProgress,
    RegradeState,
    Submission,
    SubmissionSummary,
    ToolKey,
    VersionState,
)
from openjupyter_service.store.regrades import Regrades
from openjupyter_service.store.staff import StaffScores
from openjupyter_service.store.submissions import Submissions
from openjupyter_service.store.tickets import Tickets
from openjupyter_service.store.tool_keys import ToolKeys
from openjupyter_service.store.trials import Trials
from openjupyter_service.store.versions import Versions

__all__ = [
    "Claimed",
    "Counts",
    "CourseSync",
    "CourseVersion",
    "Courses",
    "GradingState",
    "Launches",
    "Outbox",
    "OutboxItem",
    "Passback",
    "PassbackState",
    "People",
    "Person",
    "Placement",
    "Platforms",
    "Published",
    "PublishedVersion",
    "Queue",
    "Regrade",
    "RegradeChange",
    "RegradeProgress",
    "RegradeState",
    "Regrades",
    "SecretBox",
    "StaffScores",
    "Store",
    "Submission",
    "SubmissionSummary",
    "Submissions",
    "Tickets",
    "ToolKey",
    "ToolKeys",
    "Trials",
    "VersionState",
    "Versions",
]
