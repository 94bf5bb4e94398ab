"""Verify an LTI 1.3 launch: the id_token that a platform answers a login with.

Sources: 1EdTech Security Framework 1.0, section 5.1.3; LTI 1.3 core, section 5; OpenID Connect Core 1.0, 3.1.3.7.
"""

import hmac

import jwt

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti import roles
from openjupyter_service.lti.claims import (
    Claims,
    flag,
    parse_claims,
    required_text,
    seconds,
    section,
    shown_text,
    text,
    texts,
)
from openjupyter_service.lti.keysets import KeySets
from openjupyter_service.lti.launch import (
    AnonymousLaunch,
    ContentRequest,
    Custom,
    GradeService,
    Launch,
    Message,
)
from openjupyter_service.lti.login import is_target
from openjupyter_service.lti.scopes import LINEITEM, SCORE
from openjupyter_service.lti.texts import locale
from openjupyter_service.lti.tool_keys import ALGORITHM
from openjupyter_service.platforms import Platform13, is_web_address

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS_CLAIM = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
DEEP_LINKING_CLAIM = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"

MAX_TOKEN = 128 * 1024
LEEWAY_SECONDS = 60.0
"""Clocks differ, and an id_token of Moodle lives no longer than this."""
MAX_AGE_SECONDS = 3600.0
_MESSAGES = {"LtiResourceLinkRequest": Message.RESOURCE_LINK, "LtiDeepLinkingRequest": Message.DEEP_LINKING}


async def verify_id_token(
    token: str, platform: Platform13, keys: KeySets, *, nonce: str, launch_url: str, now: float
) -> Launch:
    """Check an id_token and read the launch.

    Args:
        token: as the browser brought it.
        platform: whom the login of this state was begun with.
        keys: where its keys are.
        nonce: of this state; it has been used up with the state.
        launch_url: the tool's launch URL.
        now: Unix seconds.

    Raises:
        AnonymousLaunch: all is well but for a missing `sub`.
        LaunchRefused: the launch does not hold; the text is for the log.
    """
    claims = parse_claims(await _payload(token, platform, keys))
    _check_token(claims, platform, nonce, now)
    return _read_launch(claims, platform, launch_url)


async def _payload(token: str, platform: Platform13, keys: KeySets) -> bytes:
    """What is signed in the token, when the signature is that of the platform."""
    if len(token) > MAX_TOKEN:
        raise LaunchRefused(f"the id_token is longer than {MAX_TOKEN} characters")
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise LaunchRefused("the id_token is not a JWT") from None
    if header.get("alg") != ALGORITHM:  # before any key is looked for: none, HS256 with the public key, …
        raise LaunchRefused(f"the id_token is signed by {str(header.get('alg'))[:20]!r}, not {ALGORITHM}")
    kid = header.get("kid")
    if not isinstance(kid, str) or not kid:
        raise LaunchRefused("the id_token does not say which key signed it (kid)")
    key = await keys.key(platform, kid)
    try:
        decoded = jwt.PyJWS().decode_complete(token, key, algorithms=[ALGORITHM])
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise LaunchRefused(f"the signature of the id_token does not hold for platform {platform.name}") from None
    payload: bytes = decoded["payload"]
    return payload


def _check_token(claims: Claims, platform: Platform13, nonce: str, now: float) -> None:
    if text(claims, "iss", 1024) != platform.issuer:
        raise LaunchRefused(f"iss is not the issuer of platform {platform.name}")
    audience = texts(claims, "aud")
    if platform.client_id not in audience:
        raise LaunchRefused("aud is not our client id")
    if len(audience) > 1 and "azp" not in claims:
        raise LaunchRefused("there are several aud, and no azp")
    if "azp" in claims and text(claims, "azp", 1024) != platform.client_id:
        raise LaunchRefused("azp is not our client id")
    expires, issued = seconds(claims, "exp"), seconds(claims, "iat")
    if expires + LEEWAY_SECONDS < now:
        raise LaunchRefused(f"the id_token expired {now - expires:.0f} s ago")
    if issued - LEEWAY_SECONDS > now:
        raise LaunchRefused(f"the id_token was issued {issued - now:.0f} s in the future; do both clocks agree?")
    if issued + MAX_AGE_SECONDS < now:
        raise LaunchRefused(f"the id_token was issued {now - issued:.0f} s ago, more than {MAX_AGE_SECONDS:.0f}")
    if "nbf" in claims and seconds(claims, "nbf") - LEEWAY_SECONDS > now:
        raise LaunchRefused("the id_token is not valid yet (nbf)")
    if not hmac.compare_digest(required_text(claims, "nonce").encode(), nonce.encode()):
        raise LaunchRefused("the nonce is not the one of this login")


