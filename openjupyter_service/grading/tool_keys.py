"""The tool's key pair: made on first use, and rotated so that no platform meets a key it cannot know yet."""

from openjupyter_service.lti.tool_keys import generate
from openjupyter_service.store.records import ToolKey
from openjupyter_service.store.tool_keys import ToolKeys

ROTATION_DELAY_SECONDS = 24 * 3600.0
"""From the publication of a new key to its first signature: platforms look for new keys about once a day."""


def signing_key(keys: ToolKeys) -> ToolKey:
    """The key that signs now; the first one is made when there is none."""
    while (key := keys.signing()) is None:
        keys.add_first(*generate())
    return key


def rotate(keys: ToolKeys, delay_seconds: float = ROTATION_DELAY_SECONDS) -> ToolKey:
    """Publish a new key, which signs after the delay; the older ones stay published for 30 days more."""
    signing_key(keys)
    return keys.add(*generate(), keys.now() + delay_seconds)
