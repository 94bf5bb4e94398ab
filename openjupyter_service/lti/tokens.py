"""Access tokens of LTI 1.3 platforms, by a signed assertion (1EdTech Security Framework 1.0, section 4.1)."""

import asyncio
import json
import secrets
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from openjupyter_service.lti.delivery import Delivery, failed, refused
from openjupyter_service.lti.fetch import Answer, Fetch, Unreachable
from openjupyter_service.platforms import Platform13

ASSERTION_SECONDS = 60
MARGIN_SECONDS = 30.0
"""A token that is about to expire is not used any more."""
DEFAULT_SECONDS = 300.0
"""How long a token is used where the platform does not say."""
_MAX_SECONDS = 24 * 3600.0
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

Sign = Callable[[Mapping[str, Any]], str]
"""Claims → a JWT signed with the tool's key."""


class NoToken(Exception):
    """The platform gave no token; `delivery` says what that means for a score."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.description)
        self.delivery = delivery


class AccessTokens:
    """Tokens of all platforms, kept until shortly before they expire, and asked for once at a time.

    Args:
        fetch: the HTTP client.
        sign: signs with the tool's key.
        clock: Unix seconds.
    """

    def __init__(self, fetch: Fetch, sign: Sign, clock: Callable[[], float] = time.time) -> None:
        self._fetch, self._sign, self._clock = fetch, sign, clock
        self._known: dict[tuple[str, str, str], tuple[str, float]] = {}
        self._locks: dict[tuple[str, str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, platform: Platform13, scopes: Iterable[str]) -> str:
        """A token for these scopes.

        Raises:
            NoToken: the platform gave none.
        """
        key = _key(platform, scopes)
        async with self._locks[key]:
            token, expires_at = self._known.get(key, ("", 0.0))
            if self._clock() >= expires_at - MARGIN_SECONDS:
                token, lifetime = await self._ask(platform, key[2])
                # Of a token that lives shorter than the margin at least the use at hand is made.
                self._known[key] = (token, self._clock() + lifetime)
            return token

    def forget(self, platform: Platform13, scopes: Iterable[str], token: str) -> None:
        """The platform has refused this token: the next use asks for another one."""
        key = _key(platform, scopes)
        if self._known.get(key, ("", 0.0))[0] == token:
            del self._known[key]

    async def _ask(self, platform: Platform13, scope: str) -> tuple[str, float]:
        now = int(self._clock())
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_audience or platform.token_url,
            "iat": now - 5,  # some platforms allow no assertion from the future, and clocks differ
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(24),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION,
            "client_assertion": self._sign(claims),
            "scope": scope,
        }
        try:
            answer = await self._fetch(
                "POST",
                platform.token_url,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                body=urlencode(form).encode(),
                private_network=platform.private_network,
            )
        except Unreachable as error:
            raise NoToken(failed(f"the token endpoint cannot be reached: {error}", of_platform=True)) from None
        return _read(answer, scope)


def _key(platform: Platform13, scopes: Iterable[str]) -> tuple[str, str, str]:
    return platform.issuer, platform.client_id, " ".join(sorted(scopes))


def _read(answer: Answer, scope: str) -> tuple[str, float]:
    """Token and lifetime in seconds. NoToken else."""
    values: Any
    try:
        values = json.loads(answer.body)
    except (ValueError, RecursionError):
        values = None
    values = values if isinstance(values, dict) else {}
    token = values.get("access_token")
    if answer.status not in (200, 201) or not isinstance(token, str) or not token or not token.isascii():
        raise NoToken(failed(_why(answer, values), of_platform=True))
    granted = values.get("scope", scope)
    if isinstance(granted, str) and granted.split() and not set(scope.split()) & set(granted.split()):
        raise NoToken(refused("the platform does not allow this tool to send scores"))
    lifetime = values.get("expires_in", DEFAULT_SECONDS)
    if isinstance(lifetime, str) and lifetime.isdigit():
        lifetime = float(lifetime)
    if isinstance(lifetime, bool) or not isinstance(lifetime, int | float) or not lifetime > 0:
        lifetime = DEFAULT_SECONDS
    return token, min(float(lifetime), _MAX_SECONDS)


def _why(answer: Answer, values: dict[str, Any]) -> str:
    """Why there is no token, in words."""
    error = str(values.get("error", ""))[:60]
    if answer.status == 404 and not error:
        # Moodle says no more than this where it may not, or cannot, fetch the tool's keys.
        return "the token endpoint answers 404: its address is wrong, or the LMS cannot fetch our keys"
    if answer.status in (200, 201):
        return "the token endpoint gave no token"
    return f"the token endpoint answers {answer.status} {error}".strip()
