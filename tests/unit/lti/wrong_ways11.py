"""Launches of LTI 1.1 that must be refused: how each is made, and the reason the log must give."""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from openjupyter_service.lti.launch11 import WINDOW_SECONDS, decode_parameters
from tests.unit.lti.signing import sign

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Signer:
    """An LMS: where it launches to, how it signs, and what time it is."""

    url: str
    key: str
    secret: str
    now: float

    def __call__(self, changes: dict[str, Any] | None = None, **options: Any) -> bytes:
        """The body of a launch, signed well where no option says otherwise; a change to None leaves one out."""
        usual = {"url": self.url, "key": self.key, "secret": self.secret, "timestamp": self.now, "nonce": None}
        return sign(changes, **(usual | options))

    def by_hand(
        self,
        *,
        method: str = "POST",
        url: str = "",
        order: Callable[[Pairs], Iterable[tuple[str, str]]] = sorted,
        end: str = "&",
        algorithm: str = "sha1",
        encode: Callable[[bytes], bytes] = base64.b64encode,
    ) -> bytes:
        """A launch whose base string is put together here (RFC 5849, section 3.4.1), rightly unless told otherwise."""
        pairs = [(name, value) for name, value in decode_parameters(self()) if name != "oauth_signature"]
        signed = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in order(pairs))
        base = "&".join(quote(part, safe="~") for part in (method, url or self.url, signed))
        digest = hmac.digest(f"{quote(self.secret, safe='~')}{end}".encode(), base.encode(), algorithm)
        return urlencode([*pairs, ("oauth_signature", encode(digest).decode())]).encode()


@dataclass(frozen=True)
class WrongWay11:
    """One launch: `build` makes its body."""

    reason: str
    build: Callable[[Signer], bytes]
    query: bytes = b""
    status: int = 401
    page: str = "could not be checked"


def _with(**changes: str | None) -> Callable[[Signer], bytes]:
    return lambda sign: sign(changes)


def _renamed(old: str, new: str) -> Callable[[Signer], bytes]:
    return lambda sign: sign().replace(old.encode() + b"=", new.encode() + b"=")


def _choosing(**changes: str | None) -> Callable[[Signer], bytes]:
    return lambda sign: sign(content_item_parameters() | changes)


def content_item_parameters() -> dict[str, str | None]:
    """Changes that make a launch a good request for content items by an instructor."""
    return {
        "lti_message_type": "ContentItemSelectionRequest",
        "roles": "Instructor",
        "resource_link_id": None,
        "resource_link_title": None,
        "content_item_return_url": "https://lms.example/items?course=7",
        "accept_media_types": "application/vnd.ims.lti.v1.ltilink,image/*",
        "accept_multiple": "true",
        "accept_presentation_document_targets": "frame,iframe,window",
        "data": "opaque <7>",
    }


def _without(*names: str) -> Callable[[Signer], bytes]:
    return lambda sign: urlencode([pair for pair in decode_parameters(sign()) if pair[0] not in names]).encode()


SIGNATURE = "the signature does not hold"

