"""The exercise that a new one begins as: a small one, complete, whose every part is there to be replaced."""

from typing import Any

from openjupyter_service.authoring.notebooks import GRADING_CELL, GRADING_ID
from openjupyter_service.authoring.roles import SETTINGS_LINE, Tag

_SETTINGS = f"""\
{SETTINGS_LINE}
[limits]
notebook_seconds = 30
test_seconds = 5
"""

_AUTHOR = """\
# Only you see this cell: its tag is “private”. It goes to the folder that learners have, where the data is.
%cd -q {folder}"""

_TEXT = """\
# {title}

Write a function `mean` that returns the mean of a list of numbers: their sum divided by how many there are.

An empty list has no mean: raise a `ValueError` then."""

_TASK = '''\
def mean(values):
    """Return the mean of a list of numbers; raise ValueError if the list is empty."""
    ### BEGIN SOLUTION
    if not values:
        raise ValueError("an empty list has no mean")
    return sum(values) / len(values)
    ### END SOLUTION'''

_TRY = """\
# Try your function here, for example with:
# mean([2, 4, 9])"""

_TESTS = '''\
### BEGIN HIDDEN TESTS
import pytest


@pytest.mark.points(2)
@pytest.mark.hint("Add the numbers up, then divide by how many there are.")
def test_mean(learner):
    """The mean of several numbers"""
    assert learner.mean([4, 8, 6, 3]) == pytest.approx(5.25)
    assert learner.mean([7]) == pytest.approx(7)


@pytest.mark.points(1)
@pytest.mark.hint("Which kind of error does the task ask for?")
def test_mean_of_empty_list(learner):
    """The mean of an empty list is an error"""
    with pytest.raises(ValueError):
        learner.mean([])
### END HIDDEN TESTS'''

_GRADE = """\
## Grade your work

Run the next cell. It saves this notebook, sends it in, and shows what works already."""


def source_notebook(title: str, folder: str) -> dict[str, Any]:
    """A source notebook of format 4.5.

    Args:
        title: what people read
        folder: the learner's folder, relative to that of the source
    """
    cells = [
        _cell("raw", "settings", _SETTINGS.rstrip("\n")),
        _cell("code", "author", _AUTHOR.format(folder=folder), tags=[Tag.PRIVATE.value]),
        _cell("markdown", "mean-text", _TEXT.format(title=title)),
        _cell("code", "mean-task", _TASK),
        _cell("code", "mean-try", _TRY),
        _cell("code", "mean-tests", _TESTS),
        _cell("markdown", "grade-text", _GRADE),
        _cell("code", GRADING_ID, GRADING_CELL),
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind: str, cell_id: str, text: str, **metadata: Any) -> dict[str, Any]:
    found = {"cell_type": kind, "id": cell_id, "metadata": metadata, "source": text.splitlines(keepends=True)}
    return {**found, "execution_count": None, "outputs": []} if kind == "code" else found
