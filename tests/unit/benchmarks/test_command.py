"""The forms in which `deploy/bench` tells its figures."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import page
from tests.benchmarks.figures import Figure

PAIR = [Figure("warm", 3.0, "MB", 6.0, "limit"), Figure("  part", 1.0, "MB")]
PLACE = "<!-- measured: pair -->\nold\n<!-- end of pair -->\n"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the command with benchmarks that measure nothing, on a quiet machine, with a page of its own."""

    def never(*given: object) -> Iterator[Figure]:
        raise AssertionError("not asked for")

    monkeypatch.setattr(command, "ALONE", {"pair": lambda say: iter(PAIR), "calls": never})
    monkeypatch.setattr(command, "WITH_SITE", {"grade": never})
    monkeypatch.setattr(command, "warn_if_busy", lambda say: None)
    monkeypatch.setattr(command, "alone", lambda say: contextlib.nullcontext())
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    page.PAGE.write_text(PLACE)

    def run(*arguments: str) -> int:
        monkeypatch.setattr("sys.argv", ["bench", *arguments])
        return command.main()

    return run


def test_a_table_for_people(bench: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("pair") == 0
    told = capsys.readouterr().out
    assert "3.00 MB" in told and "limit" in told and "| " not in told
    assert page.PAGE.read_text() == PLACE


def test_an_object_a_figure_for_scripts(bench: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    bench("pair", "--json")
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["benchmark"], one["name"], one["value"], one["ratio"]) for one in told] == [
        ("pair", "warm", 3.0, 0.5),
        ("pair", "  part", 1.0, None),
    ]


def test_what_was_measured_before_an_interruption_is_told(
    bench: Callable[..., int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(say: object) -> Iterator[Figure]:
        yield PAIR[0]
        raise KeyboardInterrupt

    monkeypatch.setitem(command.ALONE, "pair", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench("pair", "--json")
    assert json.loads(capsys.readouterr().out)["name"] == "warm"


def test_rows_for_a_page(bench: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    bench("pair", "--markdown")
    told = capsys.readouterr().out
    assert told.splitlines() == [*page.table(PAIR), ""]
    assert page.PAGE.read_text() == PLACE


def test_the_page_gets_the_same_rows(bench: Callable[..., int]) -> None:
    bench("pair", "--page")
    assert "\n".join(page.table(PAIR)) in page.PAGE.read_text()


def test_an_unknown_name_is_told_with_those_there_are(
    bench: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        bench("pairs")
    assert end.value.code == 2
    assert "no benchmark 'pairs'; there are grade, pair, calls" in capsys.readouterr().err
