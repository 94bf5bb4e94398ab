"""A site as commands see it: settings, and the parts of its store that they read and write."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from openjupyter_service.courses import FollowedCourse
from openjupyter_service.errors import OpenJupyterError
from openjupyter_service.lti.addresses import ToolAddresses, tool_addresses
from openjupyter_service.platforms import Platform11, Platform13
from openjupyter_service.settings import Settings, load_settings, settings_path

if TYPE_CHECKING:  # the database is slow to import, and help needs none
    from openjupyter_service.store import Courses, Outbox, Platforms, Store, Tickets, ToolKeys, Versions


class Unknown(OpenJupyterError):
    """There is nothing of that name."""

    status = 404


@dataclass
class CommandSite:
    """Settings and store of one installation."""

    settings: Settings
    path: Path
    """Of the settings file."""
    store: "Store"

    @property
    def tool(self) -> ToolAddresses:
        """The hub's own addresses."""
        return tool_addresses(self.settings)

    @cached_property
    def platforms(self) -> "Platforms":
        """Platforms of the settings file and of the store."""
        from openjupyter_service.store import Platforms

        return Platforms(self.store, self._box, self.settings.platforms)

    @cached_property
    def tool_keys(self) -> "ToolKeys":
        """Keys that sign."""
        from openjupyter_service.store import ToolKeys

        return ToolKeys(self.store, self._box)

    @cached_property
    def tickets(self) -> "Tickets":
        """One-time links."""
        from openjupyter_service.store import Tickets

        return Tickets(self.store)

    @cached_property
    def outbox(self) -> "Outbox":
        """Scores on their way."""
        from openjupyter_service.store import Outbox

        return Outbox(self.store)

    @cached_property
    def courses(self) -> "Courses":
        """Courses that are followed in Git repositories."""
        from openjupyter_service.store import Courses

        return Courses(self.store, self._box, [course.name for course in self.settings.courses])

    @cached_property
    def versions(self) -> "Versions":
        """Their versions."""
        from openjupyter_service.store import Versions

        return Versions(self.store)

    @cached_property
    def _box(self) -> Any:
        from openjupyter_service.secrets import site_secret
        from openjupyter_service.store.encryption import SecretBox

        return SecretBox(site_secret(self.settings.data_dir, "store"))

    def followed(self, name: str) -> FollowedCourse:
        """The followed course of that name.

        Raises:
            Unknown: there is none, or it stands in the settings file.
        """
        if self.settings.course(name) is not None:
            raise Unknown(
                f"{name} stands in the settings file {self.path}: it lies on this machine, and is not followed"
            )
        course = self.courses.get(name)
        if course is None:
            known = ", ".join(course.name for course in self.courses.all()) or "none yet"
            raise Unknown(f"no course {name[:64]!r} is followed; there are: {known}")
        return course

    def platform(self, name: str) -> Platform11 | Platform13:
        """The platform of that name.

        Raises:
            Unknown: there is none.
        """
        platform = self.platforms.get(name)
        if platform is None:
            known = ", ".join(platform.name for platform in self.platforms.all()) or "none yet"
            raise Unknown(f"there is no platform {name!r}; there are: {known}")
        return platform

    def editable(self, name: str) -> Platform11 | Platform13:
        """The platform of that name, which must be one of the store.

        Raises:
            Unknown: there is none, or it stands in the settings file.
        """
        platform = self.platform(name)
        if self.platforms.is_configured(name):
            raise Unknown(f"{name} stands in the settings file {self.path}; change it there, and restart the hub")
        return platform


@contextmanager
def open_site(path: Path | None) -> Iterator[CommandSite]:
    """The site that a settings file describes; its tables are brought up to date.

    Raises:
        SettingsError: there is no such file, or it is wrong.
        StoreError: the database cannot be opened.
    """
    from openjupyter_service.store import Store

    settings = load_settings(path)
    store = Store(settings.store_url)
    try:
        store.upgrade()
        yield CommandSite(settings, path or settings_path(), store)
    except PermissionError as error:
        raise OpenJupyterError(f"{error.filename} cannot be read; run this as the user that runs the hub") from None
    finally:
        store.close()


def settings_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --settings."""
    return click.option(
        "--settings", type=click.Path(path_type=Path), help="Settings file; default: OPENJUPYTER_SETTINGS."
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command --json."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)
