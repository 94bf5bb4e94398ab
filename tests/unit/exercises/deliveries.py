"""Deliveries of webhooks as hosts send them (hooks/*.json), signed anew by what the standards say."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

SECRET = "webhook-s3cret"
SIGNING_KEY = b"thirty-two bytes of a signing key"
SIGNING_SECRET = "whsec_" + base64.b64encode(SIGNING_KEY).decode()

FOLDER = Path(__file__).parent / "hooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


@dataclass
class Sent:
    headers: dict[str, str]
    """Signature included."""
    body: bytes
    secret: str
    event: str
    branches: set[str]

    @property
    def lower(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}


def delivery(name: str, **changed: Any) -> Sent:
    """A delivery; `changed` are fields of its body."""
    data = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    headers, secret = dict(data["headers"]), SECRET
    payload = json.dumps({**data["body"], **changed}).encode()
    body = payload
    if "form" in name:
        body = urlencode({"payload": payload.decode()}).encode()

    def sign(content: bytes) -> str:
        return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()

    match data["sign"]:
        case "github":
            headers["X-Hub-Signature-256"] = f"sha256={sign(body)}"
        case "bitbucket":
            headers["X-Hub-Signature"] = f"sha256={sign(body)}"
        case "gitlab":
            headers["X-Gitlab-Token"] = secret
        case "standard":
            secret = SIGNING_SECRET
            head = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
            digest = hmac.new(SIGNING_KEY, head + body, hashlib.sha256).digest()
            headers["webhook-signature"] = "v1,AAAA v1," + base64.b64encode(digest).decode()
        case "gitea":
            headers |= {"X-Gitea-Signature": sign(body), "X-Gogs-Signature": sign(body)}
        case "gitea_form":
            headers |= {"X-Gitea-Signature": sign(payload)}
        case "forgejo":
            headers |= {"X-Forgejo-Signature": sign(body)}
        case unknown:
            raise AssertionError(unknown)
    return Sent(headers, body, secret, data["event"], set(data["branches"]))
