"""The `openjupyter` command: help, exit codes, and one sentence for everything that goes wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from openjupyter_service.cli.main import cli
from openjupyter_service.exercises.repository import head
from openjupyter_service.store import Store, Submissions
from tests.unit.cli.running import Command

COMMANDS = sorted(cli.commands)


def test_the_commands_are_those_we_know() -> None:
    assert {"check", "grade", "migrate", "publish"} <= set(COMMANDS)


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
        ["grade", ".", "x.ipynb", "--seed", "-1"],
        ["grade", ".", "x.ipynb", "--seed", "many"],
        ["check", "missing"],
        ["check", "."],
        ["check", "--runs", "0"],
        ["check", "--public", "missing"],
        ["check", ".", "extra"],
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


@pytest.mark.parametrize("name", ["exercise.toml", "source.ipynb"])
def test_publish_refuses_what_holds_hidden_tests(command: Command, tmp_path: Path, name: str) -> None:
    (tmp_path / "course/mean").mkdir(parents=True)
    (tmp_path / "course/mean" / name).write_text('title = "T"')
    sentence = command.fails("publish", "course", "course.git")
    assert f"mean/{name}" in sentence and "learners would get" in sentence
    assert not (tmp_path / "course.git").exists()


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


def test_migrate_counts_anew(command: Command, tmp_path: Path) -> None:
    path = settings_file(tmp_path)
    assert command("migrate", "--settings", path).code == 0
    store = Store(f"sqlite:///{tmp_path / 'data' / 'openjupyter.sqlite'}")
    Submissions(store).accept(
        learner="ada", course="python", exercise="means", commit=None, notebook_path="a", files={"a": b"{}"}
    )
    store.close()
    ended = command("migrate", "--settings", path, "--recount")
    assert (ended.code, ended.out) == (0, "1 learners are counted\nthe store is up to date\n")


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
