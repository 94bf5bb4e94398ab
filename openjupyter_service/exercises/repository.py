"""Git repositories of courses, through the git command: publish a folder, read files at a commit."""

import subprocess
import tempfile
from pathlib import Path

from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.git import IDENTITY
from openjupyter_service.exercises.git import environment as surroundings

GIT_SECONDS = 60


def _git(repository: Path, *arguments: str, environment: dict[str, str] | None = None) -> bytes:
    try:
        return subprocess.run(
            ["git", "-c", "safe.directory=*", f"--git-dir={repository}", *arguments],
            env={**surroundings(), **IDENTITY, **(environment or {})},
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
