"""Plain statements were written to run in the notebook; what comes out otherwise when they run apart from it."""

import ast
from collections.abc import Iterator

from openjupyter_service.authoring.mistakes import CellMistake
from openjupyter_service.authoring.names import Defined, bound_names
from openjupyter_service.authoring.parts import Parts
from openjupyter_service.authoring.python import parse

_AS_FUNCTION = "write the test as a function def test_…(learner)"


def refuse_deleting(code: str, notebook: Defined) -> None:
    """Raise CellMistake where a test deletes a name of the notebook, to see whether it is used."""
    for node in ast.walk(parse(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del) and node.id in notebook.names:
            raise CellMistake(
                node.lineno,
                f"a test cannot delete `{node.id}` of the notebook this way, since it runs apart from it; "
                f'{_AS_FUNCTION} with learner.run("del {node.id}")',
            )


def seen_otherwise(parts: Parts, notebook: Defined) -> list[str]:
    """Sentences on what a test of this cell may not notice, since values are copied and names are its own."""
    try:
        return [*_set_apart(parts.test, notebook), *_copies_compared(parts.test, notebook)]
    except CellMistake:
        return []


def _set_apart(code: str, notebook: Defined) -> Iterator[str]:
    for name in sorted(bound_names(code) & notebook.read_by_functions):
        yield (
            f"this test sets `{name}` for itself, and functions of the notebook that use `{name}` do not see that; if "
            f"they should, {_AS_FUNCTION} with learner.{name} = …"
        )


def _copies_compared(code: str, notebook: Defined) -> Iterator[str]:
    """Names that are passed to the notebook, and compared themselves in a later statement."""
    passed: set[str] = set()
    told: set[str] = set()
    for statement in parse(code).body:
        compared = {
            operand.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Compare)
            for operand in (node.left, *node.comparators)
            if isinstance(operand, ast.Name)
        }
        for name in sorted(compared & passed - told):
            told.add(name)
            yield (
                f"`{name}` is passed as a copy, so that this test does not see whether it is changed; if it should, "
                f"{_AS_FUNCTION} with learner.send({name})"
            )
        passed -= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and _is_set(node)}
        passed |= {
            argument.id
            for node in ast.walk(statement)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in notebook.names
            for argument in node.args
            if isinstance(argument, ast.Name) and argument.id not in notebook.functions
        }


def _is_set(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)
