"""Secrets that an installation makes for itself: one file each, readable by its owner alone."""

import os
import secrets
import tempfile
from pathlib import Path

from openjupyter_service.errors import SettingsError


def read_or_create_secret(path: Path, size: int = 32) -> bytes:
    """The secret of `size` bytes in this file (hexadecimal text); made on first use, by one of many at once.

    Raises:
        SettingsError: the file does not hold such a secret, or others may read it.
    """
    if not path.exists():
        _create(path, size)
    if path.stat().st_mode & 0o077:
        raise SettingsError(f"others may read the secret {path}; take their rights away: chmod 600")
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except (UnicodeDecodeError, ValueError):
        secret = b""
    if len(secret) != size:
        raise SettingsError(f"{path} does not hold {size} bytes in hexadecimal; restore it from a backup")
    return secret


def site_secret(data_dir: Path, name: str) -> bytes:
    """A site's secret of 32 bytes, made on first use. SettingsError as above."""
    return read_or_create_secret(data_dir / "secrets" / name)


def _create(path: Path, size: int) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(size))
            file.flush()
            os.fsync(descriptor)
        # A link, unlike a rename, does not replace what another process has just made.
        try:
            os.link(name, path)
        except FileExistsError:
            return
    finally:
        Path(name).unlink()
