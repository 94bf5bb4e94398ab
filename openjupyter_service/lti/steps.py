"""Steps of connecting an LMS, as records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.platforms import Product

Version = Literal["1.1", "1.3"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form in the LMS."""

    label: str
    """As the LMS calls it."""
    value: str
    """What to write into it, or which choice to make."""
    is_choice: bool = False
    """It is chosen, not pasted."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do."""

    text: str
    fields: Sequence[Field] = ()
    commands: Sequence[str] = ()
    """For a terminal on the machine of OpenJupyter."""


@dataclass(frozen=True, slots=True)
class Guide:
    """How one LMS is connected."""

    product: Product
    version: Version
    steps: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Values:
    """What stands in the fields."""

    tool: ToolAddresses
    name: str = "NAME"
    """The platform's name, in commands."""
    course: str = "COURSE"
    exercise: str = "EXERCISE"
    consumer_key: str = "KEY"
    """Of LTI 1.1."""
    secret: str = ""
    """Of LTI 1.1; "" where it is not shown."""
    canvas_json: str = ""
    """Canvas's JSON with the key that signs now, for a Canvas that cannot fetch it; "" = left out."""
    is_registered: bool = False
    """Does OpenJupyter know the platform already?"""
