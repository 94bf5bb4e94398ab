"""Verify an LTI 1.1 launch (IMS LTI 1.1.1 Implementation Guide; OAuth 1.0, RFC 5849)."""

import hmac
import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol
from urllib.parse import parse_qsl

from oauthlib.oauth1.rfc5849 import Client, signature

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.launch import AnonymousLaunch, ContentRequest, Custom, Launch, Message, OutcomeService
from openjupyter_service.lti.roles import is_staff
from openjupyter_service.lti.texts import MAX_ID, identifier, locale, title
from openjupyter_service.platforms import is_web_address

WINDOW_SECONDS = 300
"""How far a launch's timestamp may lie from our clock, either way."""

MAX_BYTES = 256 * 1024
MAX_PARAMETERS = 500
_MAX_NAME = 256
_MAX_SOURCEDID = 4096

_SIGN = {
    "HMAC-SHA1": signature.sign_hmac_sha1_with_client,
    "HMAC-SHA256": signature.sign_hmac_sha256_with_client,
}
_ONCE = (
    *("oauth_", "lti_", "lis_", "custom_", "context_", "resource_link_", "launch_presentation_", "content_item_"),
    *("accept_", "user_id", "roles", "data"),
)
_MESSAGES = {
    "basic-lti-launch-request": Message.RESOURCE_LINK,
    "ContentItemSelectionRequest": Message.DEEP_LINKING,
}
_CUSTOM = tuple(Custom.__dataclass_fields__)

Parameters = Sequence[tuple[str, str]]


class Consumer(NamedTuple):
    """Who signs with a consumer key."""

    platform: str
    secret: str


class Nonces(Protocol):
    """Where nonces are remembered."""

    def use_nonce(self, platform: str, nonce: str, expires_at: float) -> bool:
        """Remember a nonce until `expires_at` (Unix seconds); False when it has been used before."""
        ...


def decode_parameters(encoded: bytes) -> list[tuple[str, str]]:
    """The pairs of an application/x-www-form-urlencoded body or query, duplicates kept.

    Raises:
        LaunchRefused: too much of it, or no UTF-8.
    """
    if len(encoded) > MAX_BYTES:
        raise LaunchRefused(f"the parameters are longer than {MAX_BYTES} bytes")
    try:
        text = encoded.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise LaunchRefused(f"the parameters cannot be decoded, or are more than {MAX_PARAMETERS}") from None


def verify_launch(
    method: str,
    url: str,
    body: Parameters,
    query: Parameters,
    *,
    consumer: Callable[[str], Consumer | None],
    nonces: Nonces,
    now: float,
) -> Launch:
    """Check a launch and read it.

    Args:
        method: HTTP method.
        url: as the browser called it; its query is ignored in favour of `query`.
        body: decoded parameters of the body, duplicates kept.
        query: decoded parameters of the query, duplicates kept.
        consumer: who signs with this key, or None.
        nonces: written to only after the signature holds, so that nobody else can use nonces up.
        now: Unix seconds.

    Raises:
        AnonymousLaunch: all is well but for a missing `user_id`.
        LaunchRefused: the launch does not hold; the text is for the log.
    """
    pairs = [*body, *query]
    _check_sizes(pairs)
    values = _read_once(pairs)

    key = _required(values, "oauth_consumer_key")
    signer = consumer(key)
    if signer is None:
        raise LaunchRefused(f"the consumer key {key[:64]!r} is not registered")
    timestamp = _check_protocol(values, now)
    nonce = _required(values, "oauth_nonce")
    _check_signature(method, url, pairs, values, Client(key, signer.secret))
    if not nonces.use_nonce(signer.platform, nonce, timestamp + WINDOW_SECONDS + 1):
        raise LaunchRefused(f"the nonce was used before, on platform {signer.platform}")
    return _read_launch(signer.platform, values)


def _check_sizes(pairs: Parameters) -> None:
    if len(pairs) > MAX_PARAMETERS:
        raise LaunchRefused(f"more than {MAX_PARAMETERS} parameters")
    if any(len(name) > _MAX_NAME for name, _ in pairs):
        raise LaunchRefused(f"a parameter's name is longer than {_MAX_NAME} characters")
    if sum(len(name) + len(value) for name, value in pairs) > MAX_BYTES:
        raise LaunchRefused(f"the parameters are longer than {MAX_BYTES} characters")


def _read_once(pairs: Parameters) -> dict[str, str]:
    # Two values under one name are signed both, but which one is meant?
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1 and name.startswith(_ONCE):
            raise LaunchRefused(f"the parameter {name[:64]!r} is given {count} times")
    return dict(pairs)


