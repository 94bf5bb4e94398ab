"""An exercise in Otter-Grader: an autograder that `otter generate` makes, run by `otter run`.

Its tests have the format that compares nothing with printed text; in the other one, doctests, a function that prints
would fail. They run when the whole notebook has run, so that no cell of the notebook is needed for them.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.peers.environments import Environment
from tests.benchmarks.peers.result import Result, from_tests
from tests.benchmarks.peers.task import Check, Task


class Otter:
    """An autograder in a folder of its own."""

    def __init__(self, folder: Path, task: Task, say: Callable[[str], None]) -> None:
        self._environment = Environment("otter", say)
        self._folder = folder
        self._tests = task.tests
        tests = folder / "tests"
        tests.mkdir(parents=True)
        for test in task.tests:
            (tests / f"{test.name}.py").write_text(as_test_file(test), encoding="utf-8")
        made = self._environment.run("otter", "generate", "-t", "tests", "-o", "autograder.zip", cwd=folder)
        assert made.code == 0, made.errors

    def grade(self, name: str, notebook: bytes) -> Result:
        """Run one submission."""
        output = self._folder / "graded" / name
        output.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.ipynb"
        path.write_bytes(notebook)
        results = output / "results.json"
        results.unlink(missing_ok=True)
        command = ("otter", "run", "-a", "autograder.zip", "-o", str(output), path.name)
        ended = self._environment.run(*command, cwd=self._folder)
        if not results.exists():
            return Result(0.0, ended.reason)
        return read_results(results.read_text(encoding="utf-8"), self._tests)


def as_test_file(test: Check) -> str:
    """A test in the format of exceptions; what it tests is passed to it by name."""
    body = "\n".join(f"    {line}" for line in test.code.splitlines())
    return (
        "from otter.test_files import test_case\n\n"
        f"OK_FORMAT = False\nname = {test.name!r}\npoints = {test.points!r}\n\n\n"
        f"@test_case(points={test.points!r}, hidden=True)\ndef test_{test.name}({test.function}):\n{body}\n"
    )


def read_results(text: str, tests: Sequence[Check]) -> Result:
    """The result in a results.json; without scores, the notebook could not be run to its end."""
    scored = {test["name"].split()[0]: test for test in json.loads(text)["tests"] if "score" in test}
    if not scored:
        return Result(0.0, "no test was run")
    missing = {test.name: (0.0, test.points) for test in tests if test.name not in scored}
    return from_tests({**{name: (test["score"], test["max_score"]) for name, test in scored.items()}, **missing})
