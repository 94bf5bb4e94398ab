"""What is read is hostile: bombs, paths that lead out, links, files that are no archives or notebooks after all."""

import io
import json
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange import reading
from openjupyter_service.exchange.nbgrader import import_nbgrader
from openjupyter_service.exchange.notebooks import read_notebook
from openjupyter_service.exchange.notes import Kind, Notes
from openjupyter_service.exchange.otter import import_otter
from openjupyter_service.exchange.proforma import import_proforma
from openjupyter_service.exchange.reading import checked_path, read_source, read_zip


def archive(*entries: tuple[zipfile.ZipInfo | str, bytes], compressed: bool = True) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED) as made:
        for name, content in entries:
            made.writestr(name, content)
    return out.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def test_an_archive_is_read_without_what_no_one_needs() -> None:
    content = archive(("a/b.txt", b"b"), ("__MACOSX/a", b""), (".git/config", b""), ("a/.DS_Store", b""), ("a/", b""))
    assert read_zip(content, "x.zip", Notes()) == {"a/b.txt": b"b"}


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/etc/passwd", "..\\a", "C:\\a", "c:a", "\\\\host\\a", "a\\..\\..\\b"]
)
def test_paths_that_lead_out_are_refused(name: str) -> None:
    info = zipfile.ZipInfo("x")
    info.filename = name
    with pytest.raises(ExchangeError, match="leads out of it"):
        read_zip(archive((info, b"")), "x.zip", Notes())


@pytest.mark.parametrize("name", ["", ".", "..", "/", "a\0b"])
def test_names_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(ExchangeError, match="leads out of it"):
        checked_path(name, "x.zip")


def test_links_in_archives_are_left_out_and_told() -> None:
    notes = Notes()
    assert read_zip(archive((link("a"), b"/etc/passwd"), ("b", b"b")), "x.zip", notes) == {"b": b"b"}
    assert [note.what for note in notes.of(Kind.DROPPED)] == ["a"]


def test_links_in_folders_are_left_out_and_told(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "secret").write_text("secret")
    (tmp_path / "in" / "file").symlink_to(tmp_path / "out" / "secret")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "own").write_text("own")
    notes = Notes()
    assert read_source(tmp_path / "in", notes) == {"own": b"own"}
    assert {note.what for note in notes.of(Kind.DROPPED)} == {"file", "folder"}


def test_a_pipe_in_a_folder_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_source(tmp_path, Notes()) == {}


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 100_000)
    bomb = archive(("bomb", bytes(50_000_000)))
    assert len(bomb) < 100_000
    with pytest.raises(ExchangeError, match=r"bomb in x\.zip is larger than"):
        read_zip(bomb, "x.zip", Notes())


def test_a_bomb_that_lies_about_its_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_FILE_BYTES", 100_000)
    bomb = archive(("bomb", bytes(50_000_000)))
    bomb = bomb.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 10))
    try:
        found = read_zip(bomb, "x.zip", Notes())
    except ExchangeError:
        return
    assert sum(map(len, found.values())) <= 100_000


def test_many_small_files_and_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ExchangeError, match="holds more than 2,000 files"):
        read_zip(archive(*((str(number), b"") for number in range(2_001))), "x.zip", Notes())
    monkeypatch.setattr(reading, "MAX_BYTES", 1_000)
    with pytest.raises(ExchangeError, match="holds more than"):
        read_zip(archive(("a", bytes(600)), ("b", bytes(600))), "x.zip", Notes())
    (tmp_path / "a").write_bytes(bytes(1_001))
    with pytest.raises(ExchangeError, match="larger than"):
        read_source(tmp_path / "a", Notes())
    with pytest.raises(ExchangeError, match="holds more than"):
        read_source(tmp_path, Notes())


def test_a_name_that_is_there_twice_is_refused() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = archive(("a", b"1"), ("a", b"2"))
    with pytest.raises(ExchangeError, match="holds a twice"):
        read_zip(content, "x.zip", Notes())


def test_encrypted_archives_are_refused() -> None:
    content = bytearray(archive(("a", b"1"), compressed=False))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    with pytest.raises(ExchangeError, match="is encrypted"):
        read_zip(bytes(content), "x.zip", Notes())


