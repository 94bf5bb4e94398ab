"""A sandbox that lies, forges, stops or goes away: no point is given for it, and nothing of the tests leaks out."""

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter.wire.codec import encode
from openjupyter.wire.frames import Frame, envelope, pack
from openjupyter_service.judge.cells import Notebook
from openjupyter_service.judge.channel import Channel, MalformedReply, SandboxGone, SocketLink
from openjupyter_service.judge.failures import CellPlace, NotDefined, Raised, Stopped, UnusableValue
from openjupyter_service.judge.handle import Handle, handle_number, make_handle
from openjupyter_service.judge.learner import Learner
from openjupyter_service.judge.sandbox import Sandbox
from tests.unit.judge.running import run_judge

SECRET = "31337"


class ScriptedLink:
    """Gives prepared replies to questions for the fork; what was asked is kept. The agent itself is honest."""

    def __init__(self, *replies: Any) -> None:
        self.replies = list(replies)
        self.sent: list[Frame] = []

    def exchange(self, frame: Frame) -> Frame:
        pack(frame)
        if "agent" in frame:
            return {"id": frame["id"], "value": None}
        self.sent.append(frame)
        reply = self.replies.pop(0)
        if not isinstance(reply, dict):
            raise SandboxGone("the sandbox gave no reply")
        return reply if "callback" in reply else {"id": frame["id"], **reply}


def learner_with(*replies: Any, files: dict[str, int] | None = None) -> Learner:
    sandbox = Sandbox(ScriptedLink(*replies), make_handle, handle_number, files)
    return Learner(sandbox, Notebook("{}", {}, lambda cell: []))


def asked_of(thing: Any) -> list[Frame]:
    link: ScriptedLink = thing._sandbox._link
    return link.sent


HANDLE = {"value": {"t": "handle", "id": 1, "type": "Thing", "repr": "a thing"}}


def handle_with(*replies: Any) -> Handle:
    thing = learner_with(HANDLE, *replies).thing
    assert type(thing) is Handle
    return thing


BROKEN_REPLIES: list[Any] = [
    {},
    {"callback": 1, "args": [], "kwargs": {}},
    {"callback": "1"},
    {"id": 99, "value": 1},
    {"id": "1", "value": 1},
    {"id": None, "value": 1},
    {"error": "crashed"},
    {"error": {}},
    {"error": {"kind": "passed"}},
    {"error": {"kind": ["raised"]}},
    {"errors": {"kind": "raised"}},
]


@pytest.mark.parametrize("reply", BROKEN_REPLIES, ids=str)
def test_a_broken_reply_is_no_answer_even_where_an_exception_is_expected(reply: Any) -> None:
    learner = learner_with(reply, {"value": 1})
    with pytest.raises(Stopped) as caught:  # noqa: SIM117
        with pytest.raises(Exception):  # noqa: B017  # as a hidden test might
            learner.mean  # noqa: B018
    assert (caught.value.outcome, caught.value.label) == ("crashed", "mean")
    with pytest.raises(Stopped):  # whatever such a fork says later is no answer either
        learner.other  # noqa: B018


def test_a_sandbox_that_is_gone_is_no_exception_that_a_test_could_expect() -> None:
    with pytest.raises(SandboxGone):  # noqa: SIM117
        with pytest.raises(Exception):  # noqa: B017
            learner_with(None).mean  # noqa: B018


@pytest.mark.parametrize("kind", ["time limit", "memory limit", "crashed"])
def test_what_was_stopped_is_no_exception_that_a_test_could_expect(kind: str) -> None:
    with pytest.raises(Stopped) as caught:  # noqa: SIM117
        with pytest.raises(Exception):  # noqa: B017
            learner_with({"error": {"kind": kind}}).mean  # noqa: B018
    assert (caught.value.outcome, caught.value.label) == (kind, "mean")


MALFORMED_VALUES: list[Any] = [
    {"t": "handle"},
    {"t": "handle", "id": "1", "type": "x", "repr": "x"},
    {"t": "handle", "id": True, "type": "x", "repr": "x"},
    {"t": "handle", "id": 1, "type": None, "repr": "x"},
    {"t": "handle", "id": 1, "type": "x"},
    {"t": "pickle", "v": "gASVAAAA"},
    {"t": "ndarray", "dtype": "O", "shape": [1], "data": "AAAAAAAAAAA="},
    {"v": 1},
    [[{"t": "int", "v": "zz"}]],
    {"t": "dict", "v": [[[], 1]]},
]


