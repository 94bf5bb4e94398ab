"""Webhooks of Git hosts: is one genuine, and does it concern a course? Knows no HTTP library and no store.

As told in the hosts' own pages: GitHub "Validating webhook deliveries", GitLab "Webhooks" (secret token, and signing
token by the Standard Webhooks specification), Gitea and Forgejo "Webhooks", Bitbucket Cloud "Manage webhooks",
Bitbucket Data Center "Manage webhooks". Deliveries may come twice or be replayed: all that one can do is to have
repositories looked at that would be looked at anyway, so no delivery is remembered and no time of sending is checked.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs

from openjupyter_service.courses import FollowedCourse

MAX_BODY_BYTES = 5 * 2**20

_BRANCH = "refs/heads/"
_SIGNING = "whsec_"


class Event(StrEnum):
    """What a delivery tells."""

    PUSH = "push"
    PING = "ping"
    """Somebody tries whether deliveries arrive."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery, once it is known to be genuine.

    Attributes:
        event: what it tells.
        branches: that were pushed or deleted; None when it does not tell in a form that is known.
    """

    event: Event
    branches: frozenset[str] | None = frozenset()

    def concerns(self, course: FollowedCourse) -> bool:
        """Was a branch pushed that one of the course's halves is on?

        Repositories are not compared: they have too many addresses, and one look too many does no harm.
        """
        if self.event is not Event.PUSH:
            return False
        return self.branches is None or bool(self.branches & {course.public.branch, course.private.branch})


def is_genuine(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Was it sent by who knows the secret? Compared in constant time.

    Args:
        headers: of the request; names in lower case.
        body: as it came.
        secret: of the webhook, as given to the host.
    """
    key = secret.encode()
    # Gitea signs the JSON also where it sends it as a form; the others sign what they send.
    signed = (body, _payload(headers, body))
    digests = [hmac.new(key, each, hashlib.sha256).hexdigest() for each in signed]
    given = [
        headers.get("x-hub-signature-256", "").removeprefix("sha256="),  # GitHub
        _after(headers.get("x-hub-signature", ""), "sha256="),  # Bitbucket; GitHub's is SHA-1 and does not count
        headers.get("x-forgejo-signature", ""),
        headers.get("x-gitea-signature", ""),
    ]
    found = [_same(digest, each) for digest in digests for each in given]
    found.append(_same(secret, headers.get("x-gitlab-token", "")))
    found += [_same(_standard(headers, body, secret), each) for each in headers.get("webhook-signature", "").split()]
    return any(found) and bool(secret)


def read(headers: Mapping[str, str], body: bytes) -> Delivery:
    """What a genuine delivery tells. Never fails: what cannot be read may concern any branch."""
    event = _event(headers)
    if event is Event.PING or (event is Event.OTHER and not _is_gitlab(headers)):
        return Delivery(event)
    try:
        data = json.loads(_payload(headers, body))
        if _is_gitlab(headers):
            # Its system hooks name the event in the body alone.
            event = Event.PUSH if data.get("object_kind", data.get("event_name")) == "push" else Event.OTHER
        return Delivery(event, frozenset(_branches(data)) if event is Event.PUSH else frozenset())
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Delivery(Event.PUSH, None)


def _event(headers: Mapping[str, str]) -> Event:
    # Gitea and Forgejo send GitHub's header, too, with the same word in it.
    name = headers.get("x-github-event") or headers.get("x-gitea-event") or headers.get("x-event-key") or ""
    if name in ("push", "repo:push", "repo:refs_changed", "mirror:repo_synchronized"):
        return Event.PUSH
    return Event.PING if name in ("ping", "diagnostics:ping") else Event.OTHER


def _is_gitlab(headers: Mapping[str, str]) -> bool:
    return "x-gitlab-event" in headers


def _branches(data: dict[str, Any]) -> list[str]:
    if "ref" in data:  # GitHub, GitLab, Gitea, Forgejo
        names = [str(data["ref"])]
    elif "changes" in data:  # Bitbucket Data Center
        names = [str(change["ref"]["id"]) for change in data["changes"]]
    else:  # Bitbucket Cloud: a deleted branch has no new state, a new one no old state
        states = [change["new"] or change["old"] for change in data["push"]["changes"]]
        names = [_BRANCH + str(state["name"]) for state in states if state["type"] == "branch"]
    return [name.removeprefix(_BRANCH) for name in names if name.startswith(_BRANCH)]


def _payload(headers: Mapping[str, str], body: bytes) -> bytes:
    """The JSON of a delivery, which GitHub, Gitea and Forgejo can also send as a field of a form."""
    if not headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        return body
    try:
        return parse_qs(body.decode(), max_num_fields=10).get("payload", [""])[0].encode()
    except ValueError:
        return b""


def _standard(headers: Mapping[str, str], body: bytes, secret: str) -> str:
    """Signature by the Standard Webhooks specification; "" for a secret of another kind."""
    try:
        key = base64.b64decode(_after(secret, _SIGNING), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not key:
        return ""
    head = f"{headers.get('webhook-id', '')}.{headers.get('webhook-timestamp', '')}."
    digest = hmac.new(key, head.encode("latin-1", "replace") + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def _after(text: str, start: str) -> str:
    return text[len(start) :] if text.startswith(start) else ""


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode()) and bool(expected)
