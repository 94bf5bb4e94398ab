"""German, number by number, and nothing that was forgotten."""

import gettext
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from openjupyter.agent import notebook as agent
from openjupyter.client import language as module
from openjupyter.client.grade import _progress_words
from openjupyter.client.language import language, number, percent, rounded
from openjupyter.client.outlook import passback_sentences
from openjupyter.client.problems import not_launched
from openjupyter.client.render import message_html, report_html, report_text
from openjupyter.client.words import STOPPED_SENTENCES
from tests.unit.client.test_render import WHOLE, submission


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(module.VARIABLE, "de-DE")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"OPENJUPYTER_LOCALE": "de"}, "de"),
        ({"OPENJUPYTER_LOCALE": "de-AT"}, "de"),
        ({"OPENJUPYTER_LOCALE": "de_DE.UTF-8"}, "de"),
        ({"OPENJUPYTER_LOCALE": "en", "LANGUAGE": "de"}, "en"),
        ({"OPENJUPYTER_LOCALE": "fr"}, "en"),
        ({"OPENJUPYTER_LOCALE": "DE-1996"}, "de"),
        ({"OPENJUPYTER_LOCALE": "../../de"}, "en"),
        ({"LANGUAGE": "fr:de"}, "de"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_launch_decides_and_then_the_environment(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in (module.VARIABLE, "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


@pytest.mark.usefixtures("german")
def test_numbers_are_written_as_germans_write_them() -> None:
    assert [number(2), number(1.5), rounded(1.26, 1), percent(0.5)] == ["2", "1,5", "1,3", "50\u00a0%"]


@pytest.mark.usefixtures("german")
def test_a_report_in_german() -> None:
    cell = {"number": 4, "line": 2, "error": "KeyError", "message": "'a'"}
    assert report_text(submission(report={"failing_cell": cell})).splitlines() == [
        "Einige Tests sind nicht bestanden: 1,5 von 3 Punkten (50\u00a0%)",
        "Codezelle 4, Zeile 2: KeyError: 'a'",
        "✓ First  1,5 / 1,5",
        "✗ Second  0 / 1,5",
        "    Nicht bestanden. `mean(...)` did not give what this test expects.",
        "    Hinweis: Empty lists?",
        "Um 01:01:01 UTC an Data science übermittelt: 50\u00a0% (dein bisher bestes Ergebnis).",
    ]
    assert "<div class='openjupyter-report' lang='de'>" in report_html(submission())
    assert "lang='de'" in message_html("Gleich")
    assert str(not_launched()).startswith("Dieses Notebook wurde nicht aus einem Kurs geöffnet")
    assert _progress_words({"state": "running", "step": "cell", "done": 2, "total": 9}) == (
        "Dein Notebook läuft: Zelle 2 von 9 …"
    )


def test_what_the_sandbox_says_of_a_stopped_notebook_is_known() -> None:
    said = {sentence for _, sentence in agent._STOPPED.values()}
    assert len(said) == 4 and said < STOPPED_SENTENCES
    assert any(sentence.startswith("When the last cell had run") for sentence in STOPPED_SENTENCES)


class _Marked(gettext.NullTranslations):
    """A language in which every text stands in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return f"⟦{plural}⟧"

    def pgettext(self, context: str, message: str) -> str:
        return message


@contextmanager
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(module, "translations", _Marked)
        yield


def unmarked(text: str) -> set[str]:
    """Words outside of all brackets."""
    while (shorter := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = shorter
    return set(re.findall(r"[A-Za-z]{2,}", text))


def test_no_word_of_a_report_is_left_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence goes through gettext; what authors, Python and ruff write does not."""
    told = {"message": "", "hint": "", "points": 0.5, "max_points": 1, "title": "1"}
    outcomes = ("passed", "partial", "failed", "error", "crashed", "time limit", "memory limit", "not run")
    tests = [{**told, "outcome": outcome} for outcome in outcomes]
    tests.append({**told, "outcome": "failed", "hint": "1", "details": WHOLE["tests"][0]["details"]})
    tests[-1]["details"] = {**tests[-1]["details"], "called": "1", "returned": "1", "printed": "1", "raised": "1"}
    tests[-1]["details"] |= {"changed": "1", "compared": "1"}
    tests[-1]["details"]["table"] = {
        "columns": ["1"],
        "rows": [{"label": "1", "cells": [{"got": "1", "expected": "2", "same": False}]}],
        "more": 2,
    }
    base = {"platform": "1", "context_title": "", "score": 0.5, "sent_at": 0.0, "last_error": None}
    states = ("sent", "failed", "dropped", "pending")
    passbacks = [{**base, "state": state} for state in states]
    passbacks.append({**base, "state": "pending", "last_error": "x", "next_attempt_at": 0.0})
    found: set[str] = set()
    with marked(monkeypatch):
        for status in ("correct", "wrong", "runtime error", "syntax error", "time limit", "memory limit"):
            stopped = {"number": 1, "line": 1, "error": "kernel died", "message": min(STOPPED_SENTENCES)}
            report = {**WHOLE, "status": status, "tests": tests, "failing_cell": stopped}
            report["style"] = {**WHOLE["style"], "findings": []}
            policy = {"deadline": 1, "attempts_left": 0, "counts": "latest"}
            for credit in (None, 0.5):
                case = submission(report=report, passbacks=passbacks, policy=policy, created_at=2, credit=credit)
                found |= unmarked(report_text(case)) | unmarked(re.sub("<[^>]*>", " ", report_html(case)))
        found |= unmarked(" ".join(passback_sentences(submission(passbacks=[]))))
        found |= unmarked(str(not_launched()))
        for event in ({"state": "queued"}, {"state": "running"}, {"state": "reconnecting"}, {"state": "done"}):
            found |= unmarked(_progress_words(event))
    assert found <= {"UTC"}
