"""Tasks of ProFormA 2.0, 2.0.1 and 2.1 as data: plain XML, or a zip archive with task.xml and attached files."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element, ParseError  # what defusedxml's parser gives and raises

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma_hints import read_weights
from openjupyter_service.exchange.proforma_xml import all_in, attribute, children, local, number, text_of
from openjupyter_service.exchange.reading import Files, checked_path

VERSIONS = ("urn:proforma:v2.0", "urn:proforma:v2.0.1", "urn:proforma:v2.1")
TASK_FILE = "task.xml"
_MAX_DEPTH = 50


@dataclass(frozen=True)
class TaskFile:
    """A file of a task; `visible` is "yes", "no" or "delayed", `usage` "edit", "display" or "download"."""

    id: str
    path: str
    content: bytes
    visible: str = "no"
    usage: str = "download"
    used_by_grader: bool = False
    role: str = ""
    """Its internal description: where CodeOcean writes what it is."""


@dataclass(frozen=True)
class TaskTest:
    """A test of a task: files by their ids, `weight` where test-meta-data tell one (as CodeOcean's do)."""

    id: str
    title: str
    type: str
    files: list[str]
    entry_point: str = ""
    framework: str = ""
    description: str = ""
    timeout: int | None = None
    weight: float | None = None
    feedback: str = ""


@dataclass(frozen=True)
class Task:
    """What a task holds. `weights` are those of grading hints by the test's id; empty where there are none."""

    title: str
    description: str
    internal_description: str
    language: str
    files: dict[str, TaskFile]
    solutions: list[list[str]]
    tests: list[TaskTest]
    submitted: list[str] = field(default_factory=list)
    """Files that learners hand in, as the submission restrictions name them."""
    weights: dict[str, float] = field(default_factory=dict)
    settings: str | None = None
    """The text of exercise.toml in the meta-data of a task that was exported here."""


def read_task(files: Files, notes: Notes) -> Task:
    """The task of an archive's files, or of one XML file.

    Raises:
        ExchangeError: it is none, of another version, or broken
    """
    name, root = _root(files)
    folder = PurePosixPath(name).parent
    if (count := _depth(root)) > _MAX_DEPTH:
        raise ExchangeError(f"{name} nests {count} elements, more than any task does; it is not imported")
    found = {file.id: file for file in _files(root, files, folder)}
    tests = [_test(element) for element in all_in(root, "tests", "test")]
    for test in tests:
        for id in test.files:
            if id not in found:
                raise ExchangeError(
                    f"the test {test.id[:100]!r} refers to a file {id[:100]!r} that the task does not have"
                )
    solutions = [
        [attribute(reference, "refid") for reference in all_in(solution, "filerefs", "fileref")]
        for solution in all_in(root, "model-solutions", "model-solution")
    ]
    for element in all_in(root, "external-resources", "external-resource"):
        notes.dropped(
            f"the external resource {attribute(element, 'id')!r}", "nothing is fetched while grading; see `image`"
        )
    return Task(
        text_of(root, "title") or "Task",
        text_of(root, "description"),
        text_of(root, "internal-description"),
        text_of(root, "proglang"),
        found,
        [[id for id in ids if id in found] for ids in solutions],
        tests,
        _submitted(root, notes),
        read_weights(root, {test.id for test in tests}, notes),
        _settings(root),
    )


def _root(files: Files) -> tuple[str, Element]:
    """The task's file and its root element."""
    named = [name for name in files if PurePosixPath(name).name.lower() == TASK_FILE]
    names = named or [name for name in files if name.lower().endswith(".xml")]
    if len(names) != 1:
        raise ExchangeError(f"there is no {TASK_FILE}, or more than one; name the file or the archive of one task")
    (name,) = names
    try:
        root: Element = fromstring(files[name], forbid_dtd=True)
    except DefusedXmlException:
        raise ExchangeError(f"{name} declares entities or a DTD, which no task does; it is not imported") from None
    except (ParseError, ValueError, LookupError, RecursionError) as error:
        raise ExchangeError(f"{name} is no XML ({error}); export the task anew") from None
    namespace, _, tag = root.tag.rpartition("}")
    if tag != "task" or namespace[1:] not in VERSIONS:
        raise ExchangeError(
            f"{name} is no task of ProFormA 2.0, 2.0.1 or 2.1, but {root.tag[:100]}; export it in one of these versions"
        )
    return name, root


def _depth(root: Element) -> int:
    level, deepest = [root], 0
    while level:
        deepest += 1
        level = [child for element in level for child in element]
    return deepest


def _files(root: Element, attached: Files, folder: PurePosixPath) -> Iterator[TaskFile]:
    seen: set[str] = set()
    for element in all_in(root, "files", "file"):
        id = attribute(element, "id")
        if not id or id in seen:
            raise ExchangeError(f"two files of the task have the id {id[:100]!r}, or one has none; export it anew")
        seen.add(id)
        path, content = _content(element, attached, folder, id)
        yield TaskFile(
            id,
            path,
            content,
            # 2.0 writes booleans here in some tools.
            {"true": "yes", "false": "no"}.get(visible := attribute(element, "visible", "no"), visible),
            attribute(element, "usage-by-lms", "download"),
            attribute(element, "used-by-grader") in ("true", "1"),
            text_of(element, "internal-description"),
        )


def _content(element: Element, attached: Files, folder: PurePosixPath, id: str) -> tuple[str, bytes]:
    for child in element:
        kind, text = local(child), child.text or ""
        if kind in ("embedded-txt-file", "embedded-bin-file"):
            path = attribute(child, "filename") or f"file-{id}"
            if kind == "embedded-txt-file":
                return checked_path(path, "the task"), text.encode("utf-8", "replace")
            try:
                return checked_path(path, "the task"), base64.b64decode("".join(text.split()), validate=True)
            except (binascii.Error, ValueError):
                raise ExchangeError(f"the file {path[:100]!r} of the task is no base64; export it anew") from None
        if kind in ("attached-txt-file", "attached-bin-file"):
            path = checked_path(text.strip(), "the task")
            found = attached.get((folder / path).as_posix())
            if found is None:
                raise ExchangeError(f"the task names the attached file {path[:100]!r}, which is not in the archive")
            return path, found
    raise ExchangeError(f"the file {id[:100]!r} of the task has no content; export it anew")


def _test(element: Element) -> TaskTest:
    configuration = next(children(element, "test-configuration"), None)
    test = TaskTest(attribute(element, "id"), text_of(element, "title"), text_of(element, "test-type").lower(), [])
    if configuration is None:
        return test
    unit = next((child for child in configuration if local(child) == "unittest"), None)
    told = {
        local(part): (part.text or "").strip()
        for meta in children(configuration, "test-meta-data")
        for part in meta.iter()
    }
    timeout = text_of(configuration, "timeout")
    return TaskTest(
        test.id,
        test.title,
        test.type,
        [attribute(reference, "refid") for reference in all_in(configuration, "filerefs", "fileref")],
        text_of(unit, "entry-point") if unit is not None else "",
        attribute(unit, "framework") if unit is not None else "",
        text_of(element, "description"),
        int(timeout) if timeout.isdecimal() and int(timeout[:6]) > 0 else None,
        number(told["weight"]) if told.get("weight") else None,
        told.get("feedback-message", ""),
    )


def _submitted(root: Element, notes: Notes) -> list[str]:
    """Names of files that learners must or may hand in."""
    found: list[str] = []
    for restrictions in children(root, "submission-restrictions"):
        for element in restrictions.iter():
            if local(element) == "file-restriction":
                name = (element.text or "").strip()
                if attribute(element, "pattern-format", "none") == "none" and attribute(element, "use") != "prohibited":
                    found.append(checked_path(name, "the task"))
                else:
                    notes.dropped(
                        f"the restriction {name[:100]!r} of what is handed in", "what is handed in is a notebook"
                    )
            elif local(element) in ("required", "optional") and element.get("path"):  # as some tools of 2.0 write it
                found.append(checked_path(attribute(element, "path"), "the task"))
        if restrictions.get("max-size"):
            notes.dropped("the greatest size of what is handed in", "notebooks have a limit of their own here")
    return found


def _settings(root: Element) -> str | None:
    for meta in children(root, "meta-data"):
        for element in meta:
            if element.tag == f"{{{OUR_NAMESPACE}}}exercise":
                return element.text or ""
    return None


OUR_NAMESPACE = "urn:openjupyter:exercise:v1"
"""Of what an exported task keeps in its meta-data."""
