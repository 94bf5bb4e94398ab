"""The `openjupyter` command, run in this process as its entry point does."""

from dataclasses import dataclass

import pytest

from openjupyter_service.cli.main import main


@dataclass
class Ended:
    code: int
    out: str
    err: str


class Command:
    """Runs the command and gives exit code and output."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ended:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = self._capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ended(ended.value.code, captured.out, captured.err)

    def fails(self, *arguments: object) -> str:
        """The one sentence of a command that ends with 1."""
        ended = self(*arguments)
        assert ended.code == 1, ended
        (line,) = ended.err.strip().splitlines()
        assert line.startswith("openjupyter: ") and ended.out == ""
        return line.removeprefix("openjupyter: ")
