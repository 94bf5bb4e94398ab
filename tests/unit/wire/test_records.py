"""Data classes, named tuples and enumerations: what of them crosses, and what it can do on the other side."""

import copy
import enum
from collections import namedtuple
from dataclasses import dataclass, field, make_dataclass
from typing import Any, NamedTuple

import pandas as pd
import pytest

from openjupyter.wire import codec
from openjupyter.wire.codec import Decoder, Encoder, EnumMember, Record, decode, encode
from openjupyter.wire.errors import WireError
from tests.unit.wire.values import through_json


@dataclass
class Basket:
    items: list[str]
    price: float = 0.0


@dataclass(frozen=True)
class Spot:
    x: int
    y: int = 0


@dataclass
class Link:
    value: int
    next: Any = None
    others: list[Any] = field(default_factory=list)


@dataclass
class Late:
    known: int
    later: int = field(init=False)


@dataclass
class Listed(list):  # type: ignore[type-arg]
    size: int = 0


class Colour(enum.Enum):
    RED = 1
    GREEN = "green"
    PAIR = [1, 2]  # noqa: RUF012


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 3


class Right(enum.Flag):
    READ = 1
    WRITE = 2


class Reading(NamedTuple):
    lake: str
    depth: float = 0.0


Shadow = namedtuple("Shadow", "index count")


# ----------------------------------------------------------------------------- dataclasses


def test_a_dataclass_arrives_as_its_fields() -> None:
    arrived = through_json(Basket(["tea"], 2.5))
    assert type(arrived) is Record and arrived.type_name == "Basket"
    assert arrived.items == ["tea"] and arrived["price"] == 2.5
    assert arrived == {"items": ["tea"], "price": 2.5} and arrived != {"items": ["tea"]}
    assert list(arrived) == ["items", "price"] and len(arrived) == 2 and "price" in arrived
    assert repr(arrived) == "Basket(items=['tea'], price=2.5)"


def test_records_of_two_types_are_not_equal() -> None:
    assert Record("A", {"x": 1}) == Record("A", {"x": 1})
    assert Record("A", {"x": 1}) != Record("B", {"x": 1})
    assert Record("A", {"x": 1}) != (1,)


def test_a_record_is_a_mapping_where_no_field_is_in_the_way() -> None:
    record = Record("A", {"x": 1, "y": 2})
    assert dict(record) == dict(record.items()) == record._asdict() == {"x": 1, "y": 2}
    assert list(record.keys()) == ["x", "y"] and list(record.values()) == [1, 2]
    assert record.get("z", 7) == 7
    with pytest.raises(AttributeError):
        _ = record.z
    with pytest.raises(KeyError):
        _ = record["z"]


def test_a_record_that_arrives_in_a_kernel_can_be_changed() -> None:
    arrived = through_json(Spot(1))
    arrived.x += 1
    assert arrived == {"x": 2, "y": 0} and through_json(arrived) == arrived


def test_frozen_dataclasses_stay_keys() -> None:
    assert through_json({Spot(1): "a", Spot(2): "b"})[Record("Spot", {"x": 1, "y": 0})] == "a"
    assert through_json({Spot(1), Spot(2)}) == {Record("Spot", {"x": 1, "y": 0}), Record("Spot", {"x": 2, "y": 0})}
    with pytest.raises(TypeError):
        hash(through_json(Basket([])))


def test_a_field_that_is_not_there_is_left_out() -> None:
    assert through_json(Late(1)) == {"known": 1}


def test_a_dataclass_that_is_more_than_its_fields_stays_behind() -> None:
    with pytest.raises(WireError, match="Listed cannot cross"):
        encode(Listed())


def test_names_of_fields_do_no_harm() -> None:
    kind = make_dataclass("Odd", ["type_name", "_fields", "__class__", "__dict__"][:2])
    arrived = through_json(kind("a", "b"))
    assert arrived.type_name == "Odd" and arrived["type_name"] == "a" and arrived._fields == "b"
    fields = [[name, 1] for name in ("__class__", "__eq__", "__dict__", "__reduce__")]
    forged = decode({"t": "record", "type": "x", "fields": fields})
    assert type(forged) is Record and isinstance(forged, Record) and len(forged) == 4
    assert forged == dict.fromkeys(["__class__", "__eq__", "__dict__", "__reduce__"], 1)