def _read_launch(claims: Claims, platform: Platform13, launch_url: str) -> Launch:
    kind = text(claims, f"{CLAIM}message_type")
    if kind not in _MESSAGES:
        raise LaunchRefused(f"message_type {kind[:64]!r} is neither of {', '.join(_MESSAGES)}")
    message = _MESSAGES[kind]
    if text(claims, f"{CLAIM}version") != "1.3.0":
        raise LaunchRefused("version is not 1.3.0")
    deployment = required_text(claims, f"{CLAIM}deployment_id", 255)
    if not platform.has_deployment(deployment):
        raise LaunchRefused(
            f"deployment {deployment[:64]!r} of platform {platform.name} is not registered; if it is yours: "
            f"openjupyter platform edit {platform.name} --deployment {deployment[:64]!r}"
        )
    is_link = message is Message.RESOURCE_LINK
    # Some platforms leave it out where exercises are chosen (Deep Linking 2.0 does not name it).
    target = (required_text if is_link else text)(claims, f"{CLAIM}target_link_uri", 2048)
    if (is_link or target) and not is_target(target, launch_url):
        raise LaunchRefused(f"target_link_uri {target[:128]!r} is not {launch_url}")
    link = section(claims, f"{CLAIM}resource_link")
    if is_link and not text(link, "id").strip():
        raise LaunchRefused("resource_link has no id")
    context = section(claims, f"{CLAIM}context")
    custom = section(claims, f"{CLAIM}custom")
    presentation = section(claims, f"{CLAIM}launch_presentation")
    subject = text(claims, "sub")
    launch = Launch(
        platform=platform.name,
        version="1.3",
        deployment=deployment,
        message=message,
        subject=subject,
        context_id=text(context, "id"),
        resource_link_id=text(link, "id") if is_link else "",
        context_title=shown_text(context, "title") or shown_text(context, "label"),
        resource_title=shown_text(link, "title"),
        is_staff=roles.is_staff(texts(claims, f"{CLAIM}roles")),
        custom=Custom(**{name: text(custom, name) for name in Custom.__dataclass_fields__}),
        grade_service=_grade_service(claims),
        content_request=None if is_link else _content_request(claims),
        locale=locale(text(presentation, "locale", 255)) or locale(text(claims, "locale", 255)),
        display_name=shown_text(claims, "name") or None,
    )
    if not subject.strip():
        raise AnonymousLaunch(f"no sub: platform {platform.name} launches anonymously")
    return launch


def _grade_service(claims: Claims) -> GradeService | None:
    """Where scores go, where the platform allows us to put them there."""
    endpoint = section(claims, AGS_CLAIM)
    scopes = tuple(scope for scope in texts(endpoint, "scope") if scope in (SCORE, LINEITEM))
    item, items = text(endpoint, "lineitem", 2048) or None, text(endpoint, "lineitems", 2048) or None
    for url in (item, items):
        if url is not None and not is_web_address(url):
            raise LaunchRefused("an address of the grade service is not http(s), or has user, password or fragment")
    if SCORE not in scopes:
        return None
    items = items if LINEITEM in scopes else None
    return GradeService(item, items, scopes) if item or items else None


def _content_request(claims: Claims) -> ContentRequest:
    settings = section(claims, DEEP_LINKING_CLAIM)
    return_url = required_text(settings, "deep_link_return_url", 2048)
    if not is_web_address(return_url):
        raise LaunchRefused("deep_link_return_url is not an http(s) address without user, password and fragment")
    if "ltiResourceLink" not in texts(settings, "accept_types"):
        raise LaunchRefused("the platform does not accept links from us (accept_types)")
    data = settings.get("data")
    if data is not None and (not isinstance(data, str) or len(data) > MAX_TOKEN):
        raise LaunchRefused("data of the deep linking request is not a text, or too long")
    return ContentRequest(
        return_url=return_url,
        data=data,
        accepts_several=flag(settings, "accept_multiple"),
        # Where the platform does not say, line items are accepted (Deep Linking 2.0, section 4.4.1: at its discretion).
        accepts_lineitem=settings.get("accept_lineitem") is None or flag(settings, "accept_lineitem"),
    )
