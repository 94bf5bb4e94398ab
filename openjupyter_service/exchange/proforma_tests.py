"""Test files of ProFormA tasks: unittest and pytest over a module that learners write, here over their notebook.

A test file stays as it is, but for what it imports of the learner's module: that becomes the notebook. What cannot be
sealed is taken out, and runs in the learner's kernel.
"""

import ast
from dataclasses import dataclass, field

from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.proforma_cases import (
    Rules,
    cases_of,
    imported_names,
    kernel_source,
    same_for_classes,
    why_not_in_kernel,
    why_not_sealed,
)
from openjupyter_service.exchange.proforma_rewritten import sealed_file
from openjupyter_service.exchange.written import WrittenTest, block, function_name, test_file, text

_KERNEL_CASE = '''
def run_case(source, modules, name, helpers):
    """Run one test of a test file where the notebook's own cells ran; its modules are the notebook."""
    import sys
    import types
    import unittest

    from IPython import get_ipython

    for module in modules:
        sys.modules[module] = made = types.ModuleType(module)
        made.__dict__.update(get_ipython().user_ns)
    for helper, code in helpers.items():
        sys.modules[helper] = made = types.ModuleType(helper)
        exec(compile(code, "<hidden test>", "exec"), made.__dict__)
    tests = types.ModuleType("hidden_tests")
    sys.modules["hidden_tests"] = tests
    exec(compile(source, "<hidden test>", "exec"), tests.__dict__)
    if "." not in name:
        getattr(tests, name)()
        return
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromName(name, tests).run(result)
    if result.failures or result.errors:
        raise AssertionError
    assert result.testsRun
'''


@dataclass
class Rewritten:
    """What became of a test file: the files in its place, how many cases are in them, and what these are worth."""

    files: dict[str, bytes] = field(default_factory=dict)
    cases: int = 0
    points: float = 0.0


def rewrite(source: str, name: str, origin: str, rules: Rules, notes: Notes) -> Rewritten:
    """The test files for one test file of a task.

    Args:
        source: its text, which is valid Python
        name: of the new file, without suffix; it begins with test_
        origin: a few words on where it comes from
        rules: see there
        notes: told of each case that is not sealed, or dropped
    """
    tree = ast.parse(source)
    names = imported_names(tree, rules.modules)
    cases = list(cases_of(tree))
    each = rules.points / len(cases) if cases else 0.0
    reasons = {label: why_not_sealed(tree, node, owner, names, rules) for label, node, owner in cases}
    same_for_classes(cases, reasons)
    found = Rewritten()
    kernel: list[WrittenTest] = []
    taken: set[str] = set()
    for label, node, owner in cases:
        if not (reason := reasons[label]):
            continue
        if why := why_not_in_kernel(tree, node, owner, rules):
            notes.dropped(f"the test “{label}” of {name}", f"{why}; {reason}")
            continue
        notes.changed(f"the test “{label}” of {name}", f"it runs in the learner's kernel, less sealed: {reason}")
        test = WrittenTest(function_name(label, taken), _title(node), each, [], hint=rules.hint, in_kernel=True)
        test.helpers = (_KERNEL_CASE,)
        beside = ", ".join(f"{text(helper)}: {block(code)}" for helper, code in rules.helpers.items())
        constant = f"SOURCE_{(owner or node).name.upper()}"
        test.before = [f"{constant} = {block(kernel_source(tree, node, owner))}", f"BESIDE = {{{beside}}}"]
        test.body = [f"run_case({constant}, {sorted(rules.modules)!r}, {text(label)}, BESIDE)"]
        kernel.append(test)
    sealed = {label for label, reason in reasons.items() if not reason}
    found.cases = len(sealed) + len(kernel)
    found.points = each * found.cases
    if sealed:
        found.files[f"{name}.py"] = sealed_file(tree, origin, sealed, names, each, rules)
    if kernel:
        found.files[f"{name}_in_kernel.py"] = test_file(origin, kernel)
    return found


def _title(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    documentation = ast.get_docstring(node)
    if documentation:
        return documentation.split("\n")[0]
    return node.name.removeprefix("test").strip("_").replace("_", " ").capitalize() or node.name
