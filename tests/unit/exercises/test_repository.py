"""Courses in real Git repositories."""

import os
import subprocess
from pathlib import Path

import pytest

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises import repository as module
from openjupyter_service.exercises.repository import head, publish, read_file


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "notebooks"
    (folder / "means").mkdir(parents=True)
    (folder / "means" / "means.ipynb").write_text("{}")
    (folder / "data.bin").write_bytes(b"\0\xff\r\n")
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "course.git"


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", f"--git-dir={repository}", *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def test_publishing_makes_the_repository_and_one_commit(source: Path, bare: Path) -> None:
    commit = publish(source, bare)
    assert head(bare, "main") == commit == git(bare, "rev-parse", "main")
    assert git(bare, "rev-list", "--count", "main") == "1"
    assert git(bare, "ls-tree", "-r", "--name-only", "main").split() == ["data.bin", "means/means.ipynb"]
    assert git(bare, "symbolic-ref", "HEAD") == "refs/heads/main"
    assert git(bare, "log", "-1", "--format=%an <%ae>") == "OpenJupyter <openjupyter@localhost>"
    assert read_file(bare, commit, "data.bin") == b"\0\xff\r\n"


def test_publishing_twice_without_a_change_is_one_commit(source: Path, bare: Path) -> None:
    commit = publish(source, bare)
    (source / "data.bin").touch()
    assert publish(source, bare) == commit
    assert git(bare, "rev-list", "--count", "main") == "1"


def test_a_change_is_a_commit_on_top(source: Path, bare: Path) -> None:
    first = publish(source, bare)
    (source / "data.bin").unlink()
    (source / "means" / "means.ipynb").write_text('{"new": 1}')
    (source / "ümläut ü.txt").write_text("x")
    second = publish(source, bare)
    assert git(bare, "rev-list", "main").split() == [second, first]
    assert read_file(bare, first, "means/means.ipynb") == b"{}"
    assert read_file(bare, second, "means/means.ipynb") == b'{"new": 1}'
    assert read_file(bare, second, "ümläut ü.txt") == b"x"
    assert read_file(bare, "main", "means/means.ipynb") == b'{"new": 1}'
    with pytest.raises(ExerciseError):
        read_file(bare, second, "data.bin")


def test_checkpoints_and_caches_stay_at_home(source: Path, bare: Path) -> None:
    for name in (
        ".ipynb_checkpoints/a-checkpoint.ipynb",
        "means/.ipynb_checkpoints/b.ipynb",
        "means/__pycache__/x.pyc",
    ):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (source / ".gitignore").write_text("ignored.txt\n")
    (source / "ignored.txt").write_text("x")
    publish(source, bare)
    names = git(bare, "ls-tree", "-r", "--name-only", "main").split()
    assert names == [".gitignore", "data.bin", "means/means.ipynb"]


def test_another_branch(source: Path, bare: Path) -> None:
    commit = publish(source, bare, "autumn")
    assert head(bare, "autumn") == commit
    with pytest.raises(ExerciseError, match="has no branch main"):
        head(bare, "main")
    assert git(bare, "symbolic-ref", "HEAD") == "refs/heads/autumn"


def test_nobodys_own_settings_change_a_course(source: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = source.parent / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(
        "[core]\n\tautocrlf = true\n[user]\n\tname = Somebody\n[commit]\n\tgpgsign = true\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_DIR", str(source.parent / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(source.parent / "index"))
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody")
    commit = publish(source, bare)
    assert read_file(bare, commit, "data.bin") == b"\0\xff\r\n"
    monkeypatch.delenv("GIT_DIR")
    assert git(bare, "log", "-1", "--format=%an %cn") == "OpenJupyter OpenJupyter"
    assert not (source.parent / "index").exists()


def test_a_checkout_published_from_keeps_its_own_git_to_itself(source: Path, bare: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(source)], check=True)
    publish(source, bare)
    assert not [name for name in git(bare, "ls-tree", "-r", "--name-only", "main").split() if ".git/" in name]


@pytest.mark.parametrize(
    "path",
    [
        "../outside.txt",
        "/etc/passwd",
        "means",
        "",
        ".",
        "missing.csv",
        "means/../data.bin",
        "data.bin/x",
        "data.bin\n",
        "--help",
        ":data.bin",
        "@{u}",
    ],
)
def test_only_files_of_the_commit_can_be_read(source: Path, bare: Path, path: str) -> None:
    (source.parent / "outside.txt").write_text("secret")
    commit = publish(source, bare)
    with pytest.raises(ExerciseError):
        read_file(bare, commit, path)


@pytest.mark.parametrize("commit", ["0" * 40, "nothing", "--all", "", "main~5", "-p"])
def test_a_commit_that_is_none(source: Path, bare: Path, commit: str) -> None:
    publish(source, bare)
    with pytest.raises(ExerciseError):
        read_file(bare, commit, "missing")


def test_a_symbolic_link_is_not_followed(source: Path, bare: Path) -> None:
    (source.parent / "outside.txt").write_text("secret")
    (source / "link.txt").symlink_to(source.parent / "outside.txt")
    commit = publish(source, bare)
    assert b"secret" not in read_file(bare, commit, "link.txt")


def test_a_repository_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match=str(tmp_path / "nowhere")):
        head(tmp_path / "nowhere", "main")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExerciseError):
        read_file(tmp_path / "empty", "main", "a")


def test_a_git_that_hangs_is_given_up(source: Path, bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = source.parent / "bin"
    programs.mkdir()
    (programs / "git").write_text("#!/bin/sh\nexec sleep 600\n")
    (programs / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(module, "GIT_SECONDS", 0.2)
    with pytest.raises(ExerciseError, match="took longer"):
        head(bare, "main")


def test_without_git_it_says_so(bare: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ExerciseError, match="git is not installed"):
        head(bare, "main")
