"""All that a test can do with `learner` and its handles, by way of the real agent and the real judge."""

import pytest

from openjupyter.wire.frames import Frame
from tests.unit.agent.running import RunningAgent, notebook_of
from tests.unit.judge.running import Judged, run_judge

CELLS = [
    """
import asyncio, collections, dataclasses, enum, os, random, sys
import numpy as np
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt

total, run, number = 5, "the notebook's own", 3
""",
    """
def mean(values): return sum(values) / len(values)
def use_total(): return total + 1
def sort_in_place(values): values.sort()
def me(*args, **kwargs): return (args, kwargs) if kwargs or len(args) != 1 else args[0]
def nothing(): pass
def negative(x): return np.bool_(x < 0)
def large(n): return len(bytearray(n))
def roll(): return random.random(), float(np.random.rand())
def apply(function, *args, **kwargs): return function(*args, **kwargs)
def guarded(function):
    try:
        return function()
    except Exception as error:
        return type(error).__name__, str(error)
def speak(text):
    print(text)
    print(text.upper(), file=sys.stderr)
def ask(n=1): return [input(f"{i}? ") for i in range(n)]
def write(name, content):
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "wb") as file:
        file.write(content)
def squares(n=None):
    i = 0
    while n is None or i < n:
        yield i * i
        i += 1
async def fetch(n):
    await asyncio.sleep(0)
    return 2 * n
async def ticks(n):
    for i in range(n):
        yield i
def draw(title):
    figure, axes = plt.subplots()
    axes.set_title(title)
    return axes
""",
    """
class TooSmall(ValueError): pass
class Deep(TooSmall): pass
def small(kind="Deep"): raise globals()[kind]("5 is too small")

class Vector:
    def __init__(self, *items): self.items = list(items)
    def __add__(self, other): return Vector(*(a + b for a, b in zip(self.items, other.items)))
    def __radd__(self, other): return Vector(*(other + a for a in self.items))
    def __matmul__(self, other): return sum(a * b for a, b in zip(self.items, other.items))
    def __neg__(self): return Vector(*(-a for a in self.items))
    def __abs__(self): return max(map(abs, self.items))
    def __eq__(self, other): return self.items == other.items
    def __len__(self): return len(self.items)
    def __getitem__(self, index): return self.items[index]
    def __setitem__(self, index, value): self.items[index] = value
    def __delitem__(self, index): del self.items[index]
    def __contains__(self, item): return item in self.items
    def __repr__(self): return f"Vector{tuple(self.items)}"

class Liar:
    def __bool__(self): return True
    def __eq__(self, other): return True
    __lt__ = __gt__ = __le__ = __ge__ = __eq__
    def __len__(self): return -1
    def __contains__(self, item): return "certainly"

class Block:
    def __enter__(self): self.log = ["in"]; return self
    def __exit__(self, kind, error, traceback):
        self.log += ["out", kind and kind.__name__, error and str(error)]
        return kind is KeyError
class AsyncBlock:
    async def __aenter__(self): return 5
    async def __aexit__(self, *details): return details[0] is KeyError

@dataclasses.dataclass
class Account:
    owner: str
    balance: float = 0
    def deposit(self, n): self.balance += n; return self
Point = collections.namedtuple("Point", "x y")
class Color(enum.Enum):
    RED, BLUE = 1, "b"
class Many(list): pass
""",
    "print('hello')\nmax(3, 4)",
]

