"""Hidden tests from Otter's: a doctest runs as one, an exception-style case as the function that it is."""

import ast
import doctest

from openjupyter_service.exchange.notes import Notes
from openjupyter_service.exchange.otter_tests import Case, Question
from openjupyter_service.exchange.sealing import Sealing, examine
from openjupyter_service.exchange.surroundings import Surroundings
from openjupyter_service.exchange.written import WrittenTest, block, function_name, text

_RUNNER = '''
class StrictRunner(doctest.DocTestRunner):
    """Ends at the first example that does not give what is expected, with what learners may know of it."""

    def __init__(self, checker, shown):
        super().__init__(checker, verbose=False)
        self.shown = shown

    def report_failure(self, out, test, example, got):
        if not self.shown:
            raise AssertionError("Something did not give what this test expects.")
        raise AssertionError(f"`{example.source.strip()}` should give:\\n{example.want}but gave:\\n{got}"[:900])

    def report_unexpected_exception(self, out, test, example, exc_info):
        raise exc_info[1]
'''

_DOCTEST = '''
def run_doctest(code, names, printed, shown=False):
    """Run a doctest over some names; what learner code prints in its own kernel counts as printed here."""

    class WithPrinted(doctest.OutputChecker):
        seen = len(printed())

        def check_output(self, want, got, flags):
            text = printed()
            got, self.seen = text[self.seen :] + got, len(text)
            return super().check_output(want, got, flags)

    examples = doctest.DocTestParser().get_examples(code)
    test = doctest.DocTest(examples, names, "test", None, None, code)
    with contextlib.redirect_stderr(io.StringIO()):
        StrictRunner(WithPrinted(), shown).run(test, out=len, clear_globs=False)
'''

_KERNEL_DOCTEST = '''
def run_doctest_in_kernel(code, shown=False):
    """Run a doctest where the notebook's own cells ran."""
    from IPython import get_ipython

    examples = doctest.DocTestParser().get_examples(code)
    test = doctest.DocTest(examples, get_ipython().user_ns, "test", None, None, code)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        StrictRunner(None, shown).run(test, out=len, clear_globs=False)
'''

_KERNEL_CASE = '''
def call_case(source, name):
    """Call a test's function where the notebook's own cells ran, with the notebook's names for its parameters."""
    import inspect

    from IPython import get_ipython

    names = get_ipython().user_ns
    given = {}
    exec(compile(source, "<hidden test>", "exec"), given)
    wanted = inspect.signature(given[name]).parameters
    given[name](**{parameter: names if parameter == "env" else names.get(parameter) for parameter in wanted})
'''


def write_question(
    question: Question, notebook: Surroundings, seeding: str, in_kernel: bool, names: set[str], notes: Notes
) -> list[WrittenTest]:
    """The hidden tests of a question: one for each case, or one for all where it is all or nothing.

    Args:
        question: with cases
        notebook: what the cells of the notebook define
        seeding: code that seeds random numbers, run before each cell; then earlier cases are run before later ones
        in_kernel: run all in the kernel
        names: names of functions that are taken
        notes: told what cannot be sealed, and what is dropped
    """
    groups = [question.cases] if question.all_or_nothing else [[case] for case in question.cases]
    points = [sum(question.case_points())] if question.all_or_nothing else question.case_points()
    found: list[WrittenTest] = []
    base = function_name(question.name, set(names))
    for number, (group, worth) in enumerate(zip(groups, points, strict=True), 1):
        name = question.name if len(groups) == 1 else f"{question.name} {number}"
        # Each doctest has a copy of the notebook's names, so that only a random state goes from one case to the next.
        earlier = [] if question.all_or_nothing or not seeding else question.cases[: number - 1]
        sealing = _examined(question, [*earlier, *group], notebook)
        if in_kernel and not sealing.reason:
            sealing = Sealing(sealing.names, sealing.imports, "all tests were asked to")
        title = question.name if len(groups) == 1 else f"{question.name} – {number}"
        test = WrittenTest(function_name(name, names), title, worth, [])
        test.hint = next((case.failure_message for case in group if case.failure_message), "")
        test.reveal = "none" if any(case.hidden for case in group) else "diff"
        test.uses = sealing.names
        if sealing.reason:
            notes.changed(f"the test “{title}”", f"it runs in the learner's kernel, less sealed: {sealing.reason}")
            _write_kernel(test, question, base, earlier, group)
        else:
            _write_sealed(test, question, base, sealing, earlier, group)
        for case in group:
            if case.success_message:
                notes.dropped(f"the success message of “{title}”", "a test that passes has no message here")
        found.append(test)
    return found


def code_of(case: Case) -> str:
    """What a case runs, without prompts and outputs."""
    if case.function:
        return case.code
    try:
        return "".join(example.source for example in doctest.DocTestParser().get_examples(case.code))
    except ValueError:  # the doctest is malformed, and fails in Otter for everybody, too
        return ""


def _examined(question: Question, cases: list[Case], notebook: Surroundings) -> Sealing:
    """Whether some cases can be sealed together."""
    if cases and cases[0].function:
        return _examined_functions(question, cases, notebook)
    code = "\n".join(code_of(case) for case in cases)
    if not code:
        return Sealing(reason="it is no doctest that can be read")
    if any("doctest:" in case.code for case in cases):
        return Sealing(reason="it uses directives of doctest")
    return examine(code, notebook)


