"""The ``lis_result_sourcedid``: names one cell of the gradebook and cannot be made up.

It is a JSON text with quotes and an ampersand, as real LMSes send it, so that a tool that forgets to escape it in
XML or in a form is found out.
"""

import hmac
import json
from typing import Any

SOURCEDID_LIMIT = 1000


def issue(key: bytes, user_id: str, link_id: str) -> str:
    """Return the sourcedid of one learner's result at one link; always the same for the same key."""
    data = {"user": user_id, "link": link_id, "kind": "score&comment"}
    tag = hmac.digest(key, json.dumps(data).encode(), "sha256").hex()
    return json.dumps({"data": data, "hash": tag}, separators=(",", ":"))


def resolve(key: bytes, text: str) -> tuple[str, str] | None:
    """Return (user id, link id) of a sourcedid that was issued with this key, None for any other text."""
    if len(text) > SOURCEDID_LIMIT:
        return None
    try:
        data: Any = json.loads(text)["data"]
        user_id, link_id = data["user"], data["link"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(user_id, str) or not isinstance(link_id, str):
        return None
    if not hmac.compare_digest(issue(key, user_id, link_id).encode(), text.encode(errors="surrogatepass")):
        return None
    return user_id, link_id
