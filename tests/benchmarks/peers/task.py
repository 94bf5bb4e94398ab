"""An exercise for tools that test in the learner's own kernel: a correct notebook, and assertions on its names."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.notebook_cases import assertions, plain_notebook

ROOT = Path(__file__).resolve().parents[3]
WARM_UP = ROOT / "hidden_tests" / "warm-up" / "solution" / "warm-up.ipynb"
_TESTS = Path(__file__).with_name("warm_up_tests.py")
_GRADING_CELL = "openjupyter.grade()"


@dataclass(frozen=True)
class Check:
    """One test: `code` asserts something of the notebook's `function`; names are unique in a task."""

    name: str
    function: str
    points: float
    code: str


@dataclass(frozen=True)
class Task:
    """`solution` earns all points."""

    solution: bytes
    tests: tuple[Check, ...]


def messy_task() -> Task:
    """The exercise of the messy notebooks."""
    checks = (Check(test.function, test.function, test.points, test.code) for test in assertions())
    return Task(plain_notebook(), tuple(checks))


def warm_up_task() -> Task:
    """The warm-up of the sample course, without the cell that sends it in: only ours knows `openjupyter`."""
    notebook = json.loads(WARM_UP.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if _GRADING_CELL not in "".join(cell["source"])]
    return Task(json.dumps(notebook).encode(), tuple(_warm_up_tests()))


def _warm_up_tests() -> Iterator[Check]:
    """`# %% NAME FUNCTION POINTS` begins each test."""
    for part in _TESTS.read_text(encoding="utf-8").split("\n# %% ")[1:]:
        head, _, code = part.partition("\n")
        name, function, points = head.split()
        yield Check(name, function, float(points), code.strip())
