"""Imported tests of ProFormA tasks end as they do where pytest runs the task's own file over the learner's module."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from openjupyter_service.exchange.draft import write_drafts
from openjupyter_service.exchange.notes import Kind
from openjupyter_service.exchange.proforma import import_proforma
from openjupyter_service.report import Report
from tests.unit.exchange.grading import grade

HERE = Path(__file__).parent / "proforma"

CASES = [(path.parent.name, path.stem) for path in sorted(HERE.glob("work/*/*.txt"))]


def original(task: str, code: str, folder: Path) -> list[bool]:
    """Which cases of the task's test files pass, run plainly, by their names."""
    root = ElementTree.parse(HERE / f"{task}.xml").getroot()
    for file in root.iter():
        if file.tag.endswith("}file") and file.get("visible") == "no":
            (content,) = [part for part in file if part.tag.endswith("}embedded-txt-file")]
            (folder / str(content.get("filename"))).write_text(str(content.text))
    module = next(str(part.get("filename")) for part in root.iter() if part.get("filename"))
    (folder / module).write_text(code)
    tests = [path.name for path in folder.glob("*test*.py")]
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--rootdir=.", *tests]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    lines = [line.split() for line in ended.stdout.splitlines() if line.startswith(("PASSED ", "FAILED "))]
    assert lines, ended.stdout
    return outcomes({words[1].split("::")[-1]: words[0] == "PASSED" for words in lines})


def outcomes(passed: dict[str, bool]) -> list[bool]:
    """In an order that both sides have."""
    return [passed[name] for name in sorted(passed)]


def name_of(report: Report, id: str) -> str:
    """What the original calls a case: test_accounttest_test_text in the kernel is AccountTest.test_text there."""
    name = report.staff.tests[id].name.split("::")[-1]
    return re.sub(r"^test_(?:.*_)?test_", "test_", name) if not report.staff.tests[id].sealed else name


@pytest.mark.parametrize(("task", "work"), CASES)
def test_each_case_ends_as_in_the_original(task: str, work: str, tmp_path: Path) -> None:
    code = (HERE / "work" / task / f"{work}.txt").read_text()
    for name in ("original", "scratch"):
        (tmp_path / name).mkdir()
    (draft,) = import_proforma(HERE / f"{task}.xml")
    write_drafts([draft], tmp_path / "course")
    notebook = tmp_path / "answer.ipynb"
    values = json.loads(draft.notebook)
    (cell,) = [cell for cell in values["cells"] if cell["id"] == "answer"]
    cell["source"] = code
    notebook.write_text(json.dumps(values))
    report = grade(tmp_path / "course", draft.name, notebook, tmp_path / "scratch")
    found = {name_of(report, test.id): test.outcome == "passed" for test in report.tests}
    assert outcomes(found) == original(task, code, tmp_path / "original"), found


def test_the_solution_of_the_stack_passes_and_most_of_it_is_sealed(tmp_path: Path) -> None:
    (draft,) = import_proforma(HERE / "stack-2.1.xml")
    write_drafts([draft], tmp_path / "course")
    (tmp_path / "scratch").mkdir()
    solution = tmp_path / "course/hidden_tests/a-stack/solution/a-stack.ipynb"
    report = grade(tmp_path / "course", "a-stack", solution, tmp_path / "scratch")
    assert all(test.outcome == "passed" for test in report.tests)
    sealed = {name_of(report, test.id) for test in report.tests if report.staff.tests[test.id].sealed}
    assert {name.partition("[")[0] for name in sealed} == {
        *("test_push_and_pop", "test_pop_of_empty", "test_length", "test_words", "test_one_word"),
    }
    assert report.max_points == 16 and not draft.notes.of(Kind.DROPPED)
