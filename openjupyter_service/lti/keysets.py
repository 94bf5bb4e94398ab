"""Platforms' public keys: fetched when needed, kept, and still known while the LMS is away (RFC 7517)."""

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import RSAAlgorithm

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.fetch import Answer, Fetch, Unreachable
from openjupyter_service.platforms import Platform13

REFETCH_SECONDS = 30.0
"""An unknown key id makes us ask again, but no more often than this: anybody can make key ids up."""
KEEP_SECONDS = 3600.0
"""How long a key set is believed, where the platform does not say."""
STALE_SECONDS = 2 * 24 * 3600.0
"""How long its keys still serve while no newer ones can be got: so long may one serve that was taken back."""
_KEEP_BOUNDS = (300.0, 24 * 3600.0)
_MAX_BYTES = 256 * 1024
_MAX_KEYS = 100
_BITS = (2048, 8192)
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


@dataclass
class _KeySet:
    keys: dict[str, RSAPublicKey] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Why a key is not used, by key id."""
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    keep: float = KEEP_SECONDS
    trouble: str = ""
    """Why the last try gave no keys."""


class KeySets:
    """Keys of all platforms, by the address of the key set.

    Args:
        fetch: the HTTP client.
        clock: seconds that never go back.
    """

    def __init__(self, fetch: Fetch, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._sets: dict[str, _KeySet] = defaultdict(_KeySet)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def key(self, platform: Platform13, kid: str) -> RSAPublicKey:
        """The key of this id.

        Raises:
            LaunchRefused: the platform has no such key, or it is none that may be used; or its key set could not be
                got and no key is known from before.
        """
        known = self._sets[platform.jwks_url]
        if not self._serves(known, kid):
            lock = self._locks[platform.jwks_url]
            # While another launch asks for newer keys, old ones serve: an LMS that hangs holds up one launch, not all.
            if not (lock.locked() and self._serves(known, kid, STALE_SECONDS)):
                async with lock:
                    # Another launch may have fetched it while this one waited.
                    if not self._serves(known, kid) and self._clock() - known.tried_at >= REFETCH_SECONDS:
                        await self._refresh(platform, known)
        if self._serves(known, kid, STALE_SECONDS):
            return known.keys[kid]
        name = f"the key {kid[:64]!r} of platform {platform.name}"
        if kid in known.refused:
            raise LaunchRefused(f"{name} is not used: {known.refused[kid]}")
        if known.trouble:
            raise LaunchRefused(f"{name} is unknown, and its key set could not be got: {known.trouble}")
        raise LaunchRefused(f"{name} is not in its key set at {platform.jwks_url}")

    def _serves(self, known: _KeySet, kid: str, seconds: float | None = None) -> bool:
        """Is the key there, and no older than this (None: than the platform said)?"""
        limit = known.keep if seconds is None else seconds
        return kid in known.keys and self._clock() - known.fetched_at < limit

    async def _refresh(self, platform: Platform13, known: _KeySet) -> None:
        known.tried_at = self._clock()
        try:
            answer = await self._fetch(
                "GET",
                platform.jwks_url,
                headers={"Accept": "application/json"},
                private_network=platform.private_network,
            )
            keys, refused = parse_key_set(answer)
        except (Unreachable, ValueError) as error:
            known.trouble = str(error)
            return
        known.keys, known.refused, known.trouble = keys, refused, ""
        known.fetched_at, known.keep = self._clock(), _keep(answer)


def parse_key_set(answer: Answer) -> tuple[dict[str, RSAPublicKey], dict[str, str]]:
    """The usable keys of a key set by id, and why others are not used.

    Raises:
        ValueError: it is no key set.
    """
    if answer.status != 200:
        raise ValueError(f"HTTP {answer.status}")
    if len(answer.body) > _MAX_BYTES:
        raise ValueError(f"it is longer than {_MAX_BYTES} bytes")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise ValueError("it is not JSON") from None
    entries = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ValueError("it is JSON without a list of keys")
    if len(entries) > _MAX_KEYS:
        raise ValueError(f"it has more than {_MAX_KEYS} keys")
    keys: dict[str, RSAPublicKey] = {}
    refused: dict[str, str] = {}
    for entry in entries:
        kid = entry.get("kid") if isinstance(entry, dict) else None
        if not isinstance(kid, str) or not kid:
            continue  # nothing can be signed with a key that has no id
        if kid in keys or kid in refused:
            keys.pop(kid, None)
            refused[kid] = "two keys have this id"
            continue
        try:
            keys[kid] = parse_key(entry)
        except ValueError as error:
            refused[kid] = str(error)
    return keys, refused


def parse_key(entry: dict[str, Any]) -> RSAPublicKey:
    """A public RSA key for signatures by RS256.

    Raises:
        ValueError: it is another one; the text says which.
    """
    if entry.get("kty") != "RSA":
        raise ValueError(f"it is of type {str(entry.get('kty'))[:20]!r}, not RSA")
    if any(name in entry for name in _PRIVATE):
        raise ValueError("the platform publishes its private part, so that anybody could sign with it")
    if entry.get("use", "sig") != "sig" or "verify" not in entry.get("key_ops", ["verify"]):
        raise ValueError("it is not for signatures")
    if entry.get("alg", "RS256") != "RS256":
        raise ValueError(f"it is for {str(entry['alg'])[:20]!r}, not RS256")
    try:
        key = RSAAlgorithm.from_jwk({name: entry[name] for name in ("kty", "n", "e")})
        if not isinstance(key, RSAPublicKey):
            raise ValueError
        size, exponent = key.key_size, key.public_numbers().e
    except Exception:  # PyJWT and cryptography raise whatever a wrong number leads to
        raise ValueError("it is not a well-formed RSA key") from None
    if not _BITS[0] <= size <= _BITS[1]:
        raise ValueError(f"it has {size} bits; {_BITS[0]} to {_BITS[1]} are allowed")
    if exponent < 3 or exponent % 2 == 0 or exponent >= 2**32:
        raise ValueError("its exponent is even or out of bounds")
    return key


def _keep(answer: Answer) -> float:
    age = re.search(r"max-age=(\d{1,9})", answer.headers.get("cache-control", ""))
    return min(max(float(age[1]), _KEEP_BOUNDS[0]), _KEEP_BOUNDS[1]) if age else KEEP_SECONDS
