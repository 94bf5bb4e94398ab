"""The ten minutes of docs/instructors.md, command by command, with real containers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openjupyter_service.settings import GradingSettings
from tests.authoring_page import commands, write_source

pytestmark = pytest.mark.docker


def test_from_nothing_to_an_exercise(tmp_path: Path, grading_settings: GradingSettings) -> None:
    images = ["--sandbox-image", grading_settings.sandbox_image, "--judge-image", grading_settings.judge_image]
    for arguments in commands():
        if arguments[0] == "build":
            write_source(tmp_path / "my-course")
        ended = subprocess.run(
            [sys.executable, "-c", "from openjupyter_service.cli.main import main; main()", *arguments]
            + (images if arguments[0] == "check" else []),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "COLUMNS": "200"},
            timeout=300,
        )
        assert (ended.returncode, ended.stderr) == (0, ""), ended
        if arguments[0] == "check":
            assert ended.stdout.count("1 1 1") == ended.stdout.count("sound") == 2, ended.stdout
            assert "warning" not in ended.stdout and "error" not in ended.stdout, ended.stdout
