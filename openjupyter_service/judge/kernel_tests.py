"""A test marked `in_kernel`: it runs inside the learner's kernel, with as little of its file as it needs.

Less sealed than any other: what it checks with is within reach of learner code. For frameworks whose objects must be
subclassed, patched or differentiated where they are.
"""

import ast
import inspect
from typing import Any

import pytest

from openjupyter_service.judge.failures import KernelTestFailed, Raised
from openjupyter_service.judge.sandbox import Sandbox

GIVEN_THERE = ("learner", "rng")
"""Fixtures that are made on the other side; values of all others are sent."""


def is_kernel_test(item: pytest.Item) -> bool:
    """Is the test marked `in_kernel`?"""
    return item.get_closest_marker("in_kernel") is not None


def run(item: pytest.Function, sandbox: Sandbox, rng_seed: str) -> None:
    """Run the test there; raises what it raises, as any other test would."""
    names = item._fixtureinfo.argnames
    values = {name: item.funcargs[name] for name in names if name not in GIVEN_THERE}
    try:
        sandbox.ask(
            "this test",
            "kernel_test",
            name=item.function.__name__,
            sources=needed_sources(inspect.getsource(item.module), item.function.__name__),
            kwargs={name: sandbox.encode(value) for name, value in values.items()},
            wants=[name for name in GIVEN_THERE if name in names],
            rng=rng_seed,
        )
    except Exception as error:
        raised = getattr(error, "learner_error", None)
        if isinstance(raised, Raised) and raised.in_test and raised.type == "AssertionError":
            raise KernelTestFailed(raised.message) from None
        raise


def needed_sources(module: str, name: str) -> list[str]:
    """The statements of a test file that a function needs: imports one by one, what it names, itself undecorated."""
    body = ast.parse(module).body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    definers: dict[str, list[ast.stmt]] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            node.decorator_list = []  # marks mean nothing there, and may name what is expected
        for bound in _bound_names(node):
            definers.setdefault(bound, []).append(node)
    wanted: list[ast.stmt] = []
    waiting = [name]
    while waiting:
        for node in definers.get(waiting.pop(), []):
            if node not in wanted:
                wanted.append(node)
                waiting += [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
    return [ast.unparse(node) for node in [*imports, *(node for node in body if node in wanted)]]


def _bound_names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets: list[Any] = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    return [part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