@pytest.mark.parametrize("node", MALFORMED_VALUES, ids=str)
def test_a_malformed_value_is_unusable(node: Any) -> None:
    with pytest.raises(UnusableValue, match=r"^answer: "):
        learner_with({"value": node}).answer  # noqa: B018


def test_values_over_the_caps_are_unusable() -> None:
    deep: Any = 1
    for _ in range(100):
        deep = [deep]
    with pytest.raises(UnusableValue, match="nested deeper"):
        learner_with({"value": deep}).answer  # noqa: B018
    with pytest.raises(UnusableValue, match="parts"):
        learner_with({"value": [0] * 1_000_001}).answer  # noqa: B018


def test_a_value_beside_an_error_does_not_count() -> None:
    with pytest.raises(NotDefined):
        learner_with({"value": 42, "error": {"kind": "missing"}}).answer  # noqa: B018


def raised_by(error: Frame, files: dict[str, int] | None = None) -> Any:
    with pytest.raises(Exception) as caught:
        learner_with({"error": {"kind": "raised", **error}}, files=files).call  # noqa: B018
    return caught.value


@pytest.mark.parametrize(
    "name", ["ValueError", "KeyError", "OSError", "UnicodeDecodeError", "StopIteration", "SyntaxError"]
)
def test_builtin_exceptions_arrive_as_themselves(name: str) -> None:
    error = raised_by({"type": name, "name": name, "message": "the message"})
    assert isinstance(error, {"KeyError": KeyError}.get(name, Exception)) and type(error).__name__ == name
    assert "the message" in str(error)
    assert type(error).__mro__[-3:-1] == (Exception, BaseException)


@pytest.mark.parametrize(
    ("name", "arrives_as"),
    [
        ("SystemExit", RuntimeError),
        ("KeyboardInterrupt", RuntimeError),
        ("GeneratorExit", RuntimeError),
        ("BaseException", RuntimeError),
        ("BaseExceptionGroup", RuntimeError),
        ("ExceptionGroup", RuntimeError),
        ("int", Exception),
        ("eval", Exception),
        ("__import__", Exception),
        ("Stopped", Exception),
        ("", Exception),
        (None, Exception),
        (["ValueError"], Exception),
    ],
)
def test_every_other_exception_arrives_as_a_harmless_one(name: Any, arrives_as: type) -> None:
    assert type(raised_by({"type": name, "message": "m"})) is arrives_as


EXCEPTIONS = [
    kind.__name__
    for kind in vars(__import__("builtins")).values()
    if isinstance(kind, type) and issubclass(kind, BaseException)
]


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_builtin_exception_can_be_made(name: str) -> None:
    raised = Raised({"type": name, "name": name, "message": "m"}, "f(...)").exception()
    assert isinstance(raised, Exception)
    assert isinstance(raised.learner_error, Raised)  # type: ignore[attr-defined]
    str(raised), repr(raised)


HOSTILE_TEXT = f"your input was {SECRET}"
FORGED_ERRORS: list[Frame] = [
    {"kind": "missing", "message": HOSTILE_TEXT},
    {"kind": "value", "message": HOSTILE_TEXT},
    {"kind": "raised", "type": HOSTILE_TEXT, "name": HOSTILE_TEXT},
    {"kind": "raised", "type": "ValueError", "name": HOSTILE_TEXT, "message": HOSTILE_TEXT},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "place": {"file": HOSTILE_TEXT, "line": 1}},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "place": {"file": SECRET + ".py", "line": 1}},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "place": {"number": HOSTILE_TEXT, "line": 1}},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "place": {"number": 1, "line": HOSTILE_TEXT}},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "place": {"number": 1, "line": int(SECRET * 20)}},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "place": {"number": int(SECRET * 20), "line": 1}},
    {"kind": "raised", "type": "ValueError", "name": "ValueError", "traceback": HOSTILE_TEXT, "place": [SECRET]},
]

MANY = "\n".join(f"def test_{n}(learner):\n    learner.f\n" for n in range(len(FORGED_ERRORS)))


