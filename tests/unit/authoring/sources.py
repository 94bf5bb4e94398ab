"""Source notebooks for tests, and what is built of them."""

import json
from pathlib import Path
from typing import Any

import nbformat

from openjupyter_service.authoring.build import Built, build_exercise
from openjupyter_service.authoring.mistakes import SourceError

TITLE = "# Means"
TASK = '''def mean(values):
    """The mean."""
    ### BEGIN SOLUTION
    if not values:
        raise ValueError("nothing has no mean")
    return sum(values) / len(values)
    ### END SOLUTION'''
TESTS = '''### BEGIN HIDDEN TESTS
@pytest.mark.points(2)
@pytest.mark.hint("Add, then divide.")
def test_mean(learner):
    """The mean of some numbers"""
    assert learner.mean([1, 2, 6]) == 3


def test_nothing(learner):
    """Nothing"""
    with pytest.raises(ValueError):
        learner.mean([])
### END HIDDEN TESTS'''


def cell(kind: str, source: str, *tags: str, **values: Any) -> dict[str, Any]:
    metadata = {**({"tags": list(tags)} if tags else {}), **values.pop("metadata", {})}
    outputs = {"outputs": [], "execution_count": 7} if kind == "code" else {}
    return {"cell_type": kind, "source": source, "metadata": metadata, **outputs, **values}


def text(source: str, *tags: str, **values: Any) -> dict[str, Any]:
    return cell("markdown", source, *tags, **values)


def code(source: str, *tags: str, **values: Any) -> dict[str, Any]:
    return cell("code", source, *tags, **values)


def raw(source: str, *tags: str, **values: Any) -> dict[str, Any]:
    return cell("raw", source, *tags, **values)


SOUND = (text(TITLE), code(TASK), code(TESTS))


class Course:
    """A course on disk with one exercise called means."""

    def __init__(self, root: Path, *cells: dict[str, Any], **changes: Any) -> None:
        self.folder = root / "hidden_tests/means"
        self.public = root / "notebooks"
        self.notebook = self.public / "means/means.ipynb"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.write(*(cells or SOUND), **changes)

    def write(self, *cells: dict[str, Any], **changes: Any) -> None:
        values = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **changes}
        (self.folder / "source.ipynb").write_text(json.dumps(values), "utf-8", "surrogatepass")

    def build(self) -> Built:
        return build_exercise(self.folder, self.public)

    def refused(self) -> list[str]:
        """The places and sentences of a source that cannot be built."""
        try:
            built = self.build()
        except SourceError as error:
            return [sentence.partition("source.ipynb")[2].lstrip(", ") for sentence in error.sentences()]
        raise AssertionError(f"it was built: {sorted(path.name for path in built.files)}")


class Result:
    """What was built, as text."""

    def __init__(self, course: Course) -> None:
        self.built = course.build()
        files = {path: content.decode() for path, content in self.built.files.items()}
        self.public = files[course.notebook]
        self.private = "".join(content for path, content in files.items() if path != course.notebook)
        self.learner = _sources(self.public)
        self.solution = _sources(files[course.folder / "solution.ipynb"])
        self.tests = files.get(course.folder / "test_means.py", "").partition("\n")[2]
        self.toml = files.get(course.folder / "exercise.toml", "").partition("\n")[2]
        self.notes = [f"{note.place().lstrip(', ')}: {note.text}" for note in self.built.notes]


def _sources(content: str) -> list[str]:
    """The sources of a notebook's cells but for the grading cell; the notebook must be a valid one."""
    notebook = nbformat.reads(content, as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[-1].source == "import openjupyter\nopenjupyter.grade()"
    return [each.source for each in notebook.cells[:-1]]


def built(root: Path, *cells: dict[str, Any], **changes: Any) -> Result:
    return Result(Course(root, *cells, **changes))
