import argparse
import io
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from deploy import check, prepare, run
from deploy.demo_lms.modes import MODES
from deploy.errors import SetupError
from deploy.prepare import check_disk, ensure_program
from deploy.steps import Steps

PROJECT = Path(run.__file__).resolve().parent.parent


def test_defaults() -> None:
    options = run.parse_arguments([])
    assert (options.port, options.lms_port, options.bind, options.smoke) == (8000, 8010, "127.0.0.1", False)
    assert options.data_dir == PROJECT / ".openjupyter/try"


def test_every_way_of_the_demo_lms_can_be_chosen() -> None:
    assert tuple(MODES) == run.LMS_MODES
    assert [run.parse_arguments(["--lms-mode", mode]).lms_mode for mode in MODES] == list(MODES)


@pytest.mark.parametrize("arguments", [["--port", "0"], ["--port", "70000"], ["--lms-port", "8000"], ["--port", "x"]])
def test_wrong_ports_are_refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        run.parse_arguments(arguments)
    assert end.value.code == 2
    assert "port" in capsys.readouterr().err


@pytest.mark.parametrize("module", ["deploy.run", "deploy.check", "deploy.prepare"])
def test_help_needs_nothing_but_the_standard_library(module: str) -> None:
    # -S: no site-packages, so that nothing installed can be imported.
    done = subprocess.run([sys.executable, "-S", "-m", module, "--help"], cwd=PROJECT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout


def test_errors_are_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from deploy import start

    def fail(options: argparse.Namespace) -> int:
        raise SetupError("port 8000 on 127.0.0.1 is in use")

    monkeypatch.setattr(start, "stay", fail)
    monkeypatch.setattr(run.signal, "signal", lambda *arguments: None)
    assert run.main([]) == 1
    assert capsys.readouterr().err == "deploy/try: port 8000 on 127.0.0.1 is in use\n"


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        prepare.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**12, 10**12, 3 * 2**30)
    )
    with pytest.raises(SetupError, match=f"the disk that holds {tmp_path} has 3072 MB left, and 6144 MB are needed"):
        check_disk(tmp_path / "not/made/yet", prepare.IMAGES_BYTES)
    check_disk(tmp_path, prepare.DATA_BYTES)


def test_a_missing_program_is_installed_by_root_only(
    tmp_path: Path, fake_program, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_program("apt-get")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match=r"no-such-tool is not installed; install it .*sudo apt install its-package"):
        ensure_program("no-such-tool", "its-package", tmp_path)
    assert not calls.exists()
    monkeypatch.setattr("os.geteuid", lambda: 0)
    ensure_program("no-such-tool", "its-package", tmp_path)
    assert "its-package" in calls.read_text()
    ensure_program("sh", "dash", tmp_path)
    assert "dash" not in calls.read_text()


def test_pytests_arguments_are_passed_on() -> None:
    options, rest = check.parse_arguments(["--quick", "-k", "wire", "tests/unit"])
    assert options.quick and rest == ["-k", "wire", "tests/unit"]


def test_every_section_runs_and_one_failure_is_enough(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sections = [("first", ["false"]), ("second", ["true"])]
    monkeypatch.setattr(check, "_sections", lambda quick, rest: sections)
    assert check.main(["--quick"]) == 1
    output = capsys.readouterr().out
    assert "=== second" in output and "FAILED: first" in output
    sections[0] = ("first", ["true"])
    assert check.main(["--quick"]) == 0


def test_steps_in_a_log_are_plain_lines() -> None:
    output = io.StringIO()
    steps = Steps(Console(file=output, force_terminal=False, width=40))
    with steps.step("Images") as say:
        say("a detail that comes too soon")
    with pytest.raises(SetupError), steps.step("Docker [engine]"):
        raise SetupError("no")
    assert re.fullmatch(r"✓ Images \d\.\d s\n✗ Docker \[engine\] \d\.\d s\n", output.getvalue())


def test_steps_on_a_terminal_show_details() -> None:
    output = io.StringIO()
    steps = Steps(Console(file=output, force_terminal=True, width=60))
    with steps.step("Images") as say:
        say("learner: Step 3/20")
        steps.console.print("between")
    assert "✓" in output.getvalue() and "between" in output.getvalue()
