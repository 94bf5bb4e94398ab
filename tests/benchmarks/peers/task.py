"""An exercise for tools that test in the learner's own kernel: a correct notebook, and assertions on its names."""

import json
from dataclasses import dataclass
from pathlib import Path

from tests.notebook_cases import Assertion, assertions, plain_notebook

ROOT = Path(__file__).resolve().parents[3]
WARM_UP = ROOT / "hidden_tests" / "warm-up" / "solution" / "warm-up.ipynb"
_TESTS = Path(__file__).with_name("warm_up_tests.py")
_GRADING_CELL = "openjupyter.grade()"


@dataclass(frozen=True)
class Task:
    """`solution` earns all points; each of `tests` is about one function of it."""

    solution: bytes
    tests: tuple[Assertion, ...]


def messy_task() -> Task:
    """The exercise of the messy notebooks."""
    return Task(plain_notebook(), tuple(assertions()))


def warm_up_task() -> Task:
    """The warm-up of the sample course, without the cell that sends it in: only ours knows `openjupyter`."""
    notebook = json.loads(WARM_UP.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if _GRADING_CELL not in "".join(cell["source"])]
    return Task(json.dumps(notebook).encode(), tuple(_warm_up_tests()))


def _warm_up_tests() -> list[Assertion]:
    """`# %% POINTS FUNCTION` begins each test."""
    parts = _TESTS.read_text(encoding="utf-8").split("\n# %% ")[1:]
    heads = [part.partition("\n") for part in parts]
    return [
        Assertion(title=function, function=function, points=float(points), code=code.strip())
        for (points, function), code in ((head.split(), code) for head, _, code in heads)
    ]