# ----------------------------------------------------------------------------- named tuples


@pytest.mark.parametrize("value", [Reading("Alder", 2.0), Shadow(1, 2), Shadow([1], {2: 3}), namedtuple("None_", "")()])
def test_a_named_tuple_arrives_with_its_names(value: Any) -> None:
    arrived = through_json(value)
    assert type(arrived) is codec.NamedTuple
    assert arrived == value and arrived == tuple(value) and tuple(value) == arrived
    assert arrived._fields == value._fields and arrived._asdict() == value._asdict()
    assert [getattr(arrived, name) for name in value._fields] == list(value)
    assert repr(arrived) == repr(value)
    assert copy.deepcopy(arrived) == arrived and through_json(arrived)._fields == value._fields


def test_a_named_tuple_is_a_tuple_all_the_same() -> None:
    lake, depth = through_json(Reading("Alder", 2.0))
    assert (lake, depth) == ("Alder", 2.0)
    arrived = through_json(Reading("Alder", 2.0))
    assert hash(arrived) == hash(("Alder", 2.0)) and arrived[0] == "Alder" and arrived[:1] == ("Alder",)
    assert arrived.index(2.0) == 1 and arrived.count(2.0) == 1
    with pytest.raises(AttributeError, match="no field 'colour'"):
        _ = arrived.colour
    row = next(pd.DataFrame({"a": [1], "b c": [2]}).itertuples())
    assert through_json(row) == (0, 1, 2)


# ----------------------------------------------------------------------------- enumerations


def test_a_member_arrives_by_name_and_value() -> None:
    arrived = through_json(Colour.RED)
    assert type(arrived) is EnumMember
    assert (arrived.name, arrived.value, arrived.type_name) == ("RED", 1, "Colour")
    assert arrived == 1 and arrived == through_json(Colour.RED) and arrived != 2
    assert arrived != through_json(Level.LOW) and arrived != through_json(Colour.GREEN)
    assert repr(arrived) == "<Colour.RED: 1>"
    assert {arrived: "x"}[1] == "x" and through_json({Colour.GREEN: 1}) == {"green": 1}  # type: ignore[index]
    assert isinstance(hash(through_json(Colour.PAIR)), int)
    assert copy.deepcopy(arrived) is arrived is copy.copy(arrived)


def test_members_are_ordered_as_their_values_are() -> None:
    low, high = through_json([Level.LOW, Level.HIGH])
    assert low < high and high > 2 and low <= 1 and high >= low and max(low, high).name == "HIGH"


def test_combined_flags_arrive_by_value() -> None:
    both = through_json(Right.READ | Right.WRITE)
    assert both == 3 and both == through_json(Right.WRITE | Right.READ) and both != through_json(Right.READ)


def test_a_member_cannot_be_changed() -> None:
    arrived = through_json(Colour.RED)
    for change in (lambda: setattr(arrived, "value", 2), lambda: delattr(arrived, "value")):
        with pytest.raises(AttributeError):
            change()


def test_members_in_tables_arrive() -> None:
    series = pd.Series([Colour.RED, Colour.GREEN], dtype=object)
    assert list(through_json(series)) == [1, "green"]


# ----------------------------------------------------------------------------- what the other side keeps


class Kernel:
    """Keeps objects by number, as the agent does."""

    def __init__(self) -> None:
        self.kept: dict[int, Any] = {}

    def keep(self, value: Any) -> int:
        self.kept[len(self.kept) + 1] = value
        return len(self.kept)

    def make_handle(self, value: Any) -> Any:
        return {"t": "handle", "id": self.keep(value), "type": type(value).__name__, "repr": ""}

    def encode(self, value: Any) -> Any:
        return Encoder(self.make_handle, keep=self.keep).encode(value)

    def find(self, node: Any) -> Any:
        assert set(node) == {"t", "id", "type", "repr"}
        return self.kept[node["id"]]


@dataclass
class Account:
    balance: int

    def double(self) -> int:
        return self.balance * 2


class Point(NamedTuple):
    x: int

    def double(self) -> int:
        return self.x * 2


class Mode(enum.Enum):
    ON = 4

    def double(self) -> int:
        return self.value * 2


