"""What every request handler needs, in one object."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from deploy.demo_lms.catalogue import Catalogue
from deploy.demo_lms.config import Config
from deploy.demo_lms.store import Store


@dataclass(frozen=True)
class DemoLms:
    """One demo LMS; ``clock`` gives seconds since 1970."""

    config: Config
    catalogue: Catalogue
    store: Store
    clock: Callable[[], float]

    def now(self) -> str:
        """The time as ISO 8601, UTC, to the millisecond."""
        return datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    @property
    def sourcedid_key(self) -> bytes:
        """The key that protects sourcedids."""
        return hmac.digest(self.store.master_key, b"sourcedid", "sha256")

    @property
    def session_key(self) -> bytes:
        """The key that signs session cookies."""
        return hmac.digest(self.store.master_key, b"session", "sha256")
