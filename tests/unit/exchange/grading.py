"""Grade a notebook with an imported exercise as the service does, with agent and judge in processes of their own."""

import json
from pathlib import Path
from typing import Any

from openjupyter.wire.frames import Frame
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.exercises.file import Style
from openjupyter_service.exercises.layout import PRIVATE_HALF, PUBLIC_HALF
from openjupyter_service.grading.local import gather_files
from openjupyter_service.grading.verdict import make_report
from openjupyter_service.report import Report
from tests.unit.agent.running import RunningAgent
from tests.unit.judge.running import run_judge

SEED = 7


def grade(course: Path, name: str, notebook: Path, scratch: Path) -> Report:
    """The report of a notebook; `scratch` is an empty folder for this grading."""
    exercise = load_exercise(course / PRIVATE_HALF, name)
    files = gather_files(exercise, notebook, course / PUBLIC_HALF)
    content = files.pop(exercise.notebook)
    with RunningAgent(scratch / "home") as agent:
        run = agent.run_files(exercise.notebook, {exercise.notebook: content, **files})

        def answer(question: Frame) -> Frame | None:
            agent.send(question)
            return agent.receive()

        judged = run_judge(
            scratch,
            {path: data.decode() for path, data in exercise.tests().items() if path.endswith(".py")},
            answer,
            alive=run["alive"],
            executions=run["executions"],
            notebook=content.decode(),
            test_seconds=exercise.limits.test_seconds,
        )
    return make_report(run, judged.verdict, Style(), 0.1)


def outcomes(report: Report) -> dict[str, tuple[str, float]]:
    """Outcome and points of each test by its title."""
    return {test.title: (str(test.outcome), test.points) for test in report.tests}


def notebook_of(path: Path) -> Any:
    """A notebook file as data."""
    return json.loads(path.read_text())
