"""What learners find in place of a solution: a line that says so, and code that keeps the cell valid."""

import ast

CODE = "# Your code here"
TEXT = "*Your answer here.*"


def code_stub(tree: ast.Module | None, lines: list[str], begin: int, end: int) -> list[str]:
    """The lines that stand for those between the marks in lines `begin` and `end` of a code cell.

    In a function the stub raises NotImplementedError; in a class or below an `if` it must do nothing, since it runs
    with the cell. `tree` is that of the whole cell, None where it is no Python.
    """
    first = next((number for number in range(begin + 1, end) if lines[number - 1].strip()), None)
    if first is None:
        return [CODE]
    text = lines[first - 1]
    indent = text[: len(text) - len(text.lstrip())]
    if not indent or tree is None:
        return [f"{indent}{CODE}"]
    statement = "raise NotImplementedError" if _in_function(tree, first) else "pass"
    return [f"{indent}{CODE}", f"{indent}{statement}"]


def _in_function(tree: ast.Module, line: int) -> bool:
    """Is the innermost function or class around a line a function?"""
    scopes = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.lineno < line <= (node.end_lineno or 0)
    ]
    innermost = max(scopes, key=lambda node: node.lineno, default=None)
    return isinstance(innermost, ast.FunctionDef | ast.AsyncFunctionDef)
