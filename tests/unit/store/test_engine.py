import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from openjupyter_service.store import Store
from openjupyter_service.store.tables import metadata, nonces, submission_files


def test_migrations_make_exactly_the_tables(store: Store) -> None:
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_make_the_same_constraints(store: Store, tmp_path: Path) -> None:
    if not store.is_sqlite:
        pytest.skip("the schema's text is SQLite's")

    def schema(of: Store) -> dict[str, str]:
        query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name != 'alembic_version'"
        with of.read() as connection:
            return {
                row.name: " ".join(sorted(row.sql.replace(",", " ").replace('"', "").split()))
                for row in connection.exec_driver_sql(query)
            }

    plain = Store(f"sqlite:///{tmp_path / 'plain.sqlite'}")
    with plain.write() as connection:
        metadata.create_all(connection)
    assert schema(store) == schema(plain)
    plain.close()


def test_upgrading_twice_keeps_what_is_there(store: Store) -> None:
    with store.write() as connection:
        connection.execute(insert(nonces).values(platform="p", nonce="n", expires_at=1.0))
    store.upgrade()
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(nonces)) == 1


def test_processes_may_upgrade_at_the_same_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'deep' / 'store.sqlite'}"
    program = "import sys; from openjupyter_service.store import Store; Store(sys.argv[1]).upgrade()"
    running = [
        subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [(each.communicate()[1], each.returncode) for each in running] == [("", 0)] * 4


def test_threads_may_upgrade_at_the_same_time(tmp_path: Path) -> None:
    stores = [Store(f"sqlite:///{tmp_path / f'{number % 2}.sqlite'}") for number in range(6)]
    failures: list[BaseException] = []

    def upgrade(store: Store) -> None:
        try:
            store.upgrade()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=upgrade, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert failures == []


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    with store.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(insert(submission_files).values(submission_id="nobody", path="a", content=b""))
    store.close()


def test_a_transaction_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as connection:
        connection.execute(insert(nonces).values(platform="p", nonce="n", expires_at=1.0))
        raise RuntimeError
    with store.read() as connection:
        assert connection.scalar(select(func.count()).select_from(nonces)) == 0


def test_writers_take_turns_from_their_first_statement(store: Store) -> None:
    """Two that read before they write would otherwise fail with 'database is locked' on SQLite."""
    if not store.is_sqlite:
        pytest.skip("PostgreSQL locks rows")
    seen: list[int] = []

    def count_and_add(number: int) -> None:
        with store.write() as connection:
            seen.append(connection.scalar(select(func.count()).select_from(nonces)) or 0)
            connection.execute(insert(nonces).values(platform="p", nonce=str(number), expires_at=1.0))

    threads = [threading.Thread(target=count_and_add, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == list(range(16))
