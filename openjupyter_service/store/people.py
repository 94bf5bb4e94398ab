"""What is shown of a person and never part of a name: kept apart from everything else, and easy to forget."""

from sqlalchemy import delete, insert, select, update

from openjupyter_service.store.engine import Store
from openjupyter_service.store.folded import folded
from openjupyter_service.store.records import Person
from openjupyter_service.store.tables import people

_COLUMNS = (people.c.learner, people.c.display_name, people.c.locale, people.c.updated_at)


class People:
    """Display names and locales by hub username."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def remember(self, learner: str, display_name: str | None, locale: str | None) -> None:
        """Keep what a launch told; what it did not tell stays as it was."""
        name = folded(display_name) if display_name is not None else None
        told = {"display_name": display_name, "folded_name": name, "locale": locale}
        values = {name: value for name, value in told.items() if value is not None}
        now = self._store.now()
        with self._store.write() as connection:
            self._store.lock(connection, "person", learner)
            changed = connection.execute(
                update(people).where(people.c.learner == learner).values(**values, updated_at=now)
            )
            if not changed.rowcount:
                connection.execute(insert(people).values(learner=learner, **values, updated_at=now))

    def get(self, learner: str) -> Person | None:
        """What is known of a person."""
        with self._store.read() as connection:
            row = connection.execute(select(*_COLUMNS).where(people.c.learner == learner)).first()
        return Person(**row._mapping) if row is not None else None

    def forget(self, learner: str) -> None:
        """Keep nothing of a person; their work and scores stay, under a name that tells nothing."""
        with self._store.write() as connection:
            connection.execute(delete(people).where(people.c.learner == learner))
