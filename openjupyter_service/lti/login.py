"""Third-party login initiation of LTI 1.3 (LTI Security Framework 1.0, section 5.1.1)."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.texts import identifier
from openjupyter_service.platforms import Platform13

MAX_HINT = 16 * 1024
"""Characters of a hint; some platforms put whole JWTs there."""
_NOT_SIGNED_IN = "0"
"""`login_hint` of Moodle when nobody is signed in there."""


@dataclass(frozen=True, slots=True)
class LoginRequest:
    """A request by a platform to log somebody in."""

    issuer: str
    client_id: str
    """"" where the platform does not tell."""
    login_hint: str = field(repr=False)
    message_hint: str | None = field(repr=False)
    target_link_uri: str
    deployment: str


def read_login(parameters: Sequence[tuple[str, str]]) -> LoginRequest:
    """Read an initiation request, by GET or POST.

    Raises:
        LaunchRefused: something is missing, given twice, or too long.
    """
    for name, count in Counter(name for name, _ in parameters).items():
        if count > 1:
            raise LaunchRefused(f"the parameter {name[:64]!r} is given {count} times")
    values = dict(parameters)

    def required(name: str, limit: int = 1024) -> str:
        value = identifier(name, values.get(name, ""), limit)
        if not value.strip():
            raise LaunchRefused(f"the parameter {name} is missing; is this address opened by an LMS?")
        return value

    login_hint = required("login_hint", MAX_HINT)
    if login_hint == _NOT_SIGNED_IN:
        raise LaunchRefused("login_hint is 0: nobody is signed in at the LMS")
    return LoginRequest(
        issuer=required("iss"),
        client_id=identifier("client_id", values.get("client_id", ""), 1024),
        login_hint=login_hint,
        message_hint=identifier("lti_message_hint", values["lti_message_hint"], MAX_HINT)
        if "lti_message_hint" in values
        else None,
        target_link_uri=required("target_link_uri", 2048),
        deployment=identifier("lti_deployment_id", values.get("lti_deployment_id", ""), 255),
    )


def choose_platform(request: LoginRequest, registered: Callable[[str, str | None], list[Platform13]]) -> Platform13:
    """The platform that asks.

    Args:
        request: the request.
        registered: platforms by issuer and client id (None = any).

    Raises:
        LaunchRefused: it is not registered, or several of its client ids are and it does not say which.
    """
    found = registered(request.issuer, request.client_id or None)
    if len(found) > 1 and request.deployment:
        found = [platform for platform in found if platform.has_deployment(request.deployment)]
        if not found:
            raise LaunchRefused(
                f"no client of the issuer {request.issuer[:128]!r} has the deployment {request.deployment[:64]!r}, "
                "and client_id does not say which is meant"
            )
    if not found:
        what = f" with client id {request.client_id[:64]!r}" if request.client_id else ""
        raise LaunchRefused(f"the issuer {request.issuer[:128]!r}{what} is not registered")
    if len(found) > 1:
        names = ", ".join(platform.name for platform in found)
        raise LaunchRefused(f"{names} have the issuer {request.issuer[:128]!r}, and client_id does not say which")
    return found[0]


def check_target(request: LoginRequest, launch_url: str) -> None:
    """Refuse a login that leads elsewhere than to this tool.

    Raises:
        LaunchRefused: `target_link_uri` is not the launch URL (its query does not matter).
    """
    if not is_target(request.target_link_uri, launch_url):
        raise LaunchRefused(f"target_link_uri {request.target_link_uri[:128]!r} is not {launch_url}")


def is_target(url: str, launch_url: str) -> bool:
    """Is it the launch URL, with whatever query?"""
    try:
        parts, ours = urlsplit(url), urlsplit(launch_url)
    except ValueError:
        return False
    return (parts.scheme, parts.netloc.lower(), parts.path) == (ours.scheme, ours.netloc.lower(), ours.path)


def authorization_url(platform: Platform13, request: LoginRequest, launch_url: str, state: str, nonce: str) -> str:
    """Where the browser goes next: the platform's authorization endpoint, which answers by a form POST."""
    parts = urlsplit(platform.authorization_url)
    query = [
        *parse_qsl(parts.query, keep_blank_values=True),
        ("scope", "openid"),
        ("response_type", "id_token"),
        ("response_mode", "form_post"),
        ("prompt", "none"),
        ("client_id", platform.client_id),
        ("redirect_uri", launch_url),
        ("login_hint", request.login_hint),
        ("state", state),
        ("nonce", nonce),
    ]
    if request.message_hint is not None:
        query.append(("lti_message_hint", request.message_hint))
    return urlunsplit(parts._replace(query=urlencode(query)))