@pytest.mark.parametrize("cut", [4, 10, 40, 80, -1, -10, -30])
def test_broken_archives_are_refused(cut: int) -> None:
    content = archive(("a", os.urandom(50)), ("b", b"b" * 1000))
    with pytest.raises(ExchangeError, match="cannot be unpacked"):
        read_zip(content[:cut], "x.zip", Notes())


def test_an_archive_with_wrong_checksums_is_refused() -> None:
    content = bytearray(archive(("a", b"aaaa"), compressed=False))
    content[content.index(b"aaaa")] = ord("b")
    with pytest.raises(ExchangeError, match="cannot be unpacked"):
        read_zip(bytes(content), "x.zip", Notes())


def test_a_file_that_says_it_is_an_archive_and_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_text("no archive")
    with pytest.raises(ExchangeError, match="is not a zip archive"):
        read_source(tmp_path / "a.zip", Notes())


NOTEBOOKS = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"\xff\xfe\x00",
    b'{"cells": []}',
    b'{"nbformat": 4, "cells": 3}',
    b'{"nbformat": 4, "cells": [3]}',
    b'{"nbformat": 4, "cells": [{"cell_type": "code"}]}',
    b'{"nbformat": 5, "cells": []}',
    b"[" * 100_000,
    b'{"nbformat": 4, "metadata": {}, "cells": [{"cell_type": "code", "source": [1, 2]}]}',
]


@pytest.mark.parametrize("content", NOTEBOOKS)
def test_broken_notebooks_are_refused_in_one_sentence(content: bytes) -> None:
    with pytest.raises(ExchangeError) as caught:
        read_notebook(content, "x.ipynb")
    text = str(caught.value)
    assert text.startswith("x.ipynb: ") and "\n" not in text and len(text) < 300


@pytest.mark.parametrize(
    "metadata",
    [
        {"nbgrader": 3},
        {"nbgrader": {"grade": "yes", "points": {}}},
        {"nbgrader": {"grade": True, "grade_id": ["a"] * 1000}},
        {"nbgrader": {"grade": True, "grade_id": "../../a\n\0", "points": float("nan")}},
        {"tags": "raises-exception", "otter": [], "nbgrader": {"grade": True}},
    ],
)
def test_odd_metadata_do_no_harm(metadata: object, tmp_path: Path) -> None:
    test = {"cell_type": "code", "source": "assert True", "metadata": {"nbgrader": {"grade": True, "points": 1}}}
    odd = {"cell_type": "code", "source": "assert True", "metadata": metadata}
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {"otter": 3}, "cells": [odd, test]}))
    (draft,) = import_nbgrader(path)
    compile(draft.tests["test_x.py"], "test_x.py", "exec")
    with pytest.raises(ExchangeError, match="no tests of Otter"):
        import_otter(path)


@pytest.mark.parametrize("importer", [import_nbgrader, import_otter, import_proforma])
def test_empty_sources_are_refused_with_a_next_step(importer: object, tmp_path: Path) -> None:
    assert callable(importer)
    with pytest.raises(ExchangeError, match=r"; (name|put|import)"):
        importer(tmp_path)


NASTY = ['"""', "'''", "\\", "\\N{DIGIT ONE}", "\x00", "\x1b[31m", "😀", "\udcff", "#" * 500, "{x!r}", "\r\n", "\u2028"]


@pytest.mark.parametrize("text", NASTY)
def test_whatever_stands_in_a_test_its_file_is_python(text: str, tmp_path: Path) -> None:
    """Titles, comments, strings and ids go into test files: none ends the string that it is written into."""
    sources = [
        f"# {text}\nassert f({text!r}) == 1",
        f"x = '''{text}'''\nassert f() == x" if "'" not in text and "\\N" not in text else "assert f()",
        f"%magic {text}\nassert f()",
        f"assert f(), {text!r}\nclass A: pass",
    ]
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"nbgrader": {"grade": True, "grade_id": f"{text}{number}", "points": 1}},
        }
        for number, source in enumerate(sources)
    ]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    (draft,) = import_nbgrader(path)
    compile(draft.tests["test_x.py"], "test_x.py", "exec")
    assert draft.tests["test_x.py"].count(b"\ndef test_") == 4 - len(draft.notes.of(Kind.DROPPED))
