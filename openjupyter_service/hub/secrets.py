"""The hub's own secrets, each in a file below the data folder."""

from openjupyter_service.secrets import read_or_create_secret
from openjupyter_service.settings import Settings


def secret(settings: Settings, name: str) -> bytes:
    """32 bytes, made on first use."""
    return read_or_create_secret(settings.data_dir / "secrets" / name)


def identity_key(settings: Settings) -> bytes:
    """The key of learners' names. Lose it, and everybody's files belong to nobody."""
    return secret(settings, "identity")
