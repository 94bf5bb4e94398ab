"""Names of platforms, courses and networks: fit for file names, host names and URLs."""

import re
from typing import Annotated

from pydantic import AfterValidator


def check_name(name: str) -> str:
    """The name, if it is one; ValueError with what a name may be, if not."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?", name):
        raise ValueError("use lower-case letters, digits and hyphens, at most 64")
    return name


Name = Annotated[str, AfterValidator(check_name)]
