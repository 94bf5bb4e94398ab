"""What a test hands over to learner code, and what code changes: where copies would not show what became of it."""

import ast

from openjupyter_service.exchange.sent import root
from openjupyter_service.exchange.surroundings import Surroundings, bound_names


def looked_at_again(tree: ast.Module, own: set[str], names: set[str], notebook: Surroundings) -> list[str]:
    """Variables that learner code may have changed when the test looks at them again: arguments are copied."""
    callers = callers_of(tree, own, names)
    changeable = _changeable(tree, own) | (names - notebook.functions - notebook.classes)
    handed: set[str] = set()
    used: dict[str, int] = {}
    repeated = {id(part) for loop in ast.walk(tree) if isinstance(loop, ast.For | ast.While) for part in ast.walk(loop)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in changeable:
            bound_in_loop = id(node) in repeated and node.id in _bound_in_loops(tree)
            used[node.id] = used.get(node.id, 0) + (2 if id(node) in repeated and not bound_in_loop else 1)
        if isinstance(node, ast.Call) and root(node.func) in callers and not _is_own_method(node.func):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                handed |= _roots(argument) & changeable
    return sorted(name for name in handed if used[name] > 1)


def _is_own_method(node: ast.expr) -> bool:
    """Is this a method of the test case itself, such as self.assertEqual?"""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"


def callers_of(tree: ast.Module, own: set[str], names: set[str]) -> set[str]:
    """Variables whose calls are calls of learner code, or may lead to one."""
    return (own | names) - _imported(tree)


def _bound_in_loops(tree: ast.Module) -> set[str]:
    """Variables that are bound anew each time that a loop goes round."""
    found: set[str] = set()
    for loop in ast.walk(tree):
        if isinstance(loop, ast.For | ast.While):
            found |= {name for statement in loop.body for name in bound_names(statement)}
        if isinstance(loop, ast.For):
            found |= {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}
    return found


def _changeable(tree: ast.Module, own: set[str]) -> set[str]:
    """Variables of the test that may hold something which can be changed; numbers, texts and loop variables do not."""
    fixed: set[str] = set()
    other: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    (fixed if is_unchangeable(node.value) else other).add(target.id)
                else:
                    other |= {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return (own & other) | (own - fixed - _loop_variables_over_constants(tree) - functions - _imported(tree))


def _imported(tree: ast.Module) -> set[str]:
    return {
        alias.asname or alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def _loop_variables_over_constants(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.For):
            over = node.iter
            is_range = isinstance(over, ast.Call) and getattr(over.func, "id", "") == "range"
            if is_range or (
                isinstance(over, ast.List | ast.Tuple) and all(is_unchangeable(item) for item in over.elts)
            ):
                found |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
    return found


def is_unchangeable(node: ast.expr) -> bool:
    """Is this a number, a text, or something of these that nobody can change?"""
    if isinstance(node, ast.Tuple):
        return all(map(is_unchangeable, node.elts))
    if isinstance(node, ast.UnaryOp):
        return is_unchangeable(node.operand)
    return isinstance(node, ast.Constant | ast.JoinedStr | ast.Lambda)


def _roots(node: ast.expr) -> set[str]:
    """Variables that an argument hands over: itself, or those in a list, tuple or dict that is written there."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return set().union(*map(_roots, node.elts)) if node.elts else set()
    if isinstance(node, ast.Dict):
        return set().union(*map(_roots, node.values)) if node.values else set()
    return {root(node)} - {""}


def changed_data(tree: ast.Module) -> set[str]:
    """Variables into which code writes, or of which it calls a method and leaves alone what that gives."""
    return written_into(tree) | called_for_effect(tree)


def written_into(tree: ast.Module) -> set[str]:
    """Variables into whose attributes or items code writes."""
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute | ast.Subscript)]
    return {root(part) for part in parts if not isinstance(part.ctx, ast.Load)} - {"", "self"}


def called_for_effect(tree: ast.Module) -> set[str]:
    """Variables of which code calls a method, and leaves alone what that gives."""
    calls = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    return {root(call.func) for call in calls if isinstance(call.func, ast.Attribute)} - {"", "self"}
