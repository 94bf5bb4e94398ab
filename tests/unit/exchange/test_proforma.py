"""Import from ProFormA: three versions, CodeOcean's dialect, grading hints, what can be sealed and what cannot."""

import base64
import json
import re
import zipfile
from pathlib import Path

import pytest

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import Draft, write_drafts
from openjupyter_service.exchange.notes import Kind
from openjupyter_service.exchange.proforma import import_proforma
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.report import Report
from tests.unit.exchange.grading import grade

HERE = Path(__file__).parent / "proforma"
ACCOUNT = (HERE / "account-2.0.1.xml").read_text()
LISTS = (HERE / "codeocean-2.1.xml").read_text()


def imported(text: str, folder: Path, **options: bool) -> Draft:
    path = folder / "task.xml"
    path.write_text(text)
    (draft,) = import_proforma(path, **options)
    return draft


def graded(draft: Draft, folder: Path, code: str | None = None) -> Report:
    """The report of the solution, or of other code in the answer's cell."""
    course = folder / "course"
    write_drafts([draft], course)
    notebook = course / "hidden_tests" / draft.name / "solution" / f"{draft.name}.ipynb"
    if code is not None:
        values = json.loads(notebook.read_text())
        (cell,) = [cell for cell in values["cells"] if cell["id"] == "answer"]
        cell["source"] = code
        notebook = folder / "answer.ipynb"
        notebook.write_text(json.dumps(values))
    (folder / "scratch").mkdir()
    return grade(course, draft.name, notebook, folder / "scratch")


def points(report: Report) -> dict[str, float]:
    return {test.title: test.points for test in report.tests}


def test_a_task_of_2_0_1_with_unittest(tmp_path: Path) -> None:
    draft = imported(ACCOUNT, tmp_path)
    assert (draft.name, draft.title) == ("bank-account", "Bank & account")
    sources = ["".join(cell["source"]) for cell in json.loads(draft.notebook)["cells"]]
    assert sources[0] == "# Bank & account\n\n<p>Write a class.</p>"
    assert sources[1].startswith("class Account:\n    pass")
    assert draft.data == {"rates.csv": b"a,b\n"}
    assert set(draft.tests) == {"test_account.py", "test_account_in_kernel.py", "checks.py", "NOTES.md"}
    report = graded(draft, tmp_path)
    assert points(report) == {"Deposits add up": 1, "Refuses": 1, "Total": 1, "Text": 1}
    sealed = {test.title for test in report.tests if report.staff.tests[test.id].sealed}
    assert sealed == {"Deposits add up", "Refuses", "Total"}


def test_wrong_work_loses_the_points_of_its_tests(tmp_path: Path) -> None:
    wrong = "class Account:\n    def __init__(self, owner):\n        self.balance = 0\n    def deposit(self, amount):\n"
    wrong += "        self.balance += amount\ndef total(values):\n    return len(values) - 1\n"
    report = graded(imported(ACCOUNT, tmp_path), tmp_path, wrong)
    assert points(report) == {"Deposits add up": 1, "Refuses": 0, "Total": 0, "Text": 0}


def test_what_is_no_unit_test_is_told(tmp_path: Path) -> None:
    draft = imported(ACCOUNT, tmp_path)
    (note,) = draft.notes.of(Kind.DROPPED)
    assert note.what == "the test “Style”" and "“pylint” cannot run here" in note.why


def test_the_dialect_of_codeocean(tmp_path: Path) -> None:
    draft = imported(LISTS, tmp_path)
    assert draft.tests["test_exercise.py"].count(b"hint('Take one of each in turn.')") == 2
    report = graded(draft, tmp_path)
    assert points(report) == {"Same length": 1.5, "Empty": 1.5, "Prints nothing": 0.5}


def test_printing_is_seen_in_the_kernel(tmp_path: Path) -> None:
    code = "def interleave(a, b):\n    print(a)\n    return [x for pair in zip(a, b) for x in pair]"
    assert points(graded(imported(LISTS, tmp_path), tmp_path, code))["Prints nothing"] == 0


def test_several_modules_are_handed_in_as_files(tmp_path: Path) -> None:
    (draft,) = import_proforma(HERE / "modules-2.0.xml")
    write_drafts([draft], tmp_path / "course")
    exercise = load_exercise(tmp_path / "course" / "hidden_tests", "zwei-module")
    assert exercise.files == ["zwei-module/shapes.py", "zwei-module/texts.py"]
    (tmp_path / "scratch").mkdir()
    solution = exercise.folder / "solution" / "zwei-module.ipynb"
    report = grade(tmp_path / "course", "zwei-module", solution, tmp_path / "scratch")
    assert (report.score, report.points) == (1, 1)
    assert [test.max_points for test in report.tests] == [0.25, 0.25, 0.5]
    assert any("what is handed in" in note.what for note in draft.notes.of(Kind.DROPPED))


def test_an_archive_with_attached_files(tmp_path: Path) -> None:
    match = re.search(r'<p:embedded-txt-file filename="checks.py">(.*?)</p:embedded-txt-file>', ACCOUNT, re.DOTALL)
    assert match
    text = ACCOUNT.replace(match[0], "<p:attached-txt-file>lib/checks.py</p:attached-txt-file>")
    with zipfile.ZipFile(tmp_path / "task.zip", "w") as archive:
        archive.writestr("account/task.xml", text)
        archive.writestr("account/lib/checks.py", match[1])
    (draft,) = import_proforma(tmp_path / "task.zip")
    assert draft.tests["checks.py"] == match[1].encode()


HINTS = re.compile(r"<p:grading-hints>.*</p:grading-hints>", re.DOTALL)


