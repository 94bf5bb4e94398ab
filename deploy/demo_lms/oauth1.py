"""OAuth 1.0a signatures with HMAC-SHA1, straight from RFC 5849."""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, unquote, urlsplit

Parameters = list[tuple[str, str]]

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HEADER_ITEM = re.compile(r'[ \t]*(?P<name>[^\s=",]+)="(?P<value>(?:[^"\\]|\\.)*)"[ \t]*(?P<end>,|$)')
_ENCODED = re.compile(r"(?:[A-Za-z0-9\-._~]|%[0-9A-Fa-f]{2})*")


class MalformedHeader(ValueError):
    """An Authorization header that does not follow RFC 5849, section 3.5.1."""


def percent_encode(text: str) -> str:
    """Encode as RFC 5849, section 3.6: UTF-8, and only unreserved characters stay."""
    return quote(text, safe="-._~")


def _percent_decode(text: str) -> str:
    if not _ENCODED.fullmatch(text):
        raise MalformedHeader("a name or value is not percent-encoded")
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError as error:
        raise MalformedHeader("a name or value is not UTF-8") from error


def base_string_uri(url: str) -> str:
    """Scheme, host, port and path, as section 3.4.1.2 wants them: lower case, without a default port."""
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if parts.port is not None and parts.port != _DEFAULT_PORTS.get(scheme):
        host = f"{host}:{parts.port}"
    return f"{scheme}://{host}{parts.path or '/'}"


def form_parameters(encoded: str) -> Parameters:
    """Decode a query or an ``application/x-www-form-urlencoded`` body (section 3.4.1.3.1)."""
    return parse_qsl(encoded, keep_blank_values=True)


def query_parameters(url: str) -> Parameters:
    """Decode the query of a URL."""
    return form_parameters(urlsplit(url).query)


def normalized_parameters(parameters: Iterable[tuple[str, str]]) -> str:
    """Encode, then sort by name and value, then join (section 3.4.1.3.2)."""
    encoded = sorted((percent_encode(name), percent_encode(value)) for name, value in parameters)
    return "&".join(f"{name}={value}" for name, value in encoded)


def signature_base_string(method: str, url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Return the text that is signed (section 3.4.1.1).

    ``parameters`` are those of the header and of a form body; the query of ``url`` is added here. ``realm`` and
    ``oauth_signature`` never take part.
    """
    signed = [(name, value) for name, value in parameters if name not in ("realm", "oauth_signature")]
    signed += query_parameters(url)
    return "&".join(
        percent_encode(part) for part in (method.upper(), base_string_uri(url), normalized_parameters(signed))
    )


def hmac_sha1(base_string: str, consumer_secret: str, token_secret: str = "") -> str:
    """Return the base64 signature of a base string (section 3.4.2)."""
    key = f"{percent_encode(consumer_secret)}&{percent_encode(token_secret)}"
    return base64.b64encode(hmac.digest(key.encode(), base_string.encode(), "sha1")).decode()


def body_hash(body: bytes) -> str:
    """Return ``oauth_body_hash``: base64 of SHA-1 (OAuth Request Body Hash 1.0, section 3.2)."""
    return base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def parse_authorization(header: str) -> Parameters:
    """Decode ``Authorization: OAuth name="value", ...`` into pairs, without the realm (section 3.5.1).

    Raises MalformedHeader for another scheme, for anything that is not a list of encoded pairs, and for a name that
    occurs twice.
    """
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "oauth" or not rest.strip():
        raise MalformedHeader("it is not of the scheme OAuth")
    parameters: Parameters = []
    names: set[str] = set()
    position, expect_more = 0, True
    while expect_more:
        item = _HEADER_ITEM.match(rest, position)
        if item is None:
            raise MalformedHeader("it is not a list of quoted parameters")
        name = _percent_decode(item["name"])
        if name in names:
            raise MalformedHeader(f"{name[:40]} occurs twice")
        names.add(name)
        if name != "realm":
            parameters.append((name, _percent_decode(item["value"])))
        position, expect_more = item.end(), item["end"] == ","
    return parameters
