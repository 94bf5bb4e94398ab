"""Every example of docs/writing-tests.md in real containers: outcomes and reports are those that the page shows."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest

from openjupyter.client.render import report_text
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.settings import GradingSettings
from tests.pages import titled_blocks

from .background import Gradings, Work
from .conftest import SITE

pytestmark = pytest.mark.docker

PAGE = "docs/writing-tests.md"
_CELL = re.compile(r"^# %%(?: tags=(\[.*\]))?\n", re.MULTILINE)


@dataclass
class Example:
    """A notebook, the tests that it passes, and the wrong one with what its learner reads, where the page has one."""

    notebook: str
    tests: list[str] = field(default_factory=list)
    wrong: str = ""
    report: str = ""


def _examples() -> dict[str, Example]:
    """Examples by the name of the first thing that their notebook defines."""
    found: list[Example] = []
    for title, text in titled_blocks(PAGE):
        match title:
            case "notebook":
                found.append(Example(text))
            case "tests":
                found[-1].tests.append(text)
            case "wrong notebook":
                found[-1].wrong = text
            case "report":
                found[-1].report = text
            case _:
                raise AssertionError(f"nobody runs a block with the title {title}")
    return {f"{number} {_first_name(each.notebook)}": each for number, each in enumerate(found, 1)}


def _first_name(source: str) -> str:
    match = re.search(r"^(?:async )?(?:def |class )?(\w+)(?= =|\(|:)", source, re.MULTILINE)
    return match[1] if match else "notebook"


EXAMPLES = _examples()
WRONG_SUFFIX = ", wrong"
WRONG = {f"{name}{WRONG_SUFFIX}": example for name, example in EXAMPLES.items() if example.wrong}


def notebook_bytes(source: str) -> bytes:
    """Cells are parted by `# %%`, which may give them tags."""
    made = []
    parts = ["", None, source] if not source.startswith("# %%") else _CELL.split(source)
    for tags, text in zip(parts[1::2], parts[2::2], strict=True):
        metadata = {"tags": json.loads(tags)} if tags else {}
        made.append(nbformat.v4.new_code_cell((text or "").strip("\n"), metadata=metadata))
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=made))).encode()


@pytest.fixture(scope="module")
def gradings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, grading_settings: GradingSettings
) -> Iterator[Gradings]:
    """Gradings of the notebooks that this run has chosen, in warm containers, a few at once."""
    items = [item for item in request.session.items if item.module is request.module]  # type: ignore[attr-defined]
    chosen = dict.fromkeys(
        name for item in items if hasattr(item, "callspec") for name in item.callspec.params.values()
    )
    works: dict[str, Work] = {}
    for name in chosen:
        example = EXAMPLES[name.removesuffix(WRONG_SUFFIX)]
        folder = tmp_path_factory.mktemp("private") / "example"
        write_exercise(folder, example.tests)
        source = example.wrong if name.endswith(WRONG_SUFFIX) else example.notebook
        works[name] = Work(load_exercise(folder.parent, "example"), notebook_bytes(source))
    with Gradings(grading_settings, f"{SITE}-writing", works).running() as gradings:
        yield gradings


def write_exercise(folder: Path, tests: list[str]) -> None:
    folder.mkdir()
    (folder / "exercise.toml").write_text('title = "An example"\n')
    for number, text in enumerate(tests, 1):
        (folder / f"test_{number}.py").write_text(text)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_notebook_passes_the_tests_below_it(name: str, gradings: Gradings) -> None:
    assert EXAMPLES[name].tests
    graded = gradings.result(name).graded
    assert graded is not None
    staff = graded.report.staff.tests
    failed = [f"{test.title}: {test.outcome} {test.message}\n{staff[test.id].text}" for test in graded.report.tests
              if test.outcome != "passed"]  # fmt: skip
    assert failed == []
    assert graded.report.status == "correct" and graded.report.failing_cell is None
    unsealed = sum(text.count("mark.in_kernel") for text in EXAMPLES[name].tests)
    assert [test.sealed for test in staff.values()].count(False) == unsealed


@pytest.mark.parametrize("name", WRONG)
def test_a_learner_reads_the_report_of_the_page(name: str, gradings: Gradings) -> None:
    graded = gradings.result(name).graded
    assert graded is not None
    text = report_text({"report": graded.report.for_learner(), "passbacks": []})
    shown = re.split("\n(?:Style|Used): ", text)[0]
    assert shown.split("\n") == WRONG[name].report.rstrip("\n").split("\n")


def test_the_page_shows_reports_of_failing_tests() -> None:
    assert len(EXAMPLES) >= 20 and len(WRONG) >= 3
    assert all(example.report for example in WRONG.values())
