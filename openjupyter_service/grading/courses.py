"""The courses of a site: those of the settings file, and what is published of those that are followed.

Asked on every request. The store says each time what is published; everything else about a version never changes.
"""

import logging
import threading
from pathlib import Path

from openjupyter_service.courses import Course, FollowedCourse, Pair, PublishedCourse
from openjupyter_service.errors import NotFound, OpenJupyterError
from openjupyter_service.exercises.checkout import check_out
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.rebuild import rebuild
from openjupyter_service.language import N_
from openjupyter_service.settings import Settings
from openjupyter_service.store.engine import Store
from openjupyter_service.store.published import Published
from openjupyter_service.store.records import PublishedVersion

log = logging.getLogger(__name__)


class SiteCourses:
    """Courses as they are now, and as they were for a submission. Thread-safe; every call may block."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._published = Published(store, [course.name for course in settings.courses])
        self._mending = threading.Lock()
        self._made: dict[int, tuple[FollowedCourse, PublishedCourse]] = {}

    def all(self) -> list[Course]:
        """The settings file's, then the followed ones that are published; one whose files are lost is left out."""
        found: list[Course] = list(self._settings.courses)
        for version in self._published.all():
            try:
                found.append(self._course(version))
            except OpenJupyterError as error:
                log.error("the course %s cannot be used: %s", version.course.name, error)
        return found

    def get(self, name: str) -> Course | None:
        """The course of that name as it is now; None when there is none, or nothing of it is published.

        Raises:
            RemoteError: its files were deleted, and cannot be had again from what was fetched
        """
        configured = self._settings.course(name)
        if configured is not None:
            return configured
        version = self._published.get(name)
        return None if version is None else self._course(version)

    def find(self, name: str) -> Course:
        """As `get`, and NotFound when there is no such course."""
        course = self.get(name)
        if course is None:
            raise NotFound(N_("there is no course {name}"), name=repr(name[:64]))
        return course

    def at(self, name: str, served_commit: str | None, private_commit: str | None) -> Course | None:
        """The course as a submission was made for it, whatever was published, removed or moved to the settings since.

        Args:
            name: of the course.
            served_commit: of the public half as learners pull it.
            private_commit: of the private half; None for a course on this machine, which is as it is now.

        Raises:
            RemoteError: as for `get`
        """
        if private_commit is None or served_commit is None:
            return self.get(name)
        version = self._published.at(name, served_commit, private_commit)
        return None if version is None else self._course(version)

    def _course(self, version: PublishedVersion) -> PublishedCourse:
        followed = version.course
        places = CoursePlaces(self._settings.data_dir, followed.name)
        private = self._private(version, places)
        self._see_to_served(followed.name, places)
        known, made = self._made.get(version.id, (None, None))
        if made is not None and known is followed:
            return made
        made = PublishedCourse(
            name=followed.name,
            repository=places.served,
            private=private,
            internet=followed.internet,
            datasets=followed.datasets,
            version=version.id,
            commits=Pair(public_commit=version.served_commit, private_commit=version.private_commit),
            source=followed.public,
        )
        self._made[version.id] = followed, made
        return made

    def _see_to_served(self, name: str, places: CoursePlaces) -> None:
        """Make the repository that learners pull anew when somebody has deleted it."""
        if not places.served.exists():
            with self._mending:
                if not places.served.exists():
                    log.warning("the repository of %s is made anew: %s is gone", name, places.served)
                    rebuild(places.public_mirror, self._published.history(name), places.served)

    def _private(self, version: PublishedVersion, places: CoursePlaces) -> Path:
        """The private half's folder, checked out again when somebody has deleted it."""
        folder = places.private(version.private_commit, version.private_folder)
        if not folder.is_dir():
            with self._mending:
                if not folder.is_dir():
                    log.warning("the private half of %s is checked out again: %s is gone", version.course.name, folder)
                    check_out(places.private_mirror, version.private_commit, version.private_folder, folder)
        return folder
