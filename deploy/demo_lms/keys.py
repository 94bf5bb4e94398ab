"""Keys and signatures of LTI 1.3 (RFC 7515, 7517 and 7519; 1EdTech Security Framework 1.0, section 5)."""

import json
from collections.abc import Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from tornado.httpclient import AsyncHTTPClient, HTTPError

from deploy.demo_lms.store import Store
from deploy.demo_lms.tools import Tool13

ALGORITHM = "RS256"
LEEWAY = 60
"""Seconds by which the tool's clock may differ."""
_JWKS_LIMIT = 64 * 1024


class NotSigned(Exception):
    """A token that the tool has not signed, or that is not for us, or not fresh; the message says why."""


class PlatformKey:
    """This LMS's own key pair, made once and kept in the store."""

    def __init__(self, store: Store) -> None:
        """Load or make it."""
        known = store.get("key", "platform")
        if known is None:
            known = RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)
            store.put("key", "platform", known)
        self._key = RSAKey.import_key(known)

    def key_set(self) -> dict[str, Any]:
        """The public half, as a JSON Web Key Set."""
        return {"keys": [self._key.as_dict(private=False) | {"use": "sig", "alg": ALGORITHM}]}

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A signed JWT."""
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, dict(claims), self._key)


class ToolKeys:
    """The public keys of tools, fetched where they say, again for a key that is new."""

    def __init__(self) -> None:
        """Know none."""
        self._known: dict[str, KeySet] = {}

    async def verify(self, tool: Tool13, token: str, now: float, audience: str) -> dict[str, Any]:
        """The claims of a JWT that the tool has signed for ``audience``.

        Raises NotSigned for a signature by anything but a key of the tool, other issuers and audiences, and times that
        do not hold.
        """
        known = self._known.get(tool.client_id)
        try:
            claims = self._decode(token, known) if known else None
        except JoseError:
            claims = None  # a key of later, perhaps
        if claims is None:
            self._known[tool.client_id] = keys = await self._fetch(tool)
            try:
                claims = self._decode(token, keys)
            except (JoseError, ValueError) as error:
                raise NotSigned(f"the signature does not hold: {error}") from None
        _check(claims, tool.client_id, audience, now)
        return claims

    def _decode(self, token: str, keys: KeySet) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, keys, algorithms=[ALGORITHM]).claims)
        except ValueError as error:
            raise NotSigned(f"it is not a JWT: {error}") from None

    async def _fetch(self, tool: Tool13) -> KeySet:
        try:
            answer = await AsyncHTTPClient().fetch(tool.jwks_url, request_timeout=10, follow_redirects=False)
            if len(answer.body) > _JWKS_LIMIT:
                raise ValueError("too long")
            return KeySet.import_key_set(json.loads(answer.body))
        except (HTTPError, OSError, JoseError, ValueError, KeyError, TypeError) as error:
            raise NotSigned(f"the tool's keys cannot be had: {error}") from None


def _check(claims: Mapping[str, Any], issuer: str, audience: str, now: float) -> None:
    audiences = claims.get("aud")
    if claims.get("iss") != issuer:
        raise NotSigned("iss is not the client id")
    if audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise NotSigned(f"aud is not {audience}")
    times = [claims.get("iat"), claims.get("exp")]
    if any(isinstance(at, bool) or not isinstance(at, int | float) for at in times):
        raise NotSigned("iat or exp is missing")
    issued, expires = (float(str(at)) for at in times)
    if expires < now - LEEWAY or issued > now + LEEWAY or expires - issued > 3600:
        raise NotSigned("iat and exp do not hold")
