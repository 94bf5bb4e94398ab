import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openjupyter_service.store import Launches, Outbox, Queue, Store, Submissions

POSTGRESQL = os.environ.get("OPENJUPYTER_TEST_POSTGRESQL")
"""URL of an empty PostgreSQL database that the tests may fill and empty; without it they run on SQLite alone."""


class Clock:
    def __init__(self) -> None:
        self.time = 1_800_000_000.0

    def __call__(self) -> float:
        return self.time

    def pass_(self, seconds: float) -> None:
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRESQL else [])])
def store(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Store]:
    if request.param == "postgresql":
        assert POSTGRESQL
        store = Store(POSTGRESQL, clock)
        with store.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
    else:
        store = Store(f"sqlite:///{tmp_path / 'store.sqlite'}", clock)
    store.upgrade()
    yield store
    store.close()


@pytest.fixture
def launches(store: Store) -> Launches:
    return Launches(store)


@pytest.fixture
def submissions(store: Store) -> Submissions:
    return Submissions(store)


@pytest.fixture
def queue(store: Store) -> Queue:
    return Queue(store)


@pytest.fixture
def outbox(store: Store) -> Outbox:
    return Outbox(store)
