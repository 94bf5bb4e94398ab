"""Fake programs: small shell scripts that come first on PATH and write down how they were called."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

FakeProgram = Callable[..., Path]


@pytest.fixture
def fake_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeProgram:
    """Make a program; gives the file that lists its calls. Nothing else is on PATH but /usr/bin and /bin."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")

    def make(name: str, body: str = "exit 0") -> Path:
        calls = tmp_path / f"{name}.calls"
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "$@" >> {calls}\n{body}\n')
        program.chmod(0o755)
        return calls

    return make
