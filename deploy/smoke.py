"""The whole trip by itself: a learner of the demo LMS hands in a wrong, a half-right and a right solution."""

import copy
import json
import time
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import requests
from rich.console import Console

from deploy.errors import SetupError
from deploy.scripted_learner import ScriptedLearner
from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.settings import Settings

COURSE = "sample"
EXERCISE = "warm-up"
GRADING_CELL = "import openjupyter\nopenjupyter.grade()"
ARRIVAL_SECONDS = 60


class Site(Protocol):
    """A running installation."""

    @property
    def settings(self) -> Settings:
        """What the hub runs with."""

    @property
    def hub_url(self) -> str:
        """Where the hub is."""

    @property
    def lms_url(self) -> str:
        """Where the demo LMS is."""


def run(site: Site, client_id: str = "") -> int:
    """Make the trip; 0 when the right score arrived for all three solutions, else 1.

    With the tool's client id at the demo LMS it goes by LTI 1.3, else by 1.1.
    """
    console = Console()
    exercise = _exercise(site.settings)
    link, course, person = _find_link(site.lms_url)
    learner = ScriptedLearner(site.lms_url, person["user_id"], client_id=client_id)
    console.print(f"{person['name']} clicks “{link['title']}” in the demo LMS …")
    learner.launch(link["resource_link_id"])
    notebook = learner.pull()
    learner.wait_for_lab()
    console.print(f"JupyterLab is ready at {learner.server_url} with {notebook}")
    untouched = learner.read(notebook)
    right = 0
    # In rising order, because the LMS keeps the best score.
    for name, content, expected in _solutions(exercise, untouched):
        console.rule(f"{name} solution")
        learner.write(notebook, content)
        console.print(learner.run(notebook, GRADING_CELL), markup=False, highlight=False)
        row = _arrived(site.lms_url, course["id"], person["user_id"], link["resource_link_id"], expected)
        console.print(f"gradebook: {json.dumps(row, ensure_ascii=False)}", markup=False, highlight=False)
        arrived = row is not None and abs((row["score"] or 0) - expected) < 1e-6
        right += arrived
        console.print(f"{'ok' if arrived else 'WRONG'}: expected {expected:.0%}", style="green" if arrived else "red")
    learner.stop_server()
    return 0 if right == 3 else 1


def _exercise(settings: Settings) -> Exercise:
    course = settings.course(COURSE)
    if course is None:
        raise SetupError(f"the settings have no course {COURSE}")
    return load_exercise(course.private, EXERCISE)


def _find_link(lms_url: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    listing = requests.get(f"{lms_url}/api/links", timeout=30).json()
    for course in listing["courses"]:
        for link in course["links"]:
            if link["exercise"] == EXERCISE:
                learner = next(person for person in listing["people"] if person["user_id"] in course["learners"])
                return link, course, learner
    raise SetupError(f"the demo LMS has no link to {EXERCISE}")


def _solutions(exercise: Exercise, untouched: dict[str, Any]) -> list[tuple[str, dict[str, Any], float]]:
    """Name, notebook and expected score: the untouched notebook, and the exercise's worked samples."""
    solutions = [("wrong", copy.deepcopy(untouched), 0.0)]
    for sample in sorted(exercise.samples, key=lambda sample: sample.score):
        path: Path = exercise.folder / sample.path / PurePosixPath(exercise.notebook).name
        solutions.append(("right" if sample.score == 1 else "half-right", json.loads(path.read_text()), sample.score))
    return solutions


def _arrived(lms_url: str, course: str, person: str, link: str, expected: float) -> dict[str, Any] | None:
    """The gradebook's row, as soon as it has the expected score or time is up."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while True:
        rows = requests.get(f"{lms_url}/gradebook.json", params={"course": course}, timeout=30).json()["rows"]
        row: dict[str, Any] | None = next(
            (row for row in rows if (row["user_id"], row["resource_link_id"]) == (person, link)), None
        )
        if row is not None and abs((row["score"] or 0) - expected) < 1e-6:
            return row
        if time.monotonic() > deadline:
            return row
        time.sleep(0.3)
