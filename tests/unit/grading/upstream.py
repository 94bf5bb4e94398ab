"""A followed course in two real Git repositories, and what a site keeps of it."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.grading.beside import Fault
from openjupyter_service.grading.check.trial import Files, GradeOne
from openjupyter_service.grading.follow import Follower, fetch_into
from openjupyter_service.grading.gate import Gate
from openjupyter_service.report import Report
from openjupyter_service.store import Courses, CourseVersion, SecretBox, Store, Versions
from tests.unit.grading.check.course import GRADING_CELL, FakeGrader, notebook, write_course

WRONG = notebook("def mean(values):\n    return 3", GRADING_CELL)
"""A solution that loses a point."""


def git(folder: Path, *arguments: str) -> str:
    names = [f"{key}={value}" for key, value in (("user.name", "A"), ("user.email", "a@example.org"))]
    options = [part for name in names for part in ("-c", name)]
    answer = subprocess.run(["git", *options, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return answer.stdout.strip()


class Upstream:
    """The Git host: `push` makes both repositories hold an exercise."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.halves = {"public": folder / "public", "private": folder / "private"}
        for path in self.halves.values():
            path.mkdir(parents=True)
            git(path, "init", "--quiet", "--initial-branch=main")

    def push(self, *names: str, **changes: str) -> tuple[str, str]:
        """Commits of both halves; see `write_course` for what changes."""
        work = self.folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for name in names or ("mean",):
            write_course(work, name, **changes)
        return self._commit(work / "notebooks", "public"), self._commit(work / "hidden_tests", "private")

    def _commit(self, content: Path, half: str) -> str:
        path = self.halves[half]
        for old in path.iterdir():
            if old.name != ".git":
                shutil.rmtree(old)
        shutil.copytree(content, path, dirs_exist_ok=True)
        git(path, "add", "--all")
        git(path, "commit", "--quiet", "--allow-empty", "-m", "A version")
        return git(path, "rev-parse", "HEAD")

    def course(self, name: str = "python", **values: Any) -> FollowedCourse:
        halves = {half: Half(url=f"file://{path}") for half, path in self.halves.items()}
        return FollowedCourse.model_validate({"name": name, "poll_seconds": 0, **halves, **values})


class Faulty(FakeGrader):
    """Grades as long as `fault` is None."""

    fault: Exception | None = None

    async def __call__(self, exercise: Any, files: Files, seed: int) -> Report:
        if self.fault is not None:
            raise self.fault
        return await super().__call__(exercise, files, seed)


class Site:
    """Store, gate and follower of a site that follows one course."""

    def __init__(self, folder: Path, **values: Any) -> None:
        self.upstream = Upstream(folder / "host")
        self.data_dir = folder / "data"
        self.data_dir.mkdir()
        self.store = Store(f"sqlite:///{self.data_dir / 'store.sqlite'}")
        self.store.upgrade()
        self.courses = Courses(self.store, SecretBox(b"k" * 32))
        self.versions = Versions(self.store)
        self.grade: GradeOne = FakeGrader()
        self.around = "images and settings"
        self.course = self.upstream.course(**values)
        self.courses.add(self.course, CourseSecrets())
        self.places = CoursePlaces(self.data_dir, self.course.name)

    def gate(self) -> Gate:
        async def around() -> str:
            return self.around

        return Gate(self.data_dir, self.versions, lambda data_sets: self.grade, around)

    def follower(self, told: Callable[[FollowedCourse, CourseVersion], None] | None = None) -> Follower:
        fetch = fetch_into(self.data_dir)
        return Follower(self.courses, self.versions, self.gate(), fetch, *([told] if told else []))

    def synced(self) -> CourseVersion:
        """What is at the host, as a version that was claimed."""
        self.versions.add(self.course.name, *fetch_into(self.data_dir)(self.course, CourseSecrets()))
        version = self.versions.claim(self.course.name)
        assert version is not None
        return version

    async def checked(self, **options: Any) -> bool:
        return await self.gate().check(self.course, self.synced(), **options)

    def newest(self) -> CourseVersion:
        return self.versions.of(self.course.name)[0]

    def pulled(self) -> str:
        """The commit that learners pull; "" for none."""
        served = self.places.served
        if not served.exists():
            return ""
        return git(served, "for-each-ref", "--format=%(objectname)", "refs/heads/main")


def findings(version: CourseVersion) -> list[str]:
    assert version.report is not None
    return [finding["text"] for result in version.report["exercises"] for finding in result["findings"]]


__all__ = ["WRONG", "Fault", "Faulty", "Site", "Upstream", "findings", "git"]
