"""The worked example of docs/instructors.md, graded as the page says."""

import re
from pathlib import Path

import nbformat
import pytest

from openjupyter_service.exercises.course import Exercise, load_exercise
from openjupyter_service.grading.local import LocalGrader, gather_files
from openjupyter_service.report import Report
from openjupyter_service.settings import GradingSettings
from tests.pages import PAGES, code_blocks

from .conftest import SITE

PAGE = "docs/instructors.md"

pytestmark = pytest.mark.docker


def write_notebook(path: Path, cells: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)


def solution_cells() -> list[str]:
    (text,) = [block for block in code_blocks(PAGE, "python") if block.startswith("# %%")]
    return text.split("# %%\n")[1:]


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    """The page's files, where the page says that they are."""
    folder = tmp_path / "hidden_tests/basket"
    folder.mkdir(parents=True)
    (toml,) = code_blocks(PAGE, "toml")
    (tests,) = [block for block in code_blocks(PAGE, "python") if block.startswith("import pytest")]
    (table,) = code_blocks(PAGE, "csv")
    (folder / "exercise.toml").write_text(toml)
    (folder / "test_basket.py").write_text(tests)
    public = tmp_path / "notebooks/basket"
    public.mkdir(parents=True)
    (public / "prices.csv").write_text(table)
    return load_exercise(folder.parent, "basket")


async def graded(exercise: Exercise, notebook: Path, settings: GradingSettings) -> Report:
    files = gather_files(exercise, notebook, exercise.folder.parent.parent / "notebooks")
    return (await LocalGrader(settings, SITE).grade(exercise, files, lambda event: None)).report


async def test_the_solution_of_the_page_gets_all_points(exercise: Exercise, grading_settings: GradingSettings) -> None:
    (sample,) = exercise.samples
    notebook = exercise.folder / sample.path / "basket.ipynb"
    write_notebook(notebook, solution_cells())
    report = await graded(exercise, notebook, grading_settings)
    assert (report.status, report.score, report.max_points) == ("correct", sample.score, 5), report


async def test_learners_read_what_the_page_says(
    exercise: Exercise, tmp_path: Path, grading_settings: GradingSettings
) -> None:
    careless = "def total(prices, numbers):\n    return sum(prices[thing] * n for thing, n in numbers.items())\n"
    notebook = tmp_path / "learner/basket.ipynb"
    write_notebook(notebook, [careless])
    report = await graded(exercise, notebook, grading_settings)
    said = []
    for test in report.tests:
        mark = "✓" if test.outcome == "passed" else "✗"
        said.append(f"{mark} {test.title}  {test.points:g} / {test.max_points:g}")
        said += [f"    Not passed. {test.message}"] if test.message else []
        said += [f"    Hint: {test.hint}"] if test.hint else []
    (block,) = re.findall(r"^```\n(✓.*?)^```$", PAGES[PAGE], re.MULTILINE | re.DOTALL)
    assert said == block.splitlines()
