"""The tool's own keys: made, published, and signed with (LTI Security Framework 1.0, section 6; RFC 7517, RFC 7638)."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

ALGORITHM = "RS256"
_BITS = 2048


class KeyPair(Protocol):
    """A key as it is stored."""

    @property
    def kid(self) -> str:
        """Its id."""

    @property
    def pem(self) -> str:
        """The private key as PEM (PKCS #8)."""


def generate() -> tuple[str, str]:
    """A new RSA key of 2048 bits: its id (the thumbprint of RFC 7638) and its PEM."""
    key = generate_private_key(public_exponent=65537, key_size=_BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    return thumbprint(_members(key)), pem


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The SHA-256 thumbprint of an RSA key (RFC 7638, section 3)."""
    canonical = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(canonical.encode()).digest()).decode().rstrip("=")


def public_jwk(key: KeyPair) -> dict[str, str]:
    """The public half as a JWK."""
    members = _members(_private(key))
    return {"kty": "RSA", "n": members["n"], "e": members["e"], "kid": key.kid, "alg": ALGORITHM, "use": "sig"}


def key_set(keys: Iterable[KeyPair]) -> dict[str, Any]:
    """The key set that platforms fetch."""
    return {"keys": [public_jwk(key) for key in keys]}


def sign_jwt(key: KeyPair, claims: Mapping[str, Any]) -> str:
    """A JWT of these claims, signed by RS256, with the key's id in its header."""
    return jwt.encode(dict(claims), key.pem, ALGORITHM, headers={"kid": key.kid})


def _private(key: KeyPair) -> RSAPrivateKey:
    loaded = load_pem_private_key(key.pem.encode(), None)
    assert isinstance(loaded, RSAPrivateKey)
    return loaded


def _members(key: RSAPrivateKey) -> dict[str, str]:
    members: dict[str, str] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return members
