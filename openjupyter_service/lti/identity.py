"""Who a learner is on the hub: a keyed hash, so that names tell nothing and two people never share one."""

import base64
import hashlib
import hmac
import json


def learner_name(key: bytes, platform: str, subject: str) -> str:
    """The hub username of a platform's user: `u` and 25 of a-z, 2-7 (125 bits of HMAC-SHA256).

    Also fit for names of containers, volumes and folders. The same pair always gets the same name; without the key
    nobody can tell a name from a guessed subject.
    """
    pair = json.dumps([platform, subject]).encode()  # unlike a separator, JSON cannot be part of a subject
    digest = hmac.new(key, pair, hashlib.sha256).digest()
    return "u" + base64.b32encode(digest).decode().lower()[:25]
