"""The tool's own addresses, as LMSes are told them."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from openjupyter_service.settings import Settings


@dataclass(frozen=True, slots=True)
class ToolAddresses:
    """Every address of the tool. One launch URL serves as redirect URI and target link URI, too, for every LMS."""

    hub_url: str
    """Where browsers find the hub, with a slash at its end: https://lab.example.org/hub/"""

    @property
    def launch(self) -> str:
        """Launches of LTI 1.1 and 1.3, resource links and deep linking."""
        return f"{self.hub_url}lti/launch"

    @property
    def login(self) -> str:
        """Third-party login initiation of LTI 1.3."""
        return f"{self.hub_url}lti/login"

    @property
    def jwks(self) -> str:
        """The tool's public keys."""
        return f"{self.hub_url}lti/jwks"

    @property
    def cartridge(self) -> str:
        """The XML cartridge of LTI 1.1."""
        return f"{self.hub_url}lti/config.xml"

    @property
    def canvas(self) -> str:
        """Canvas's JSON of a developer key."""
        return f"{self.hub_url}lti/canvas.json"

    @property
    def icon(self) -> str:
        """A square picture."""
        return f"{self.hub_url}lti/icon.svg"

    @property
    def setup(self) -> str:
        """The page for operators that says what to paste where."""
        return f"{self.hub_url}lti/setup"

    @property
    def domain(self) -> str:
        """Host, and port where it is not the scheme's own."""
        return urlsplit(self.hub_url).netloc

    @property
    def is_public(self) -> bool:
        """Can an LMS on another machine reach it, and by https? Judged by its looks."""
        parts = urlsplit(self.hub_url)
        return parts.scheme == "https" and parts.hostname not in ("localhost", "127.0.0.1", "::1", None)

    def registration(self, token: str) -> str:
        """A one-time link for dynamic registration."""
        return f"{self.hub_url}lti/register?token={quote(token, safe='')}"


def tool_addresses(settings: Settings) -> ToolAddresses:
    """The addresses by the settings: `public_url`, or where the hub's proxy listens."""
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)  # noqa: S104
    local = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    return ToolAddresses(f"{(settings.public_url or local).rstrip('/')}/hub/")
