"""Tools connected by LTI 1.3: one from the command line, the others by dynamic registration."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM, LINE_ITEM_READ = f"{AGS}lineitem", f"{AGS}lineitem.readonly"
SCORE, RESULT_READ = f"{AGS}score", f"{AGS}result.readonly"
MEMBERS_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
SCOPES = (LINE_ITEM, LINE_ITEM_READ, SCORE, RESULT_READ, MEMBERS_READ)


@dataclass(frozen=True)
class Tool13:
    """What this LMS knows of a tool; ``custom`` goes with each launch, ``scopes`` are what it may ask tokens for."""

    client_id: str
    deployment_id: str
    title: str
    login_url: str
    launch_url: str
    jwks_url: str
    scopes: tuple[str, ...] = SCOPES
    custom: tuple[tuple[str, str], ...] = ()

    @property
    def origins(self) -> set[str]:
        """Scheme, host and port of the addresses that browsers are sent to."""
        parts = (urlsplit(url) for url in (self.login_url, self.launch_url))
        return {f"{part.scheme}://{part.netloc}" for part in parts}


def to_document(tool: Tool13) -> dict[str, Any]:
    """As the store keeps it."""
    return asdict(tool) | {"custom": dict(tool.custom)}


def from_document(data: dict[str, Any]) -> Tool13:
    """As the store kept it."""
    return Tool13(**data | {"scopes": tuple(data["scopes"]), "custom": tuple(data["custom"].items())})
