"""The tool's key pairs: which one signs now, and which ones platforms may still meet."""

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.records import ToolKey
from openjupyter_service.store.tables import tool_keys

OVERLAP_SECONDS = 30 * 24 * 3600.0
"""How long a key stays published after a newer one signs: platforms keep key sets for long, and so do messages."""


class ToolKeys:
    """Private keys as PEM, encrypted at rest."""

    def __init__(self, store: Store, box: SecretBox) -> None:
        self._store = store
        self._box = box

    def now(self) -> float:
        """The store's time, in Unix seconds."""
        return self._store.now()

    def signing(self) -> ToolKey | None:
        """The newest key that signs already; None when there is none."""
        now = self._store.now()
        return next((key for key in self.published() if key.active_at <= now), None)

    def published(self) -> list[ToolKey]:
        """Keys of the key set, newest first: also those that will sign only later, since platforms cache the set."""
        query = (
            select(tool_keys)
            .where(or_(tool_keys.c.expires_at.is_(None), tool_keys.c.expires_at > self._store.now()))
            .order_by(tool_keys.c.active_at.desc(), tool_keys.c.created_at.desc(), tool_keys.c.kid)
        )
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [
            ToolKey(row.kid, self._box.decrypt(row.private_key), row.created_at, row.active_at, row.expires_at)
            for row in rows
        ]

    def add_first(self, kid: str, pem: str) -> bool:
        """Add a key that signs at once, unless there is one; False then. Of many processes at once one succeeds."""
        with self._store.write() as connection:
            self._store.lock(connection, "tool keys")
            if connection.scalar(select(tool_keys.c.kid).limit(1)) is not None:
                return False
            now = self._store.now()
            connection.execute(
                insert(tool_keys).values(kid=kid, private_key=self._box.encrypt(pem), created_at=now, active_at=now)
            )
        return True

    def add(self, kid: str, pem: str, active_at: float) -> ToolKey:
        """Publish a key now that signs from `active_at` on; older ones expire OVERLAP_SECONDS after that.

        Raises:
            ValueError: there is a key of this id
        """
        now = self._store.now()
        expires_at = max(active_at, now) + OVERLAP_SECONDS
        try:
            with self._store.write() as connection:
                self._store.lock(connection, "tool keys")
                connection.execute(delete(tool_keys).where(tool_keys.c.expires_at <= now))
                connection.execute(
                    update(tool_keys).where(tool_keys.c.expires_at.is_(None)).values(expires_at=expires_at)
                )
                connection.execute(
                    insert(tool_keys).values(
                        kid=kid, private_key=self._box.encrypt(pem), created_at=now, active_at=active_at
                    )
                )
        except IntegrityError:
            raise ValueError(f"there is a key {kid}") from None
        return ToolKey(kid, pem, now, active_at, None)
