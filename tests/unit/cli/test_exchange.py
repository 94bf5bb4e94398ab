"""`openjupyter import` and `export`: reports, exit codes, and one sentence for everything that goes wrong."""

import json
from pathlib import Path

import pytest

from openjupyter_service.exercises.course import load_exercise
from tests.pages import ROOT
from tests.unit.cli.running import Command
from tests.unit.exchange.percent import notebook_of

LAB = ROOT / "tests/unit/exchange/nbgrader/kinds/lab.txt"


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps(notebook_of(LAB.read_text())))
    return path


def test_import_tells_what_was_taken_changed_and_dropped(command: Command, lab: Path, tmp_path: Path) -> None:
    ended = command("import", "nbgrader", lab, "--into", tmp_path / "course")
    assert (ended.code, ended.err) == (0, "")
    lines = ended.out.splitlines()
    assert lines[0].startswith("lab in ")
    kinds = [line.split()[0] for line in lines[1:-1]]
    assert kinds == sorted(kinds, key=["taken", "changed", "dropped"].index) and set(kinds) == {
        "taken",
        "changed",
        "dropped",
    }
    assert "the cell “essay” (5 points): it is graded by hand" in ended.out
    assert lines[-1] == f"See that all is sound: openjupyter check {tmp_path / 'course'} --exercise lab"
    assert load_exercise(tmp_path / "course" / "hidden_tests", "lab").title == "A lab of many kinds"


def test_the_report_as_json(command: Command, lab: Path, tmp_path: Path) -> None:
    ended = command("import", "nbgrader", lab, "--into", tmp_path, "--name", "other", "--in-kernel", "--json")
    (found,) = json.loads(ended.out)["exercises"]
    assert found["exercise"] == "other"
    assert ("dropped", "the cell “by-hand” (4 points)") in [(note["kind"], note["what"]) for note in found["notes"]]
    assert "less sealed: all tests were asked to" in ended.out


def test_a_second_import_changes_nothing_and_says_why(command: Command, lab: Path, tmp_path: Path) -> None:
    assert command("import", "nbgrader", lab, "--into", tmp_path).code == 0
    before = (tmp_path / "hidden_tests/lab/test_lab.py").read_bytes()
    assert "is there already; remove it" in command.fails("import", "nbgrader", lab, "--into", tmp_path)
    assert (tmp_path / "hidden_tests/lab/test_lab.py").read_bytes() == before


@pytest.mark.parametrize("tool", ["nbgrader", "otter", "proforma"])
def test_what_cannot_be_imported_is_one_sentence_and_leaves_nothing(
    command: Command, tool: str, tmp_path: Path
) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    sentence = command.fails("import", tool, tmp_path / "broken.ipynb", "--into", tmp_path / "course")
    assert len(sentence) > 20
    assert not (tmp_path / "course").exists()


def test_export_and_import_again(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = command("export", "proforma", ROOT / "hidden_tests/warm-up")
    assert (ended.code, ended.err) == (0, "") and "10 tests with 12 points" in ended.out
    assert "is there already" in command.fails("export", "proforma", ROOT / "hidden_tests/warm-up")
    named = command("export", "proforma", ROOT / "hidden_tests/warm-up", "--output", "w.zip", "--json")
    assert json.loads(named.out)["file"] == "w.zip"
    assert (tmp_path / "w.zip").read_bytes() == (tmp_path / "warm-up.zip").read_bytes()
    assert command("import", "proforma", "w.zip").code == 0
    again = load_exercise(tmp_path / "hidden_tests", "warm-up")
    assert again.tests() == load_exercise(ROOT / "hidden_tests", "warm-up").tests()


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["import", "moodle", "."],
        ["import", "nbgrader"],
        ["import", "nbgrader", "missing"],
        ["import", "otter", ".", "--nonsense"],
        ["export"],
        ["export", "proforma"],
        ["export", "proforma", "missing"],
        ["export", "proforma", "."],
    ],
)
def test_wrong_usage(command: Command, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = command(*arguments)
    assert ended.code == 2 and ended.err.startswith("Usage: ")