def _examined_functions(question: Question, cases: list[Case], notebook: Surroundings) -> Sealing:
    names: set[str] = set()
    imports: set[str] = set()
    own = Surroundings()
    own.add(question.module)
    for case in cases:
        function = _function(case)
        parameters = {argument.arg for argument in _arguments(function)}
        if "env" in parameters:
            return Sealing(reason="it takes the whole notebook as `env`")
        if function.args.vararg or function.args.kwarg or function.args.defaults or function.args.kw_defaults:
            return Sealing(reason="its function has parameters of an unusual kind")
        body = "\n".join(ast.unparse(node) for node in function.body)
        known = Surroundings(
            bound=own.bound | notebook.bound & parameters,
            classes=own.classes | notebook.classes & parameters,
            imports=own.imports,
            functions=own.functions | notebook.functions & parameters,
            helpers=notebook.helpers & parameters,
            foreign=own.foreign | notebook.foreign & parameters,
        )
        sealing = examine(body, known)
        others = set(sealing.names) - parameters - own.bound
        if sealing.reason or others:
            reason = sealing.reason or f"it uses `{min(others)}`, which is none of its parameters"
            return Sealing(tuple(sorted(parameters)), reason=reason)
        names |= parameters
        imports |= set(sealing.imports)
    module = examine(question.module, Surroundings())
    if question.module and (module.reason or module.names):
        return Sealing(tuple(sorted(names)), reason=module.reason or f"its file uses `{module.names[0]}`")
    return Sealing(tuple(sorted(names)), tuple(sorted(imports)))


def _write_sealed(
    test: WrittenTest, question: Question, base: str, sealing: Sealing, earlier: list[Case], group: list[Case]
) -> None:
    test.before = list(sealing.imports)
    if group[0].function:
        _write_sealed_functions(test, question, base, earlier, group)
        return
    test.helpers = ("plain", _RUNNER, _DOCTEST)
    test.before += _NEEDED_BY_DOCTESTS
    given = [f"{text(name)}: taken(learner, {text(name)})" for name in sealing.names]
    given += [f"{text(bound)}: {bound}" for statement in sealing.imports for bound in _bound_by(statement)]
    test.body = [f"names = {{{', '.join(given)}}}"]
    for case, is_earlier in _all(earlier, group):
        constant = _constant("DOCTEST", base, question, case)
        test.before.append(f"{constant} = {block(case.code)}")
        call = f"run_doctest({constant}, names, learner.printed{_shown(case)})"
        test.body += _suppressed(call) if is_earlier else [call]


def _write_sealed_functions(
    test: WrittenTest, question: Question, base: str, earlier: list[Case], group: list[Case]
) -> None:
    module = ast.parse(question.module)
    test.before += [ast.unparse(node) for node in module.body if not isinstance(node, ast.FunctionDef)]
    test.helpers = ("plain", *(ast.unparse(node) for node in module.body if isinstance(node, ast.FunctionDef)))
    for case, is_earlier in _all(earlier, group):
        function = _function(case)
        function.name = _constant("check", base, question, case)
        parameters = [argument.arg for argument in _arguments(function)]
        given = ", ".join(f"{name}=taken(learner, {text(name)})" for name in parameters)
        test.helpers += (ast.unparse(function),)
        call = f"{function.name}({given})"
        test.body += _suppressed(call) if is_earlier else [call]


def _write_kernel(test: WrittenTest, question: Question, base: str, earlier: list[Case], group: list[Case]) -> None:
    test.in_kernel = True
    is_function = bool(group[0].function)
    test.helpers = (_KERNEL_CASE,) if is_function else (_RUNNER, _KERNEL_DOCTEST)
    test.before = [] if is_function else list(_NEEDED_BY_DOCTESTS)
    for case, is_earlier in _all(earlier, group):
        constant = _constant("CASE" if is_function else "DOCTEST", base, question, case)
        source = f"{question.module}\n\n{ast.unparse(_function(case))}".strip() if is_function else case.code
        test.before.append(f"{constant} = {block(source)}")
        call = (
            f"call_case({constant}, {text(case.function)})"
            if is_function
            else f"run_doctest_in_kernel({constant}{_shown(case)})"
        )
        test.body += _suppressed(call) if is_earlier else [call]


_NEEDED_BY_DOCTESTS = ("import contextlib", "import doctest", "import io")


def _all(earlier: list[Case], group: list[Case]) -> list[tuple[Case, bool]]:
    return [*((case, True) for case in earlier), *((case, False) for case in group)]


def _constant(kind: str, base: str, question: Question, case: Case) -> str:
    number = question.cases.index(case) + 1
    name = f"{kind}_{base}_{number}"
    return name if kind.islower() else name.upper()


def _shown(case: Case) -> str:
    return "" if case.hidden else ", shown=True"


def _suppressed(call: str) -> list[str]:
    return ["try:", f"    {call}", "except Exception:", "    pass"]


def _function(case: Case) -> ast.FunctionDef:
    """The function of a case, without decorators."""
    function = next(node for node in ast.parse(case.code).body if isinstance(node, ast.FunctionDef))
    function.decorator_list = []
    return function


def _arguments(function: ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _bound_by(statement: str) -> list[str]:
    found = Surroundings()
    found.add(statement)
    return sorted(found.imports)
