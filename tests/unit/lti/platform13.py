"""A platform of LTI 1.3 that signs whatever a test asks for. Keys are made once: that takes a while."""

import base64
import functools
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from jwt.algorithms import RSAAlgorithm

from openjupyter_service.lti.fetch import Answer, Unreachable
from openjupyter_service.platforms import Platform13

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
JWKS_URL = "https://lms.example/keys"

PLATFORM = Platform13(
    name="campus",
    issuer="https://lms.example",
    client_id="client-7",
    deployments=("1", "2"),
    authorization_url="https://lms.example/authorize?lang=en",
    token_url="https://lms.example/token",
    jwks_url=JWKS_URL,
)


@functools.cache
def private_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(key: str = "main", **changes: Any) -> dict[str, Any]:
    public = RSAAlgorithm.to_jwk(private_key(key).public_key(), as_dict=True)
    members = {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": key, "alg": "RS256", "use": "sig"}
    return {name: value for name, value in (members | changes).items() if value is not None}


def claims(
    now: float, nonce: str = "nonce-1", launch_url: str = "https://lab.example/hub/lti/launch"
) -> dict[str, Any]:
    """Claims of a good launch by a learner."""
    return {
        "iss": PLATFORM.issuer,
        "aud": PLATFORM.client_id,
        "sub": "person-7",
        "exp": int(now) + 60,
        "iat": int(now),
        "nonce": nonce,
        "name": "Ada Öztürk",
        f"{CLAIM}message_type": "LtiResourceLinkRequest",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": "1",
        f"{CLAIM}target_link_uri": launch_url,
        f"{CLAIM}resource_link": {"id": "link-1", "title": "Warm-up"},
        f"{CLAIM}context": {"id": "course-7", "title": "Data science", "label": "DS"},
        f"{CLAIM}roles": [LEARNER],
        f"{CLAIM}custom": {"course": "python", "exercise": "warm-up"},
        f"{CLAIM}launch_presentation": {"locale": "en-GB", "document_target": "window"},
        AGS: {
            "scope": [f"{SCOPE}lineitem", f"{SCOPE}score", f"{SCOPE}result.readonly"],
            "lineitems": "https://lms.example/course/7/lineitems?type_id=3",
            "lineitem": "https://lms.example/course/7/lineitems/9/lineitem?type_id=3",
        },
    }


def deep_linking(now: float, nonce: str = "nonce-1") -> dict[str, Any]:
    """Claims of a good deep linking request by an instructor."""
    found = claims(now, nonce)
    for name in ("target_link_uri", "resource_link"):
        del found[f"{CLAIM}{name}"]
    return found | {
        f"{CLAIM}message_type": "LtiDeepLinkingRequest",
        f"{CLAIM}roles": [INSTRUCTOR],
        DL: {
            "deep_link_return_url": "https://lms.example/deep_link",
            "accept_types": ["link", "ltiResourceLink"],
            "accept_presentation_document_targets": ["iframe", "window"],
            "accept_multiple": True,
            "data": "opaque-7",
        },
    }


def sign(payload: Mapping[str, Any], key: str = "main", **header: Any) -> str:
    head = {"typ": "JWT", "alg": "RS256", "kid": key} | header
    return raw(head, json.dumps(dict(payload)).encode(), key=key)


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def raw(header: Mapping[str, Any], payload: bytes, signature: bytes | None = None, key: str = "main") -> str:
    """A token of any header and payload; signed by RS256 unless a signature is given."""
    signed = f"{_part(json.dumps(header).encode())}.{_part(payload)}"
    if signature is None:
        signature = private_key(key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_part(signature)}"


def hs256_with_public_key(payload: Mapping[str, Any]) -> str:
    """The confusion of algorithms: the public key, which everybody knows, as the secret of an HMAC."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    secret = private_key("main").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{_part(json.dumps({'alg': 'HS256', 'kid': 'main'}).encode())}.{_part(json.dumps(payload).encode())}"
    return f"{signed}.{_part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


class Lms:
    """Plays the HTTP side of the platform; `answers` by URL are what it says, `asked` what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer | Exception] = {}
        self.asked: list[str] = []
        self.publish(jwk())

    def publish(self, *keys: Any, **headers: str) -> None:
        self.answers[JWKS_URL] = Answer(200, headers, json.dumps({"keys": list(keys)}).encode())

    async def __call__(self, method: str, url: str, **_: Any) -> Answer:
        self.asked.append(url)
        answer = self.answers.get(url, Unreachable("no such host"))
        if isinstance(answer, Exception):
            raise answer
        return answer


def now() -> float:
    return time.time()