WRONG_WAYS_11: dict[str, WrongWay11] = {
    # The form
    "1.1: nothing": WrongWay11("oauth_consumer_key is missing", lambda sign: b""),
    "1.1: not UTF-8": WrongWay11("cannot be decoded", lambda sign: sign() + b"&x=%ff"),
    "1.1: not ASCII": WrongWay11("cannot be decoded", lambda sign: sign() + b"\xff"),
    "1.1: too long": WrongWay11("longer than", lambda sign: sign({"x": "y" * 300_000})),
    "1.1: too many parameters": WrongWay11("more than 500", lambda sign: sign() + b"&a=1" * 501),
    "1.1: a name too long": WrongWay11("name is longer", lambda sign: sign({"x" * 300: "1"})),
    # Who signs
    "1.1: not signed": WrongWay11("oauth_consumer_key is missing", lambda sign: b"user_id=7&custom_course=python"),
    "1.1: unknown key": WrongWay11("'unknown' is not registered", lambda sign: sign(key="unknown")),
    "1.1: key in other case": WrongWay11("is not registered", lambda sign: sign(key=sign.key.upper())),
    "1.1: key of another LMS": WrongWay11(SIGNATURE, lambda sign: sign(key="other-key")),
    "1.1: wrong secret": WrongWay11(SIGNATURE, lambda sign: sign(secret="wrong")),
    "1.1: empty secret": WrongWay11(SIGNATURE, lambda sign: sign(secret="")),
    "1.1: no key": WrongWay11("oauth_consumer_key is missing", _without("oauth_consumer_key")),
    # What is signed
    "1.1: no signature": WrongWay11(SIGNATURE, _without("oauth_signature")),
    "1.1: a signature of another launch": WrongWay11(
        SIGNATURE,
        lambda sign: urlencode(dict(decode_parameters(sign())) | {
            "oauth_signature": dict(decode_parameters(sign({"user_id": "8"})))["oauth_signature"]}).encode(),
    ),
    "1.1: user changed": WrongWay11(SIGNATURE, lambda sign: sign().replace(b"StuDent7", b"StuDent8")),
    "1.1: role changed": WrongWay11(SIGNATURE, lambda sign: sign().replace(b"roles=Learner", b"roles=Instructor")),
    "1.1: score of somebody else": WrongWay11(SIGNATURE, lambda sign: sign().replace(b"instanceid", b"instancex")),
    "1.1: a parameter more": WrongWay11(SIGNATURE, lambda sign: sign() + b"&x=y"),
    "1.1: a parameter less": WrongWay11(SIGNATURE, _without("context_id")),
    "1.1: a parameter more in the query": WrongWay11(SIGNATURE, lambda sign: sign(), query=b"x=y"),
    "1.1: signed parameters in another order": WrongWay11(
        SIGNATURE, lambda sign: sign.by_hand(order=lambda pairs: sorted(pairs, reverse=True))
    ),
    "1.1: signed for another method": WrongWay11(SIGNATURE, lambda sign: sign.by_hand(method="GET")),
    "1.1: signed for a method in lower case": WrongWay11(SIGNATURE, lambda sign: sign.by_hand(method="post")),
    "1.1: signed for another host": WrongWay11(SIGNATURE, lambda sign: sign(url="https://evil.example/hub/lti/launch")),
    "1.1: signed for another scheme": WrongWay11(SIGNATURE, lambda sign: sign(url=sign.url.replace("http:", "https:"))),
    "1.1: signed for a path in other case": WrongWay11(
        SIGNATURE, lambda sign: sign.by_hand(url=sign.url.replace("/lti/", "/LTI/"))
    ),
    "1.1: signed for a path below ours": WrongWay11(SIGNATURE, lambda sign: sign(url=f"{sign.url}/x")),
    "1.1: signed without the end of the key": WrongWay11(SIGNATURE, lambda sign: sign.by_hand(end="")),
    "1.1: signed by SHA-256 and called SHA-1": WrongWay11(SIGNATURE, lambda sign: sign.by_hand(algorithm="sha256")),
    "1.1: signed by MD5 and called SHA-1": WrongWay11(SIGNATURE, lambda sign: sign.by_hand(algorithm="md5")),
    "1.1: a signature in hex": WrongWay11(SIGNATURE, lambda sign: sign.by_hand(encode=lambda raw: raw.hex().encode())),
    "1.1: a hash without a secret": WrongWay11(
        SIGNATURE,
        lambda sign: sign.by_hand(encode=lambda raw: base64.b64encode(hashlib.sha256(raw).digest()[:20])),
    ),
    "1.1: PLAINTEXT": WrongWay11("oauth_signature_method", lambda sign: sign(method="PLAINTEXT")),
    "1.1: HMAC-SHA512": WrongWay11("oauth_signature_method", lambda sign: sign(method="HMAC-SHA512")),
    "1.1: method in lower case": WrongWay11(
        "oauth_signature_method", lambda sign: sign().replace(b"=HMAC-SHA1", b"=hmac-sha1")
    ),
    "1.1: no signature method": WrongWay11("oauth_signature_method is missing", _without("oauth_signature_method")),
    "1.1: OAuth 2": WrongWay11(
        "oauth_version is not 1.0", lambda sign: sign().replace(b"oauth_version=1.0", b"oauth_version=2.0")
    ),
    # Names
    "1.1: oauth_nonce in capitals": WrongWay11("oauth_nonce is missing", _renamed("oauth_nonce", "OAUTH_NONCE")),
    "1.1: oauth_timestamp in capitals": WrongWay11("oauth_timestamp is missing", _renamed(
        "oauth_timestamp", "Oauth_Timestamp")),
    "1.1: user_id in capitals": WrongWay11(SIGNATURE, _renamed("user_id", "USER_ID")),
    # Given twice
    "1.1: user twice": WrongWay11("'user_id' is given 2 times", lambda sign: sign() + b"&user_id=2"),
    "1.1: the same user twice": WrongWay11("'user_id' is given 2 times", lambda sign: sign() + b"&user_id=StuDent7"),
    "1.1: user again in the query": WrongWay11("'user_id' is given 2 times", lambda sign: sign(), query=b"user_id=2"),
    "1.1: roles twice": WrongWay11("'roles' is given 2 times", lambda sign: sign() + b"&roles=Instructor"),
    "1.1: signature twice": WrongWay11("'oauth_signature' is given 2", lambda sign: sign() + b"&oauth_signature=x"),
    "1.1: nonce twice": WrongWay11("'oauth_nonce' is given 2 times", lambda sign: sign() + b"&oauth_nonce=x"),
    "1.1: course twice": WrongWay11("'custom_course' is given 2", lambda sign: sign() + b"&custom_course=other"),
    # When
    "1.1: too old": WrongWay11("from our clock", lambda sign: sign(timestamp=sign.now - WINDOW_SECONDS - 60)),
    "1.1: of the future": WrongWay11("from our clock", lambda sign: sign(timestamp=sign.now + WINDOW_SECONDS + 60)),
    "1.1: no time": WrongWay11("oauth_timestamp is missing", _without("oauth_timestamp")),
    "1.1: time below zero": WrongWay11("number of seconds", lambda sign: sign(timestamp="-1")),
    "1.1: time with an exponent": WrongWay11("number of seconds", lambda sign: sign(timestamp="1e9")),
    "1.1: time without end": WrongWay11("number of seconds", lambda sign: sign(timestamp="9" * 400)),
    "1.1: time in other digits": WrongWay11("number of seconds", lambda sign: sign().replace(
        b"oauth_timestamp=", b"oauth_timestamp=%D9%A1")),
    "1.1: no nonce": WrongWay11("oauth_nonce is missing", _without("oauth_nonce")),
    "1.1: nonce too long": WrongWay11("oauth_nonce is longer", lambda sign: sign(nonce="n" * 600)),
    # What it asks for
    "1.1: no message type": WrongWay11("lti_message_type", _with(lti_message_type=None)),
    "1.1: a message we do not know": WrongWay11("lti_message_type", _with(lti_message_type="ToolProxyRequest")),
    "1.1: a message of LTI 1.3": WrongWay11("lti_message_type", _with(lti_message_type="LtiResourceLinkRequest")),
    "1.1: LTI 2": WrongWay11("lti_version", _with(lti_version="LTI-2p0")),
    "1.1: version 1.3.0": WrongWay11("lti_version", _with(lti_version="1.3.0")),
    "1.1: no version": WrongWay11("lti_version", _with(lti_version=None)),
    "1.1: no link": WrongWay11("resource_link_id is missing", _with(resource_link_id=None)),
    "1.1: a link of blanks": WrongWay11("resource_link_id is missing", _with(resource_link_id=" ")),
    # What it holds
    "1.1: anonymous": WrongWay11("launches anonymously", _with(user_id=None), page="do not know who you are"),
    "1.1: user of blanks": WrongWay11("launches anonymously", _with(user_id="  "), page="do not know who you are"),
    "1.1: user too long": WrongWay11("user_id is longer", _with(user_id="a" * 600)),
    "1.1: user with control characters": WrongWay11("user_id contains control", _with(user_id="a\x00b")),
    "1.1: context with a line end": WrongWay11("context_id contains control", _with(context_id="a\nb")),
    "1.1: sourcedid that XML cannot hold": WrongWay11(
        "lis_result_sourcedid contains", _with(lis_result_sourcedid="a\x01")
    ),
    "1.1: sourcedid too long": WrongWay11("lis_result_sourcedid is longer", _with(lis_result_sourcedid="a" * 5000)),
    "1.1: outcomes by file": WrongWay11("lis_outcome_service_url", _with(lis_outcome_service_url="file:///etc/passwd")),
    "1.1: outcomes by FTP": WrongWay11("lis_outcome_service_url", _with(lis_outcome_service_url="ftp://lms.example/")),
    "1.1: outcomes with a password": WrongWay11(
        "lis_outcome_service_url", _with(lis_outcome_service_url="https://user:pass@lms.example/")
    ),
    "1.1: outcomes nowhere": WrongWay11("lis_outcome_service_url", _with(lis_outcome_service_url="https:///outcome")),
    "1.1: outcomes at no port": WrongWay11("lis_outcome_service_url", _with(lis_outcome_service_url="https://a:99999/")),
    "1.1: outcomes too long": WrongWay11(
        "lis_outcome_service_url", _with(lis_outcome_service_url="https://lms.example/" + "a" * 3000)
    ),
    "1.1: course too long": WrongWay11("custom_course is longer", _with(custom_course="a" * 600)),
    "1.1: exercise with control characters": WrongWay11("custom_exercise contains", _with(custom_exercise="a\x7f")),
    # Choosing exercises
    "1.1: no place to return to": WrongWay11(
        "content_item_return_url is missing", _choosing(content_item_return_url=None)
    ),
    "1.1: return by script": WrongWay11(
        "content_item_return_url", _choosing(content_item_return_url="javascript:alert(1)")
    ),
    "1.1: return elsewhere by a trick": WrongWay11(
        "content_item_return_url", _choosing(content_item_return_url="https://lms.example@evil.example/")
    ),
    "1.1: no links wanted": WrongWay11("accept_media_types", _choosing(accept_media_types="image/*")),
    "1.1: nothing wanted": WrongWay11("accept_media_types", _choosing(accept_media_types=None)),
    "1.1: anonymous chooser": WrongWay11(
        "launches anonymously", _choosing(user_id=None), page="do not know who you are"
    ),
}  # fmt: skip

NOT_FOR_EVERYBODY_11: dict[str, WrongWay11] = {
    f"1.1: {name}": WrongWay11("by somebody who is not staff", build, status=403, page="for course staff")
    for name, build in {
        "choosing by a learner": _choosing(roles="Learner"),
        "choosing without a role": _choosing(roles=None),
        "a role by custom parameter": _choosing(roles="Learner", custom_roles="Instructor", custom_is_staff="true"),
        "a role by extension": _choosing(roles="", ext_roles="urn:lti:role:ims/lis/Instructor"),
        "a role in other case": _choosing(roles="INSTRUCTOR"),
        "a mentor": _choosing(roles="Mentor,urn:lti:role:ims/lis/Mentor"),
        "a teacher of another course": _choosing(roles="urn:lti:instrole:ims/lis/Instructor"),
        "a role that only begins so": _choosing(roles="InstructorX,urn:lti:role:ims/lis/InstructorX"),
    }.items()
}
"""Launches that hold, and yet lead nowhere."""
