"""Export an exercise as a task of ProFormA 2.1: a zip archive with task.xml and attached files."""

import hashlib
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma_kept import PRIVATE, PUBLIC
from openjupyter_service.exchange.proforma_task import OUR_NAMESPACE, TASK_FILE, VERSIONS
from openjupyter_service.exchange.reading import MAX_BYTES
from openjupyter_service.exercises.course import EXERCISE_FILE, Exercise, is_test_file
from openjupyter_service.grading.check.sources import HiddenTest, hidden_tests

TASK = VERSIONS[-1]
UNIT_TEST = "urn:proforma:tests:unittest:v1.1"
_EMBEDDED_BYTES = 100_000
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WHEN = (1980, 1, 1, 0, 0, 0)
"""Time of all files in the archive, so that the same exercise gives the same archive."""


@dataclass(frozen=True)
class _Part:
    """A file of the task: path in it, content, and its attributes."""

    path: str
    content: bytes
    visible: str
    usage: str
    used_by_grader: bool

    @property
    def id(self) -> str:
        return self.path.replace("/", ":")


def export_proforma(exercise: Exercise, public: Path, notes: Notes) -> bytes:
    """The archive of an exercise's task.

    Args:
        exercise: to be exported
        public: the public half, where its notebook and data are
        notes: told what other graders cannot do with it

    Raises:
        ExchangeError: a file is missing, or lies outside of the exercise's own folder
    """
    parts = [*_public_parts(exercise, public), *_private_parts(exercise)]
    if sum(len(part.content) for part in parts) > MAX_BYTES:
        raise ExchangeError(
            f"the files of {exercise.name} are over {MAX_BYTES // 2**20} MB; take out what no test needs"
        )
    tests = hidden_tests(exercise)
    root = _task(exercise, parts, tests)
    notes.taken(f"{len(parts)} files and {len(tests)} tests with {sum(map(_points, tests)):g} points")
    notes.changed("hidden tests", "they stay pytest files, which need OpenJupyter's fixture `learner` to run")
    notes.changed(
        "exercise.toml", "limits, samples, style and deadline lie in the meta-data, which OpenJupyter alone reads"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        indent(root)
        text = io.BytesIO()
        ElementTree(root).write(text, encoding="utf-8", xml_declaration=True)
        archive.writestr(zipfile.ZipInfo(TASK_FILE, _WHEN), text.getvalue())
        for part in parts:
            if not _is_embedded(part):
                archive.writestr(zipfile.ZipInfo(part.path, _WHEN), part.content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _public_parts(exercise: Exercise, public: Path) -> Iterator[_Part]:
    if exercise.notebook != f"{exercise.name}/{exercise.name}.ipynb":
        raise ExchangeError(
            f"the notebook of {exercise.name} is {exercise.notebook}, and can be exported only as "
            f"{exercise.name}/{exercise.name}.ipynb; move it there"
        )
    for name in [exercise.notebook, *exercise.files, *exercise.data]:
        path = public / name
        if PurePosixPath(name).parts[0] != exercise.name:
            raise ExchangeError(
                f"{name} lies outside of the folder {exercise.name}; copy it there to export the exercise"
            )
        if not path.is_file():
            raise ExchangeError(f"{name} is not in {public}; name the course's public half with --course")
        is_theirs = name not in exercise.data
        yield _Part(f"{PUBLIC}/{name}", path.read_bytes(), "yes", "edit" if is_theirs else "download", True)


def _private_parts(exercise: Exercise) -> Iterator[_Part]:
    solution = exercise.solution_path()
    needed = exercise.tests()
    public = {exercise.folder.parent / name for name in (exercise.notebook, *exercise.files, *exercise.data)}
    for path in sorted(exercise.folder.rglob("*")):
        name = path.relative_to(exercise.folder).as_posix()
        parts = PurePosixPath(name).parts
        if not path.is_file() or path.is_symlink() or any(part.startswith((".", "__pycache__")) for part in parts):
            continue
        if name == EXERCISE_FILE or path in public:  # one folder may hold both halves
            continue
        is_solution = solution is not None and path.is_relative_to(solution)
        visible = "delayed" if is_solution else "no"
        yield _Part(f"{PRIVATE}/{exercise.name}/{name}", path.read_bytes(), visible, "display", name in needed)


def _task(exercise: Exercise, parts: list[_Part], tests: list[HiddenTest]) -> Element:
    digest = hashlib.sha256(b"".join(hashlib.sha256(part.content).digest() for part in parts)).hexdigest()
    # Prefixes are written out: ElementTree keeps those that it is told for the whole process.
    namespaces = {"xmlns": TASK, "xmlns:unit": UNIT_TEST, "xmlns:openjupyter": OUR_NAMESPACE}
    task_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{OUR_NAMESPACE}:{exercise.name}:{digest}")
    root = Element("task", {**namespaces, "uuid": str(task_id)})
    _add(root, "title", exercise.title)
    _add(root, "description", _description(parts[0].content) or exercise.title)
    _add(root, "internal-description", "Exported from OpenJupyter. The tests need its fixture `learner`.")
    _add(root, "proglang", "Python", version="3")
    restrictions = _add(root, "submission-restrictions")
    for name in (exercise.notebook, *exercise.files):
        _add(
            restrictions, "file-restriction", PurePosixPath(name).relative_to(exercise.name).as_posix(), use="required"
        )
    files = _add(root, "files")
    for part in parts:
        _add_file(files, part)
    _add_solution(root, parts)
    _add_tests(root, exercise, parts, tests)
    meta = _add(_add(root, "meta-data"), "openjupyter:exercise", name=exercise.name)
    meta.text = (exercise.folder / EXERCISE_FILE).read_text(encoding="utf-8-sig")
    if not _is_xml_text(meta.text):
        raise ExchangeError(f"{EXERCISE_FILE} of {exercise.name} holds characters that XML cannot; take them out")
    return root


def _add_file(files: Element, part: _Part) -> None:
    element = _add(files, "file", id=part.id)
    element.set("used-by-grader", "true" if part.used_by_grader else "false")
    element.set("visible", part.visible)
    element.set("usage-by-lms", part.usage)
    if _is_embedded(part):
        _add(element, "embedded-txt-file", part.content.decode(), filename=part.path)
    else:
        _add(element, "attached-bin-file", part.path)


def _add_solution(root: Element, parts: list[_Part]) -> None:
    solution = [part for part in parts if part.visible == "delayed"]
    if solution:
        references = _add(_add(_add(root, "model-solutions"), "model-solution", id="solution"), "filerefs")
        for part in solution:
            _add(references, "fileref", refid=part.id)


def _add_tests(root: Element, exercise: Exercise, parts: list[_Part], tests: list[HiddenTest]) -> None:
    """A test of the task for each test file, which counts the points of its functions."""
    element = _add(root, "tests")
    weights: dict[str, float] = {}
    prefix = f"{PRIVATE}/{exercise.name}/"
    beside = [part for part in parts if part.path.startswith(prefix) and part.used_by_grader]
    for part in beside:
        name = part.path.removeprefix(prefix)
        if not is_test_file(name):
            continue
        test = _add(element, "test", id=name)
        _add(test, "title", PurePosixPath(name).stem.removeprefix("test_").replace("_", " ").capitalize())
        _add(test, "test-type", "unittest")
        configuration = _add(test, "test-configuration")
        references = _add(configuration, "filerefs")
        for other in [part, *(other for other in beside if not is_test_file(other.path))]:
            _add(references, "fileref", refid=other.id)
        _add(configuration, "timeout", str(max(1, round(exercise.limits.run_seconds))))
        unit = _add(configuration, "unit:unittest", framework="pytest", version="9")
        _add(unit, "unit:entry-point", name)
        weights[name] = sum(_points(each) for each in tests if each.path == name)
    top = _add(_add(root, "grading-hints"), "root", function="sum")
    for name, weight in weights.items():
        _add(top, "test-ref", ref=name, weight=f"{weight:g}")


def _points(test: HiddenTest) -> float:
    """The mark `points` of a test, 1 without it or where its number is not written there."""
    call = test.marks.get("points")
    value = getattr(call.args[0], "value", None) if call and call.args else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 1.0


def _description(notebook: bytes) -> str:
    """The text of a notebook above its first code."""
    try:
        cells = json.loads(notebook)["cells"]
        texts: list[str] = []
        for cell in cells:
            if cell["cell_type"] == "code":
                break
            source = cell["source"]
            texts.append(source if isinstance(source, str) else "".join(source))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ExchangeError("the exercise's notebook cannot be read; mend it, and export again") from None
    return _NO_XML.sub("", "\n\n".join(texts))


def _is_embedded(part: _Part) -> bool:
    """May the file stand in task.xml as text, unchanged? XML knows no carriage returns and few control characters."""
    if len(part.content) > _EMBEDDED_BYTES or part.path.endswith(".ipynb"):
        return False
    try:
        text = part.content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text.strip()) and "\r" not in text and _is_xml_text(text)


def _is_xml_text(text: str) -> bool:
    return not _NO_XML.search(text)


def _add(parent: Element, tag: str, text: str | None = None, /, **attributes: str) -> Element:
    element = SubElement(parent, tag, attributes)
    element.text = text
    return element
