"""Questions about what a notebook left behind, each test in a fork of its own. One agent and kernel serve them all."""

import math
import re
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from openjupyter.wire.codec import encode
from tests.unit.agent.running import RunningAgent, call_of

CELLS = [
    """
import os, sys, time, math, builtins
import numpy as np
import pandas as pd
from dataclasses import dataclass

numbers = [1, 2, 3]
table = pd.DataFrame({"a": [1, 2]})
array = np.arange(6.0).reshape(2, 3)
state = {"count": 0}
nothing = None
""",
    """
def mean(values):
    return sum(values) / len(values)


def divide(a, b=1, *, scale=1):
    return a / b * scale


def deep(n):
    if n == 0:
        raise KeyError("the key")
    return deep(n - 1)


def touch():
    state["count"] += 1
    return state["count"]


def speak(text):
    print(text, end="")
    sys.stderr.write("not this")
    display(text)
    return len(text)


def ask():
    return input("Your name? ")


def hang():
    while True:
        pass


def fall_asleep():
    time.sleep(1000)


def die():
    os._exit(3)


def leave():
    raise SystemExit("bye")


def interrupt():
    raise KeyboardInterrupt


def stop_the_children():
    import signal
    os.kill(os.getpid(), signal.SIGKILL)


def mountain():
    return np.zeros(30 * 2**20, np.int8)


def endless():
    n = 0
    while True:
        yield n
        n += 1


def itself():
    loop = []
    loop.append(loop)
    return loop


def decode_badly():
    return b"\\xff".decode()


def me(value):
    return value
""",
    """
class Own(ValueError):
    pass


class Rude(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class Account:
    rate = 0.5

    def __init__(self, owner, balance=0):
        self.owner, self.balance = owner, balance

    def deposit(self, amount):
        if amount <= 0:
            raise Own("amount must be positive")
        self.balance += amount
        return self

    @property
    def broken(self):
        raise OSError(2, "no such thing")

    def __getitem__(self, key):
        return (self.owner, key)

    def __len__(self):
        return 4

    def __contains__(self, item):
        return item == self.owner

    def __repr__(self):
        return "Account " + "x" * 1000


class Vain:
    def __repr__(self):
        raise RuntimeError("look away")

    def __eq__(self, other):
        return True

    __hash__ = None


def rude():
    raise Rude


account = Account("ada", 10)
vain = Vain()
counter = iter([1, 2, 3])
accounts = [account, Account("ben")]
""",
    """
import helper
""",
    """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2, 3], [1, 4, 9], label="squares")
axes.set_title("Growth")
""",
]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningAgent]:
    files = {"course/helper.py": b"def fail():\n    x = 1\n    raise LookupError('in a file')\n"}
    with RunningAgent(tmp_path_factory.mktemp("agent") / "home") as agent:
        run = agent.run(*[cell.strip() for cell in CELLS], files=files)
        assert run["status"] == "ran", run
        yield agent


@pytest.fixture
def agent(shared: RunningAgent) -> Iterator[RunningAgent]:
    """The agent with a fresh fork."""
    assert shared.begin() == {"value": None}
    yield shared
    assert shared.ask_agent("end") == {"value": None}


def test_plain_data_comes_as_data(agent: RunningAgent) -> None:
    assert agent.get("numbers") == [1, 2, 3]
    assert agent.get("nothing") is None
    pd.testing.assert_frame_equal(agent.get("table"), pd.DataFrame({"a": [1, 2]}))
    np.testing.assert_array_equal(agent.get("array"), np.arange(6.0).reshape(2, 3))


def test_everything_else_stays_behind_a_handle(agent: RunningAgent) -> None:
    mean = agent.get("mean")
    assert (mean["t"], mean["type"]) == ("handle", "function")
    account = agent.get("account")
    assert account["type"] == "Account" and account["repr"].startswith("Account xxx") and len(account["repr"]) == 200
    vain = agent.get("vain")
    assert (vain["type"], vain["repr"]) == ("Vain", "")
    listed = agent.get("accounts")
    assert [item["type"] for item in listed] == ["Account", "Account"]
    assert len({item["id"] for item in [mean, account, vain, *listed]}) == 5


def test_a_name_that_is_missing(agent: RunningAgent) -> None:
    assert agent.error("get", name="median") == {"kind": "missing", "message": "median"}
    assert agent.error("get", name="len")["kind"] == "missing"  # a builtin is not the learner's


