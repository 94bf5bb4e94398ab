"""The messy exercise in Otter-Grader: its tests as doctests in an autograder, run by `otter run`."""

import ast
import json
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.peers.environments import Environment
from tests.notebook_cases import assertions


class Otter:
    """An autograder in a folder of its own."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self._environment = Environment("otter", say)
        self._folder = folder
        tests = folder / "tests"
        tests.mkdir(parents=True)
        for test in assertions():
            case = {"code": as_doctest(test.code), "hidden": True, "locked": False}
            suite = {"cases": [case], "scored": True, "setup": "", "teardown": "", "type": "doctest"}
            content = {"name": test.function, "points": test.points, "suites": [suite]}
            (tests / f"{test.function}.py").write_text(f"OK_FORMAT = True\ntest = {content!r}\n")
        made = self._environment.run("otter", "generate", "-t", "tests", "-o", "autograder.zip", cwd=folder)
        assert made.returncode == 0, made.stderr

    def grade(self, name: str, notebook: bytes) -> tuple[float, str]:
        """Run one submission; score 0..1, and the last line of what went wrong when there is none."""
        output = self._folder / "graded" / name
        output.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{name}.ipynb"
        path.write_bytes(notebook)
        command = ("otter", "run", "-a", "autograder.zip", "-o", str(output), path.name)
        told = self._environment.run(*command, cwd=self._folder)
        results = output / "results.json"
        if not results.exists():
            return 0.0, (told.stderr.strip().splitlines() or ["no result"])[-1][:100]
        tests = [test for test in json.loads(results.read_text())["tests"] if "score" in test]
        results.unlink()
        return sum(test["score"] for test in tests) / sum(test["max_score"] for test in tests), ""


def as_doctest(code: str) -> str:
    """Statements as a session of the interpreter."""
    lines: list[str] = []
    for node in ast.parse(code).body:
        first, *rest = ast.unparse(node).splitlines()
        lines += [f">>> {first}", *(f"... {line}" for line in rest)]
    return "\n".join(lines)
