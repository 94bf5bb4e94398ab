"""LTI Dynamic Registration 1.0, the tool's side: read what an LMS is, register there, make a platform of it.

The LMS's administrator opens the operator's one-time link in the LMS, which adds the address of its OpenID
configuration and a token of its own. Nothing is stored here before the LMS has answered with a client id.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.cartridge import DESCRIPTION, TITLE
from openjupyter_service.lti.configuration import (
    CANVAS,
    Configuration,
    RegistrationFailed,
    call,
    json_object,
    reason,
    word,
)
from openjupyter_service.lti.fetch import Fetch
from openjupyter_service.lti.products import default_deployments
from openjupyter_service.lti.scopes import SCOPES
from openjupyter_service.platforms import Platform13

CLAIMS = ("iss", "sub", "name", "locale")
"""What a launch should say of a person; LMSes decide what of it they send."""

_TOOL = "https://purl.imsglobal.org/spec/lti-tool-configuration"


class RegistrationLink(BaseModel):
    """What a one-time link was made for: the data of its ticket."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    """Of the platform; "" = made from the LMS's host. That of a registered one renews its registration."""
    title: str = ""
    course: str = ""
    """A course that all links of this LMS lead to, unless they say another; "" = none."""
    private_network: bool = False


@dataclass(frozen=True, slots=True)
class Registered:
    """What an LMS answered to a registration."""

    client_id: str
    deployment_id: str = ""
    """"" where it told none."""


def client_metadata(
    tool: ToolAddresses, configuration: Configuration, custom: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What is sent to the LMS's registration endpoint (section 3.5; OpenID Connect Dynamic Client Registration 1.0).

    It asks only for scopes that the LMS says it has.
    """
    scopes = [scope for scope in SCOPES if configuration.scopes is None or scope in configuration.scopes]
    deep_link: dict[str, Any] = {"type": "LtiDeepLinkingRequest", "target_link_uri": tool.launch, "label": TITLE}
    if configuration.placements:
        deep_link["placements"] = list(configuration.placements)
    about: dict[str, Any] = {
        "domain": tool.domain,
        "description": DESCRIPTION,
        "target_link_uri": tool.launch,
        "custom_parameters": dict(custom or {}),
        "claims": list(CLAIMS),
        "messages": [
            {"type": "LtiResourceLinkRequest", "target_link_uri": tool.launch, "label": TITLE},
            deep_link | {"icon_uri": tool.icon},
        ],
    }
    if configuration.product == "canvas":
        about |= {f"{CANVAS}/privacy_level": "name_only", f"{CANVAS}/tool_id": "openjupyter"}
    return {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": tool.login,
        "redirect_uris": [tool.launch],
        "client_name": TITLE,
        "logo_uri": tool.icon,
        "jwks_uri": tool.jwks,
        "token_endpoint_auth_method": "private_key_jwt",
        "scope": " ".join(scopes),
        _TOOL: about,
    }


async def register(
    fetch: Fetch, configuration: Configuration, metadata: Mapping[str, Any], token: str, private_network: bool
) -> Registered:
    """Register the tool at the LMS (sections 3.5 and 3.6).

    Raises:
        RegistrationFailed: the LMS refuses, does not answer, or answers something else.
    """
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps(metadata).encode()
    answer = await call(fetch, "POST", configuration.registration_url, headers, body, private_network)
    if answer.status not in (200, 201):
        raise RegistrationFailed(
            f"{configuration.title} refuses the registration: HTTP {answer.status}{reason(answer, token)}; start "
            "again in the LMS, or register by hand"
        )
    values = json_object(answer, "the LMS's answer to the registration")
    client_id = word(values.get("client_id"))
    if not client_id:
        raise RegistrationFailed("the LMS's answer holds no client_id; delete the tool there, and register by hand")
    about = values.get(_TOOL)
    deployment = word(about.get("deployment_id")) if isinstance(about, dict) else ""
    return Registered(client_id, deployment)


def platform_of(
    name: str, title: str, configuration: Configuration, registered: Registered, private_network: bool
) -> Platform13:
    """The platform to store.

    Raises:
        RegistrationFailed: what the LMS answered does not make one.
    """
    try:
        return Platform13(
            name=name,
            title=title or configuration.account,
            product=configuration.product,
            private_network=private_network,
            issuer=configuration.issuer,
            client_id=registered.client_id,
            deployments=default_deployments(configuration.issuer, registered.deployment_id),
            authorization_url=configuration.authorization_url,
            token_url=configuration.token_url,
            jwks_url=configuration.jwks_url,
            token_audience=configuration.token_audience,
        )
    except ValidationError as error:
        what = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise RegistrationFailed(f"what the LMS answered cannot be stored: {what} is not valid") from None


def suggested_name(configuration: Configuration) -> str:
    """A name for the platform: its host in letters, digits and hyphens; the institution's where many share a host."""
    return _slug(configuration.title) or _slug(urlsplit(configuration.issuer).hostname or "") or "lms"


def _slug(text: str) -> str:
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in text.lower())
    return "-".join(filter(None, plain.split("-")))[:56].strip("-")
