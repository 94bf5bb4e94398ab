"""What an LMS says of itself: its OpenID configuration (LTI Dynamic Registration 1.0, section 3.4)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from openjupyter_service.errors import OpenJupyterError
from openjupyter_service.lti.fetch import Answer, Fetch, Unreachable
from openjupyter_service.lti.products import product_of
from openjupyter_service.platforms import Product, is_web_address

MAX_TOKEN = 8192
MAX_BYTES = 256 * 1024

_PLATFORM = "https://purl.imsglobal.org/spec/lti-platform-configuration"
CANVAS = "https://canvas.instructure.com/lti"
"""Begins the names of Canvas's own additions."""
_PLACEMENTS = ("ContentArea", "assignment_selection", "link_selection")
"""Where a deep link is offered; the last two are Canvas's names."""
_FOREIGN_HOSTS = {
    "https://blackboard.com": ("blackboard.com", "anthology.com"),
    "https://canvas.instructure.com": ("instructure.com", "canvaslms.com"),
    "https://canvas.beta.instructure.com": ("beta.instructure.com", "beta.canvaslms.com"),
    "https://canvas.test.instructure.com": ("test.instructure.com", "test.canvaslms.com"),
}
"""Clouds whose issuer is not the host that answers: issuer → domains that may speak for it."""


class RegistrationFailed(OpenJupyterError):
    """The registration did not come about; the text says what to do, and holds no token."""

    status = 400


@dataclass(frozen=True, slots=True)
class Configuration:
    """What an LMS says of itself."""

    issuer: str
    authorization_url: str
    token_url: str
    jwks_url: str
    registration_url: str
    token_audience: str = ""
    scopes: tuple[str, ...] | None = None
    """None = not told."""
    product: Product = "other"
    family: str = ""
    version: str = ""
    account: str = ""
    """The institution, where an LMS has many (Canvas)."""
    placements: tuple[str, ...] = ()
    """Of deep links."""

    @property
    def title(self) -> str:
        """How to call the LMS: its institution, or its host."""
        return self.account or (urlsplit(self.issuer).hostname or self.issuer)


async def read_configuration(fetch: Fetch, url: str, token: str, private_network: bool) -> Configuration:
    """Fetch and check the LMS's OpenID configuration (section 3.4).

    Args:
        fetch: the HTTP client.
        url: `openid_configuration` of the LMS's request.
        token: `registration_token`, or "". Canvas wants it here, too.
        private_network: did the operator allow addresses of a private network, and http?

    Raises:
        RegistrationFailed: it cannot be had, or does not hold.
    """
    _check_address("the address of the LMS's configuration", url, private_network)
    if len(token) > MAX_TOKEN or not token.isprintable() or not token.isascii():
        raise RegistrationFailed("the LMS's registration token is not one; start again in the LMS")
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    answer = await call(fetch, "GET", url, headers, None, private_network)
    if answer.status != 200:
        raise RegistrationFailed(
            f"the LMS's configuration at {_host(url)} cannot be had: HTTP {answer.status}{reason(answer, token)}; "
            "start again in the LMS, since its token may have expired"
        )
    values = json_object(answer, "the LMS's configuration")
    return _configuration(url, values, private_network)


def _configuration(url: str, values: Mapping[str, Any], private_network: bool) -> Configuration:
    issuer = word(values.get("issuer"))
    if not _may_speak_for(urlsplit(url).hostname or "", issuer):
        raise RegistrationFailed(
            f"the configuration at {_host(url)} speaks for {issuer[:200]!r}, which is another host; if this is right, "
            "register by hand with `openjupyter platform add`"
        )
    addresses = {}
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"):
        addresses[name] = word(values.get(name))
        _check_address(f"the {name} of the LMS's configuration", addresses[name], private_network)
    about = values.get(_PLATFORM)
    about = about if isinstance(about, dict) else {}
    family = word(about.get("product_family_code"))
    scopes = values.get("scopes_supported")
    return Configuration(
        issuer=issuer,
        authorization_url=addresses["authorization_endpoint"],
        token_url=addresses["token_endpoint"],
        jwks_url=addresses["jwks_uri"],
        registration_url=addresses["registration_endpoint"],
        token_audience=word(values.get("authorization_server")),
        scopes=tuple(map(str, scopes)) if isinstance(scopes, list) else None,
        product=product_of(family),
        family=family[:100],
        version=word(about.get("version"))[:100],
        account=word(about.get(f"{CANVAS}/account_name"))[:100],
        placements=_deep_link_placements(about.get("messages_supported")),
    )


def _deep_link_placements(messages: Any) -> tuple[str, ...]:
    # Moodle lists plain names of messages, the standard objects.
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("type") == "LtiDeepLinkingRequest":
            offered = message.get("placements")
            return tuple(name for name in _PLACEMENTS if isinstance(offered, list) and name in offered)
    return ()


def _may_speak_for(host: str, issuer: str) -> bool:
    """Section 3.4: the issuer's host must be the one that the configuration came from."""
    if not is_web_address(issuer):
        return False
    domains: Sequence[str] = _FOREIGN_HOSTS.get(issuer.rstrip("/"), ())
    return host == urlsplit(issuer).hostname or any(host == name or host.endswith(f".{name}") for name in domains)


def _check_address(what: str, url: str, private_network: bool) -> None:
    if not is_web_address(url):
        raise RegistrationFailed(f"{what} is not a web address; start again in the LMS, or register by hand")
    if not url.startswith("https:") and not private_network:
        raise RegistrationFailed(
            f"{what} begins with http, which anybody on the way could change; have the LMS use https, or make the link "
            "with --private-network if it runs in your own network"
        )


async def call(
    fetch: Fetch, method: str, url: str, headers: Mapping[str, str], body: bytes | None, private_network: bool
) -> Answer:
    """Fetch, or say why not.

    Raises:
        RegistrationFailed: no answer came.
    """
    try:
        return await fetch(method, url, headers=headers, body=body, private_network=private_network)
    except Unreachable as error:
        hint = "" if private_network else "; for an LMS in your own network make the link with --private-network"
        raise RegistrationFailed(f"{_host(url)} does not answer: {error}{hint}") from None


def json_object(answer: Answer, what: str) -> dict[str, Any]:
    """The answer's JSON object.

    Raises:
        RegistrationFailed: it is none.
    """
    try:
        values = json.loads(answer.body) if len(answer.body) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        raise RegistrationFailed(f"{what} is not a JSON object; start again in the LMS, or register by hand")
    return values


def reason(answer: Answer, token: str) -> str:
    """A few words of the LMS's error, if it gives any, without the token."""
    try:
        values = json.loads(answer.body[:MAX_BYTES])
        told = (
            " ".join(
                str(values[name]) for name in ("error", "error_description", "errors", "message") if values.get(name)
            )
            if isinstance(values, dict)
            else ""
        )
    except (ValueError, RecursionError):
        told = answer.body[:300].decode("utf-8", "replace")
        told = "" if "<" in told else told  # a page of HTML tells nothing in one line
    told = " ".join("".join(c if c.isprintable() else " " for c in told).split())[:200]
    if token and token in told:
        told = ""
    return f" ({told})" if told else ""


def word(value: Any) -> str:
    """A string without white space around it; numbers, as some LMSes have them for ids, are taken as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) and value.isprintable() else ""


def _host(url: str) -> str:
    return urlsplit(url).netloc
