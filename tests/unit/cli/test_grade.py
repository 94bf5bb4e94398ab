"""`openjupyter grade`: what is gathered, what is printed, and one sentence for everything that goes wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.datasets import DataSet
from openjupyter_service.errors import ExerciseError, InvalidSubmission, SandboxError
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.grading import session
from openjupyter_service.grading.local import gather_files
from openjupyter_service.report import FailingCell, Outcome, Report, Staff, Status, TestResult
from openjupyter_service.settings import GradingSettings
from tests.unit.cli.running import Command
from tests.unit.grading.course import notebook_text

GRADE = ("grade", "hidden_tests/means", "notebooks/means/means.ipynb")
REPORT = Report(
    status=Status.RUNTIME_ERROR,
    score=0.5,
    points=1,
    max_points=2,
    tests=[
        TestResult(
            id="0a1b2c3d", title="[red]A title[/red]", outcome=Outcome.FAILED, points=0, max_points=1, message="[b] m"
        )
    ],
    failing_cell=FailingCell(cell=1, number=1, cell_id="a", line=2, error="E", message="[/x] odd"),
    staff=Staff(traceback="for staff"),
)


@pytest.fixture
def course(tmp_path: Path) -> Path:
    private, public = tmp_path / "hidden_tests" / "means", tmp_path / "notebooks" / "means"
    private.mkdir(parents=True)
    public.mkdir(parents=True)
    (private / "exercise.toml").write_text(
        'title = "Means"\nfiles = ["means/helper.py"]\ndata = ["shared.csv", "means/data.csv"]\n'
    )
    (private / "test_means.py").write_text("def test(learner): pass\n")
    (public / "means.ipynb").write_text(notebook_text("x = 1"))
    (public / "helper.py").write_text("the course's")
    (public / "data.csv").write_text("the course's")
    (public.parent / "shared.csv").write_text("a,b")
    return tmp_path


class Grading:
    """Stands for `session.grade`: keeps what it was asked, and gives a report or raises."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answer: Report | Exception = REPORT
        monkeypatch.setattr(session, "grade", self)

    async def __call__(
        self,
        containers: Any,
        settings: Any,
        exercise: Any,
        files: Any,
        notebook: Any,
        progress: Any,
        seed: Any = None,
        data_sets: Any = (),
    ) -> session.Graded:
        self.settings: GradingSettings = settings
        self.exercise, self.files, self.seed, self.data_sets = exercise, files, seed, data_sets
        progress({"step": "test", "done": 1, "total": 2})
        if isinstance(self.answer, Exception):
            raise self.answer
        return session.Graded(self.answer, {"start": 1.0})


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> Grading:
    return Grading(monkeypatch)


def test_without_an_engine_it_says_so(command: Command, course: Path) -> None:
    sentence = command.fails(*GRADE)
    assert sentence.startswith("not graded: the Docker engine failed: ") and "see that Docker runs here" in sentence


def test_what_is_no_exercise_is_wrong_usage(command: Command, course: Path) -> None:
    ended = command("grade", "notebooks/means", "notebooks/means/means.ipynb")
    assert (ended.code, ended.out) == (2, "")
    assert "there is no exercise.toml in " in ended.err and "name the folder of an exercise" in ended.err


def test_a_mistake_in_exercise_toml_is_told_with_its_line(command: Command, course: Path) -> None:
    (course / "hidden_tests/means/exercise.toml").write_text('\ntitel = "x"')
    assert command.fails(*GRADE) == (
        "hidden_tests/means/exercise.toml, line 2: there is no key `titel`; did you mean `title`?"
    )


@pytest.mark.parametrize("name", ["shared.csv", "means/helper.py"])
def test_without_a_file_of_the_exercise(command: Command, course: Path, name: str) -> None:
    (course / "notebooks" / name).unlink()
    sentence = command.fails(*GRADE)
    assert f"{name} is neither beside the notebook nor in notebooks" in sentence and "exercise.toml" in sentence


def test_what_is_no_notebook_is_not_graded(command: Command, course: Path, grading: Grading) -> None:
    (course / "notebooks/means/means.ipynb").write_text("x = 1")
    assert command.fails(*GRADE) == "the notebook is not JSON; save it in JupyterLab and submit again"
    (course / "notebooks/means/means.ipynb").write_bytes("{}".encode("utf-16"))
    assert "not UTF-8" in command.fails(*GRADE)


def test_where_files_come_from(course: Path) -> None:
    exercise = load_exercise(course / "hidden_tests", "means")
    mine, public = course / "mine", course / "notebooks"
    mine.mkdir()
    (mine / "solved.ipynb").write_text(notebook_text("x = 2"))

    def gathered() -> dict[str, bytes]:
        files = gather_files(exercise, mine / "solved.ipynb", public)
        assert json.loads(files.pop("means/means.ipynb"))["cells"][0]["source"] == "x = 2"
        return files

    theirs = {"means/helper.py": b"the course's", "means/data.csv": b"the course's", "shared.csv": b"a,b"}
    assert gathered() == theirs
    (mine / "helper.py").write_text("mine")
    (mine / "data.csv").write_text("mine")  # data is the course's own, whatever a learner did to it
    assert gathered() == theirs | {"means/helper.py": b"mine"}
    (public / "means/data.csv").unlink()
    assert gathered()["means/data.csv"] == b"mine"
    (mine / "data.csv").unlink()
    with pytest.raises(ExerciseError, match=r"means/data\.csv is neither"):
        gathered()
    (exercise.folder / "data.csv").write_text("beside the tests")
    assert gathered()["means/data.csv"] == b"beside the tests"
    (mine / "solved.ipynb").write_text("[]")
    with pytest.raises(InvalidSubmission):
        gathered()


