"""The gate of a followed course: a pair of commits is checked, and published when it is sound.

What learners get is what the store says. It is told first; then the branch that learners pull is moved, which `settle`
does again at the next start if the process ends in between.
"""

import asyncio
import contextlib
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openjupyter_service.courses import FollowedCourse
from openjupyter_service.datasets import DataSet, data_set
from openjupyter_service.errors import RemoteError, RemoteTrouble
from openjupyter_service.exercises import served
from openjupyter_service.exercises.checkout import check_out
from openjupyter_service.exercises.course import EXERCISE_FILE, SOURCE_FILE, Exercise, exercise_names
from openjupyter_service.exercises.layout import CourseFolders
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.grading.aside import in_thread
from openjupyter_service.grading.beside import Fault
from openjupyter_service.grading.check.course import RUNS, check_course
from openjupyter_service.grading.check.findings import ExerciseResult, Level, Subject
from openjupyter_service.grading.check.trial import Files, GradeOne
from openjupyter_service.grading.unchanged import FINGERPRINT, fingerprints, known, taken_over
from openjupyter_service.report import Report
from openjupyter_service.store.records import CourseVersion
from openjupyter_service.store.versions import Versions

CHECK_SECONDS = 12 * 3600.0
"""Longer than any course that people wait for; a check that is still not done says so and ends."""

LEAKS_LIMIT = 500
"""So many versions back it is looked for those that had something hidden in the public half."""

log = logging.getLogger(__name__)


@dataclass
class Running:
    """How far a check is: of each exercise how many gradings are done, and of how many."""

    version: int
    started_at: float
    exercises: dict[str, tuple[int, int]] = field(default_factory=dict)


class Gate:
    """Checks versions of followed courses, and publishes or refuses them.

    Args:
        data_dir: of the site
        versions: where verdicts are kept
        grader: gives what grades submissions of a course with these data sets
        around: tells what all gradings depend on, so that what has not changed is not graded again
    """

    def __init__(
        self,
        data_dir: Path,
        versions: Versions,
        grader: Callable[[tuple[DataSet, ...]], GradeOne],
        around: Callable[[], Awaitable[str]],
    ) -> None:
        self._data_dir = data_dir
        self._versions = versions
        self._grader = grader
        self._around = around
        self._running: dict[str, Running] = {}

    def running(self, course: str) -> Running | None:
        """The check of a course that runs now; may be asked from any thread."""
        return self._running.get(course)

    async def settle(self, course: str) -> None:
        """Let learners pull what the store says is published. RemoteError when that cannot be done."""
        published = await asyncio.to_thread(self._versions.published, course)
        if published is not None and published.served_commit is not None:
            await in_thread(served.move, CoursePlaces(self._data_dir, course).served, published.served_commit)

    async def check(self, course: FollowedCourse, version: CourseVersion, is_last_try: bool = False) -> bool:
        """Check a version that was claimed, and publish or refuse it.

        Args:
            course: as it is followed now
            version: of that course
            is_last_try: gradings that fail for no known reason are held against the course now

        Returns:
            Was it published?

        Raises:
            Fault: there is no verdict; the version is to be released, and checked again later
        """
        places = CoursePlaces(self._data_dir, course.name)
        started = time.monotonic()
        found: dict[str, Any] = {"problem": None, "exercises": []}
        served_commit = ""
        with self._progress(course.name, version) as running:
            try:
                async with asyncio.timeout(CHECK_SECONDS):
                    found["exercises"] = await self._results(course, version, places, running)
                if not found["exercises"]:
                    found["problem"] = await asyncio.to_thread(_no_exercises, version, places)
                elif not is_last_try and (ungraded := _ungraded(found["exercises"])):
                    raise Fault(ungraded)
                if _is_sound(found):  # else learners could ask for what was refused by its commit
                    leaks = _leaks(await asyncio.to_thread(self._versions.of, course.name, LEAKS_LIMIT))
                    half = (places.public_mirror, version.public_commit, version.public_folder)
                    served_commit = await in_thread(served.prepare, *half, places.served, leaks)
            except RemoteTrouble as error:
                raise Fault(str(error)) from error
            except RemoteError as error:
                found["problem"] = str(error)
            except TimeoutError:
                found["problem"] = f"its check took more than {CHECK_SECONDS / 3600:g} hours; make it shorter"
            except OSError as error:
                raise Fault(f"its files could not be read or written: {error.strerror or error}") from error
            except Exception as error:
                if not is_last_try or isinstance(error, Fault):
                    raise
                log.exception("the check of version %d of %s failed", version.id, course.name)
                found["problem"] = "the check itself failed; tell the operator, whose log has the reason"
        report = {
            "sound": _is_sound(found),
            "course": course.name,
            "seconds": round(time.monotonic() - started, 3),
            **found,
        }
        if not report["sound"]:
            await asyncio.to_thread(self._versions.refuse, version.id, report)
            return False
        await asyncio.to_thread(self._versions.publish, version.id, served_commit, report)
        await self.settle(course.name)
        return True

    async def _results(
        self, course: FollowedCourse, version: CourseVersion, places: CoursePlaces, running: Running
    ) -> list[dict[str, Any]]:
        """What the check finds of each exercise, as JSON data."""
        private = places.private(version.private_commit, version.private_folder)
        with tempfile.TemporaryDirectory(prefix="openjupyter-check-") as folder:
            public = Path(folder, "public")
            await in_thread(check_out, places.public_mirror, version.public_commit, version.public_folder, public)
            await in_thread(check_out, places.private_mirror, version.private_commit, version.private_folder, private)
            folders = CourseFolders(private, exercise_names(private), public)
            running.exercises |= dict.fromkeys(folders.names, (0, 0))

            def watch(name: str, done: int, total: int) -> None:
                running.exercises[name] = (done, total)

            data_sets = (data_set(course.name, course.datasets),) if course.datasets is not None else ()
            # What is in a data set may change without a push.
            now = fingerprints(folders, await self._around()) if not data_sets else {}
            earlier = known(await asyncio.to_thread(self._versions.of, course.name), now)
            for name in earlier:
                watch(name, 1, 1)
            grade = _ending_early(self._grader(data_sets))
            results = await check_course(folders, grade, watch, RUNS, at_once=1, graded=earlier)
            halves = {public: version.public_folder, private: version.private_folder}
            found = [_as_data(result, halves) for result in results]
        found = [taken_over(each, earlier[each["name"]]) if each["name"] in earlier else each for each in found]
        return [{**each, FINGERPRINT: now.get(each["name"])} for each in found]

    @contextlib.contextmanager
    def _progress(self, course: str, version: CourseVersion) -> Iterator[Running]:
        running = self._running[course] = Running(version.id, time.time())
        try:
            yield running
        finally:
            del self._running[course]


