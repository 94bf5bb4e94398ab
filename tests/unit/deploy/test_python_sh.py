"""The part that runs before there is a Python environment, in copies of the project's scripts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[3] / "deploy"
TOOLS = "bash basename cat dirname env grep id mkdir rm sha256sum sh tail touch wc"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "deploy").mkdir(parents=True)
    (root / "labextension").mkdir()
    for name in ("python.sh", "try"):
        shutil.copy(SCRIPTS / name, root / "deploy" / name)
    for name in ("pyproject.toml", "labextension/pyproject.toml", "constraints.txt"):
        (root / name).write_text("")
    (root / "deploy/__init__.py").write_text("")
    (root / "deploy/run.py").write_text("import sys\nprint('ran', *sys.argv[1:], sys.prefix)\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in TOOLS.split():
        (tools / name).symlink_to(shutil.which(name) or name)
    return root


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def attempt(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(project.parent / "tools"), "HOME": str(project.parent), "LC_ALL": "C.UTF-8"}
    return subprocess.run([project / "deploy/try", *arguments], env=environment, capture_output=True, text=True)


def venv_with(project: Path, pip: str) -> None:
    """An environment whose pip is a script; everything else is this very Python."""
    (project / ".venv/bin").mkdir(parents=True)
    script(
        project / ".venv/bin/python",
        f'if [ "$2" = pip ]; then [ "$3" != --version ] || exit 0\n{pip}\nfi\nexec {sys.executable} "$@"',
    )


def test_no_python_is_one_sentence(project: Path) -> None:
    done = attempt(project)
    assert done.returncode == 1
    assert done.stderr.startswith("deploy/try: no Python 3.11 or newer found; install one")
    assert done.stderr.count("\n") == 1


def test_an_old_python_does_not_count(project: Path) -> None:
    script(project.parent / "tools/python3", "exit 1")
    assert "no Python 3.11 or newer found" in attempt(project).stderr


def test_help_makes_no_environment(project: Path) -> None:
    script(project.parent / "tools/python3", f'exec {sys.executable} "$@"')
    done = attempt(project, "--port", "1", "--help")
    assert done.stdout.startswith("ran --port 1 --help")
    assert not (project / ".venv").exists()


def test_packages_are_installed_once_for_the_same_pins(project: Path) -> None:
    venv_with(project, f'echo "$@" >> {project}/calls; exit 0')
    first, second = attempt(project, "--smoke"), attempt(project, "--smoke")
    assert "Installing Python packages" in first.stdout
    assert "ran --smoke" in first.stdout
    assert "Installing" not in second.stdout
    (project / "constraints.txt").write_text("click==8.5.1\n")
    assert "Installing" in attempt(project).stdout
    calls = (project / "calls").read_text().splitlines()
    assert len(calls) == 2
    assert "-c constraints.txt -e ./labextension -e .[test]" in calls[0]


def test_no_network_is_one_sentence(project: Path) -> None:
    venv_with(project, "echo 'NewConnectionError: Failed to establish a new connection'; exit 1")
    done = attempt(project)
    assert done.returncode == 1
    assert "installing Python packages failed because the network could not be reached" in done.stderr
    assert f"{project}/.openjupyter/logs/python.log" in done.stderr
    assert not (project / ".venv/.installed").exists()
    assert done.stderr.count("\n") == 1


def test_another_failure_names_the_log(project: Path) -> None:
    venv_with(project, "echo 'No matching distribution'; exit 1")
    done = attempt(project)
    assert done.returncode == 1
    assert done.stderr.startswith("deploy/try: installing Python packages failed (its output is in")


def test_a_python_without_venv_and_pip_is_one_sentence(project: Path) -> None:
    script(
        project.parent / "tools/python3",
        f'case $1 in -m) exit 1 ;; --version) echo Python 3.11.2 ;; *) exec {sys.executable} "$@" ;; esac',
    )
    (project.parent / "tools/id").unlink()
    script(project.parent / "tools/id", "echo 1000")
    done = attempt(project)
    assert done.returncode == 1
    assert "cannot make virtual environments; install python3-venv" in done.stderr


def test_the_scripts_can_be_run() -> None:
    for name in ("try", "test", "bench", "../.ci/run"):
        assert os.access(SCRIPTS / name, os.X_OK), name