HIDDEN = """
import ast
from itertools import islice

import numpy as np
import pytest

# --- works

def test_names_are_read_and_set(learner):
    assert learner.total == 5 and learner["run"] == "the notebook's own"
    learner.total = 10
    learner["extra"] = [1]
    assert learner.use_total() == 11 and learner.extra == [1]

def test_names_are_as_before(learner):
    assert learner.use_total() == 6 and not hasattr(learner, "extra")

def test_plain_data_goes_and_comes(learner):
    assert learner.me([1], a=(2, {3})) == (([1],), {"a": (2, {3})})
    assert learner.me(np.arange(3)).tolist() == [0, 1, 2]

def test_run_gives_the_last_value(learner):
    assert learner.run("x = mean([1, 3])\\nx * 2") == 4 and learner.x == 2
    assert learner.run("y = 1") is None and learner.run("") is None
    assert learner.run("await fetch(4)") == 8

def test_modules(learner):
    assert learner.module("math").sqrt(9) == 3
    assert learner.module("os.path").join("a", "b") == "a/b"
    with pytest.raises(ModuleNotFoundError):
        learner.module("nowhere_to_be_found")

def test_what_is_sent_can_be_changed(learner):
    values = learner.send([3, 1, 2])
    learner.sort_in_place(values)
    values.append(9)
    assert learner.value(values) == [1, 2, 3, 9] and len(values) == 4 and values[0] == 1
    assert learner.value([5]) == [5] and learner.value(None) is None

def test_fields(learner):
    assert learner.fields(learner.Vector(1)) == {"items": [1]}
    assert learner.fields(learner.Account("ada")) == {"owner": "ada", "balance": 0}

def test_records(learner):
    account = learner.Account("ada").deposit(5)
    assert account.balance == 5 and account["owner"] == "ada" and account
    assert account == {"owner": "ada", "balance": 5} and account != {"owner": "ada"}
    assert account == learner.Account("ada", 5) and account != learner.Account("ben", 5)
    account.balance = 7
    assert account == {"owner": "ada", "balance": 7} and account != learner.Account("ada", 5)
    assert account in [{"owner": "ada", "balance": 7}]

def test_named_tuples_and_enumerations(learner):
    point = learner.Point(1, 2)
    assert point == (1, 2) and point.y == 2
    assert learner.me(point) == (1, 2)
    assert learner.Color.RED == 1 and learner.Color("b").name == "BLUE"

def test_generators_are_lazy(learner):
    assert list(learner.squares(3)) == [0, 1, 4] and list(islice(learner.squares(), 2)) == [0, 1]
    numbers = learner.squares(2)
    assert [next(numbers), next(numbers)] == [0, 1]
    with pytest.raises(StopIteration):
        next(numbers)
    assert next(numbers, "end") == "end"

def test_async(learner):
    assert learner.fetch(4) == 8 and list(learner.ticks(3)) == [0, 1, 2]

def test_blocks(learner):
    with learner.Block() as block:
        pass
    assert block.log == ["in", "out", None, None]
    with learner.Block() as block:
        raise KeyError("gone")
    assert block.log[2] == "KeyError"
    with pytest.raises(ValueError, match="mine"), learner.Block():
        raise ValueError("mine")
    with learner.AsyncBlock() as five:
        assert five == 5
    with learner.AsyncBlock():
        raise KeyError

def test_items(learner):
    vector = learner.Vector(1, 2, 3)
    vector[0] = 7
    del vector[1]
    assert vector[0] == 7 and vector[0:2] == [7, 3] and len(vector) == 2 and 3 in vector and list(vector) == [7, 3]
    with pytest.raises(IndexError):
        vector[5]

def test_operators(learner):
    a, b = learner.Vector(1, 2), learner.Vector(3, 4)
    assert (a + b).items == [4, 6] and a @ b == 11 and (-a).items == [-1, -2] and abs(-b) == 4
    assert (10 + a).items == [11, 12]
    with pytest.raises(TypeError):
        a - b
    operator = learner.module("operator")
    assert operator.eq(a, learner.Vector(1, 2)) is True and operator.eq(a, b) is False
    assert learner.module("builtins").repr(a) == "Vector(1, 2)"

def test_callbacks(learner):
    seen = []
    assert learner.apply(lambda x, y=0: seen.append((x, y)) or x + y, 1, y=2) == 3 and seen == [(1, 2)]
    assert learner.apply(seen.append, learner.Vector(1)) is None and seen[1].items == [1]
    assert learner.apply(lambda: learner.mean([1, 3])) == 2
    assert learner.apply(lambda f: f(5), lambda x: x + 1) == 6
    assert learner.apply(lambda: lambda: 4)() == 4

def test_callbacks_raise_into_learner_code(learner):
    def fails():
        raise KeyError("mine")
    assert learner.guarded(fails) == ("KeyError", "'mine'"), "as str() of a KeyError is"
    with pytest.raises(KeyError):
        learner.apply(fails)

def test_raises_by_name(learner):
    for name in ("Deep", "TooSmall", "ValueError", "Exception"):
        with learner.raises(name, match="^5 is") as raised:
            learner.small()
        assert (raised.name, raised.message) == ("Deep", "5 is too small")
    with pytest.raises(ValueError, match="too small"):
        learner.small()

def test_streams(learner):
    learner.speak("one")
    assert (learner.printed(), learner.printed("stderr")) == ("one\\n", "ONE\\n")
    learner.speak("two")
    assert learner.printed() == "one\\ntwo\\n"

def test_input_lines(learner):
    learner.inputs("a", "")
    learner.inputs("b")
    assert learner.ask(3) == ["a", "", "b"] and learner.printed("prompts") == "0? 1? 2? "
    with pytest.raises(EOFError):
        learner.ask()

def test_input_without_lines_is_empty_for_a_while(learner):
    assert learner.ask(20) == [""] * 20
    with pytest.raises(EOFError):
        learner.ask()

def test_seed(learner):
    learner.seed(3)
    first = learner.roll()
    learner.seed(3)
    assert learner.roll() == first
    learner.seed(4)
    assert learner.roll() != first

def test_files(learner):
    learner.write("out/a.txt", "zwölf".encode())
    learner.write(".hidden", b"x")
    assert "out/a.txt" in learner.files() and ".hidden" not in learner.files()
    assert learner.read_text("out/a.txt") == "zwölf" and learner.read_file(".hidden") == b"x"
    with pytest.raises(FileNotFoundError):
        learner.read_file("missing")

def test_files_are_as_before(learner):
    assert not [name for name in learner.files() if "a.txt" in name]

def test_figures(learner):
    assert learner.figures() == []
    assert learner.figure(learner.draw("one")).axes[0].title == "one"
    learner.draw("two")
    assert [figure.axes[0].title for figure in learner.figures()] == ["one", "two"]

def test_cells(learner):
    assert [cell.number for cell in learner.cells()] == [1, 2, 3, 4]
    assert (learner.cells()[3].printed, learner.cells()[3].result) == ("hello\\n", "4")

def test_source(learner):
    assert learner.source("mean") == "def mean(values): return sum(values) / len(values)"
    assert "self.balance" in learner.source("Account.deposit")
    assert any(isinstance(node, ast.While) for node in ast.walk(learner.tree("squares")))
    assert len(learner.tree().body) > 20

def test_measure(learner):
    measured = learner.measure(learner.large, n=40_000_000)
    assert measured.value == 40_000_000 and 0 < measured.seconds < 5
    assert measured.peak_bytes is None or 30e6 < measured.peak_bytes < 90e6
    assert learner.measure(lambda: 5).value == 5

def test_scalars_of_numpy(learner):
    assert learner.negative(-1) is True and type(learner.me(np.float32(1))) is float

@pytest.mark.exact_types
def test_exact_scalars_of_numpy(learner):
    assert type(learner.negative(-1)) is np.bool_ and type(learner.me(np.float32(1))) is np.float32

def test_handles_tell_what_they_are(learner):
    many = learner.Many([1, 2])
    assert type(many).__name__ == "Handle" and many.type_name == "Many" and list(many) == [1, 2]
    assert repr(many) == "<the learner's Many: [1, 2]>"
    assert {many: 1}[many] == 1
    with pytest.raises(AttributeError):
        many.missing
    with pytest.raises(AttributeError):
        many.__wrapped__

# --- refuses, with words for the author

def refused_equal(learner):
    assert learner.Vector(1) == learner.Vector(1)

def refused_unequal(learner):
    assert learner.Liar() != 5

def refused_less(learner):
    assert learner.Liar() < 5

def refused_truth(learner):
    assert learner.Liar()

def refused_not(learner):
    assert not learner.nothing

def refused_in_list(learner):
    assert learner.Liar() in [1, 2]

def refused_argument(learner):
    learner.mean(object())

def refused_class(learner):
    learner.mean(int)

def refused_set(learner):
    learner.total = object()

def refused_length(learner):
    len(learner.Liar())

def refused_value(learner):
    learner.value(learner.Vector(1))

def refused_fields(learner):
    learner.fields(learner.nothing())

def refused_fields_of_what_has_none(learner):
    learner.fields(learner.send([1]))

def refused_measure(learner):
    learner.measure(learner.number)

def refused_figure(learner):
    learner.figure(learner.nothing())

def refused_figure_of_a_handle(learner):
    learner.figure(learner.Vector(1))

def refused_call(learner):
    learner.number(5)

def refused_text_file(learner):
    learner.write("bytes", b"\\xff\\xfe\\xfa")
    learner.read_text("bytes")

def refused_folder(learner):
    learner.write("folder/a", b"")
    learner.read_file("folder")

def refused_cell(learner):
    learner.cell("conclusion")

def refused_source(learner):
    learner.source("median")

def refused_name(learner):
    learner.median

def refused_stream(learner):
    learner.printed("stdin")

def refused_raises_nothing(learner):
    with learner.raises("TooSmall"):
        learner.nothing()

def refused_raises_another_text(learner):
    with learner.raises("TooSmall", match="too large"):
        learner.small()

def refused_raises_another(learner):
    with learner.raises("TooLarge"):
        learner.small()

def refused_raises_of_the_test(learner):
    with learner.raises("KeyError"):
        raise KeyError("mine")

def refused_contains_a_lie(learner):
    assert 5 in learner.module("builtins").object()

def refused_callback_fails(learner):
    def check():
        assert learner.total == 31337, "Wrong from within."
    learner.guarded(check)

def refused_callback_gives_what_cannot_cross(learner):
    learner.apply(lambda: object())
"""
HIDDEN = HIDDEN.replace("def refused", "def test_refused")