@pytest.mark.parametrize(
    ("hints", "worth", "told"),
    [
        ("", "1", ""),
        ('<p:root function="sum"><p:test-ref ref="u1" weight="8"/></p:root>', "8", "do not name it"),
        ('<p:root function="sum"><p:test-ref ref="u1"/></p:root>', "1", ""),
        (
            '<p:root function="sum"><p:combine-ref ref="x" weight="2"/></p:root>'
            '<p:combine id="x" function="sum"><p:test-ref ref="u1" weight="6"/></p:combine>',
            "12",
            "",
        ),
        ("<p:root/>", "1", "the least of its parts"),
        (
            '<p:root function="max"><p:test-ref ref="u1"/><p:test-ref ref="c1"/></p:root>',
            "1",
            "the greatest of its parts",
        ),
    ],
)
def test_grading_hints(hints: str, worth: str, told: str, tmp_path: Path) -> None:
    text = HINTS.sub(f"<p:grading-hints>{hints}</p:grading-hints>" if hints else "", ACCOUNT)
    draft = imported(text, tmp_path)
    assert any(f"and {worth} points" in note.what for note in draft.notes.of(Kind.TAKEN)), draft.notes.all
    assert not told or any(told in note.why for note in draft.notes.of(Kind.CHANGED)), draft.notes.all


def test_all_tests_can_be_asked_to_run_in_the_kernel(tmp_path: Path) -> None:
    draft = imported(LISTS, tmp_path, in_kernel=True)
    assert [name for name in draft.tests if "in_kernel" not in name] == []
    assert graded(draft, tmp_path).score == 1


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("urn:proforma:v2.0.1", "urn:proforma:v1.0.1", "no task of ProFormA 2.0, 2.0.1 or 2.1"),
        ("<?xml", "xml", "is no XML"),
        ("p:task ", "p:tusk ", "is no XML"),
        (">python<", ">java<", "only those of Python"),
        ('refid="u"', 'refid="nothing"', "refers to a file 'nothing'"),
        ('id="h"', 'id="u"', "two files of the task have the id 'u'"),
        ("YSxiCg==", "%%%", "is no base64"),
        ('weight="4"', 'weight="many"', "is no weight"),
        ('weight="4"', 'weight="-1"', "is no weight"),
        ('weight="4"', 'weight="inf"', "is no weight"),
        ('ref="u1"', 'ref="u9"', "refer to a test 'u9'"),
        ('filename="rates.csv"', 'filename="../rates.csv"', "leads out of it"),
        ('filename="rates.csv"', 'filename="/etc/rates.csv"', "leads out of it"),
        ('filename="rates.csv"', 'filename="C:\\rates.csv"', "leads out of it"),
        (">unittest</p:test-type>", ">junit</p:test-type>", "no unittest or pytest tests"),
        ('framework="unittest"', 'framework="Catch2"', "no unittest or pytest tests"),
        ("class AccountTest(", "class AccountTest((", "no unittest or pytest tests"),
        ('weight="4"', 'weight="0"', "worth no points"),
        (
            '<p:embedded-bin-file filename="rates.csv">YSxiCg==</p:embedded-bin-file>',
            "<p:attached-bin-file>rates.csv</p:attached-bin-file>",
            "is not in the archive",
        ),
        ('<p:embedded-bin-file filename="rates.csv">YSxiCg==</p:embedded-bin-file>', "", "has no content"),
        (
            '<p:test-ref ref="u1" weight="4"/><p:test-ref ref="c1" weight="1"/></p:root>',
            '<p:combine-ref ref="x"/></p:root><p:combine id="x"><p:combine-ref ref="x"/></p:combine>',
            "go round in circles",
        ),
    ],
)
def test_broken_tasks_are_refused_with_a_reason(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in ACCOUNT
    with pytest.raises(ExchangeError, match=re.escape(message)):
        imported(ACCOUNT.replace(old, new), tmp_path)


ENTITIES = '<!DOCTYPE task [<!ENTITY a "aaaaaaaaaa">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "declaration",
    [
        f"{ENTITIES}]>",
        '<!DOCTYPE task [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE task SYSTEM "http://127.0.0.1:9/task.dtd">',
        '<!DOCTYPE task [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]>',
    ],
)
def test_entities_and_external_references_are_refused(declaration: str, tmp_path: Path) -> None:
    text = ACCOUNT.replace('encoding="utf-8"?>', f'encoding="utf-8"?>{declaration}').replace("Bank", "&a; Bank")
    with pytest.raises(ExchangeError, match=r"declares entities or a DTD|is no XML"):
        imported(text, tmp_path)


def test_deep_elements_are_refused(tmp_path: Path) -> None:
    text = ACCOUNT.replace("<p:meta-data/>", f"<p:meta-data>{'<a>' * 5000}{'</a>' * 5000}</p:meta-data>")
    with pytest.raises(ExchangeError, match="nests 5"):
        imported(text, tmp_path)


def test_a_task_that_does_not_tell_what_learners_write_is_refused(tmp_path: Path) -> None:
    text = re.sub(r"<p:submission-restrictions>.*?</p:submission-restrictions>", "", ACCOUNT)
    text = re.sub(r"<p:model-solutions>.*?</p:model-solutions>", "", text).replace(' usage-by-lms="edit"', "")
    with pytest.raises(ExchangeError, match="does not tell which Python file learners write"):
        imported(text, tmp_path)


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    latin = base64.b64encode("# größe\nimport unittest\n".encode("latin-1")).decode()
    text = ACCOUNT.replace("YSxiCg==", latin).replace("rates.csv", "other_test.py").replace('refid="u"', 'refid="d"')
    with pytest.raises(ExchangeError, match="is no Python"):
        imported(text, tmp_path)
