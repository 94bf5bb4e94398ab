"""The database: connections, transactions, migrations."""

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from openjupyter_service.errors import StoreError
from openjupyter_service.store.rebuild import rebuild

BUSY_SECONDS = 10
"""How long a writer waits for another one on SQLite before it fails."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_UPGRADE_LOCK = 0x6F6A7570  # any number that nothing else in the database locks
_BEGIN = "openjupyter_begin"
_alembic = threading.Lock()  # Alembic keeps its context in module globals


class Store:
    """One database. Thread-safe; every call blocks, so an event loop calls it in a thread.

    Args:
        url: SQLAlchemy URL; SQLite in a file (not in memory, which threads cannot share), or PostgreSQL.
        clock: Unix seconds.

    Raises:
        StoreError: the URL is none, or of a database whose driver is not installed
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.time) -> None:
        self.now = clock
        try:
            self._url = make_url(url)
            self._engine = self._create_engine()
        except ArgumentError:
            raise StoreError("database_url is not the URL of a database, such as postgresql://host/name") from None
        except ImportError as error:
            raise StoreError(f"the driver of the database is not installed: {error}") from None
        self._writer = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @property
    def is_sqlite(self) -> bool:
        """Is it SQLite? Then writers take turns and row locks are not needed."""
        return self._url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view on SQLite, and never waits for a writer."""
        with self._engine.begin() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed when the block ends, undone when it raises."""
        with self._writer.begin() as connection:
            yield connection

    def lock(self, connection: Connection, *key: str) -> None:
        """Let no other transaction hold the same key until this one ends (SQLite's writers take turns anyway)."""
        if not self.is_sqlite:
            digest = hashlib.sha256(json.dumps(key).encode()).digest()
            number = int.from_bytes(digest[:8], "big", signed=True)
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})

    def upgrade(self) -> None:
        """Create or migrate the tables. Processes that do it at the same time wait for one another.

        Raises:
            StoreError: the database cannot be reached or written, or is none
        """
        try:
            self._upgrade()
        except DBAPIError as error:
            reason = " ".join(str(error.orig).split())
            raise StoreError(f"the database cannot be brought up to date: {reason}") from None
        except OSError as error:
            raise StoreError(f"the database cannot be written: {error}") from None

    def _upgrade(self) -> None:
        if self.is_sqlite and self._url.database:
            path = Path(self._url.database)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.set_main_option("path_separator", "os")
        # Rebuilding a table, SQLite's way to alter one, must not delete what refers to it.
        engine = self._create_engine(foreign_keys=False)
        try:
            with _alembic, engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
                if not self.is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _UPGRADE_LOCK})
                config.attributes["connection"] = connection
                command.upgrade(config, "head")
                # A migration that made tables of what is counted asks for this, when all tables are as they are now.
                if config.attributes.get("rebuild"):
                    rebuild(connection)
        finally:
            engine.dispose()

    def rebuild(self, say: Callable[[str], None] = lambda text: None) -> None:
        """Count everything anew that pages of results show; nobody can write meanwhile."""
        with self.write() as connection:
            rebuild(connection, say)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _create_engine(self, foreign_keys: bool = True) -> Engine:
        strict_json = partial(json.dumps, allow_nan=False)
        if not self.is_sqlite:
            return create_engine(self._url, json_serializer=strict_json, pool_pre_ping=True)
        engine = create_engine(self._url, json_serializer=strict_json, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", partial(_configure_sqlite, foreign_keys=foreign_keys))
        event.listen(engine, "begin", _begin_sqlite)
        return engine


def _configure_sqlite(dbapi_connection: Any, _record: Any, foreign_keys: bool) -> None:
    # The sqlite3 module begins transactions by itself, late and without a lock; _begin_sqlite does it instead.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    # An accepted submission survives a power cut; WAL's usual NORMAL could lose the last transactions.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))