@pytest.fixture(scope="module")
def forged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Frame]]:
    errors = iter(FORGED_ERRORS)

    def answer(question: Frame) -> Frame:
        return {"error": next(errors)} if question.get("do") == "get" else {"value": None}

    yield run_judge(tmp_path_factory.mktemp("judge"), MANY, answer, files=["layers.py"]).verdict["tests"]


def test_a_forged_error_cannot_carry_an_input_to_the_learner(forged: list[Frame]) -> None:
    messages = [record["message"] for record in forged]
    assert not [message for message in messages if SECRET in message]
    assert messages[:2] == ["Your notebook does not define `f`.", "`f` gave something that this test cannot use."]
    assert messages[2] == "`f` raised an exception of your own (a kind of Exception)."
    assert set(messages[4:]) == {"`f` raised ValueError."}
    assert {record["earned"] for record in forged} == {0}


def test_only_lines_that_exist_are_told() -> None:
    place = {"file": "layers.py", "line": 7}
    error = raised_by({"type": "ValueError", "place": place}, files={"layers.py": 7})
    assert error.learner_error.place == place
    for files in ({"layers.py": 6}, {"other.py": 7}, {}):
        assert raised_by({"type": "ValueError", "place": place}, files=files).learner_error.place == {}
    cells = {3: CellPlace(cell=4, number=2, lines=5)}
    for execution, line, told in ((3, 5, {"cell": 4, "number": 2, "line": 5}), (3, 6, {}), (2, 1, {}), ("3", 1, {})):
        raised = Raised({"type": "ValueError", "place": {"execution": execution, "line": line}}, "f", {}, cells)
        assert raised.place == told


# ----------------------------------------------------------------------------- handles


def test_a_handle_asks_nothing_to_be_shown_hashed_or_copied() -> None:
    thing = handle_with()
    assert repr(thing) == "<the learner's Thing: a thing>"
    assert thing.type_name == "Thing"
    assert len({thing, thing}) == 1
    for name in ("__array__", "__length_hint__", "__deepcopy__", "__dataframe__", "__index__"):
        assert not hasattr(thing, name)
    assert len(asked_of(thing)) == 1


@pytest.mark.parametrize(
    "use",
    [
        lambda thing: thing == 1,
        lambda thing: thing != 1,
        lambda thing: thing == thing,
        lambda thing: thing == 1,
        lambda thing: bool(thing),
        lambda thing: not thing,
        lambda thing: thing in [1],
        lambda thing: thing < 1,
        lambda thing: thing >= 1,
        lambda thing: int(thing),
        lambda thing: {thing: 1}[object()],
    ],
)
def test_a_handle_refuses_what_a_learner_could_bend(use: Any) -> None:
    with pytest.raises((TypeError, KeyError)):
        use(handle_with())


def test_a_handle_is_changed_where_it_is() -> None:
    thing = handle_with(*[{"value": None}] * 3)
    thing.name = 1
    thing["a"] = [2]
    del thing["a"]
    asked = [(frame["do"], frame.get("name"), frame.get("index"), frame.get("value")) for frame in asked_of(thing)[1:]]
    assert asked == [
        ("set_attribute", "name", None, 1), ("set_item", None, "a", [2]), ("delete_item", None, "a", None)
    ]  # fmt: skip
    assert set(vars(thing)) == {"_sandbox", "_number", "_label", "_type_name", "_repr"}


def test_operators_are_asked_of_the_learner() -> None:
    thing = handle_with(*[{"value": 1}] * 4)
    assert [thing + 2, 2 - thing, -thing, abs(thing)] == [1, 1, 1, 1]
    node = {"t": "handle", "id": 1}
    assert [(frame["operator"], frame["operands"]) for frame in asked_of(thing)[1:]] == [
        ("add", [node, 2]), ("sub", [2, node]), ("neg", [node]), ("abs", [node])
    ]  # fmt: skip


def test_a_function_of_the_test_is_called_back() -> None:
    calls: list[Any] = []
    thing = handle_with({"callback": 1, "args": [[1, 2]], "kwargs": {"key": "a"}}, {"value": 7})
    assert thing(lambda values, key: calls.append((values, key)) or 5) == 7
    assert calls == [([1, 2], "a")]
    assert asked_of(thing)[1]["args"] == [{"t": "handle", "callback": 1}]
    assert asked_of(thing)[2]["value"] == 5


