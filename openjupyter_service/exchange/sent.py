"""Arguments that learner code may change: a test that looks at them again sends them, and asks for what became of them.

Arguments are copied on their way to the learner's kernel. With `learner.send` a value lies there instead, behind a
handle that can be passed again and again, and `learner.value` gives what it is now.
"""

import ast

_MAKERS = {
    *("list", "dict", "set", "tuple", "range", "sorted", "frozenset", "bytearray", "str", "int", "float"),
    *("array", "arange", "zeros", "ones", "linspace", "full", "eye", "asarray", "zeros_like", "ones_like", "repeat"),
    *("DataFrame", "Series", "Index", "copy", "reshape", "astype", "tolist", "date_range"),
}
"""Functions and methods whose results are plain data."""


def sendable(tree: ast.Module, callers: set[str]) -> set[str]:
    """Variables that hold plain data wherever a test binds them, or what learner code gave.

    Args:
        tree: the test
        callers: variables whose calls are calls of learner code
    """
    good: set[str] = set()
    bad: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                is_data = isinstance(target, ast.Name) and len(node.targets) == 1 and _is_data(node.value, callers)
                (good if is_data else bad).update(_names(target))
        elif isinstance(node, ast.For):
            is_simple = isinstance(node.target, ast.Name) or (
                isinstance(node.target, ast.Tuple) and all(isinstance(item, ast.Name) for item in node.target.elts)
            )
            (good if is_simple and _is_data(node.iter, callers) else bad).update(_names(node.target))
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr):
            bad |= _names(node.target)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            bad |= _names(node.optional_vars)
        elif isinstance(node, ast.comprehension):
            bad |= _names(node.target)
        elif isinstance(node, ast.arg):
            bad.add(node.arg)
    return good - bad


def with_sent(source: str, sent: set[str], callers: set[str]) -> str:
    """The code of a test with some of its variables sent to the learner's kernel."""
    tree = _Sender(sent, callers).visit(ast.parse(source))
    return ast.unparse(ast.fix_missing_locations(tree))


class _Sender(ast.NodeTransformer):
    def __init__(self, sent: set[str], callers: set[str]) -> None:
        self._sent = sent
        self._callers = callers

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """Send what is assigned."""
        node.value = self.visit(node.value)
        target = node.targets[0]
        if isinstance(target, ast.Name) and target.id in self._sent:
            node.value = _asked("send", node.value)
        else:
            node.targets = [self.visit(each) for each in node.targets]
        return node

    def visit_For(self, node: ast.For) -> ast.AST:
        """Send what a loop gives, in the first lines of its body."""
        self.generic_visit(node)
        names = sorted(_names(node.target) & self._sent)
        first = [
            ast.Assign([ast.Name(name, ast.Store())], _asked("send", ast.Name(name, ast.Load()))) for name in names
        ]
        node.body = [*first, *node.body]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Pass the handle to learner code."""
        node.func = self.visit(node.func)
        is_theirs = root(node.func) in self._callers
        node.args = [each if is_theirs and self._is_sent(each) else self.visit(each) for each in node.args]
        for keyword in node.keywords:
            if not (is_theirs and self._is_sent(keyword.value)):
                keyword.value = self.visit(keyword.value)
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Ask for the value everywhere else."""
        is_read = self._is_sent(node) and isinstance(node.ctx, ast.Load)
        return _asked("value", ast.Name(node.id, ast.Load())) if is_read else node

    def _is_sent(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id in self._sent


def _asked(method: str, argument: ast.expr) -> ast.Call:
    return ast.Call(ast.Attribute(ast.Name("learner", ast.Load()), method, ast.Load()), [argument], [])


def _names(target: ast.expr) -> set[str]:
    return {part.id for part in ast.walk(target) if isinstance(part, ast.Name)}


def _is_data(node: ast.expr, callers: set[str]) -> bool:
    """Is this plain data, or what learner code gives, for all that its source tells?"""
    if isinstance(node, ast.Constant | ast.Compare):
        return True
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return all(_is_data(item, callers) for item in node.elts)
    if isinstance(node, ast.Dict):
        return all(item is not None and _is_data(item, callers) for item in [*node.keys, *node.values])
    if isinstance(node, ast.UnaryOp):
        return _is_data(node.operand, callers)
    if isinstance(node, ast.BinOp):
        return _is_data(node.left, callers) and _is_data(node.right, callers)
    if isinstance(node, ast.ListComp | ast.SetComp):
        return _is_number(node.elt)
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        return root(node.func) in callers or name in _MAKERS
    return False


def _is_number(node: ast.expr) -> bool:
    return all(
        isinstance(
            part, ast.BinOp | ast.UnaryOp | ast.Name | ast.Constant | ast.operator | ast.unaryop | ast.expr_context
        )
        for part in ast.walk(node)
    )


def root(node: ast.AST) -> str:
    """The variable that an expression begins with: `a` of `a.b[0].c(1)`; empty for none."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call | ast.Starred):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
