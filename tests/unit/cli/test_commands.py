"""The `openjupyter` command: help, exit codes, and one sentence for everything that goes wrong."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from openjupyter_service.cli.grade import gather_files
from openjupyter_service.cli.main import cli, main
from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.exercises.repository import head
from openjupyter_service.store import Store, Submissions


@dataclass
class Ended:
    code: int
    out: str
    err: str


class Command:
    """Runs the command in this process, as its entry point does."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, captured.out, captured.err)

    def fails(self, *arguments: object) -> str:
        """The one sentence of a command that ends with 1."""
        ended = self(*arguments)
        assert ended.code == 1, ended
        (line,) = ended.err.strip().splitlines()
        assert line.startswith("openjupyter: ") and ended.out == ""
        return line.removeprefix("openjupyter: ")


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENJUPYTER_SETTINGS", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
    return Command(capsys)


COMMANDS = sorted(cli.commands)


def test_the_commands_are_those_we_know() -> None:
    assert {"grade", "migrate", "publish"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_explains_itself(command: Command, name: str, option: str) -> None:
    ended = command(name, option)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: ") and name in ended.out.splitlines()[0]
    assert len(ended.out.splitlines()[2].strip()) > 20, "no sentence says what it does"


def test_the_whole_is_explained_with_its_version(command: Command) -> None:
    ended = command("--help")
    assert ended.code == 0
    for name in COMMANDS:
        assert f"  {name} " in ended.out
    assert command("--version").out.strip().endswith("0.1.0")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["--nonsense"],
        ["publish"],
        ["publish", "missing", "bare"],
        ["publish", ".", "bare", "extra"],
        ["publish", ".", "bare", "--branch"],
        ["migrate", "extra"],
        ["migrate", "--nonsense"],
        ["grade"],
        ["grade", "missing", "missing.ipynb"],
        ["grade", ".", "missing.ipynb"],
        ["grade", ".", "."],
        ["grade", ".", "x", "--course", "missing"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2(command: Command, arguments: list[str]) -> None:
    ended = command(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage: " in ended.err or "Error: " in ended.err


def test_as_a_program_it_behaves_the_same(tmp_path: Path) -> None:
    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        program = "from openjupyter_service.cli.main import main; main()"
        return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=tmp_path)

    missing = run("migrate", "--settings", "missing.toml")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr == (
        "openjupyter: there is no settings file missing.toml; name one with OPENJUPYTER_SETTINGS\n"
    )


# ----------------------------------------------------------------------------- publish


def test_publish_tells_the_commit(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    ended = command("publish", folder, tmp_path / "new" / "course.git", "--branch", "autumn")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.strip() == head(tmp_path / "new" / "course.git", "autumn")
    assert command("publish", "notebooks", "new/course.git", "--branch", "autumn").out == ended.out


def test_publish_where_nothing_can_be_written(command: Command, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "file" in command.fails("publish", tmp_path, tmp_path / "file")
    assert "file" in command.fails("publish", tmp_path, tmp_path / "file" / "course.git")


def test_publish_to_what_is_no_repository(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "odd.git"
    folder.mkdir()
    (folder / "HEAD").write_text("nonsense")
    (tmp_path / "source").mkdir()
    assert "odd.git" in command.fails("publish", tmp_path / "source", folder)


# ----------------------------------------------------------------------------- migrate


def settings_file(folder: Path, text: str = "") -> Path:
    path = folder / "settings.toml"
    path.write_text(f'data_dir = "{folder / "data"}"\n{text}')
    return path


def test_migrate_makes_the_tables_and_may_be_repeated(command: Command, tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    for _ in range(2):
        ended = command("migrate", "--settings", path)
        assert (ended.code, ended.out, ended.err.count("Traceback")) == (0, "the store is up to date\n", 0)
    store = Store(f"sqlite:///{tmp_path / 'data' / 'openjupyter.sqlite'}")
    assert Submissions(store).for_learner("ada") == []
    store.close()


def test_migrate_finds_its_settings_by_the_environment(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENJUPYTER_SETTINGS", str(settings_file(tmp_path)))
    assert command("migrate").code == 0


def test_migrate_without_or_with_broken_settings(command: Command, tmp_path: Path) -> None:
    assert "there is no settings file openjupyter.toml" in command.fails("migrate")
    (tmp_path / "broken.toml").write_text("data_dir = ")
    assert "is not TOML" in command.fails("migrate", "--settings", "broken.toml")
    (tmp_path / "broken.toml").write_text("port = 1")
    assert "data_dir" in command.fails("migrate", "--settings", "broken.toml")
    assert "cannot be read" in command.fails("migrate", "--settings", tmp_path)


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite", "nosuch://host/db", "postgresql://user:hidden-word@127.0.0.1:1/db", "oracle://x/y"]
)
def test_migrate_with_a_database_that_is_none(command: Command, tmp_path: Path, url: str) -> None:
    sentence = command.fails("migrate", "--settings", settings_file(tmp_path, f'database_url = "{url}"'))
    assert "database" in sentence and "hidden-word" not in sentence


def test_migrate_where_nothing_can_be_written(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    assert "data" in command.fails("migrate", "--settings", settings_file(tmp_path))


def test_migrate_of_what_is_no_database(command: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "openjupyter.sqlite").write_text("this is no database, however long it may be" * 100)
    assert "database" in command.fails("migrate", "--settings", settings_file(tmp_path))


# ----------------------------------------------------------------------------- grade


@pytest.fixture
def course(tmp_path: Path) -> Path:
    private, public = tmp_path / "hidden_tests" / "means", tmp_path / "notebooks" / "means"
    private.mkdir(parents=True)
    public.mkdir(parents=True)
    (private / "exercise.toml").write_text(
        'title = "Means"\nnotebook = "means/means.ipynb"\nfiles = ["means/helper.py"]\ndata = ["shared.csv"]\n'
    )
    (private / "test_means.py").write_text("def test(learner): pass\n")
    (public / "means.ipynb").write_text("{}")
    (public / "helper.py").write_text("the course's")
    (public.parent / "shared.csv").write_text("a,b")
    return tmp_path


def test_grade_without_an_engine_says_so(command: Command, course: Path) -> None:
    sentence = command.fails("grade", "hidden_tests/means", "notebooks/means/means.ipynb")
    assert "Docker engine" in sentence


def test_grade_of_what_is_no_exercise(command: Command, course: Path) -> None:
    assert "there is no exercise" in command.fails("grade", "notebooks/means", "notebooks/means/means.ipynb")
    (course / "hidden_tests" / "means" / "exercise.toml").write_text("title = ")
    assert "exercise.toml cannot be read" in command.fails("grade", "hidden_tests/means", "notebooks/means/means.ipynb")


def test_grade_without_a_file_of_the_exercise(command: Command, course: Path) -> None:
    (course / "notebooks" / "shared.csv").unlink()
    sentence = command.fails("grade", "hidden_tests/means", "notebooks/means/means.ipynb")
    assert "shared.csv is neither beside the notebook nor in" in sentence and "--course" in sentence


def test_files_beside_the_notebook_come_before_those_of_the_course(course: Path) -> None:
    exercise = load_exercise(course / "hidden_tests", "means")
    mine = course / "mine"
    mine.mkdir()
    (mine / "solved.ipynb").write_text('{"solved": 1}')
    files = gather_files(exercise, mine / "solved.ipynb", course / "notebooks")
    assert files == {
        "means/means.ipynb": b'{"solved": 1}',
        "means/helper.py": b"the course's",
        "shared.csv": b"a,b",
    }
    (mine / "helper.py").write_text("mine")
    assert gather_files(exercise, mine / "solved.ipynb", course / "notebooks")["means/helper.py"] == b"mine"
    with pytest.raises(ExerciseError, match="name it with --course"):
        gather_files(exercise, mine / "solved.ipynb", course / "mine")


def test_grade_prints_the_report_and_as_json_its_staff_part_too(
    command: Command, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from openjupyter_service.grading import session
    from openjupyter_service.report import FailingCell, Report, Staff, Status, TestResult

    report = Report(
        status=Status.RUNTIME_ERROR,
        score=0.5,
        points=1,
        max_points=2,
        tests=[TestResult(title="[red]A title[/red]", outcome="failed", points=0, max_points=1, message="[b] m")],  # type: ignore[arg-type]
        failing_cell=FailingCell(cell=1, number=1, cell_id="a", line=2, error="E", message="[/x] odd"),
        staff=Staff(traceback="for staff"),
    )

    async def graded(engine: object, settings: object, exercise: object, *_: object) -> session.Graded:
        return session.Graded(report, {"start": 1.0})

    monkeypatch.setattr(session, "grade", graded)
    ended = command("grade", "hidden_tests/means", "notebooks/means/means.ipynb")
    assert ended.code == 0
    for words in ("runtime error: 1 of 2 points", "code cell 1: E: [/x] odd", "[red]A title[/red]", "[b] m"):
        assert words in ended.out
    assert "for staff" not in ended.out
    ended = command("grade", "--json", "hidden_tests/means", "notebooks/means/means.ipynb")
    found = json.loads(ended.out)
    assert (found["score"], found["staff"]["traceback"], found["timings"]) == (0.5, "for staff", {"start": 1.0})