@pytest.mark.parametrize("error", [AssertionError(SECRET), pytest.fail.Exception(SECRET)], ids=["assert", "fail"])
def test_a_verdict_in_a_callback_is_kept_from_the_learner(error: BaseException) -> None:
    def judge(value: Any) -> Any:
        raise error

    thing = handle_with({"callback": 1, "args": [1], "kwargs": {}}, {"value": 7})
    with pytest.raises(type(error)):
        thing(judge)
    assert SECRET not in str(asked_of(thing)) and asked_of(thing)[2]["raise"] == "RuntimeError"


@pytest.mark.parametrize("length", [-1, 1.0, True, "3", None, [1], {"t": "int", "v": "-1"}])
def test_a_length_must_be_one(length: Any) -> None:
    with pytest.raises((UnusableValue, TypeError)):
        len(handle_with({"value": length}))


def test_a_huge_length_is_an_error_and_no_hang() -> None:
    with pytest.raises(OverflowError):
        len(handle_with({"value": 2**80}))


def test_only_lists_and_iterators_are_iterated_over() -> None:
    assert [*iter(handle_with({"value": [1, {"t": "tuple", "v": []}]}))] == [1, ()]
    with pytest.raises(UnusableValue):
        iter(handle_with({"value": "abc"}))


def test_a_list_of_a_handle_asks_for_its_length_first_as_python_does() -> None:
    no_length = {"error": {"kind": "raised", "type": "TypeError", "message": "it has no len()"}}
    assert list(handle_with({"value": [1, 2]}, no_length)) == [1, 2]


@pytest.mark.parametrize(
    ("reply", "contained"), [(True, True), (False, False), (1, False), ("True", False), ([1], False)]
)
def test_only_true_is_contained(reply: Any, contained: bool) -> None:
    assert (1 in handle_with({"value": reply})) is contained


def test_printed_text_is_text() -> None:
    assert learner_with({"value": "a"}).printed() == "a"
    assert learner_with({"value": {"t": "bytes", "v": ""}}).printed() == ""


def test_arguments_are_data_or_handles() -> None:
    thing = handle_with({"value": 1}, {"value": 2})
    assert thing(thing, [thing, 1.5], key={"a": thing}) == 1
    sent = asked_of(thing)[-1]
    node = {"t": "handle", "id": 1}
    assert sent["args"] == [node, [node, 1.5]]
    assert sent["kwargs"] == {"key": {"t": "dict", "v": [["a"], [node]]}}
    with pytest.raises(TypeError, match="cannot be passed"):
        thing(object())


# ----------------------------------------------------------------------------- figures


FIGURE = {
    "suptitle": "",
    "axes": [
        {
            "title": "t",
            "xlabel": "x",
            "ylabel": "y",
            "xlim": [0, 1],
            "ylim": [0.0, 1.0],
            "xscale": "linear",
            "yscale": "log",
            "xticklabels": ["a"],
            "yticklabels": [],
            "legend": [],
            "lines": [],
            "bars": [{"x": 0, "y": 0.0, "width": 1.0, "height": 2, "label": ""}],
            "points": [],
            "images": [],
        }
    ],
}


def test_a_figure_arrives_with_its_parts() -> None:
    figure = learner_with(HANDLE, {"value": encode(FIGURE)})
    (axes,) = figure.figure(figure.plot).axes
    assert (axes.title, axes.xlim, axes.yscale, axes.bars[0].height) == ("t", [0.0, 1.0], "log", 2.0)
    assert type(axes.bars[0].height) is float


def changed(**changes: Any) -> Any:
    axes = {**FIGURE["axes"][0], **changes}  # type: ignore[dict-item]
    return {**FIGURE, "axes": [{key: value for key, value in axes.items() if value is not ...}]}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"suptitle": 1, "axes": []},
        {"suptitle": "", "axes": {}},
        {"suptitle": "", "axes": [None]},
        changed(title=...),
        changed(title=5),
        changed(xlim=["a", "b"]),
        changed(xlim=[[1], 2]),
        changed(lines=[{"x": [1], "y": [2], "label": "", "linestyle": "-", "marker": ""}]),
        changed(bars=[{"x": "0", "y": 0.0, "width": 1.0, "height": 2, "label": ""}]),
        changed(bars=5),
        changed(images=[["a"]]),
        changed(images=[{1: 2}]),
    ],
    ids=lambda data: str(data)[:40],
)
def test_a_forged_figure_is_unusable(data: Any) -> None:
    learner = learner_with(HANDLE, {"value": encode(data)})
    with pytest.raises(UnusableValue):
        learner.figure(learner.plot)


