"""Is a platform connected? Each thing that must work is tried, and what is wrong is said in words."""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.lti.configuration import word
from openjupyter_service.lti.fetch import Answer, Fetch, Unreachable
from openjupyter_service.lti.findings import Finding, public_address
from openjupyter_service.lti.keysets import parse_key_set
from openjupyter_service.lti.scopes import SCOPES
from openjupyter_service.lti.token_refusals import SERVICES, explain_refusal
from openjupyter_service.platforms import ANY_DEPLOYMENT, Platform13

CLOCK_SECONDS = 30
"""How far clocks may lie apart: an id_token of Moodle lives 60 s, and some LMSes allow no assertion from the future."""

Sign = Callable[[Mapping[str, Any]], str]
"""Claims → a JWT signed with the tool's key."""


class PlatformCheck:
    """Tries a platform of LTI 1.3 from this side.

    Args:
        platform: that is tried.
        tool: our own addresses.
        fetch: the HTTP client.
        sign: with the key that signs now.
        kid: of that key.
        clock: Unix seconds.
    """

    def __init__(
        self,
        platform: Platform13,
        tool: ToolAddresses,
        fetch: Fetch,
        sign: Sign,
        kid: str,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._platform, self._tool, self._fetch = platform, tool, fetch
        self._sign, self._kid, self._clock = sign, kid, clock
        self._offset: float | None = None
        self._edit = f"openjupyter platform edit {platform.name}"

    async def run(self) -> list[Finding]:
        """Try everything, one after the other."""
        found = [public_address(self._tool), await self._our_keys()]
        found += [self._deployments(), await self._their_keys(), await self._token()]
        return [*found, self._their_clock()]

    def _deployments(self) -> Finding:
        what, names = "deployments", self._platform.deployments
        if not names:
            return Finding(
                what,
                False,
                "none may launch",
                f"{self._edit} --deployment ID, with the deployment id that the LMS shows",
            )
        return Finding(what, True, "all of this client id" if ANY_DEPLOYMENT in names else ", ".join(names))

    async def _our_keys(self) -> Finding:
        """The way an LMS comes for our keys. From here it may be barred, so that only wrong keys are an error."""
        what, url = "our keys", self._tool.jwks
        try:
            answer = await self._fetch("GET", url, private_network=True)
        except Unreachable as error:
            return Finding(
                what,
                None,
                f"{url} cannot be reached from this machine: {error}",
                "is the hub running? If it is, open that address on another machine: the LMS must be able to read it",
            )
        kids = {word(key.get("kid")) for key in _keys(answer)}
        if answer.status == 200 and self._kid in kids:
            return Finding(what, True, f"published at {url}")
        return Finding(
            what,
            False,
            f"{url} does not show the key that signs (HTTP {answer.status})",
            "public_url in the settings must be the address of this hub; restart it if its settings have changed",
        )

    async def _their_keys(self) -> Finding:
        what, url = "the LMS's keys", self._platform.jwks_url
        try:
            answer = await self._get(url)
        except Unreachable as error:
            return self._unreachable(what, url, error)
        step = f"{self._edit} --jwks-url URL, with the address that the LMS shows"
        try:
            keys, refused = parse_key_set(answer)
        except ValueError as error:
            return Finding(what, False, f"{url} shows no keys: {error}", step)
        if not keys:
            reasons = "; ".join(f"{kid[:40]!r}: {why}" for kid, why in list(refused.items())[:3]) or "it is empty"
            return Finding(what, False, f"{url} shows no key that can be used: {reasons}", step)
        return Finding(what, True, f"{len(keys)} at {url}")

    async def _token(self) -> Finding:
        """Section 4.1.1 of the Security Framework 1.0: a token by our signed assertion."""
        what, url = "access token", self._platform.token_url
        now = self._clock()
        claims = {
            "iss": self._platform.client_id,
            "sub": self._platform.client_id,
            "aud": self._platform.token_audience or url,
            "iat": int(now) - 5,
            "exp": int(now) + 60,
            "jti": secrets.token_urlsafe(16),
        }
        body = urlencode(
            {
                "grant_type": "client_credentials",
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._sign(claims),
                "scope": " ".join(SCOPES),
            }
        ).encode()
        try:
            answer = await self._get(url, body)
        except Unreachable as error:
            return self._unreachable(what, url, error)
        values = _object(answer)
        if answer.status in (200, 201) and word(values.get("access_token")):
            missing = set(SCOPES) - set(str(values.get("scope") or " ".join(SCOPES)).split())
            if missing:
                names = ", ".join(sorted(scope.rpartition("/")[2] for scope in missing))
                return Finding(what, False, f"given, but without the rights: {names}", SERVICES)
            return Finding(what, True, "given, for line items and scores")
        return explain_refusal(self._platform, self._tool, answer, word(values.get("error")), self._is_late)

    @property
    def _is_late(self) -> bool:
        return self._offset is not None and abs(self._offset) > CLOCK_SECONDS

    def _their_clock(self) -> Finding:
        what = "clock"
        if self._offset is None:
            return Finding(what, None, "the LMS does not tell its time")
        seconds = round(abs(self._offset))
        which = "behind" if self._offset > 0 else "ahead of"
        text = "the same as the LMS's" if seconds <= 2 else f"{seconds} s {which} the LMS's"
        step = "set this machine's clock, or the LMS's: `timedatectl set-ntp true` here" if self._is_late else ""
        return Finding(what, not self._is_late, text, step)

    async def _get(self, url: str, form: bytes | None = None) -> Answer:
        headers = {"Accept": "application/json"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        before = self._clock()
        answer = await self._fetch(
            "GET" if form is None else "POST",
            url,
            headers=headers,
            body=form,
            private_network=self._platform.private_network,
        )
        told = _date(answer)
        if told is not None:
            # A Date is cut to seconds, and was made somewhere between question and answer.
            early, late = told - self._clock(), told + 1 - before
            self._offset = 0.0 if early <= 0 <= late else min(early, late, key=abs)
        return answer

    def _unreachable(self, what: str, url: str, error: Unreachable) -> Finding:
        text = f"{urlsplit(url).netloc} cannot be reached: {error}"
        if not self._platform.private_network and ("private" in str(error) or "own network" in str(error)):
            return Finding(what, False, text, f"{self._edit} --private-network, if the LMS is in your own network")
        if any(word in str(error).lower() for word in ("certificate", "tls", "ssl")):
            return Finding(
                what,
                False,
                text,
                "the LMS needs a valid certificate with all its intermediate ones; for a certificate authority of your "
                "own, set SSL_CERT_FILE for the hub",
            )
        return Finding(what, False, text, "see that this machine may reach the LMS")


def _keys(answer: Answer) -> list[dict[str, Any]]:
    keys = _object(answer).get("keys")
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def _object(answer: Answer) -> dict[str, Any]:
    try:
        values = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def _date(answer: Answer) -> float | None:
    try:
        moment = parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError, TypeError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
