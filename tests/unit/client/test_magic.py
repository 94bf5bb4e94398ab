"""`%grade`: the same as the grading cell, in a kernel, in the sandbox, and in no need of `%load_ext` in our images."""

import shutil
from pathlib import Path

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

import openjupyter
from openjupyter.client import grade as module
from tests.unit.agent.running import RunningAgent

IMAGE = Path(__file__).resolve().parents[3] / "images" / "learner"


@pytest.fixture
def shell(home: Path, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    monkeypatch.setenv("IPYTHONDIR", str(home / "ipython"))
    made = InteractiveShell()
    made.run_line_magic("load_ext", "openjupyter")
    return made


def test_it_grades(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    monkeypatch.setattr(module, "grade", lambda: calls.append("graded"))
    shell.run_line_magic("grade", "")
    shell.run_line_magic("grade", "  # hand it in")
    assert calls == ["graded", "graded"]


def test_it_takes_no_arguments(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "grade", lambda: pytest.fail("it was submitted"))
    shell.run_line_magic("grade", "cell 3")
    assert capsys.readouterr().out.splitlines() == [
        "%grade takes no arguments: it submits the whole notebook. Nothing was submitted."
    ]
    with pytest.raises(UsageError):
        shell.run_cell_magic("grade", "", "x = 1")


def test_it_explains_itself(shell: InteractiveShell) -> None:
    documentation = shell.find_line_magic("grade").__doc__
    assert documentation is not None and documentation.startswith("Save this notebook, submit it")


def test_loading_it_is_all_that_loading_does(shell: InteractiveShell) -> None:
    assert "grade" not in shell.user_ns and "openjupyter" not in shell.user_ns
    assert callable(openjupyter.load_ipython_extension)


@pytest.mark.parametrize("is_configured", [True, False])
def test_in_the_sandbox_it_does_nothing(tmp_path: Path, is_configured: bool) -> None:
    profile = tmp_path / "t" / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    if is_configured:
        shutil.copy(IMAGE / "etc" / "ipython" / "ipython_config.py", profile)
    cells = [*([] if is_configured else ["%load_ext openjupyter"]), "x = 1", "%grade", "%grade now"]
    with RunningAgent(tmp_path / "home") as agent:
        run = agent.run(*cells)
    assert (run["status"], run["failure"]) == ("ran", None)


def test_the_image_has_the_configuration() -> None:
    assert "COPY etc/ipython/ /opt/venv/etc/ipython/" in (IMAGE / "Dockerfile").read_text()