def test_a_figure_of_texts_is_unusable() -> None:
    import numpy as np

    line = {"x": np.array(["a"]), "y": np.array([1.0]), "label": "", "linestyle": "-", "marker": ""}
    learner = learner_with(HANDLE, {"value": encode(changed(lines=[line]))})
    with pytest.raises(UnusableValue):
        learner.figure(learner.plot)


# ----------------------------------------------------------------------------- the channel itself


@pytest.mark.parametrize("body", [b"\xff\xff", b"[]", b"hello", b'{"a":NaN}', b"[" * 100_000, b"," * 6_000_000])
def test_a_reply_that_is_no_frame_is_a_crash_and_not_the_end(body: bytes, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    link = SocketLink.__new__(SocketLink)
    link._socket, link._path = ours, None
    sender = threading.Thread(target=theirs.sendall, args=(envelope(body),))
    sender.start()
    with ours, theirs, pytest.raises(MalformedReply):
        link.exchange({"do": "get", "id": 1})
    sender.join()


@pytest.mark.parametrize(("sent", "reply"), [(b"", {"error": {"kind": "memory limit"}}), (b"\xff\xff\xff\xff", {})])
def test_the_service_says_why_a_sandbox_has_ended(sent: bytes, reply: Frame) -> None:
    ours, theirs = socket.socketpair()
    reading, answering = os.pipe()
    asking, writing = os.pipe()
    link = SocketLink.__new__(SocketLink)
    link._socket, link._path, link._channel = ours, None, Channel(reading, writing)
    os.write(answering, pack({"id": 4, **reply}))
    theirs.sendall(sent)
    theirs.close()
    with ours:
        assert link.exchange({"do": "get", "id": 4}) == {"id": 4, **reply}
    assert b'"to":"service"' in os.read(asking, 100)
    for descriptor in (reading, answering, asking, writing):
        os.close(descriptor)


BROKEN = {
    "no tests": ({"data.csv": "", "helper.py": ""}, "NO_TESTS_COLLECTED"),
    "a file that cannot be imported": ({"test_a.py": "import no_such_module\n"}, "no_such_module"),
    "an exit at import": ({"test_a.py": "raise SystemExit(0)\n"}, "pytest ended with"),
    "an exit in a test": ({"test_a.py": "import pytest\ndef test_a(learner): pytest.exit('x', 0)\n"}, "pytest ended"),
    "no points": ({"test_a.py": "import pytest\ndef test_a(learner): pytest.skip('x')\n"}, "no points"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_tests_are_a_fault_and_no_score(tmp_path: Path, name: str) -> None:
    files, words = BROKEN[name]
    judged = run_judge(tmp_path, files, lambda question: {"value": None})
    assert set(judged.verdict) == {"fault"}
    assert words in judged.verdict["fault"]


def test_a_lost_sandbox_is_no_verdict(tmp_path: Path) -> None:
    source = """
import pytest

def test_first(learner):
    pass

def test_expects_anything(learner):
    with pytest.raises(Exception):
        learner.f([1])

def test_last(learner):
    pass
"""
    judged = run_judge(tmp_path, source, lambda question: None if question.get("do") == "get" else {"value": None})
    assert set(judged.verdict) == {"lost"}
    assert "sandbox" in judged.verdict["lost"].lower()


def test_stopped_code_is_told_per_test(tmp_path: Path) -> None:
    kinds = iter(["time limit", "memory limit", "crashed"])
    source = "\n".join(f"def test_{n}(learner):\n    learner.f\n" for n in range(4))

    def answer(question: Frame) -> Frame:
        if question.get("do") != "get":
            return {"value": None}
        kind = next(kinds, None)
        return {"error": {"kind": kind}} if kind else {"value": 1}

    judged = run_judge(tmp_path, source, answer)
    assert [(record["outcome"], record["message"]) for record in judged.verdict["tests"]] == [
        ("time limit", "`f` took longer than this test allows. Look for a loop that never ends."),
        ("memory limit", "`f` used more memory than this exercise allows."),
        ("crashed", "Python ended while `f` was running."),
        ("passed", ""),
    ]
    assert [record["earned"] for record in judged.verdict["tests"]] == [0, 0, 0, 1]
