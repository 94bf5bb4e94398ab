"""The judge's own sentences in German; what authors wrote, and what learners' values look like, stays as it is."""

from pathlib import Path
from typing import Any

import pytest

from openjupyter_service.judge import learner as questions
from openjupyter_service.judge import sandbox, trace
from openjupyter_service.judge.diff import table
from openjupyter_service.judge.failures import NotDefined, NotRun, Raised, Stopped, UnusableValue
from openjupyter_service.judge.language import Speech
from openjupyter_service.judge.messages import _WORDS, describe
from openjupyter_service.judge.trace import Trace
from tests.unit.judge.running import Namespace, run_judge

GERMAN = Speech("de")
TESTS = Path("/tests")

JUDGED = """
import pytest

def test_expected(learner):
    assert learner.mean([1, 2]) > 7

def test_author(learner):
    assert learner.mean([1, 2]) == 7, "Think of {the} middle."

def test_raises(learner):
    with pytest.raises((ValueError, KeyError), match="empty"):
        learner.mean([])
"""


def tell(error: BaseException, label: str) -> str:
    told = Trace()
    told.called(label, ())
    return describe(error, TESTS / "test_a.py", TESTS, told, GERMAN).message


def raised(kind: str, name: str, place: Any = None) -> Exception:
    frame = {"type": kind, "name": name, "message": "", "place": place}
    return Raised(frame, "mean(...)", {"shapes.py": 9}, {}).exception()


@pytest.mark.parametrize(
    ("error", "label", "message"),
    [
        (AssertionError(), "mean(...)", "`mean(...)` ergab nicht, was dieser Test erwartet."),
        (AssertionError(), "your files", "Deine Dateien sind nicht, was dieser Test erwartet."),
        (AssertionError(), "what you print", "Was du ausgibst: Das ist nicht, was dieser Test erwartet."),
        (AssertionError(), "the file a{b}.csv", "Die Datei a{b}.csv: Das ist nicht, was dieser Test erwartet."),
        (UnusableValue(), "{x}(...)", "`{x}(...)`: Mit dem Ergebnis kann dieser Test nichts anfangen."),
        (NotDefined("mean"), "mean", "Dein Notebook definiert `mean` nicht."),
        (NotRun(), "", "Dieser Test lief nicht, weil das Notebook vor seinem Ende angehalten wurde."),
        (
            Stopped("time limit", "mean(...)"),
            "",
            "`mean(...)`: Das dauerte länger, als dieser Test erlaubt. Suche nach einer Schleife, die nie endet.",
        ),
        (Stopped("crashed", "your notebook"), "", "Python endete, während das hier lief: dein Notebook."),
        (raised("KeyError", "KeyError"), "", "`mean(...)` löste KeyError aus."),
        (
            raised("ValueError", "TooSmall", {"file": "shapes.py", "line": 2}),
            "",
            "`mean(...)` löste eine eigene Ausnahme (eine Art von ValueError) aus (shapes.py, Zeile 2).",
        ),
    ],
)
def test_sentences_in_german(error: BaseException, label: str, message: str) -> None:
    assert tell(error, label) == message


def test_all_words_that_stand_for_labels_are_known() -> None:
    source = "".join(Path(str(module.__file__)).read_text() for module in (questions, sandbox, trace))
    assert all(f'"{words}"' in source for words in _WORDS)


def test_tables_have_german_names() -> None:
    def same(got: Any, expected: Any) -> bool:
        return bool(got == expected)

    assert [row["label"] for row in (table({1}, {2}, same, GERMAN) or {})["rows"]] == ["fehlt", "zu viel"]
    assert (table("a\nb", "a\nc", same, GERMAN) or {})["columns"] == ["Zeile"]
    assert (table([1], [2], same, GERMAN) or {})["columns"] == ["Wert"]
    own = table([{"value": 1}, {"value": 2}], [{"value": 1}, {"value": 3}], same, GERMAN)
    assert (own or {})["columns"] == ["value"], "a name of the learner's own"


def test_a_whole_run_in_german(tmp_path: Path) -> None:
    judged = run_judge(
        tmp_path,
        {"test_means.py": JUDGED},
        Namespace("def mean(numbers):\n    return 0"),
        language="de",
        reveal="diff",
    )
    expected, author, raises = judged.verdict["tests"]
    assert expected["message"] == "`mean(...)` ergab nicht, was dieser Test erwartet."
    assert expected["details"]["expected"] == "mehr als 7"
    assert author["message"] == "Think of {the} middle."
    assert raises["details"]["expected"] == (
        "sollte ValueError oder KeyError auslösen, mit einem Text, der zu 'empty' passt"
    )
