"""Export to ProFormA 2.1: valid, complete, and read again without a difference."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.draft import write_drafts
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma import import_proforma
from openjupyter_service.exchange.proforma_export import export_proforma
from openjupyter_service.exercises.course import exercise_names, load_exercise
from tests.pages import ROOT

PRIVATE, PUBLIC = ROOT / "hidden_tests", ROOT / "notebooks"
NAMESPACE = "{urn:proforma:v2.1}"

# What proforma-2.1.xsd says of the parts of a task that are written here: children in their order, with ? for one that
# may be missing and * for any number, and attributes with ? for one that may be missing. Any is an element of another
# namespace.
SCHEMA: dict[str, tuple[str, str]] = {
    "task": (
        "title description internal-description? proglang submission-restrictions? files external-resources? "
        "model-solutions? tests grading-hints? meta-data",
        "uuid parent-uuid? lang?",
    ),
    "title": ("", ""),
    "description": ("", ""),
    "internal-description": ("", ""),
    "proglang": ("", "version"),
    "submission-restrictions": ("file-restriction* description? internal-description?", "max-size?"),
    "file-restriction": ("", "use? pattern-format?"),
    "files": ("file*", ""),
    "file": (
        "embedded-bin-file? embedded-txt-file? attached-bin-file? attached-txt-file? internal-description?",
        "id mimetype? used-by-grader visible usage-by-lms?",
    ),
    "embedded-txt-file": ("", "filename"),
    "embedded-bin-file": ("", "filename"),
    "attached-bin-file": ("", ""),
    "model-solutions": ("model-solution*", ""),
    "model-solution": ("filerefs description? internal-description?", "id"),
    "filerefs": ("fileref*", ""),
    "fileref": ("any*", "refid"),
    "tests": ("test*", ""),
    "test": ("title description? internal-description? test-type test-configuration", "id validity?"),
    "test-type": ("", ""),
    "test-configuration": ("filerefs? timeout? externalresourcerefs? any* test-meta-data?", ""),
    "timeout": ("", ""),
    "grading-hints": ("root combine* any*", ""),
    "root": ("title? description? internal-description? test-ref*", "id? function?"),
    "test-ref": ("title? description? internal-description?", "ref sub-ref? weight?"),
    "meta-data": ("any*", ""),
}
VALUES = {
    "visible": {"yes", "no", "delayed"},
    "usage-by-lms": {"edit", "display", "download"},
    "used-by-grader": {"true", "false"},
    "use": {"required", "optional", "prohibited"},
    "function": {"min", "max", "sum"},
}


def mistakes(element: ElementTree.Element) -> list[str]:
    """What the schema forbids of an element and all in it."""
    if not element.tag.startswith(NAMESPACE):
        return []
    name = element.tag.removeprefix(NAMESPACE)
    children, attributes = SCHEMA[name]
    found = [f"{name}: {text}" for text in wrong_order([child.tag for child in element], children.split())]
    known = {text.rstrip("?") for text in attributes.split()}
    needed = {text for text in attributes.split() if not text.endswith("?")}
    if not needed <= set(element.attrib) <= known:
        found.append(f"{name}: attributes {sorted(element.attrib)}")
    found += [
        f"{name}: {key}={value}" for key, value in element.attrib.items() if value not in VALUES.get(key, {value})
    ]
    return found + [text for child in element for text in mistakes(child)]


def wrong_order(tags: list[str], wanted: list[str]) -> list[str]:
    names = [tag.removeprefix(NAMESPACE) if tag.startswith(NAMESPACE) else "any" for tag in tags]
    for pattern in wanted:
        name, many = pattern.rstrip("?*"), pattern.endswith("*")
        count = 0
        while names and names[0] == name and (many or not count):
            del names[0]
            count += 1
        if not count and not pattern.endswith(("?", "*")):
            return [f"{name} is missing"]
    return [f"{names[0]} is not expected"] if names else []


def exported(name: str, folder: Path) -> Path:
    path = folder / f"{name}.zip"
    path.write_bytes(export_proforma(load_exercise(PRIVATE, name), PUBLIC, Notes()))
    return path


@pytest.mark.parametrize("name", exercise_names(PRIVATE))
def test_the_task_is_valid(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(exported(name, tmp_path)) as archive:
        root = ElementTree.fromstring(archive.read("task.xml"))
        attached = [element.text for element in root.iter(f"{NAMESPACE}attached-bin-file")]
        assert sorted(map(str, attached)) == sorted(set(archive.namelist()) - {"task.xml"})
    assert root.tag == f"{NAMESPACE}task"
    assert mistakes(root) == []
    ids = [element.get("id") for element in root.iter(f"{NAMESPACE}file")]
    assert len(ids) == len(set(ids))
    assert {element.get("refid") for element in root.iter(f"{NAMESPACE}fileref")} <= set(ids)
    tests = {element.get("id") for element in root.iter(f"{NAMESPACE}test")}
    assert tests == {element.get("ref") for element in root.iter(f"{NAMESPACE}test-ref")} != set()


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        (lambda root: root.remove(root[0]), "task: title is missing"),
        (lambda root: root.append(ElementTree.Element(f"{NAMESPACE}title")), "task: title is not expected"),
        (lambda root: root.attrib.pop("uuid"), "task: attributes []"),
        (lambda root: root.find(f".//{NAMESPACE}file").set("visible", "maybe"), "file: visible=maybe"),
    ],
)
def test_the_check_itself_finds_what_is_wrong(
    change: Callable[[ElementTree.Element], object], mistake: str, tmp_path: Path
) -> None:
    with zipfile.ZipFile(exported("warm-up", tmp_path)) as archive:
        root = ElementTree.fromstring(archive.read("task.xml"))
    change(root)
    assert mistake in mistakes(root)


@pytest.mark.parametrize("name", exercise_names(PRIVATE))
def test_what_is_exported_comes_back_as_it_was(name: str, tmp_path: Path) -> None:
    (draft,) = import_proforma(exported(name, tmp_path))
    write_drafts([draft], tmp_path / "course")
    for half, theirs in (("hidden_tests", PRIVATE), ("notebooks", PUBLIC)):
        back = contents(tmp_path / "course" / half / name)
        assert back == contents(theirs / name)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }


def test_the_same_exercise_gives_the_same_archive(tmp_path: Path) -> None:
    first = exported("warm-up", tmp_path).read_bytes()
    assert exported("warm-up", tmp_path).read_bytes() == first


def test_learners_of_another_tool_see_nothing_hidden(tmp_path: Path) -> None:
    with zipfile.ZipFile(exported("network", tmp_path)) as archive:
        root = ElementTree.fromstring(archive.read("task.xml"))
    shown = [element.get("id") for element in root.iter(f"{NAMESPACE}file") if element.get("visible") == "yes"]
    assert shown and all(str(id).startswith("public:") for id in shown)


def small(folder: Path, toml: str = 'title = "T"\n', tests: bytes = b"def test(learner): pass\n") -> Path:
    (folder / "hidden_tests" / "e").mkdir(parents=True)
    (folder / "notebooks" / "e").mkdir(parents=True)
    (folder / "hidden_tests" / "e" / "exercise.toml").write_text(toml)
    (folder / "hidden_tests" / "e" / "test_e.py").write_bytes(tests)
    (folder / "notebooks" / "e" / "e.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    )
    return folder


@pytest.mark.parametrize(
    "tests",
    [
        b"def test(learner):\r\n    pass\r\n",
        b"x = '\x0b'\ndef test(learner): pass\n",
        b"# \xff\ndef test(): pass\n",
        b"  \n",
    ],
)
def test_files_that_xml_cannot_hold_come_back_as_they_were(tests: bytes, tmp_path: Path) -> None:
    course = small(tmp_path / "a", tests=tests)
    exercise = load_exercise(course / "hidden_tests", "e")
    (tmp_path / "e.zip").write_bytes(export_proforma(exercise, course / "notebooks", Notes()))
    (draft,) = import_proforma(tmp_path / "e.zip")
    assert draft.tests["test_e.py"] == tests


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ('title = "T"\ndata = ["shared.csv"]\n', "lies outside of the folder e"),
        ('title = "T"\ndata = ["e/gone.csv"]\n', "is not in"),
        ('title = "T"\nnotebook = "e/other.ipynb"\n', "can be exported only as e/e.ipynb"),
    ],
)
def test_what_cannot_be_exported_is_told(toml: str, message: str, tmp_path: Path) -> None:
    course = small(tmp_path, toml)
    with pytest.raises(ExchangeError, match=message):
        export_proforma(load_exercise(course / "hidden_tests", "e"), course / "notebooks", Notes())
