"""Functions that imported tests call, as texts: each is written into the test files that need it."""

_PLAIN = '''
KIND = """
(lambda value, python=__import__("builtins"): python.next(
    (kind.__name__ for kind in (python.dict, python.list, python.tuple, python.set, python.frozenset, python.str)
     if python.isinstance(value, kind)), ""))
"""


def plain(learner, value):
    """Plain data for what derives from it, such as a Counter: the test compared it as what it derives from."""
    if type(value) in (list, tuple) and len(value) <= 10_000:
        return type(value)(plain(learner, item) for item in value)
    if type(value) is dict and len(value) <= 10_000:
        return {key: plain(learner, item) for key, item in value.items()}
    if not hasattr(value, "type_name") or value.type_name in ("function", "type", "module", "method", "generator"):
        return value
    kind = learner.run(KIND)(value)
    if kind == "dict":
        return {key: plain(learner, item) for key, item in value.items()}
    if kind in ("list", "tuple", "set", "frozenset"):
        return {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}[kind](
            plain(learner, item) for item in value
        )
    return learner.run("__import__('builtins').str.__str__")(value) if kind == "str" else value


def taken(learner, name, owner=None):
    """What the notebook, or a module of the learner's, calls so; what a function gives is as `plain` makes it."""
    value = plain(learner, learner[name] if owner is None else getattr(owner, name))
    if not hasattr(value, "type_name") or value.type_name not in ("function", "builtin_function_or_method", "method"):
        return value
    return lambda *args, **kwargs: plain(learner, value(*args, **kwargs))
'''

_ABOVE = '''
def cells_above(learner, id, including=False, tests={}):
    """Code of the notebook's cells down to the one of this id, where the original tested; None if it is not there.

    `tests` are those that stand above, by the ids of their cells, with what is hidden of them.
    """
    cells = learner.cells()
    index = next((index for index, cell in enumerate(cells) if cell.id == id), None)
    above = [] if index is None else [cell for cell in cells[: index + including] if cell.kind == "code"]
    return None if index is None else [tests.get(cell.id, cell.source) for cell in above]
'''

_REPLAY = '''
REPLAY = """
def _run_again(sources, seeding):
    import contextlib, io
    from IPython import get_ipython
    shell = get_ipython()
    names = shell.user_ns
    for name in [name for name in names if not name.startswith("_") and name not in shell.user_ns_hidden]:
        del names[name]
    for source in sources:
        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
            with contextlib.redirect_stderr(io.StringIO()):
                exec(seeding, names)
                exec(compile(shell.transform_cell(source), "<cell>", "exec"), names)
    exec(seeding, names)
"""


def go_back(learner, sources, seeding=""):
    """Run cells again in the learner's kernel, so that it is as it was after them."""
    if sources is not None:
        learner.run(REPLAY)
        learner["_run_again"](sources, seeding)
'''

_KERNEL_REPLAY = '''
def go_back_in_kernel(sources, seeding=""):
    """Run cells again, so that the kernel is as it was after them; called inside the learner's kernel."""
    import contextlib
    import io

    from IPython import get_ipython

    if sources is not None:
        shell = get_ipython()
        names = shell.user_ns
        for name in [name for name in names if not name.startswith("_") and name not in shell.user_ns_hidden]:
            del names[name]
        for source in sources:
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                with contextlib.redirect_stderr(io.StringIO()):
                    exec(seeding, names)
                    exec(compile(shell.transform_cell(source), "<cell>", "exec"), names)
        exec(seeding, names)
'''

_RUN_CELL = '''
def run_cell(source):
    """Run code where the notebook's own cells ran; gives the value of its last line."""
    import ast

    from IPython import get_ipython

    shell = get_ipython()
    tree = ast.parse(shell.transform_cell(source))
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<hidden test>", "exec"), shell.user_ns)
    if last is None:
        return None
    return eval(compile(ast.Expression(last.value), "<hidden test>", "eval"), shell.user_ns)
'''

HELPERS = {
    "plain": _PLAIN,
    "cells_above": _ABOVE,
    "go_back": _REPLAY,
    "go_back_in_kernel": _KERNEL_REPLAY,
    "run_cell": _RUN_CELL,
}
"""Functions that tests call, written into a test file where it needs them: a test file imports nothing of ours."""
