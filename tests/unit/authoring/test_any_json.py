"""Whatever JSON a source holds, it is built or refused in a sentence, and what is built is a valid notebook."""

import json
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openjupyter_service.authoring.mistakes import SourceError
from tests.unit.authoring.sources import SOUND, Course

SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=8) | st.just("\ud800")
ANY = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
SOURCES = st.sampled_from(
    ["x = 1", "# exercise.toml\ntitle = 'T'", "# T", "![](attachment:a.png)", "\ufeffx", "a" * 3,
     "### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "assert mean([1]) == 1", "%%bash\nls", "1 +", "\r", ""]
)  # fmt: skip
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "tags": ANY
        | st.lists(st.sampled_from(["tests", "solution", "hidden-tests", "private", "a,b", ""]), max_size=1),
        "nbgrader": ANY
        | st.fixed_dictionaries(
            {"grade": st.booleans(), "solution": st.booleans()},
            optional={"points": ANY | st.floats() | st.integers(), "grade_id": ANY, "task": ANY},
        ),
        "jupyter": ANY,
        "slideshow": ANY | st.fixed_dictionaries({"slide_type": ANY}),
        "collapsed": ANY,
        "editable": ANY,
    },
)
CELLS = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown", "raw"]) | ANY, "source": SOURCES | ANY},
    optional={
        "metadata": METADATA | ANY,
        "id": ANY,
        "outputs": ANY,
        "attachments": ANY | st.fixed_dictionaries({"a.png": ANY | st.fixed_dictionaries({"image/png": ANY})}),
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "metadata": st.fixed_dictionaries({}, optional={"kernelspec": ANY, "language_info": ANY}) | ANY,
        "nbformat_minor": ANY,
        "nbformat": st.just(4) | ANY,
    },
)


@settings(max_examples=150, deadline=None)
@given(st.lists(CELLS | ANY, max_size=3), DOCUMENTS)
def test_any_json(tmp_path_factory: pytest.TempPathFactory, cells: list[Any], changes: dict[str, Any]) -> None:
    course = Course(tmp_path_factory.getbasetemp() / "any-json", *SOUND, *cells, **changes)
    try:
        built = course.build()
    except SourceError as error:
        assert all(len(sentence) > 20 for sentence in error.sentences())
        return
    notebook = json.loads(built.files[course.notebook])
    nbformat.validate(notebook)
    assert all(len(cell["id"]) <= 64 for cell in notebook["cells"])
