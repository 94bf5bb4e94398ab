"""Tickets: what the server remembers between two requests, each to be used once, by whichever process is asked."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, insert, select

from openjupyter_service.store.engine import Store
from openjupyter_service.store.tables import tickets

_TOKEN_BYTES = 32


class Tickets:
    """One-time tickets. A token is 256 random bits; the table holds its digest alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def issue(self, purpose: str, data: Mapping[str, Any], seconds: float) -> str:
        """Remember `data` (JSON) for so long. Returns the token; forgets tickets that have expired."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        now = self._store.now()
        with self._store.write() as connection:
            connection.execute(delete(tickets).where(tickets.c.expires_at < now))
            connection.execute(
                insert(tickets).values(
                    digest=_digest(purpose, token), purpose=purpose, data=dict(data), expires_at=now + seconds
                )
            )
        return token

    def look(self, purpose: str, token: str) -> dict[str, Any] | None:
        """What is remembered, without using the ticket up; None when it is unknown, used or expired."""
        query = select(tickets.c.data).where(_is(purpose, token), tickets.c.expires_at >= self._store.now())
        with self._store.read() as connection:
            return connection.scalar(query)

    def redeem(self, purpose: str, token: str) -> dict[str, Any] | None:
        """Use a ticket up: what is remembered, once, however many ask at the same time; None for all others."""
        now = self._store.now()
        with self._store.write() as connection:
            row = connection.execute(
                delete(tickets).where(_is(purpose, token)).returning(tickets.c.data, tickets.c.expires_at)
            ).first()
        return row.data if row is not None and row.expires_at >= now else None


def _digest(purpose: str, token: str) -> str:
    return hashlib.sha256(f"{purpose}\0{token}".encode("utf-8", "replace")).hexdigest()


def _is(purpose: str, token: str) -> Any:
    return tickets.c.digest == _digest(purpose, token)