def test_calls_with_data_keywords_and_handles(agent: RunningAgent) -> None:
    assert agent.call(agent.get("mean"), [1, 2, 6]) == 3
    assert agent.call(agent.get("divide"), 6, b=3, scale=10) == 20
    assert math.isnan(agent.call(agent.get("me"), math.nan))
    same = agent.call(agent.get("me"), agent.get("account"))
    assert agent.value("attribute", target=same, name="owner") == "ada"


def test_objects_are_made_used_and_asked(agent: RunningAgent) -> None:
    account = agent.call(agent.get("Account"), "cleo", balance=5)
    agent.call(agent.value("attribute", target=account, name="deposit"), 7)
    assert agent.value("attribute", target=account, name="balance") == 12
    assert agent.value("attribute", target=agent.get("Account"), name="rate") == 0.5
    assert agent.value("item", target=account, index=encode((1, "k"))) == ("cleo", (1, "k"))
    assert agent.value("length", target=account) == 4
    assert agent.value("contains", target=account, item=encode("cleo")) is True
    assert agent.value("contains", target=account, item=encode("ada")) is False


def test_exceptions_come_with_builtin_type_message_and_place(agent: RunningAgent) -> None:
    error = agent.error("call", **call_of(agent.get("divide"), 1, 0))
    assert (error["kind"], error["type"], error["name"]) == ("raised", "ZeroDivisionError", "ZeroDivisionError")
    assert error["message"] == "division by zero"
    assert error["place"] == {"execution": 2, "line": 6}
    assert "return a / b * scale" in error["traceback"]
    assert "openjupyter" not in error["traceback"]
    deposit = agent.value("attribute", target=agent.get("account"), name="deposit")
    error = agent.error("call", **call_of(deposit, -1))
    assert (error["type"], error["name"], error["message"]) == ("ValueError", "Own", "amount must be positive")
    assert error["place"]["execution"] == 3
    error = agent.error("attribute", target=agent.get("account"), name="broken")
    assert (error["type"], error["message"]) == ("FileNotFoundError", "[Errno 2] no such thing")
    assert agent.error("attribute", target=agent.get("account"), name="color")["type"] == "AttributeError"


def test_the_deepest_line_of_the_learner_is_told(agent: RunningAgent) -> None:
    error = agent.error("call", **call_of(agent.get("deep"), 5))
    assert (error["type"], error["message"], error["place"]["line"]) == ("KeyError", "the key", 11)
    fail = agent.value("attribute", target=agent.get("helper"), name="fail")
    assert agent.error("call", **call_of(fail))["place"] == {"file": "helper.py", "line": 3}
    error = agent.error("call", **call_of(agent.get("mean"), [1, "2"]))
    assert error["place"] == {"execution": 2, "line": 2}


@pytest.mark.parametrize(
    ("name", "builtin"),
    [
        ("leave", "SystemExit"),
        ("interrupt", "KeyboardInterrupt"),
        ("decode_badly", "UnicodeDecodeError"),
        ("rude", "Exception"),
    ],
)
def test_odd_exceptions_are_answers_too(agent: RunningAgent, name: str, builtin: str) -> None:
    error = agent.error("call", **call_of(agent.get(name)))
    assert (error["kind"], error["type"]) == ("raised", builtin)
    assert agent.get("numbers") == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "words"), [("mountain", "24 MB"), ("itself", "contains itself")], ids=["too large", "endless"]
)
def test_values_that_cannot_cross_are_told(agent: RunningAgent, name: str, words: str) -> None:
    error = agent.error("call", **call_of(agent.get(name)))
    assert error["kind"] == "value" and words in error["message"]


def test_an_iterator_gives_one_item_at_a_time(agent: RunningAgent) -> None:
    iterator = agent.value("iterate", target=agent.call(agent.get("endless")))
    assert [agent.value("next", target=iterator) for _ in range(3)] == [[0], [1], [2]]
    iterator = agent.value("run", source="iter([5])")
    assert [agent.value("next", target=iterator) for _ in range(3)] == [[5], [], []]
    error = agent.error(
        "iterate",
        target=agent.value("run", source="type('Long', (list,), {})(range(100_001))"),
    )
    assert error == {"kind": "value", "message": "it has more than 100,000 items"}


