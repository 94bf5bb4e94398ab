"""The strict check of a signed outcome request (RFC 5849, section 3.2; OAuth Request Body Hash 1.0)."""

import hmac
import re
from collections.abc import Mapping

from deploy.demo_lms import oauth1
from deploy.demo_lms.lms import DemoLms

WINDOW = 3600
"""Seconds by which a timestamp may differ from our clock, either way."""

_REQUIRED = ("oauth_consumer_key", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_signature")
_NONCE_LIMIT = 200


class NotAuthentic(Exception):
    """The request is not from a tool that knows the secret, or it is not fresh; the message says why."""


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())


def _header_parameters(header: str | None) -> oauth1.Parameters:
    if header is None:
        raise NotAuthentic("there is no Authorization header")
    try:
        return oauth1.parse_authorization(header)
    except oauth1.MalformedHeader as error:
        raise NotAuthentic(f"the Authorization header is malformed: {error}") from error


def _check_timestamp(text: str, now: float) -> None:
    if not re.fullmatch(r"[1-9][0-9]{0,11}", text):
        raise NotAuthentic("oauth_timestamp is not a positive whole number")
    if abs(now - int(text)) > WINDOW:
        raise NotAuthentic("oauth_timestamp is more than 60 minutes away from the time here")


def authenticate(lms: DemoLms, method: str, url: str, header: str | None, body: bytes) -> None:
    """Raise NotAuthentic unless the request is signed with the shared secret, whole, fresh and never seen before.

    ``url`` is the address that the tool was given, with the query of this request; ``header`` is the Authorization
    header. The nonce is looked at, and kept, only once everything else holds: otherwise a stranger could use up nonces.
    """
    oauth = _verify(lms, method, url, _header_parameters(header))
    if "oauth_body_hash" not in oauth:
        raise NotAuthentic("oauth_body_hash is missing")
    if not _same(oauth["oauth_body_hash"], oauth1.body_hash(body)):
        raise NotAuthentic("oauth_body_hash does not match the body")
    _use_nonce(lms, oauth)


def check_form(lms: DemoLms, url: str, body: bytes) -> dict[str, str]:
    """Return the fields of a form that the tool has signed; raise NotAuthentic as `authenticate` does.

    A field that stands twice is refused: which value would be meant?
    """
    try:
        parameters = oauth1.form_parameters(body.decode())
    except ValueError:
        raise NotAuthentic("the body is not a form") from None
    fields = dict(parameters)
    if len(fields) != len(parameters):
        raise NotAuthentic("a field stands twice")
    _verify(lms, "POST", url, parameters)
    _use_nonce(lms, fields)
    return fields


def _verify(lms: DemoLms, method: str, url: str, parameters: oauth1.Parameters) -> dict[str, str]:
    oauth = dict(parameters)
    for name in _REQUIRED:
        if not oauth.get(name):
            raise NotAuthentic(f"{name} is missing")
    if any(name.startswith("oauth_") for name, _ in oauth1.query_parameters(url)):
        raise NotAuthentic("OAuth parameters belong into the header, not into the query")
    if oauth["oauth_signature_method"] != "HMAC-SHA1":
        raise NotAuthentic("oauth_signature_method is not HMAC-SHA1")
    if oauth.get("oauth_version", "1.0") != "1.0":
        raise NotAuthentic("oauth_version is not 1.0")
    if oauth.get("oauth_token"):
        raise NotAuthentic("oauth_token is unknown")
    if len(oauth["oauth_nonce"]) > _NONCE_LIMIT:
        raise NotAuthentic("oauth_nonce is too long")
    if not _same(oauth["oauth_consumer_key"], lms.config.key):
        raise NotAuthentic("oauth_consumer_key is unknown")
    _check_timestamp(oauth["oauth_timestamp"], lms.clock())
    expected = oauth1.hmac_sha1(oauth1.signature_base_string(method, url, parameters), lms.config.secret)
    if not _same(oauth["oauth_signature"], expected):
        raise NotAuthentic("the signature does not match")
    return oauth


def _use_nonce(lms: DemoLms, oauth: Mapping[str, str]) -> None:
    now, timestamp = lms.clock(), int(oauth["oauth_timestamp"])
    if not lms.store.use_nonce(lms.config.key, oauth["oauth_nonce"], timestamp, oldest=int(now) - WINDOW - 1):
        raise NotAuthentic("oauth_nonce was used before")