def _check_protocol(values: dict[str, str], now: float) -> int:
    if values.get("oauth_version", "1.0") != "1.0":
        raise LaunchRefused("oauth_version is not 1.0 (RFC 5849, section 3.1)")
    text = _required(values, "oauth_timestamp")
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise LaunchRefused("oauth_timestamp is not a number of seconds")
    timestamp = int(text)
    if abs(now - timestamp) > WINDOW_SECONDS:
        raise LaunchRefused(f"oauth_timestamp is {now - timestamp:+.0f} s from our clock, more than {WINDOW_SECONDS}")
    return timestamp


def _check_signature(method: str, url: str, pairs: Parameters, values: dict[str, str], client: Client) -> None:
    algorithm = _required(values, "oauth_signature_method")
    if algorithm not in _SIGN:
        raise LaunchRefused(f"oauth_signature_method is not one of {', '.join(_SIGN)}")
    signed = [(name, value) for name, value in pairs if name != "oauth_signature"]
    try:
        base = signature.signature_base_string(
            method, signature.base_string_uri(url), signature.normalize_parameters(signed)
        )
    except ValueError as error:
        raise LaunchRefused(f"the launch cannot be put into a signature base string: {error}") from None
    expected: str = _SIGN[algorithm](base, client)
    given = values.get("oauth_signature", "")
    if not hmac.compare_digest(expected.encode(), given.encode()):
        raise LaunchRefused(f"the signature does not hold for {url.split('?')[0][:200]}")


def _read_launch(platform: str, values: dict[str, str]) -> Launch:
    kind = values.get("lti_message_type", "")
    if kind not in _MESSAGES:
        raise LaunchRefused(f"lti_message_type is neither of {', '.join(_MESSAGES)}")
    message = _MESSAGES[kind]
    if values.get("lti_version") not in ("LTI-1p0", "LTI-1p1"):
        raise LaunchRefused("lti_version is not LTI-1p0")
    is_link = message is Message.RESOURCE_LINK
    resource_link_id = _required(values, "resource_link_id") if is_link else ""
    launch = Launch(
        platform=platform,
        version="1.1",
        deployment="",
        message=message,
        subject=identifier("user_id", values.get("user_id", "")),
        context_id=identifier("context_id", values.get("context_id", "")),
        resource_link_id=resource_link_id,
        context_title=title(values.get("context_title") or values.get("context_label") or ""),
        resource_title=title(values.get("resource_link_title", "")),
        is_staff=is_staff(values.get("roles", "").split(",")),
        custom=Custom(
            **{name: identifier(f"custom_{name}", values.get(f"custom_{name}", "")) for name in _CUSTOM},
        ),
        grade_service=_outcome_service(values) if is_link else None,
        content_request=None if is_link else _content_request(values),
        locale=locale(values.get("launch_presentation_locale", "")),
        display_name=title(values.get("lis_person_name_full", "")) or None,
    )
    if not launch.subject.strip():
        raise AnonymousLaunch(f"no user_id: platform {platform} launches anonymously")
    return launch


def _content_request(values: dict[str, str]) -> ContentRequest:
    """What an LMS asks for (Content-Item Message 1.0, section 3.1)."""
    return_url = _required(values, "content_item_return_url", 2048)
    if not is_web_address(return_url):
        raise LaunchRefused("content_item_return_url is not an http(s) address without user, password and fragment")
    accepted = {kind.strip() for kind in values.get("accept_media_types", "").split(",")}
    if not accepted & {"application/vnd.ims.lti.v1.ltilink", "*/*"}:
        raise LaunchRefused("the platform does not accept links from us (accept_media_types)")
    return ContentRequest(
        return_url=return_url,
        data=values.get("data"),
        accepts_several=values.get("accept_multiple", "").lower() == "true",
        accepts_lineitem=False,
    )


def _outcome_service(values: dict[str, str]) -> OutcomeService | None:
    url = values.get("lis_outcome_service_url", "")
    sourcedid = identifier("lis_result_sourcedid", values.get("lis_result_sourcedid", ""), _MAX_SOURCEDID)
    if not url or not sourcedid:
        return None
    if not is_web_address(url):
        raise LaunchRefused("lis_outcome_service_url is not an http(s) address without user, password and fragment")
    return OutcomeService(url, sourcedid)


def _required(values: dict[str, str], name: str, limit: int = MAX_ID) -> str:
    value = identifier(name, values.get(name, ""), limit)
    if not value.strip():
        raise LaunchRefused(f"the parameter {name} is missing")
    return value
