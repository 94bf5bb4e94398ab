"""Which notebook this is, where it belongs, and when it has been saved."""

import json
import os
import threading
import time
from pathlib import Path

import pytest

from openjupyter.client.notebook import SaveWatch, find_notebook, place_in_course, saving_script, unsaved_note
from openjupyter.client.problems import GradeProblem, not_launched


def test_the_notebook_of_this_kernel_is_found(notebook: Path) -> None:
    assert find_notebook() == notebook.resolve()
    assert place_in_course(find_notebook()) == ("python", "means/means.ipynb")


@pytest.mark.parametrize("name", [None, "", "missing.ipynb", "python", "python/notes.txt", "../outside.ipynb.txt"])
def test_without_a_notebook_it_says_what_to_do(home: Path, monkeypatch: pytest.MonkeyPatch, name: str | None) -> None:
    (home / "python").mkdir()
    (home / "python" / "notes.txt").write_text("x")
    if name is not None:
        monkeypatch.setenv("JPY_SESSION_NAME", name)
    with pytest.raises(GradeProblem) as caught:
        find_notebook()
    assert str(caught.value) == str(not_launched())
    assert "Open the exercise from its link on your course page" in str(not_launched())


@pytest.mark.parametrize("place", ["loose.ipynb", "../elsewhere/python/means.ipynb"])
def test_a_notebook_outside_a_course_folder_belongs_to_none(home: Path, place: str) -> None:
    path = (home / place).resolve()
    with pytest.raises(GradeProblem):
        place_in_course(path)


def test_a_home_folder_behind_a_link_is_the_same(home: Path, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = home.parent / "link"
    link.symlink_to(home)
    monkeypatch.setenv("HOME", str(link))
    assert place_in_course(find_notebook()) == ("python", "means/means.ipynb")


def test_the_script_saves_this_notebook_alone(home: Path) -> None:
    odd = home.resolve() / "python" / 'a"b\\c </script> \u2028.ipynb'
    script = saving_script(odd)
    start = script.index("const path = ") + len("const path = ")
    assert json.loads(script[start : script.index(";\n", start)]) == 'python/a"b\\c </script> \u2028.ipynb'
    assert script.isascii() and "window.jupyterapp" in script


def test_the_note_tells_which_state_was_graded(notebook: Path) -> None:
    os.utime(notebook, (0, 3661))
    assert "at 01:01:01 UTC" in unsaved_note(notebook)


def later(action: object) -> threading.Timer:
    assert callable(action)
    timer = threading.Timer(0.1, action)
    timer.start()
    return timer


def replace(path: Path) -> None:
    new = path.with_suffix(".new")
    new.write_text('{"cells": []}')
    new.replace(path)


@pytest.mark.parametrize(
    "save",
    [lambda path: path.write_text('{"saved": 1}'), replace, lambda path: os.utime(path, (1, 1))],
    ids=["written", "replaced", "touched"],
)
def test_a_save_is_noticed(notebook: Path, save: object) -> None:
    assert callable(save)
    watch = SaveWatch(notebook)
    timer = later(lambda: save(notebook))
    assert watch.wait(20) is True
    timer.join()


def test_a_file_that_is_still_being_written_is_not_taken(notebook: Path) -> None:
    watch = SaveWatch(notebook)
    notebook.write_text('{"cells": ')
    assert watch.wait(0.3) is False
    timer = later(lambda: notebook.write_text('{"cells": []}'))
    assert watch.wait(20) is True
    timer.join()


def test_without_a_save_it_gives_up(notebook: Path) -> None:
    started = time.monotonic()
    assert SaveWatch(notebook).wait(0.2) is False
    assert time.monotonic() - started >= 0.2


def test_a_file_that_is_gone_for_a_moment_is_waited_for(notebook: Path) -> None:
    watch = SaveWatch(notebook)
    notebook.unlink()
    timer = later(lambda: notebook.write_text("{}"))
    assert watch.wait(20) is True
    timer.join()