@pytest.mark.parametrize("value", [Point(4), Mode.ON], ids=["named tuple", "member"])
def test_methods_are_asked_of_the_kept_object(value: Any) -> None:
    kernel = Kernel()
    node = kernel.encode([value])
    assert node[0]["handle"] == 1 and kernel.kept[1] is value
    arrived = Decoder(kernel.find).decode(node)[0]
    assert arrived._handle is value and arrived.double() == 8
    with pytest.raises(AttributeError):
        _ = arrived.__nothing__
    assert Decoder().decode(node)[0]._handle is None  # where handles are of no use
    # Passed back, it is the learner's own object again.
    assert Encoder(kernel.make_handle).encode(arrived) == {
        "t": "handle",
        "id": 2,
        "type": type(value).__name__,
        "repr": "",
    }


def test_a_record_becomes_what_the_judge_makes_of_it() -> None:
    kernel = Kernel()
    node = kernel.encode({"mine": Account(4)})
    made: list[Any] = []

    def make_record(record: Record, given: Any) -> Any:
        made.append((record, given["handle"]))
        return kernel.kept[given["handle"]]

    assert Decoder(make_record=make_record).decode(node)["mine"].double() == 8
    assert made == [({"balance": 4}, 1)]
    assert Decoder().decode(node) == {"mine": {"balance": 4}}


@pytest.mark.parametrize("handle", [None, "1", 1.0, True, [1]])
def test_a_record_kept_under_no_number_is_refused(handle: Any) -> None:
    node = {"t": "record", "type": "x", "fields": [], "handle": handle}
    with pytest.raises(WireError, match="handle is malformed"):
        Decoder(make_record=lambda record, given: record).decode(node)


def test_linked_records_end_in_a_handle() -> None:
    chain: Any = None
    for value in range(1_000):
        chain = Link(value, chain)
    kernel = Kernel()
    node, depth = kernel.encode(chain), 0
    while node["t"] == "record":
        node, depth = dict(node["fields"])["next"], depth + 1
    assert node["t"] == "handle" and 5 < depth < 30 and kernel.kept[node["id"]].value == 999 - depth
    with pytest.raises(WireError, match="nested deeper"):
        encode(chain)


def test_a_record_that_contains_itself_ends_in_a_handle() -> None:
    ring = Link(1)
    ring.next = ring
    node = Kernel().encode([ring, ring])
    assert [dict(part["fields"])["next"]["t"] for part in node] == ["handle", "handle"]


def test_a_graph_of_records_is_not_walked_on_every_path() -> None:
    spots = [Link(number) for number in range(40)]
    for spot in spots:
        spot.others = spots
    kernel = Kernel()
    kernel.encode(spots)
    assert len(kernel.kept) < 100_000


def test_many_records_side_by_side_all_arrive() -> None:
    node = Kernel().encode([Spot(number) for number in range(5_000)])
    assert {part["t"] for part in node} == {"record"}


# ----------------------------------------------------------------------------- malformed

RECORD = {"t": "record", "type": "A", "fields": [["x", 1]]}
NAMED = {"t": "namedtuple", "type": "A", "fields": ["x"], "v": [1]}
MEMBER = {"t": "enum", "type": "A", "name": "X", "value": 1}


@pytest.mark.parametrize(
    "node",
    [
        {**RECORD, "fields": [["x", 1], ["x", 2]]},
        {**RECORD, "fields": [["x y", 1]]},
        {**RECORD, "fields": [[1, 1]]},
        {**RECORD, "fields": [["x"]]},
        {**RECORD, "fields": {"x": 1}},
        {**RECORD, "fields": [["x" * 300, 1]]},
        {**RECORD, "fields": [[f"x{number}", 1] for number in range(2_000)]},
        {**RECORD, "type": 1},
        {**RECORD, "type": "x" * 300},
        {**NAMED, "fields": ["x", "y"]},
        {**NAMED, "fields": ["x", "x"], "v": [1, 1]},
        {**NAMED, "fields": [1]},
        {**NAMED, "fields": 1},
        {**NAMED, "v": {"x": 1}},
        {**MEMBER, "name": 1},
        {**MEMBER, "type": None},
        {"t": "enum", "type": "A", "name": "X"},
        {"t": "set", "v": [{**RECORD, "fields": [["x", []]]}]},
    ],
    ids=lambda node: repr(node)[:60],
)
def test_a_malformed_instance_is_refused(node: Any) -> None:
    with pytest.raises(WireError):
        decode(node)