NOT_EXPECTED = "`{}` did not give what this test expects."
UNUSABLE = "`{}` gave something that this test cannot use."
REFUSED = {
    "equal": (NOT_EXPECTED.format("Vector(...)"), 'learner.module("operator").eq(a, b) asks the learner\'s own __eq__'),
    "unequal": (NOT_EXPECTED.format("Liar(...)"), "compare its attributes or what its methods return"),
    "less": (NOT_EXPECTED.format("Liar(...)"), "learner.fields(…) what is in it"),
    "truth": (NOT_EXPECTED.format("Liar(...)"), "ask for its length or an attribute instead of its truth"),
    "not": (NOT_EXPECTED.format("nothing"), "instead of its truth"),
    "in_list": (NOT_EXPECTED.format("Liar(...)"), "cannot be compared"),
    "argument": (
        NOT_EXPECTED.format("mean"),
        "a value of type object is neither plain data nor an object of the learner",
    ),
    "class": (NOT_EXPECTED.format("mean"), "a value of type type is neither plain data nor an object of the learner"),
    "set": ("This test did not pass.", "neither plain data"),
    "length": ("`len(Liar(...))` raised ValueError.", "__len__() should return >= 0"),
    "value": (UNUSABLE.format("Vector(...)"), "is a Vector, which is no plain data"),
    "fields": (UNUSABLE.format("nothing(...)"), "nothing(...) has no fields"),
    "fields_of_what_has_none": ("This test did not pass.", "a list has no fields"),
    "measure": (UNUSABLE.format("number"), "number is no function"),
    "figure": (UNUSABLE.format("nothing(...)"), "nothing(...) did not give a figure"),
    "figure_of_a_handle": ("The figure of Vector(...) gave something that this test cannot use.", "is not a figure"),
    "call": (NOT_EXPECTED.format("number"), "'int' object is not callable"),
    "text_file": ("The file bytes gave something that this test cannot use.", "is not text in UTF-8"),
    "folder": ("The file folder gave something that this test cannot use.", "it is no ordinary file"),
    "cell": ("Your notebook has no cell `conclusion`.", "conclusion"),
    "source": ("Your notebook does not define `median`.", "median"),
    "name": ("Your notebook does not define `median`.", "median"),
    "stream": ("This test did not pass.", "there is no stream 'stdin', but stdout, stderr, prompts"),
    "raises_nothing": (NOT_EXPECTED.format("nothing(...)"), "TooSmall was not raised"),
    "raises_another_text": (NOT_EXPECTED.format("small(...)"), "'5 is too small' does not match 'too large'"),
    "raises_another": (
        "`small(...)` raised an exception of your own (a kind of ValueError) in code cell 3, line 3.",
        "5 is too small",
    ),
    "raises_of_the_test": ("This test did not pass.", "KeyError: 'mine'"),
    "contains_a_lie": ("`... in builtins.object(...)` raised TypeError.", "TypeError"),
    "callback_fails": ("Wrong from within.", "31337"),
    "callback_gives_what_cannot_cross": ("`apply(...)` raised TypeError in code cell 2, line 9.", "neither plain data"),
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("learner")
    cells = [cell.strip("\n") for cell in CELLS]
    with RunningAgent(folder / "home") as agent:
        run = agent.run(*cells)
        assert run["status"] == "ran", run

        def answer(question: Frame) -> Frame | None:
            agent.send(question)
            return agent.receive()

        return run_judge(folder, HIDDEN, answer, executions=run["executions"], notebook=notebook_of(*cells).decode())


WORKS = [line[4:].partition("(")[0] for line in HIDDEN.splitlines() if line.startswith("def test_")]
WORKS = [name for name in WORKS if "refused" not in name]


@pytest.mark.parametrize("name", WORKS)
def test_works(judged: Judged, name: str) -> None:
    record = judged.tests[name]
    assert (record["outcome"], record["message"]) == ("passed", ""), record["staff"]


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_with_advice(judged: Judged, name: str) -> None:
    record = judged.tests[f"test_refused_{name}"]
    message, staff = REFUSED[name]
    assert record["outcome"] in ("failed", "error") and record["earned"] == 0
    assert record["message"] == message
    assert staff in record["staff"]


def test_every_hidden_test_is_looked_at(judged: Judged) -> None:
    assert set(judged.tests) == {*WORKS, *(f"test_refused_{name}" for name in REFUSED)}
