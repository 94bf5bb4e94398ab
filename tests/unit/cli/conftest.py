from pathlib import Path

import pytest

from tests.unit.cli.running import Command


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command, in an empty folder without engine and settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENJUPYTER_SETTINGS", raising=False)
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/no-engine.sock")
    monkeypatch.setenv("COLUMNS", "200")
    return Command(capsys)
