"""Platforms: those of the settings file and those that were registered while the site ran, as one list."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, insert, select, update

from openjupyter_service.errors import NotFound, PlatformError
from openjupyter_service.platforms import Platform, Platform11, Platform13
from openjupyter_service.store.encryption import SecretBox
from openjupyter_service.store.engine import Store
from openjupyter_service.store.tables import platforms

AnyPlatform = Platform11 | Platform13
_ADAPTER: TypeAdapter[AnyPlatform] = TypeAdapter(Platform)


class Platforms:
    """All platforms of a site. Secrets are encrypted at rest.

    A name that a platform once had is never given to another one: people's accounts hang on it.

    Args:
        store: the database.
        box: for the secrets in it.
        configured: platforms of the settings file, which are read-only here.
    """

    def __init__(self, store: Store, box: SecretBox, configured: Sequence[AnyPlatform] = ()) -> None:
        self._store = store
        self._box = box
        self._configured = list(configured)

    def all(self) -> list[AnyPlatform]:
        """Those of the settings file first, then the registered ones by name."""
        names = {platform.name for platform in self._configured}
        query = select(platforms).where(platforms.c.removed_at.is_(None)).order_by(platforms.c.name)
        with self._store.read() as connection:
            rows = connection.execute(query).mappings().all()
        return [*self._configured, *(self._platform(row) for row in rows if row["name"] not in names)]

    def get(self, name: str) -> AnyPlatform | None:
        """The platform of that name."""
        for platform in self._configured:
            if platform.name == name:
                return platform
        return next(iter(self._where(platforms.c.name == name)), None)

    def is_configured(self, name: str) -> bool:
        """Is it from the settings file? Then it is changed there."""
        return any(platform.name == name for platform in self._configured)

    def by_consumer_key(self, key: str) -> Platform11 | None:
        """The platform of LTI 1.1 that signs with this key."""
        for platform in self._named(key, lambda known: isinstance(known, Platform11) and known.consumer_key == key):
            if isinstance(platform, Platform11):
                return platform
        return None

    def by_issuer(self, issuer: str, client_id: str | None = None) -> list[Platform13]:
        """Platforms of LTI 1.3 with this issuer, and with this client id when one is given."""
        return [
            platform
            for platform in self.all()
            if isinstance(platform, Platform13)
            and platform.issuer == issuer
            and client_id in (None, platform.client_id)
        ]

    def removed_identity(self, name: str) -> str | None:
        """What a platform was known by that had this name and was removed (see identity_of); None if there is none."""
        query = select(platforms.c.identity).where(platforms.c.name == name, platforms.c.removed_at.is_not(None))
        with self._store.read() as connection:
            return connection.scalar(query)

    def add(self, platform: AnyPlatform, same_lms: bool = False) -> None:
        """Register a platform.

        Args:
            platform: the new one.
            same_lms: the caller knows that a removed platform of this name was the same LMS, though it was known by
                another client id or consumer key: then it may have its name back.

        Raises:
            PlatformError: its name, consumer key or issuer and client id is taken, or the name was another platform's
        """
        identity = identity_of(platform)
        with self._store.write() as connection:
            self._store.lock(connection, "platforms")
            self._check_free(platform, identity)
            row = connection.execute(select(platforms).where(platforms.c.name == platform.name)).first()
            if row is not None:
                if row.identity != identity and not same_lms:
                    raise PlatformError(
                        f"the name {platform.name} once belonged to another platform, and its learners' accounts hang "
                        "on it; choose another name"
                    )
                connection.execute(
                    update(platforms)
                    .where(platforms.c.name == platform.name)
                    .values(version=platform.version, identity=identity, **self._values(platform), removed_at=None)
                )
                return
            connection.execute(
                insert(platforms).values(
                    name=platform.name,
                    version=platform.version,
                    identity=identity,
                    created_at=self._store.now(),
                    **self._values(platform),
                )
            )

    def replace(self, platform: AnyPlatform) -> None:
        """Change a registered platform, found by its name.

        Raises:
            NotFound: there is none of this name
            PlatformError: it is of the settings file, or its new consumer key or issuer and client id is taken
        """
        identity = identity_of(platform)
        with self._store.write() as connection:
            self._store.lock(connection, "platforms")
            self._check_registered(platform.name)
            self._check_free(platform, identity, itself=platform.name)
            connection.execute(
                update(platforms)
                .where(platforms.c.name == platform.name)
                .values(version=platform.version, identity=identity, **self._values(platform))
            )

    def remove(self, name: str) -> None:
        """Let a platform launch no longer; its name stays taken, so that it can come back.

        Raises:
            NotFound: there is none of this name
            PlatformError: it is of the settings file
        """
        with self._store.write() as connection:
            self._check_registered(name)
            connection.execute(
                update(platforms).where(platforms.c.name == name).values(removed_at=self._store.now(), secret=None)
            )

    def _check_registered(self, name: str) -> None:
        if self.is_configured(name):
            raise PlatformError(f"the platform {name} is in the settings file; change it there and restart")
        if not self._where(platforms.c.name == name):
            raise NotFound(f"there is no platform {name[:64]!r}; `openjupyter platform list` shows all")

    def _check_free(self, platform: AnyPlatform, identity: str, itself: str | None = None) -> None:
        for known in self.all():
            if known.name == itself:
                continue
            if known.name == platform.name:
                raise PlatformError(f"there is a platform {known.name} already; edit it, or choose another name")
            if identity_of(known) == identity:
                what = "consumer key" if isinstance(known, Platform11) else "issuer and client id"
                raise PlatformError(f"the platform {known.name} has this {what} already")

    def _named(self, key: str, matches: Any) -> list[AnyPlatform]:
        found = [platform for platform in self._configured if matches(platform)]
        return found or self._where(platforms.c.identity == f"1.1 {key}")

    def _where(self, condition: Any) -> list[AnyPlatform]:
        query = select(platforms).where(condition, platforms.c.removed_at.is_(None))
        with self._store.read() as connection:
            return [self._platform(row) for row in connection.execute(query).mappings()]

    def _values(self, platform: AnyPlatform) -> dict[str, Any]:
        secret = platform.shared_secret() if isinstance(platform, Platform11) else None
        values = platform.model_dump(mode="json", exclude={"name", "secret", "secret_file"})
        return {"values": values, "secret": None if secret is None else self._box.encrypt(secret)}

    def _platform(self, row: RowMapping | Mapping[str, Any]) -> AnyPlatform:
        values = {**row["values"], "name": row["name"]}
        if row["secret"] is not None:
            values["secret"] = self._box.decrypt(row["secret"])
        return _ADAPTER.validate_python(values)


def identity_of(platform: AnyPlatform) -> str:
    """What a platform is known by in a launch, as one text."""
    if isinstance(platform, Platform11):
        return f"1.1 {platform.consumer_key}"
    return f"1.3 {platform.client_id} {platform.issuer}"
