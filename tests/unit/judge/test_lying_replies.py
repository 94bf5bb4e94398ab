"""Replies with other values than a question is for: each is data of the wrong kind, and no point comes of it."""

from typing import Any

import pytest

from openjupyter.wire.codec import encode
from openjupyter.wire.frames import Frame
from openjupyter_service.judge.cells import Notebook
from openjupyter_service.judge.failures import UnusableValue
from openjupyter_service.judge.handle import Handle, handle_number, make_handle
from openjupyter_service.judge.learner import Learner
from openjupyter_service.judge.sandbox import Sandbox
from tests.unit.agent.running import notebook_of


class Lying:
    """Gives prepared replies to the fork's questions, and prepared values to those for the agent."""

    def __init__(self, replies: list[Any], told: list[Any]) -> None:
        self.replies, self.told = replies, told

    def exchange(self, frame: Frame) -> Frame:
        if "agent" in frame:
            value = None if frame["agent"] in ("begin", "end") else self.told.pop(0)
            return {"id": frame["id"], "value": value}
        return {"id": frame["id"], "value": self.replies.pop(0)}


def learner_told(*replies: Any, told: Any = ()) -> Learner:
    link = Lying(list(replies), list(told))
    sandbox = Sandbox(link, make_handle, handle_number)
    cells = notebook_of("x").decode()
    return Learner(sandbox, Notebook(cells, {}, lambda cell: sandbox.ask_agent("outputs", cell=cell)))


HANDLE = {"t": "handle", "id": 1, "type": "Thing", "repr": "a thing"}
RECORD = {"t": "record", "type": "Account", "fields": [["owner", "ada"]], "handle": 1}
NO_DATA: list[Any] = [None, True, 5, "text", encode((1, 2)), encode({1: 2}), HANDLE, RECORD]


def handle_told(*replies: Any) -> Handle:
    thing = learner_told(HANDLE, *replies).thing
    assert type(thing) is Handle
    return thing


@pytest.mark.parametrize("value", NO_DATA, ids=str)
def test_files_are_a_list_of_texts_or_none(value: Any) -> None:
    assert learner_told(value).files() == []
    assert learner_told(["a", 5, value, "b"]).files() in (["a", "b"], ["a", "text", "b"])


@pytest.mark.parametrize("value", [*NO_DATA, ["bytes"]], ids=str)
def test_a_file_is_bytes_or_no_answer(value: Any) -> None:
    with pytest.raises(UnusableValue, match="the file a cannot be read"):
        learner_told(value).read_file("a")


@pytest.mark.parametrize("value", [None, 5, "text", [1], HANDLE, RECORD], ids=str)
def test_fields_are_a_dict_or_no_answer(value: Any) -> None:
    learner = learner_told(HANDLE, value)
    thing = learner.thing
    with pytest.raises(UnusableValue, match="has no fields"):
        learner.fields(thing)


@pytest.mark.parametrize("value", [None, 5, "text", [1], HANDLE], ids=str)
def test_a_record_without_fields_equals_nothing(value: Any) -> None:
    account = learner_told(RECORD, value).account
    with pytest.raises(UnusableValue, match="has no fields"):
        account == {"owner": "ada"}  # noqa: B015


def test_a_record_is_what_it_says_now_and_not_what_it_said() -> None:
    account = learner_told(RECORD, encode({"owner": "ben"})).account
    assert account != {"owner": "ada"}
    account = learner_told(RECORD, {"t": "dict", "v": [["owner"], [HANDLE]]}).account
    with pytest.raises(TypeError, match="cannot be compared"):
        account == {"owner": "ada"}  # noqa: B015


@pytest.mark.parametrize("value", NO_DATA, ids=str)
def test_figures_are_a_list_or_none(value: Any) -> None:
    assert learner_told(value).figures() == []


@pytest.mark.parametrize("value", [*NO_DATA, encode({"suptitle": "", "axes": 5}), encode({"suptitle": ""})], ids=str)
def test_what_is_no_figure_is_unusable(value: Any) -> None:
    with pytest.raises(UnusableValue):
        learner_told([value]).figures()
    learner = learner_told(HANDLE, value)
    thing = learner.thing
    with pytest.raises(UnusableValue):
        learner.figure(thing)


@pytest.mark.parametrize("value", [None, 5, ["a"], HANDLE, RECORD], ids=str)
def test_printed_text_is_a_text(value: Any) -> None:
    assert learner_told(value).printed() == ""


@pytest.mark.parametrize("value", [None, True, -1, 1.5, "5", [5], HANDLE], ids=str)
def test_a_length_is_a_length(value: Any) -> None:
    with pytest.raises(UnusableValue, match="is not a length"):
        len(handle_told(value))


@pytest.mark.parametrize("value", [None, 1, "yes", [True], HANDLE], ids=str)
def test_only_true_is_contained_and_swallowed(value: Any) -> None:
    assert 5 not in handle_told(value)
    with pytest.raises(KeyError), handle_told(HANDLE, value):
        raise KeyError


@pytest.mark.parametrize("value", [None, 5, "text", encode({1: 2}), RECORD], ids=str)
def test_what_cannot_be_iterated_over_is_unusable(value: Any) -> None:
    if value is not RECORD:
        with pytest.raises(UnusableValue, match="cannot be iterated over"):
            list(handle_told(value))
    with pytest.raises(UnusableValue, match="cannot be iterated over"):
        next(handle_told(value))
    with pytest.raises(UnusableValue, match="cannot be iterated over"):
        for item in handle_told(HANDLE, [1], value):
            assert item == 1


@pytest.mark.parametrize("value", [None, 5, [], [1], [1, 2, 3], ["1", 2], [1.5, 2], [True, 2], {"a": 1}], ids=str)
def test_memory_that_is_not_told_is_none(value: Any) -> None:
    good = [10, 20]
    for told in ([value, good], [good, value], [value, value]):
        measured = learner_told(None, told=told).measure(lambda: 5)
        assert (measured.value, measured.peak_bytes) == (5, None)


def test_memory_is_what_came_on_top() -> None:
    assert learner_told(None, told=[[100, 500], [120, 450]]).measure(len, "").peak_bytes == 350
    assert learner_told(None, told=[[100, 500], [20, 50]]).measure(len, "").peak_bytes == 0


@pytest.mark.parametrize("value", [None, 5, "text", {"output_type": "stream"}, [None, 5, "text", []]], ids=str)
def test_outputs_that_are_none_are_no_outputs(value: Any) -> None:
    learner = learner_told(told=[value] * 4)
    cell = learner.cells()[0]
    assert (cell.printed, cell.result, cell.error, cell.images) == ("", "", "", [])


def test_the_value_behind_a_handle_is_data_or_no_answer() -> None:
    learner = learner_told(HANDLE, HANDLE, 5)
    thing = learner.thing
    with pytest.raises(UnusableValue, match="which is no plain data"):
        learner.value(thing)
    assert learner.value(thing) == 5