def _ending_early(grade: GradeOne) -> GradeOne:
    """After a fault the check of no other exercise goes on."""
    faults: list[Fault] = []

    async def grade_one(exercise: Exercise, files: Files, seed: int) -> Report:
        if faults:
            raise faults[0]
        try:
            return await grade(exercise, files, seed)
        except Fault as fault:
            faults.append(fault)
            raise

    return grade_one


def _as_data(result: ExerciseResult, halves: dict[Path, str]) -> dict[str, Any]:
    """The result as JSON data; paths in its texts as they are in the repositories."""
    data = result.as_data()
    for finding in data["findings"]:
        for path, folder in halves.items():
            for shown in dict.fromkeys((str(path), shown_path(path))):
                finding["text"] = finding["text"].replace(f"{shown}/", f"{folder}/" if folder else "")
    return data


def _is_sound(found: dict[str, Any]) -> bool:
    return found["problem"] is None and all(each["sound"] for each in found["exercises"])


def _ungraded(results: list[dict[str, Any]]) -> str:
    """What kept something from being graded, unless that is the tests' own fault; "" for nothing."""
    for result in results:
        for finding in result["findings"]:
            if (finding["level"], finding["subject"]) == (Level.ERROR, Subject.GRADING):
                return f"{result['name']}: {finding['text']}"
    return ""


def _leaks(versions: list[CourseVersion]) -> list[str]:
    """Public commits that were refused because something hidden was in them."""
    return [
        version.public_commit
        for version in versions
        if any(
            (finding["level"], finding["subject"]) == (Level.ERROR, Subject.HIDDEN_FILES)
            for result in (version.report or {}).get("exercises", [])
            for finding in result["findings"]
        )
    ]


def _no_exercises(version: CourseVersion, places: CoursePlaces) -> str:
    folder = version.private_folder
    place = f"the folder {folder} of the private half" if folder else "the private half"
    if any(places.private(version.private_commit, folder).glob(f"*/{SOURCE_FILE}")):
        return (
            f"{place} has sources, and no exercise is built of them; run openjupyter build, and push what it has made"
        )
    return (
        f"there is no {EXERCISE_FILE} in any folder of {place}; every exercise has a folder of its own there with "
        f"{EXERCISE_FILE} and its tests (is it the right repository, branch and folder?)"
    )
