"""In which line of a TOML text each key stands: tomllib reads values, and tells no positions."""

import bisect
import contextlib
import re
from collections.abc import Iterator

KeyPath = tuple[str | int, ...]
"""Names of tables and keys, and indices from 0 in arrays: ("samples", 0, "score")."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# A date and a time may be parted by a space; everything else ends at one.
_SCALAR = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#]+")
_STRINGS = [
    re.compile(r'"""(?:[^\\]|\\.)*?"""+', re.DOTALL),
    re.compile(r"'''.*?'''+", re.DOTALL),
    re.compile(r'"((?:[^"\\\n]|\\.)*)"'),
    re.compile(r"'([^'\n]*)'"),
]


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, counted from 1, of every table, key and item of an array in a valid TOML text."""
    return _Reader(text).lines


class _NotValid(Exception):
    """The text is no TOML after all; what was found so far stands."""


class _Reader:
    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._text = text
        self._at = 0
        self._ends = [match.start() for match in re.finditer("\n", text)]
        self._tables: dict[KeyPath, int] = {}  # arrays of tables, and the index of their newest
        with contextlib.suppress(_NotValid):
            self._read()

    def _read(self) -> None:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)

    def _header(self) -> KeyPath:
        line = self._line()
        double = self._peek("[[")
        self._at += 2 if double else 1
        path: KeyPath = ()
        for key in (keys := list(self._keys())):
            path = self._newest((*path, key))
            self.lines.setdefault(path, line)
        if double and keys:
            # The header of the next one: not an item of the newest one.
            array = path[:-1] if isinstance(path[-1], int) else path
            index = self._tables[array] = self._tables.get(array, -1) + 1
            path = (*array, index)
            self.lines[path] = line
        self._expect("]]" if double else "]")
        return path

    def _newest(self, path: KeyPath) -> KeyPath:
        return (*path, self._tables[path]) if path in self._tables else path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self._expect("=")
        self._value(path)

    def _keys(self) -> Iterator[str]:
        """The parts of a dotted key."""
        while True:
            self._skip(_SPACE)
            if self._peek('"') or self._peek("'"):
                yield self._string()
            else:
                yield self._take(_BARE_KEY)
            self._skip(_SPACE)
            if not self._peek("."):
                return
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        self._skip(_SPACE)
        self.lines.setdefault(path, self._line())
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif self._peek('"') or self._peek("'"):
            self._string()
        else:
            self._take(_SCALAR)

    def _array(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        while not self._ends_with("]"):
            self._value((*path, index))
            index += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        while not self._ends_with("}"):
            self._pair(path)

    def _ends_with(self, bracket: str) -> bool:
        """Step over a comma and to the next item; True past the closing bracket."""
        self._skip(_BLANK)
        if self._peek(","):
            self._at += 1
            self._skip(_BLANK)
        if self._peek(bracket):
            self._at += 1
            return True
        return False

    def _string(self) -> str:
        for pattern in _STRINGS:
            if match := pattern.match(self._text, self._at):
                self._at = match.end()
                return str(match[1]) if pattern.groups else ""
        raise _NotValid

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if not match or not match[0]:
            raise _NotValid
        self._at = match.end()
        return match[0]

    def _skip(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self._text, self._at)
        self._at = match.end() if match else self._at

    def _expect(self, text: str) -> None:
        if not self._peek(text):
            raise _NotValid
        self._at += len(text)

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _line(self) -> int:
        return bisect.bisect_left(self._ends, self._at) + 1
