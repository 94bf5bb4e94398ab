"""Git repositories of courses, through the git command: publish a folder, read files at a commit."""

import os
import subprocess
import tempfile
from pathlib import Path

from openjupyter_service.errors import ExerciseError

GIT_SECONDS = 60

# Nobody's own Git settings may change what a course holds, and no prompt may ever wait for a password.
_ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "OpenJupyter",
    "GIT_AUTHOR_EMAIL": "openjupyter@localhost",
    "GIT_COMMITTER_NAME": "OpenJupyter",
    "GIT_COMMITTER_EMAIL": "openjupyter@localhost",
    "LC_ALL": "C.UTF-8",
}


def _git(repository: Path, *arguments: str, environment: dict[str, str] | None = None) -> bytes:
    try:
        return subprocess.run(
            ["git", "-c", "safe.directory=*", f"--git-dir={repository}", *arguments],
            env={"PATH": os.environ.get("PATH", os.defpath), **_ENVIRONMENT, **(environment or {})},
            capture_output=True,
            check=True,
            timeout=GIT_SECONDS,
        ).stdout
    except FileNotFoundError:
        raise ExerciseError("git is not installed") from None
    except subprocess.TimeoutExpired:
        raise ExerciseError(f"git {arguments[0]} took longer than {GIT_SECONDS} s in {repository}") from None
    except subprocess.CalledProcessError as error:
        reason = error.stderr.decode(errors="replace").strip()[-500:]
        raise ExerciseError(f"git {arguments[0]} failed in {repository}: {reason}") from None


def publish(source: Path, repository: Path, branch: str = "main") -> str:
    """Make the branch of a bare repository hold what the folder `source` holds; gives the commit.

    The repository is made when missing; without a change there is no new commit.
    """
    if not (repository / "HEAD").exists():
        repository.mkdir(parents=True, exist_ok=True)
        _git(repository, "init", "--quiet", "--bare", f"--initial-branch={branch}")
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        exclude = Path(folder) / "exclude"
        exclude.write_text(".ipynb_checkpoints/\n__pycache__/\n")
        _git(
            repository, f"--work-tree={source}", "-c", f"core.excludesFile={exclude}", "add", "--all", environment=index
        )
        tree = _git(repository, "write-tree", environment=index).decode().strip()
    parent = _resolve(repository, branch)
    if parent and _git(repository, "rev-parse", f"{parent}^{{tree}}").decode().strip() == tree:
        return parent
    parents = ["-p", parent] if parent else []
    commit = _git(repository, "commit-tree", tree, *parents, "-m", "Publish the course").decode().strip()
    _git(repository, "update-ref", f"refs/heads/{branch}", commit)
    return commit


def head(repository: Path, branch: str) -> str:
    """Commit that the branch stands at; ExerciseError when there is no such branch or repository."""
    commit = _resolve(repository, branch)
    if not commit:
        raise ExerciseError(f"{repository} has no branch {branch}")
    return commit


def _resolve(repository: Path, branch: str) -> str:
    lines = _git(repository, "for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}").decode().split()
    return lines[0] if lines else ""


def read_file(repository: Path, commit: str, path: str) -> bytes:
    """Content of a file at a commit; ExerciseError when it is not there."""
    return _git(repository, "cat-file", "blob", f"{commit}:{path}")
