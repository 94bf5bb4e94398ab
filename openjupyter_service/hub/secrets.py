"""The hub's own secrets, each in a file below the data folder."""

from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import Settings


def secret(settings: Settings, name: str) -> bytes:
    """32 bytes, made on first use."""
    return site_secret(settings.data_dir, name)


def identity_key(settings: Settings) -> bytes:
    """The key of learners' names. Lose it, and everybody's files belong to nobody."""
    return secret(settings, "identity")
