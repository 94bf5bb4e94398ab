"""A sandbox that lies, forges, stops or goes away: no point is given for it, and nothing of the tests leaks out."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openjupyter.wire.codec import encode
from openjupyter.wire.frames import Frame, pack
from openjupyter_service.judge.channel import Channel, SandboxGone
from openjupyter_service.judge.failures import NotDefined, Raised, Stopped, UnusableValue
from openjupyter_service.judge.learner import Handle, Learner, Sandbox
from tests.unit.judge.running import run_judge

SECRET = "31337"


class ScriptedChannel(Channel):
    """Gives prepared replies; what was asked is kept."""

    def __init__(self, *replies: Any) -> None:
        super().__init__(-1, -1)
        self.replies = list(replies)
        self.sent: list[Frame] = []

    def send(self, frame: Frame) -> None:
        pack(frame)
        self.sent.append(frame)

    def receive(self) -> Frame | None:
        reply = self.replies.pop(0)
        if not isinstance(reply, dict):
            return None
        return {"id": self.sent[-1]["id"], **reply}


def learner_with(*replies: Any, files: tuple[str, ...] = ()) -> Learner:
    return Learner(Sandbox(ScriptedChannel(*replies), files))


HANDLE = {"value": {"t": "handle", "id": 1, "type": "Thing", "repr": "a thing"}}


def handle_with(*replies: Any) -> Handle:
    thing = learner_with(HANDLE, *replies).thing
    assert type(thing) is Handle
    return thing


BROKEN_REPLIES: list[Any] = [
    None,
    {},
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
    with pytest.raises(SandboxGone):  # noqa: SIM117
        with pytest.raises(Exception):  # noqa: B017  # as a hidden test might
            learner_with(reply).mean  # noqa: B018


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


def raised_by(error: Frame, files: tuple[str, ...] = ()) -> Any:
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
        return {"error": next(errors)} if question["do"] == "get" else {"value": None}

    yield run_judge(tmp_path_factory.mktemp("judge"), MANY, answer, files=["layers.py"]).verdict["tests"]


def test_a_forged_error_cannot_carry_an_input_to_the_learner(forged: list[Frame]) -> None:
    messages = [record["message"] for record in forged]
    assert not [message for message in messages if SECRET in message]
    assert messages[:2] == ["Your notebook does not define `f`.", "`f` gave something that this test cannot use."]
    assert messages[2] == "`f` raised an exception of your own (a kind of Exception)."
    assert set(messages[4:]) == {"`f` raised ValueError."}
    assert {record["earned"] for record in forged} == {0}


def test_places_in_the_exercises_files_are_told() -> None:
    place = {"file": "layers.py", "line": 7}
    error = raised_by({"type": "ValueError", "place": place}, files=("layers.py",))
    assert error.learner_error.place == place
    assert raised_by({"type": "ValueError", "place": place}).learner_error.place == {}


# ----------------------------------------------------------------------------- handles


def test_a_handle_asks_nothing_to_be_shown_hashed_or_copied() -> None:
    thing = handle_with()
    assert repr(thing) == "<the learner's Thing: a thing>"
    assert thing.type_name == "Thing"
    assert len({thing, thing}) == 1
    for name in ("__array__", "__length_hint__", "__deepcopy__", "__dataframe__", "__index__"):
        assert not hasattr(thing, name)
    assert len(thing._sandbox.channel.sent) == 1


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
        lambda thing: thing + 1,
        lambda thing: int(thing),
        lambda thing: {thing: 1}[object()],
    ],
)
def test_a_handle_refuses_what_a_learner_could_bend(use: Any) -> None:
    with pytest.raises((TypeError, KeyError)):
        use(handle_with())


def test_a_handle_cannot_be_changed() -> None:
    thing = handle_with()
    with pytest.raises(AttributeError, match="cannot be changed"):
        thing.name = 1
    with pytest.raises(TypeError):
        thing["a"] = 1  # type: ignore[index]
    with pytest.raises((AttributeError, TypeError)):
        del thing["a"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("length", [-1, 1.0, True, "3", None, [1], {"t": "int", "v": "-1"}])
def test_a_length_must_be_one(length: Any) -> None:
    with pytest.raises((UnusableValue, TypeError)):
        len(handle_with({"value": length}))


def test_a_huge_length_is_an_error_and_no_hang() -> None:
    with pytest.raises(OverflowError):
        len(handle_with({"value": 2**80}))


def test_only_a_list_is_iterated_over() -> None:
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
    sent = thing._sandbox.channel.sent[-1]
    node = {"t": "handle", "id": 1}
    assert sent["args"] == [node, [node, 1.5]]
    assert sent["kwargs"] == {"key": {"t": "dict", "v": [["a", node]]}}
    with pytest.raises(TypeError, match="cannot be passed"):
        thing(lambda: 1)


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


def test_a_reply_that_is_no_frame_ends_it() -> None:
    reading, writing = os.pipe()
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.write(writing, b"\xff\xff\xff\xff")
        with pytest.raises(SandboxGone):
            Channel(reading, null).ask("get", name="x")
        os.close(writing)
        with pytest.raises(SandboxGone):
            Channel(reading, null).ask("get", name="x")
    finally:
        os.close(reading)
        os.close(null)


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


@pytest.mark.parametrize(
    "reply",
    [None, {"error": {"kind": "nonsense"}}],
    ids=["closed", "unknown"],
)
def test_a_lost_sandbox_is_a_fault_and_no_score(tmp_path: Path, reply: Frame | None) -> None:
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
    judged = run_judge(tmp_path, source, lambda question: reply if question["do"] == "get" else {"value": None})
    assert set(judged.verdict) == {"fault"}
    assert "sandbox" in judged.verdict["fault"].lower()


def test_stopped_code_is_told_per_test(tmp_path: Path) -> None:
    kinds = iter(["time limit", "memory limit", "crashed"])
    source = "\n".join(f"def test_{n}(learner):\n    learner.f\n" for n in range(4))

    def answer(question: Frame) -> Frame:
        if question["do"] != "get":
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
    assert judged.verdict["score"] == 0.25
