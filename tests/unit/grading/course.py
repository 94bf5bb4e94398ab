"""A small course with real Git, a store on SQLite and settings for both: what grading and the web work with."""

import asyncio
import atexit
import functools
import json
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from openjupyter_service.courses import Course
from openjupyter_service.exercises.repository import publish
from openjupyter_service.grading.courses import SiteCourses
from openjupyter_service.platforms import Platform11
from openjupyter_service.settings import Settings
from openjupyter_service.store import Launches, Outbox, Queue, Store, Submissions

EXERCISE_TOML = """
title = "Means"
notebook = "means/means.ipynb"
files = ["means/helper.py"]
data = ["means/data.csv"]
"""
TESTS = "def test_mean(learner):\n    assert learner.mean([1, 3]) == 2\n"


async def until(condition: Callable[[], Any]) -> Any:
    """What the condition (of the store, asked in a thread) gives once it is true; fails after 20 seconds."""
    async with asyncio.timeout(20):
        while not (found := await asyncio.to_thread(condition)):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return found


def notebook_text(*sources: str, **metadata: Any) -> str:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=cells, metadata=metadata)))


@dataclass
class CourseSite:
    """All of it, with short ways to do the usual."""

    folder: Path
    settings: Settings
    store: Store

    @property
    def public(self) -> Path:
        return self.folder / "public"

    @property
    def private(self) -> Path:
        return self.folder / "private"

    @property
    def repository(self) -> Path:
        return self.folder / "course.git"

    @property
    def courses(self) -> SiteCourses:
        return SiteCourses(self.settings, self.store)

    @property
    def submissions(self) -> Submissions:
        return Submissions(self.store)

    @property
    def queue(self) -> Queue:
        return Queue(self.store)

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.store)

    def body(self, **changes: Any) -> bytes:
        """A good submission's request, changed."""
        request = {"course": "python", "exercise": "means", "notebook": notebook_text("x = 1"), "files": {}}
        return json.dumps(request | changes).encode()

    def launch(
        self,
        learner: str = "ada",
        url: str | None = None,
        platform: str = "moodle",
        link: str = "l1",
        course: str = "python",
    ) -> None:
        Launches(self.store).record(
            platform=platform,
            context_id="c1",
            resource_link_id=link,
            learner=learner,
            course=course,
            exercise="means",
            outcome_url=url,
            sourcedid=f"row of {learner} in {link}" if url else None,
            context_title="Data science",
        )


@functools.cache
def _template() -> Path:
    """A folder with the course and an empty store, made once in a run and copied for each test."""
    temporary = tempfile.TemporaryDirectory()
    atexit.register(temporary.cleanup)
    folder = Path(temporary.name)
    public, private = folder / "public" / "means", folder / "private" / "means"
    public.mkdir(parents=True)
    private.mkdir(parents=True)
    (public / "means.ipynb").write_text(notebook_text("def mean(values):\n    raise NotImplementedError"))
    (public / "helper.py").write_text("VALUE = 1\n")
    (public / "data.csv").write_text("a,b\n1,2\n")
    (private / "exercise.toml").write_text(EXERCISE_TOML)
    (private / "test_means.py").write_text(TESTS)
    publish(folder / "public", folder / "course.git")
    store = Store(f"sqlite:///{folder / 'openjupyter.sqlite'}")
    store.upgrade()
    store.close()
    return folder


def make_site(folder: Path, clock: Callable[[], float] = time.time) -> CourseSite:
    shutil.copytree(_template(), folder, dirs_exist_ok=True)
    settings = Settings(
        data_dir=folder,
        platforms=[
            Platform11(name="moodle", consumer_key="key", secret="a secret", private_network=True),  # type: ignore[arg-type]
            Platform11(name="other", consumer_key="other-key", secret="another", private_network=True),  # type: ignore[arg-type]
        ],
        courses=[Course(name="python", repository=folder / "course.git", private=folder / "private")],
    )
    return CourseSite(folder, settings, Store(settings.store_url, clock))
