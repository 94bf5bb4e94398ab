"""What a check found, and all that can be told of a platform of LTI 1.1."""

from collections.abc import Iterator
from dataclasses import dataclass

from openjupyter_service.lti.addresses import ToolAddresses
from openjupyter_service.platforms import Platform11

MIN_SECRET = 16


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was tried."""

    what: str
    ok: bool | None
    """None: it could not be tried, or it need not hold."""
    text: str
    next_step: str = ""


def check_platform11(platform: Platform11, tool: ToolAddresses) -> list[Finding]:
    """What can be told of a platform of LTI 1.1 from this side: only a launch proves it."""
    return [public_address(tool), *_credentials(platform)]


def _credentials(platform: Platform11) -> Iterator[Finding]:
    yield Finding("consumer key", True, platform.consumer_key)
    try:
        secret = platform.shared_secret()
    except (OSError, UnicodeDecodeError) as error:
        text = f"{platform.secret_file} cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}"
        yield Finding("shared secret", False, text, "give the hub's user the right to read it")
        return
    if not secret:
        yield Finding("shared secret", False, "it is empty", "write one into the settings, and the same into the LMS")
    elif len(secret) < MIN_SECRET:
        text = f"it has {len(secret)} characters, so that it could be guessed"
        yield Finding("shared secret", False, text, "take one of 32 or more: openssl rand -hex 32")
    else:
        yield Finding("shared secret", True, f"{len(secret)} characters")


def public_address(tool: ToolAddresses) -> Finding:
    """Is the hub where LMSes can find it?"""
    if tool.is_public:
        return Finding("our address", True, tool.hub_url)
    return Finding(
        "our address",
        None,
        f"{tool.hub_url} is not https, or is this machine alone",
        "fine to try things out; for an LMS elsewhere set public_url in the settings to the hub's https address",
    )
