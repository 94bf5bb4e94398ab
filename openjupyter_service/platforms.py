"""Platforms: the LMSes that may launch, registered in the settings file or in the store."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Discriminator, Field, SecretStr, Tag, field_validator, model_validator

from openjupyter_service.names import Name

Product = Literal["moodle", "canvas", "openedx", "blackboard", "brightspace", "openhpi", "other"]
"""What kind of LMS it is: decides which set-up text is shown, and nothing else."""

ANY_DEPLOYMENT = "*"
"""In place of a deployment id: every deployment of this client id, for a platform whose administrators are trusted."""


class _Platform(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    title: str = Field(default="", max_length=100)
    """How learners know it; the default is its name."""
    product: Product = "other"
    private_network: bool = False
    """May its addresses lie in a private network, or on this machine? Otherwise they are never called."""

    courses: tuple[Name, ...] = ()
    """The only courses of ours that its links may open; () = all. Its staff read hidden tests of what they link."""

    @property
    def shown_title(self) -> str:
        """The title, or the name."""
        return self.title or self.name

    def may_open(self, course: str) -> bool:
        """May its links open the course of that name?"""
        return not self.courses or course in self.courses


class Platform11(_Platform):
    """An LMS registered by LTI 1.1 consumer key."""

    consumer_key: str = Field(min_length=1, max_length=255)
    secret: SecretStr | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret is None) == (self.secret_file is None):
            raise ValueError("give exactly one of secret and secret_file")
        return self

    @property
    def version(self) -> Literal["1.1"]:
        """The version of LTI it speaks."""
        return "1.1"

    def shared_secret(self) -> str:
        """The consumer secret, from the settings or its file."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        assert self.secret_file is not None
        return self.secret_file.read_text().strip()


class Platform13(_Platform):
    """An LMS registered by LTI 1.3 issuer, client id and deployments (LTI 1.3 core, section 3.1)."""

    issuer: str = Field(min_length=1, max_length=1024)
    client_id: str = Field(min_length=1, max_length=1024)
    deployments: tuple[Annotated[str, Field(min_length=1, max_length=255)], ...] = ()
    """Ids of the deployments that may launch; `*` stands for all."""
    authorization_url: str
    """Where a login is answered (OpenID Connect authorization endpoint)."""
    token_url: str
    """Where an access token is got (OAuth 2 token endpoint)."""
    jwks_url: str
    """The platform's public keys."""
    token_audience: str = ""
    """`aud` of the tool's assertion, where it is not the token endpoint's address."""

    @property
    def version(self) -> Literal["1.3"]:
        """The version of LTI it speaks."""
        return "1.3"

    @field_validator("authorization_url", "token_url", "jwks_url")
    @classmethod
    def _address(cls, url: str) -> str:
        if not is_web_address(url):
            raise ValueError("write an http(s) address without user, password and fragment")
        return url

    def has_deployment(self, deployment: str) -> bool:
        """May this deployment launch?"""
        return ANY_DEPLOYMENT in self.deployments or deployment in self.deployments


def is_web_address(url: str) -> bool:
    """Is it an absolute http(s) URL in visible ASCII, without user, password and fragment?"""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return valid and "@" not in parts.netloc and not parts.fragment and bool(re.fullmatch(r"[\x21-\x7e]{1,2048}", url))


def _version(value: Any) -> str:
    if isinstance(value, dict):
        return "1.3" if value.keys() & {"issuer", "client_id", "jwks_url"} else "1.1"
    return str(getattr(value, "version", "1.1"))


Platform = Annotated[
    Annotated[Platform11, Tag("1.1")] | Annotated[Platform13, Tag("1.3")],
    Discriminator(_version),
]
