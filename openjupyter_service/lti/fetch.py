"""How this package calls an LMS: it says what to fetch, and its caller says by which HTTP client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from openjupyter_service.errors import OpenJupyterError


class Unreachable(OpenJupyterError):
    """No answer came: no such host, no connection, no time, too long an answer, or an address that may not be called.

    The text says which, in one line without secrets.
    """

    status = 502


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, redirects not followed."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = field(default=b"", repr=False)


class Fetch(Protocol):
    """An HTTP client."""

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        private_network: bool = False,
    ) -> Answer:
        """Fetch a URL.

        Args:
            method: HTTP method.
            url: http or https.
            headers: of the request.
            body: of the request.
            private_network: may the host's address be private or of this machine? Checked after it was resolved.

        Raises:
            Unreachable: no answer came, whatever the reason.
        """
        ...
