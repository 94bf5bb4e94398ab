"""Secrets at rest: whoever reads the database, or a backup of it, gets none without the site's key."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from openjupyter_service.errors import StoreError

_PURPOSE = b"openjupyter store secrets"


class SecretBox:
    """Encrypts texts with a key of 32 bytes (Fernet: AES-128-CBC and HMAC-SHA256, under a key derived by HKDF)."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def encrypt(self, text: str) -> str:
        """The text, encrypted; printable ASCII."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted: str) -> str:
        """The text that was encrypted.

        Raises:
            StoreError: it was encrypted with another key, or changed
        """
        try:
            return self._fernet.decrypt(encrypted.encode("ascii", "replace")).decode()
        except InvalidToken:
            raise StoreError(
                "a secret in the database was encrypted with another key; restore secrets/store of the data folder "
                "from the backup that the database comes from"
            ) from None
