"""Make a new course, or a new exercise of one, that runs as it is."""

import os
import shutil
import tempfile
from pathlib import Path

from openjupyter_service.authoring.build import build_exercise
from openjupyter_service.authoring.marks import is_like_a_mark
from openjupyter_service.authoring.settings import toml_text
from openjupyter_service.authoring.stamp import notebook_bytes
from openjupyter_service.authoring.template import source_notebook
from openjupyter_service.authoring.write import Change, FileChange, write_changes
from openjupyter_service.errors import ExerciseError
from openjupyter_service.exercises.course import EXERCISE_FILE, SOURCE_FILE, exercise_names
from openjupyter_service.exercises.layout import PRIVATE_HALF, PUBLIC_HALF
from openjupyter_service.exercises.mistakes import shown_path
from openjupyter_service.names import check_name

FIRST_EXERCISE = "first-steps"

_README = """\
# {title}

A course for OpenJupyter. It has two halves:

- `notebooks/` is the public half: learners get it.
- `hidden_tests/` is the private half: it holds sources, tests and solutions, and learners never see it.

Each exercise is written in one notebook, `hidden_tests/NAME/source.ipynb`. Edit it, then run

```sh
openjupyter build     # makes the learner's notebook, the solution and the tests of it
openjupyter check     # grades the solution, the untouched notebook and wrong work
```

`openjupyter new exercise NAME` adds an exercise.
"""
_IGNORED = ".ipynb_checkpoints/\n__pycache__/\n"


def new_course(folder: Path, title: str = "") -> list[Path]:
    """Make a course with one small exercise in a folder that is not there yet, or empty; gives its files.

    Raises:
        ExerciseError: there is something in the folder
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ExerciseError(
            f"{shown_path(folder)} is there already, and not empty; choose another name, or add an exercise to it with "
            "openjupyter new exercise NAME --course FOLDER"
        )
    title = _title(title, folder.resolve().name)
    # An empty folder stays itself: it may be the working directory, or somebody else's to remove.
    base = folder if folder.exists() else folder.resolve().parent
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base, prefix=".new-course-") as place:
        course = Path(place) / "course"
        (course / PRIVATE_HALF).mkdir(parents=True)
        (course / PUBLIC_HALF).mkdir()
        (course / "README.md").write_text(_README.format(title=title), encoding="utf-8")
        (course / ".gitignore").write_text(_IGNORED, encoding="utf-8")
        (course / PUBLIC_HALF / "course.toml").write_text(f"title = {toml_text(title)}\n", encoding="utf-8")
        new_exercise(course, FIRST_EXERCISE)
        if folder.exists():
            for path in sorted(course.iterdir()):
                shutil.move(path, folder / path.name)
        else:
            shutil.move(course, folder)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def new_exercise(course: Path, name: str, title: str = "", with_source: bool = True) -> list[Path]:
    """Add a small exercise to a course; gives its files.

    Args:
        course: the folder of the course, or its private half
        name: of the exercise; lower-case letters, digits and hyphens
        title: what people read; the name in words if empty
        with_source: with a source to build from; else all files are there to be written by hand

    Raises:
        ExerciseError: this is no course, no name, or there is such an exercise already
    """
    try:
        check_name(name)
    except ValueError as error:
        raise ExerciseError(f"{name[:100]!r} cannot be the name of an exercise: {error}") from None
    private, public = _halves(course)
    folder, learners = private / name, public / name
    for place in dict.fromkeys((folder, learners)):
        if place.exists():
            raise ExerciseError(f"{shown_path(place)} is there already; choose another name, or rename the folder")
    with tempfile.TemporaryDirectory() as scratch:
        there = Path(scratch)
        (there / "private" / name).mkdir(parents=True)
        source = there / "private" / name / SOURCE_FILE
        source.write_bytes(notebook_bytes(source_notebook(_title(title, name), os.path.relpath(learners, folder))))
        built = build_exercise(source.parent, there / "public", stamp=with_source)
        files = {**({source: source.read_bytes()} if with_source else {}), **built.files}
    homes = {there / "private": private, there / "public": public}
    found = {
        home / path.relative_to(base): content
        for path, content in files.items()
        for base, home in homes.items()
        if path.is_relative_to(base)
    }
    write_changes(FileChange(path, Change.MADE, None, content) for path, content in found.items())
    return list(found)


def _halves(course: Path) -> tuple[Path, Path]:
    """The private and the public half of a course that may have no exercise yet."""
    course = course.resolve()
    if (course / PRIVATE_HALF).is_dir():
        return course / PRIVATE_HALF, course / PUBLIC_HALF
    if course.name == PRIVATE_HALF and course.is_dir():
        return course, course.parent / PUBLIC_HALF
    if exercise_names(course) or any(course.glob(f"*/{SOURCE_FILE}")):
        return course, course
    raise ExerciseError(
        f"{shown_path(course)} is no course: it has no folder {PRIVATE_HALF} and no */{EXERCISE_FILE}; name one with "
        "--course, or make one with openjupyter new course FOLDER"
    )


def _title(title: str, name: str) -> str:
    if is_like_a_mark(title):
        raise ExerciseError("the title holds a mark such as ### BEGIN SOLUTION; choose other words")
    words = " ".join(title.split()) or name.replace("-", " ").replace("_", " ").strip() or "Exercise"
    return (words if title else words[:1].upper() + words[1:])[:200]
