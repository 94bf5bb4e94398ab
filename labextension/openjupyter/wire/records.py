"""What instances of a learner's own data classes become on the other side: their fields, and no code.

`Record` stands for a dataclass, `NamedTuple` for a named tuple, `EnumMember` for a member of an enumeration. The
classes here are fixed; none is made from what the other side sends.
"""

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any, NoReturn, Self


class Record:
    """The fields of a dataclass instance, as attributes and as a mapping of names to values; `type_name` is its class.

    Equal to a Record of the same type name and fields, and to a dict of the fields. A field wins over a method of the
    same name: with a field `items`, `record.items` is the field.
    """

    __slots__ = ("__dict__", "type_name")

    type_name: str

    def __init__(self, type_name: str, fields: Mapping[str, Any]) -> None:
        # The instance's own dictionary holds nothing but the fields, in their order.
        self.type_name = type_name
        self.__dict__.update(fields)

    def _asdict(self) -> dict[str, Any]:
        """The fields as a new dict."""
        return dict(self.__dict__)

    def keys(self) -> KeysView[str]:
        """The fields' names."""
        return self.__dict__.keys()

    def values(self) -> ValuesView[Any]:
        """The fields' values."""
        return self.__dict__.values()

    def items(self) -> ItemsView[str, Any]:
        """Pairs of name and value."""
        return self.__dict__.items()

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a field, or the default."""
        return self.__dict__.get(name, default)

    def __getitem__(self, name: str) -> Any:
        return self.__dict__[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.__dict__)

    def __len__(self) -> int:
        return len(self.__dict__)

    def __contains__(self, name: object) -> bool:
        return name in self.__dict__

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Record):
            return self.type_name == other.type_name and self.__dict__ == other.__dict__
        if isinstance(other, Mapping):
            return bool(self.__dict__ == other)
        return NotImplemented

    def __hash__(self) -> int:
        return hash((self.type_name, *self.__dict__.values()))

    def __reduce__(self) -> Any:
        return Record, (self.type_name, self.__dict__)

    def __repr__(self) -> str:
        return f"{self.type_name}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"


class NamedTuple(tuple[Any, ...]):
    """A tuple whose items have names, too; equal to a plain tuple.

    With a `_handle`, attributes that are no field are asked of it: methods and properties of the learner's class.
    """

    _fields: tuple[str, ...]
    _type_name: str
    _handle: Any

    def __new__(cls, type_name: str, fields: tuple[str, ...], items: tuple[Any, ...], handle: Any = None) -> Self:
        """A tuple of `items`; ValueError when there are not as many names."""
        if len(fields) != len(items):
            raise ValueError("a named tuple needs a name for each item")
        made = super().__new__(cls, items)
        made._type_name, made._fields, made._handle = type_name, fields, handle
        return made

    def __getattribute__(self, name: str) -> Any:
        # Before the methods of tuple: a field may be called `index` or `count`.
        if name[:1] != "_":
            fields = tuple.__getattribute__(self, "_fields")
            if name in fields:
                return tuple.__getitem__(self, fields.index(name))
        return tuple.__getattribute__(self, name)

    def __getattr__(self, name: str) -> Any:
        handle = self.__dict__.get("_handle")
        if handle is None or name.startswith("__"):
            raise AttributeError(f"{self.__dict__.get('_type_name')!r} has no field {name!r}")
        return getattr(handle, name)

    def _asdict(self) -> dict[str, Any]:
        """Names and items as a new dict."""
        return dict(zip(self._fields, self, strict=True))

    def __reduce__(self) -> Any:
        return NamedTuple, (self._type_name, self._fields, tuple(self))

    def __repr__(self) -> str:
        return f"{self._type_name}({', '.join(f'{name}={item!r}' for name, item in self._asdict().items())})"


class EnumMember:
    """A member of an enumeration: `name`, `value`, `type_name`. Cannot be changed.

    Equal to a member of the same type name and name, and to its plain value; ordered as its value is. With a
    `_handle`, other attributes are asked of it.
    """

    __slots__ = ("_handle", "name", "type_name", "value")

    name: str | None
    value: Any
    type_name: str
    _handle: Any

    def __init__(self, type_name: str, name: str | None, value: Any, handle: Any = None) -> None:
        for slot, given in (("type_name", type_name), ("name", name), ("value", value), ("_handle", handle)):
            object.__setattr__(self, slot, given)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError("a member of an enumeration cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a member of an enumeration cannot be changed")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or self._handle is None:
            raise AttributeError(f"{self!r} has no attribute {name!r}")
        return getattr(self._handle, name)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EnumMember):
            # A combination of flags has no name, or one that depends on Python's version.
            same_name = self.name == other.name if self.name is not None else _equal(self.value, other.value)
            return self.type_name == other.type_name and same_name
        return _equal(self.value, other)

    def __hash__(self) -> int:
        try:
            return hash(self.value)
        except TypeError:
            return hash((self.type_name, self.name))

    def __lt__(self, other: Any) -> Any:
        return self.value < _plain(other)

    def __le__(self, other: Any) -> Any:
        return self.value <= _plain(other)

    def __gt__(self, other: Any) -> Any:
        return self.value > _plain(other)

    def __ge__(self, other: Any) -> Any:
        return self.value >= _plain(other)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __repr__(self) -> str:
        return f"<{self.type_name}.{self.name}: {self.value!r}>"


def _equal(value: Any, other: Any) -> bool:
    return bool(value == other)


def _plain(other: Any) -> Any:
    return other.value if isinstance(other, EnumMember) else other