def test_printed_text_is_kept_apart(agent: RunningAgent) -> None:
    assert agent.value("printed", stream="stdout") == ""
    assert agent.call(agent.get("speak"), "grüße\n") == 6
    assert agent.call(agent.get("speak"), "x" * 2_000_000) == 2_000_000
    printed = agent.value("printed", stream="stdout")
    assert printed.startswith("grüße\nxxx") and len(printed) == 1_000_000


def test_input_is_empty_a_few_times_and_then_ends(agent: RunningAgent) -> None:
    assert [agent.call(agent.get("ask")) for _ in range(20)] == [""] * 20
    assert agent.error("call", **call_of(agent.get("ask")))["type"] == "EOFError"
    assert agent.value("printed", stream="stdout") == ""
    assert agent.value("printed", stream="prompts")


def test_input_reads_the_lines_of_a_test(agent: RunningAgent) -> None:
    agent.value("inputs", lines=["one", "two"])
    assert [agent.call(agent.get("ask")) for _ in range(2)] == ["one", "two"]
    assert agent.error("call", **call_of(agent.get("ask")))["type"] == "EOFError"


def test_code_of_the_author_runs_in_the_namespace(agent: RunningAgent) -> None:
    assert agent.value("run", source="made = mean([2, 4])\nmade * 10") == 30
    assert agent.get("made") == 3
    assert agent.value("run", source="x = 1") is None
    assert agent.value("run", source="") is None
    assert agent.error("run", source="1 +")["type"] == "SyntaxError"
    assert agent.error("run", source="1 / 0")["type"] == "ZeroDivisionError"


def test_figures_are_described(agent: RunningAgent) -> None:
    for name in ("figure", "axes"):
        data = agent.value("figure", target=agent.get(name))
        (axes,) = data["axes"]
        assert axes["title"] == "Growth"
        assert axes["lines"][0]["y"].tolist() == [1, 4, 9]
    assert agent.error("figure", target=agent.get("account")) == {
        "kind": "value",
        "message": "a Account is not a figure",
    }


@pytest.mark.parametrize(
    "target", [{"t": "handle", "id": 999}, {"t": "handle", "id": "1"}, {"t": "handle"}, None, 1, []]
)
def test_handles_of_another_test_are_unknown(agent: RunningAgent, target: Any) -> None:
    error = agent.error("call", target=target, args=[], kwargs={})
    assert error["kind"] == "value" or error["type"] == "TypeError"
    assert agent.error("call", **call_of(agent.get("me"), {"t": "handle", "id": 7}))["kind"] == "value"


@pytest.mark.parametrize("question", [{"do": "open"}, {"do": "get"}, {"do": "call"}, {"do": "_get", "name": "x"}])
def test_questions_that_make_no_sense_are_errors(agent: RunningAgent, question: dict[str, Any]) -> None:
    assert agent.error(**question)["type"] == "KeyError"
    assert agent.get("numbers") == [1, 2, 3]


# ----------------------------------------------------------------------------- one fork a test


def test_no_test_sees_what_another_did(shared: RunningAgent) -> None:
    for _ in range(3):
        shared.begin()
        assert shared.call(shared.get("touch")) == 1
        assert shared.call(shared.get("touch")) == 2
        shared.value("run", source="numbers.append(99); new_name = 1; import builtins; builtins.sum = len")
        assert shared.get("numbers") == [1, 2, 3, 99]
    shared.begin()
    assert shared.get("numbers") == [1, 2, 3]
    assert shared.get("state") == {"count": 0}
    assert shared.error("get", name="new_name")["kind"] == "missing"
    assert shared.call(shared.get("mean"), [1, 2, 3]) == 2
    shared.ask_agent("end")


def test_the_namespace_holds_nothing_of_ours(agent: RunningAgent) -> None:
    names = agent.value("run", source="[name for name in dir() if not name.startswith('_')]")
    assert set(names) <= {
        *("In", "Out", "get_ipython", "exit", "quit", "open", "os", "sys", "time", "math", "builtins", "np", "pd"),
        *("dataclass", "numbers", "table", "array", "state", "nothing", "mean", "divide", "deep", "touch", "speak"),
        *("ask", "hang", "fall_asleep", "die", "leave", "interrupt", "stop_the_children", "mountain", "endless"),
        *("itself", "decode_badly", "me", "Own", "Rude", "Account", "Vain", "rude", "account", "vain", "counter"),
        *("accounts", "helper", "matplotlib", "plt", "figure", "axes"),
    }
    hidden = agent.value("run", source="[name for name in globals() if name.startswith('_')]")
    known = r"__(name|doc|package|loader|spec|builtin|builtins)__|_{1,3}|_i{1,3}|_i?[0-9]+|_[iod]h"
    assert [name for name in hidden if not re.fullmatch(known, name)] == []
    assert [text.strip() for text in agent.get("In")] == ["", *(cell.strip() for cell in CELLS)]