def test_a_folder_with_a_title_and_nothing_else(command: Command, tmp_path: Path, grading: Grading) -> None:
    folder = tmp_path / "some/dir/mean"
    folder.mkdir(parents=True)
    (folder / "exercise.toml").write_text('title = "x"')
    (folder / "test_mean.py").write_text("def test(learner): pass\n")
    (tmp_path / "sub.ipynb").write_text(notebook_text("x = 1"))
    ended = command("grade", folder, tmp_path / "sub.ipynb", "--json")
    assert ended.code == 0 and json.loads(ended.out)["score"] == 0.5
    assert list(grading.files) == ["mean/mean.ipynb"] and grading.exercise.notebook == "mean/mean.ipynb"


def test_the_report_is_printed_without_its_staff_part(command: Command, course: Path, grading: Grading) -> None:
    ended = command(*GRADE)
    assert (ended.code, ended.err) == (0, "")
    for words in ("runtime error: 1 of 2 points", "code cell 1, line 2: E: [/x] odd", "[red]A title[/red]", "[b] m"):
        assert words in ended.out
    assert "for staff" not in ended.out


def test_json_is_the_whole_report_and_timings(command: Command, course: Path, grading: Grading) -> None:
    ended = command("grade", "--json", *GRADE[1:])
    found = json.loads(ended.out)
    assert (found["score"], found["staff"]["traceback"], found["timings"]) == (0.5, "for staff", {"start": 1.0})
    assert {"status", "points", "max_points", "tests", "style", "usage", "seed"} <= set(found)
    assert {"id", "title", "outcome", "points", "max_points", "message", "hint"} <= set(found["tests"][0])
    assert ended.err == ""


def test_options_reach_the_grading(command: Command, course: Path, grading: Grading) -> None:
    with (course / "hidden_tests/means/exercise.toml").open("a") as file:
        file.write('image = "own:1"\nruntime = "kata"\n')
    command(*GRADE)
    assert (grading.exercise.image, grading.exercise.runtime, grading.seed) == ("own:1", "kata", None)
    command(
        *GRADE, "--seed", 7, "--sandbox-image", "other:2", "--judge-image", "judge:3", "--runtime", "runsc"
    )  # fmt: skip
    assert (grading.exercise.image, grading.exercise.runtime, grading.seed) == (None, None, 7)
    settings = grading.settings
    assert (settings.sandbox_image, settings.judge_image, settings.runtime) == ("other:2", "judge:3", "runsc")


def test_a_data_set_reaches_the_grading(command: Command, course: Path, grading: Grading, tmp_path: Path) -> None:
    (data := tmp_path / "weather").mkdir(mode=0o755)
    command(*GRADE, "--datasets", f"ds={data}")
    assert grading.data_sets == (DataSet(str(data), "/srv/data/ds"),)
    command(*GRADE)
    assert grading.data_sets == ()


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("/srv/weather", "lower-case letters"),
        ("DS=/srv/weather", "lower-case letters"),
        ("../ds=/srv/weather", "lower-case letters"),
        ("ds=/", "whole system folder"),
        ("ds=/etc/ssl", "files of the system"),
        ("ds=/srv/weather/../../etc/ssl", "'..'"),
        ("ds=/srv/there is no such folder", "cannot be opened"),
    ],
)
def test_a_data_set_that_is_none(command: Command, course: Path, grading: Grading, value: str, reason: str) -> None:
    ended = command(*GRADE, "--datasets", value)
    assert ended.code == 2 and reason in ended.err


def test_broken_tests_are_not_graded_and_their_fault_is_told(command: Command, course: Path, grading: Grading) -> None:
    grading.answer = ExerciseError("test_means.py\nE   NameError: name 'x' is not defined")
    ended = command(*GRADE)
    assert (ended.code, ended.out) == (1, "")
    first, *rest = ended.err.strip().splitlines()
    assert first.startswith("openjupyter: not graded: the hidden tests of means are broken; mend them in ")
    assert rest == ["test_means.py", "E   NameError: name 'x' is not defined"]
    ended = command(*GRADE, "--json")
    found = json.loads(ended.out)
    assert (ended.code, found["status"], found["score"]) == (1, "internal error", None)
    assert "NameError" in found["staff"]["fault"]


def test_containers_that_fail_are_one_sentence(command: Command, course: Path, grading: Grading) -> None:
    grading.answer = SandboxError("a grading image is missing: no such image")
    sentence = command.fails(*GRADE)
    assert sentence.startswith("not graded: a grading image is missing: no such image; build it with ")
