"""Scores, nonces, the log of messages and a few documents, in one SQLite file."""

import json
import os
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOG_LIMIT = 1000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS master_key (value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS result (
    user_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    score REAL,
    comment TEXT,
    received_at TEXT NOT NULL,
    updates INTEGER NOT NULL,
    PRIMARY KEY (user_id, link_id)
);
CREATE TABLE IF NOT EXISTS nonce (
    consumer_key TEXT NOT NULL,
    value TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    PRIMARY KEY (consumer_key, value)
);
CREATE INDEX IF NOT EXISTS nonce_timestamp ON nonce (timestamp);
CREATE TABLE IF NOT EXISTS document (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    received_at TEXT NOT NULL,
    operation TEXT NOT NULL,
    user_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    result TEXT NOT NULL,
    description TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Result:
    """A cell of the gradebook: ``score`` is 0..1, or None after deleteResult; ``updates`` counts accepted changes."""

    user_id: str
    link_id: str
    score: float | None
    comment: str | None
    received_at: str
    updates: int


@dataclass(frozen=True)
class Message:
    """One request that reached the outcome service; ``result`` is success, failure, unsupported or refused."""

    received_at: str
    operation: str
    user_id: str
    link_id: str
    result: str
    description: str


class Store:
    """The SQLite file of one demo LMS; used from one thread only."""

    def __init__(self, data_dir: Path) -> None:
        """Open or create the file; raises OSError or sqlite3.Error where that fails."""
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = data_dir / "demo_lms.sqlite"
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self._db = sqlite3.connect(path)
        try:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.executescript(_SCHEMA)
            self.master_key = self._load_master_key()
        except sqlite3.Error:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _load_master_key(self) -> bytes:
        with self._db:
            self._db.execute(
                "INSERT INTO master_key SELECT ? WHERE NOT EXISTS (SELECT 1 FROM master_key)",
                (secrets.token_bytes(32),),
            )
            (key,) = self._db.execute("SELECT value FROM master_key").fetchone()
        return bytes(key)

    def use_nonce(self, consumer_key: str, nonce: str, timestamp: int, oldest: int) -> bool:
        """Remember a nonce; False if it was used before. Those stamped before ``oldest`` (seconds) are dropped."""
        with self._db:
            self._db.execute("DELETE FROM nonce WHERE timestamp < ?", (oldest,))
            added = self._db.execute(
                "INSERT OR IGNORE INTO nonce VALUES (?, ?, ?)", (consumer_key, nonce, timestamp)
            ).rowcount
        return added == 1

    def put(self, kind: str, document_id: str, value: dict[str, Any]) -> None:
        """Keep a document of some kind under its id, in place of the one that was there."""
        with self._db:
            self._db.execute(
                "INSERT INTO document (kind, id, value) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, id) DO UPDATE SET value = excluded.value",
                (kind, document_id, json.dumps(value)),
            )

    def get(self, kind: str, document_id: str) -> dict[str, Any] | None:
        """A document, None if there is none."""
        return self.all(kind).get(document_id)

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """All documents of a kind by id, the oldest first."""
        rows = self._db.execute("SELECT id, value FROM document WHERE kind = ? ORDER BY number", (kind,))
        return {document_id: json.loads(value) for document_id, value in rows}

    def remove(self, kind: str, document_id: str) -> bool:
        """Forget a document; False if there was none."""
        with self._db:
            found = self._db.execute("DELETE FROM document WHERE kind = ? AND id = ?", (kind, document_id)).rowcount
        return found == 1

    def set_result(self, user_id: str, link_id: str, score: float | None, comment: str | None, at: str) -> None:
        """Put a score (0..1, or None to clear it) and a comment into the gradebook."""
        with self._db:
            self._db.execute(
                "INSERT INTO result VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET score = excluded.score,"
                " comment = excluded.comment, received_at = excluded.received_at, updates = updates + 1",
                (user_id, link_id, score, comment, at),
            )

    def result(self, user_id: str, link_id: str) -> Result | None:
        """One cell of the gradebook, None if nothing ever arrived for it."""
        row = self._db.execute("SELECT * FROM result WHERE user_id = ? AND link_id = ?", (user_id, link_id)).fetchone()
        return Result(*row) if row else None

    def results(self) -> dict[tuple[str, str], Result]:
        """All cells that something arrived for, by (user id, link id)."""
        found = [Result(*row) for row in self._db.execute("SELECT * FROM result")]
        return {(result.user_id, result.link_id): result for result in found}

    def log(self, message: Message) -> None:
        """Add a message to the log; only the newest thousand are kept."""
        with self._db:
            row = self._db.execute(
                "INSERT INTO message (received_at, operation, user_id, link_id, result, description)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    message.received_at,
                    message.operation,
                    message.user_id,
                    message.link_id,
                    message.result,
                    message.description[:500],
                ),
            ).lastrowid
            self._db.execute("DELETE FROM message WHERE id <= ?", ((row or 0) - LOG_LIMIT,))

    def messages(self, limit: int = 200) -> list[Message]:
        """The newest messages, newest first."""
        rows = self._db.execute(
            "SELECT received_at, operation, user_id, link_id, result, description FROM message"
            " ORDER BY id DESC LIMIT ?",
            (limit,),
        )
        return [Message(*row) for row in rows]