@pytest.mark.parametrize("name", ["die", "stop_the_children"])
def test_a_fork_that_dies_harms_only_its_test(shared: RunningAgent, name: str) -> None:
    shared.begin()
    assert shared.error("call", **call_of(shared.get(name)))["kind"] == "crashed"
    assert shared.ask("get", name="numbers") == {"error": {"kind": "crashed"}}
    assert shared.begin() == {"value": None}
    assert shared.get("numbers") == [1, 2, 3]
    shared.ask_agent("end")


@pytest.mark.parametrize("name", ["hang", "fall_asleep"])
def test_a_fork_that_hangs_is_stopped_in_time(shared: RunningAgent, name: str) -> None:
    shared.begin(0.5)
    pid = shared.value("run", source="os.getpid()")
    started = time.monotonic()
    assert shared.error("call", **call_of(shared.get(name))) == {"kind": "time limit"}
    assert time.monotonic() - started < 5
    assert shared.ask("get", name="numbers") == {"error": {"kind": "time limit"}}
    shared.begin()
    gone = f"""
def gone():
    try:
        return open('/proc/{pid}/stat').read().rpartition(')')[2].split()[0] == 'Z'
    except FileNotFoundError:
        return True


for _ in range(250):
    if gone():
        break
    time.sleep(0.02)
gone()
"""
    assert shared.value("run", source=gone) is True
    shared.ask_agent("end")


def test_a_new_test_ends_the_one_before(shared: RunningAgent) -> None:
    shared.begin()
    pid = shared.value("run", source="os.getpid()")
    shared.begin()
    shared.begin()  # reaps the first
    for _ in range(250):
        if shared.value("run", source=f"os.path.exists('/proc/{pid}/fd/0')") is False:
            break
        time.sleep(0.02)
    else:
        raise AssertionError("the fork of the test before is still there")
    shared.ask_agent("end")


def test_time_is_counted_over_all_questions_of_a_test(shared: RunningAgent) -> None:
    shared.begin(0.6)
    replies = [shared.ask("run", source="time.sleep(0.25)") for _ in range(4)]
    assert replies[0] == {"value": None}
    assert replies[-1] == {"error": {"kind": "time limit"}}
    assert shared.begin() == {"value": None}
    shared.ask_agent("end")


def test_a_question_after_the_end_is_not_answered(shared: RunningAgent) -> None:
    shared.begin()
    shared.ask_agent("end")
    assert shared.ask("get", name="numbers") == {"error": {"kind": "crashed"}}


@pytest.mark.parametrize(
    "forged",
    [
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x05hello",
        b'\x00\x00\x00\x0d{"value":1e999}'[:-2] + b"9}",
        b"\x00\x00\x00\x20{",
    ],
    ids=["length", "list", "no JSON", "cut number", "cut"],
)
def test_a_fork_that_breaks_the_protocol_has_crashed(shared: RunningAgent, forged: bytes) -> None:
    shared.begin(2)
    write = f"""
import os, stat
for descriptor in range(3, 200):
    try:
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.write(descriptor, {forged!r})
    except OSError:
        pass
os._exit(0)
"""
    assert shared.error("run", source=write) == {"kind": "crashed"}
    assert shared.begin() == {"value": None}
    assert shared.get("numbers") == [1, 2, 3]
    shared.ask_agent("end")


def test_a_reply_that_cannot_be_sent_on_has_crashed(shared: RunningAgent) -> None:
    shared.begin(2)
    body = b'{"value":1e999}'
    write = f"""
import os, stat
for descriptor in range(3, 200):
    try:
        if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            os.write(descriptor, {len(body).to_bytes(4, "big") + body!r})
    except OSError:
        pass
"""
    assert shared.error("run", source=write) == {"kind": "crashed"}
    shared.begin()
    assert shared.get("numbers") == [1, 2, 3]
    shared.ask_agent("end")
