"""What a verified launch says, whichever version of LTI it came by."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from openjupyter_service.errors import LaunchRefused


class AnonymousLaunch(LaunchRefused):
    """A launch that holds but does not say who the learner is."""


class Message(StrEnum):
    """What somebody wants who launches."""

    RESOURCE_LINK = "resource link"
    """Open an exercise."""
    DEEP_LINKING = "deep linking"
    """Choose exercises for an LMS course."""


@dataclass(frozen=True, slots=True)
class OutcomeService:
    """Where a score goes with LTI 1.1: Basic Outcomes."""

    url: str
    sourcedid: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GradeService:
    """Where a score goes with LTI 1.3: Assignment and Grade Services 2.0, the endpoint claim of a launch."""

    lineitem_url: str | None
    """The line item of this link, where the platform has made one."""
    lineitems_url: str | None
    """Where line items are looked for and made."""
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """A request for content items: Deep Linking 2.0, or Content-Item 1.0 of LTI 1.1."""

    return_url: str
    data: str | None = field(repr=False)
    """To be sent back as it is."""
    accepts_several: bool
    accepts_lineitem: bool


@dataclass(frozen=True, slots=True)
class Custom:
    """What the link's custom parameters name; "" where one is not given. Not yet looked up."""

    course: str = ""
    repository: str = ""
    branch: str = ""
    exercise: str = ""


@dataclass(frozen=True, slots=True)
class Launch:
    """One verified launch."""

    platform: str
    """Name of the platform."""
    version: Literal["1.1", "1.3"]
    deployment: str
    """Deployment id; "" with LTI 1.1."""
    message: Message
    subject: str = field(repr=False)
    """The person at the platform: `user_id`, or `sub`."""
    context_id: str
    """The LMS course; "" when the platform does not tell."""
    resource_link_id: str
    """"" for deep linking."""
    context_title: str
    resource_title: str
    is_staff: bool
    """Instructor, administrator or content developer in this LMS course (or administrator of the whole LMS)."""
    custom: Custom
    grade_service: OutcomeService | GradeService | None
    content_request: ContentRequest | None
    """Of a deep-linking launch, and of no other."""
    locale: str | None
    display_name: str | None = field(repr=False)
