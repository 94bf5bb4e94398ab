"""Which language somebody reads, and errors in it."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from tornado.template import Loader

from openjupyter_service.errors import NotFound
from openjupyter_service.language import Speech, chosen

GERMAN = "de-DE,de;q=0.9,en;q=0.8"


@pytest.mark.parametrize(
    ("locale", "accepted", "expected"),
    [
        ("de-DE", "", "de"),
        ("de_AT", "en", "de"),
        ("en-GB", GERMAN, "en"),
        ("fr-FR", GERMAN, "de"),
        ("fr-FR", "fr", "en"),
        (None, GERMAN, "de"),
        (None, "en-GB,en;q=0.9,de;q=0.8", "en"),
        (None, "fr, de;q=0.5, en;q=0.1", "de"),
        (None, "en;q=0.1, de;q=0.9", "de"),
        (None, "en;q=0, de", "de"),
        (None, "*", "en"),
        (None, "de;q=nan, en", "en"),
        (None, "de;q=often", "en"),
        (None, ";;;,,, q=1", "en"),
        (None, "x," * 100_000 + "de", "en"),
        (None, "", "en"),
    ],
)
def test_the_launch_decides_then_the_browser_then_english(locale: str | None, accepted: str, expected: str) -> None:
    assert chosen(locale, accepted) == expected


def test_texts_and_numbers() -> None:
    german, english = Speech("de"), Speech("en")
    assert (german.text("Cancel"), english.text("Cancel"), german.text("unknown {x}")) == (
        "Abbrechen", "Cancel", "unknown {x}",
    )  # fmt: skip
    assert german.text("") == ""
    forms = ("{count} exercise chosen", "{count} exercises chosen")
    assert [german.plural(*forms, count) for count in (1, 2)] == ["1 Aufgabe ausgewählt", "2 Aufgaben ausgewählt"]
    assert [german.percent(0.755), english.percent(0.755)] == ["75,5\u00a0%", "75.5 %"]


def test_an_error_is_english_until_it_is_said() -> None:
    error = NotFound("there is no course {name}", name="'{x}'")
    assert str(error) == "there is no course '{x}'"
    assert error.said(Speech("de")) == "es gibt keinen Kurs '{x}'"
    plain = NotFound("what stands {here} is no placeholder")
    assert str(plain) == plain.said(Speech("de")) == "what stands {here} is no placeholder"


SERVICE = Path(__file__).resolve().parents[2] / "openjupyter_service"
FOR_LEARNERS = ("Forbidden", "NotFound", "InvalidSubmission", "TooLarge", "AttemptsUsedUp")
FOR_THE_LOG = {
    "hub/admission.py",
    "grading/hooks.py",
    "grading/links.py",
    "hub/launch.py",
    "store/courses.py",
    "store/platforms.py",
}
"""Their errors are told to nobody but the log, the terminal and Git hosts: the door has words of its own for each
kind."""


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in names:
                yield node


def is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_what_learners_are_refused_with_is_marked() -> None:
    seen = 0
    for path in SERVICE.rglob("*.py"):
        place = path.relative_to(SERVICE).as_posix()
        if place in FOR_THE_LOG or place.startswith(("cli/", "judge/", "grading/check/")):
            continue
        for call in calls(path, *FOR_LEARNERS):
            seen += 1
            assert not any(map(is_text, call.args)), f"{place}:{call.lineno}"
    assert seen > 15


def test_what_the_door_says_is_marked() -> None:
    seen = 0
    for path in (SERVICE / "hub").glob("*.py"):
        for call in calls(path, "page", "PageForm"):
            # The address of a form, and the names of its fields, are no words.
            words = call.args if isinstance(call.func, ast.Attribute) else call.args[2:]
            seen += len(words)
            assert not any(map(is_text, words)), f"{path.name}:{call.lineno}"
    assert seen > 15


class Marked(Speech):
    """A language in which every text stands in brackets."""

    def text(self, message: str, **values: object) -> str:
        return f"⟦{super().text(message, **values)}⟧"

    def plural(self, singular: str, plural: str, count: int, **values: object) -> str:
        return f"⟦{super().plural(singular, plural, count, **values)}⟧"


def words_outside(html: str) -> set[str]:
    """Words of a page that no catalogue knows."""
    html = re.sub(r"<(style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    attributes = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', html)
    text = " ".join([re.sub("<[^>]*>", " ", html), *attributes])
    while (shorter := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return set(re.findall("[A-Za-z]{2,}", text))


ENTRY = {"key": "1/1", "course": "1", "name": "1", "title": "1", "preview": "1", "trouble": ""}


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("openjupyter-door.html", {"title": "1", "text": "2", "number": "3", "form": None}),
        ("openjupyter-door.html", {"form": {"action": "/", "fields": [], "button": "1", "new_window": True}}),
        ("openjupyter-select.html", {"several": True, "courses": []}),
        (
            "openjupyter-select.html",
            {"courses": [["1", [
                ENTRY | {"points": 1.0, "deadline": datetime(2030, 1, 1)}, ENTRY | {"points": None},
                ENTRY | {"trouble": "1"},
            ]]]},
        ),
    ],
)  # fmt: skip
def test_no_word_of_the_hubs_pages_is_left_in_english(template: str, values: dict[str, Any]) -> None:
    speech = Marked()
    environment = Environment(loader=FileSystemLoader(SERVICE / "hub/templates"), autoescape=True)
    words = {"_": speech.text, "ngettext": speech.plural, "speech": speech, "nonce": "1"}
    assert words_outside(environment.get_template(template).render(**words, **values)) == set()


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("is_operator", [True, False])
def test_no_word_of_the_staff_page_is_left_in_english(count: int, is_operator: bool) -> None:
    speech = Marked()
    base = {"id": 1, "learner": "1", "exercise_title": "1", "score": 0.5, "points": 1.0, "max_points": 2.0, "lms": "1"}
    base |= {"context_title": "", "since": 0.0, "attempts": count + 1, "next_attempt_at": 0.0, "said": "", "name": ""}
    base |= {"commit": "1", "private_commit": "1"}
    found = [SimpleNamespace(**base, is_final=number % 2 == 0) for number in range(count)]
    page = Loader(str(SERVICE / "web/templates"), autoescape="xhtml_escape").load("passbacks.html").generate(
        **{"_": speech.text, "ngettext": speech.plural, "speech": speech, "title": "1", "nonce": "1", "xsrf": "1"},
        **{"path": "/", "moment": lambda seconds: "1", "advice": lambda trouble: "1", "is_first": count != 1},
        **{"sent": count, "is_operator": is_operator, "site_root": "/", "staff_pages": [], "here": "/"},
        troubles=SimpleNamespace(count=count, found=found, older=1),
    )  # fmt: skip
    assert words_outside(page.decode()) == set()


def version(number: int, **values: Any) -> SimpleNamespace:
    base = {"id": number, "public_commit": "1", "private_commit": "2", "created_at": 0.0, "finished_at": None}
    return SimpleNamespace(**base | {"state": "refused", "report": None} | values)


@pytest.mark.parametrize("is_operator", [True, False])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_no_word_of_the_pages_of_courses_is_left_in_english(count: int, is_operator: bool) -> None:
    speech = Marked()
    finding = {"subject": "1", "text": "2"}
    findings = [{"name": "1", "title": "", "findings": [finding | {"level": level} for level in ("error", "warning")]}]
    versions = [version(number, report={"problem": "1"}, finished_at=1.0) for number in range(count)]
    versions += [version(7, state="published", report={})] if count == 1 else []
    sync = SimpleNamespace(synced_at=float(count) or None, problem="1" * count)
    half = SimpleNamespace(url="1", branch="2", folder="3")
    shared = {"published": versions[0] if versions else None, "sync": sync, "is_syncing": count == 1}
    page = SimpleNamespace(
        **shared, versions=versions, trouble="1" * count, course=SimpleNamespace(name="1", public=half, private=half)
    )
    lines = [SimpleNamespace(**shared, name="1", newest=versions[0] if number else None) for number in range(count)]
    form = SimpleNamespace(values={"internet": "1" * count}, problems={"1": "2"} if count else {})
    running = {
        "version": 1 if count else None,
        "done": 0,
        "total": count,
        "exercises": [{"name": "1", "done": 1, "total": 0}],
    }
    values: dict[str, Any] = {"_": speech.text, "ngettext": speech.plural, "speech": speech, "title": "1", "nonce": "1"}
    values |= {"xsrf": "1", "path": "/1/2", "moment": lambda seconds: "1", "state": lambda version: "1", "done": "1"}
    values |= {"findings": lambda version: findings * (version.id + 1) if version.id < 7 else [], "subject": str}
    values |= {"page": page, "running": running, "lines": lines, "form": form, "is_operator": is_operator}
    values |= {"label": lambda name: "1", "groups": [("", ("internet", "1_key", "1_token", "name", "host"))]}
    values |= {"hosts": [("1", "2")], "address": "1", "secret": "2", "course": SimpleNamespace(name="1")}
    loader = Loader(str(SERVICE / "web/templates"), autoescape="xhtml_escape")
    for name in ("courses.html", "course.html", "course-added.html"):
        assert words_outside(loader.load(name).generate(**values, staff_pages=[], here="/").decode()) == set(), name
