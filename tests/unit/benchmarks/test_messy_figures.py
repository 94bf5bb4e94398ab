"""The table of messy notebooks, with tools that grade nothing."""

from pathlib import Path

import pytest

from tests.benchmarks import messy, page
from tests.benchmarks.peers.result import Result
from tests.notebook_cases import Case

CASES = [Case(name, "", Path(), name.encode(), {}) for name in ("adds-cells", "prints")]
OURS = {"adds-cells": Result(1.0), "prints": Result(1.0)}
THEIRS = {
    "nbgrader": {"adds-cells": Result(1.0), "prints": Result(0.5, "greet")},
    "otter": {"adds-cells": Result(0.0, "does not end"), "prints": Result(0.0, "all tests")},
}


def test_a_row_for_each_notebook_and_the_totals(monkeypatch: pytest.MonkeyPatch) -> None:
    class Peer:
        def __init__(self, folder: Path, *given: object) -> None:
            self._results = THEIRS[folder.name]

        def grade(self, name: str, notebook: bytes) -> Result:
            assert notebook == name.encode()
            return self._results[name]

    async def ours(*given: object) -> dict[str, Result]:
        return OURS

    for name, fake in (("Nbgrader", Peer), ("Otter", Peer), ("_ours", ours), ("load_cases", lambda folder: CASES)):
        monkeypatch.setattr(messy, name, fake)
    said: list[str] = []
    assert page.side_by_side(list(messy.measure(said.append))) == [
        "| notebook | OpenJupyter | nbgrader | otter |",
        "|---|---|---|---|",
        "| adds-cells | 1 | 1 | 0 (does not end) |",
        "| prints | 1 | 0.5 (greet) | 0 (all tests) |",
        f"| {messy.KEPT} | 2 of 2 | 1 of 2 | 0 of 2 |",
        f"| {messy.POINTS} | 1 | 0.75 | 0 |",
    ]
    assert said[-1] == "nbgrader and otter: prints (2 of 2)"
