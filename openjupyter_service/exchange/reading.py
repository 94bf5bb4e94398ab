"""Read what is to be imported, from a file, a folder or a zip archive, with a cap on everything that can grow.

Whatever is read is hostile: sizes that an archive states are not believed, and no path leads out of it.
"""

import io
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from openjupyter_service.errors import ExchangeError
from openjupyter_service.exchange.notes import Notes

Files = dict[str, bytes]
"""Content by path, with forward slashes, below what was read."""

MAX_FILE_BYTES = 24 * 2**20
MAX_BYTES = 100 * 2**20
MAX_FILES = 2_000

_LEFT_OUT = {"__pycache__", ".ipynb_checkpoints", "__MACOSX"}
_PIECE = 2**16
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")


def read_source(path: Path, notes: Notes) -> Files:
    """The files of a folder or a zip archive, or the one file that the path names.

    Raises:
        ExchangeError: too large, no archive after all, or a path that leads out of it
    """
    if path.is_dir():
        return read_folder(path, notes)
    content = read_file(path)
    if content.startswith(_ZIP_STARTS):
        return read_zip(content, path.name, notes)
    if path.suffix.lower() == ".zip":
        raise ExchangeError(f"{path.name} is not a zip archive; download it again")
    return {path.name: content}


def read_file(path: Path) -> bytes:
    """A file's content, at most MAX_BYTES."""
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ExchangeError(f"{path.name} is larger than {MAX_BYTES // 2**20} MB; import a smaller part of it")
    return content


def read_folder(folder: Path, notes: Notes) -> Files:
    """All files of a folder but hidden ones; links are left out, and noted."""
    found: Files = {}
    size = 0
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if _is_left_out(name):
            continue
        if path.is_symlink():
            notes.dropped(name, "it is a link, which may lead anywhere; put the file itself there")
            continue
        if not path.is_file() or any(parent.is_symlink() for parent in _parents(path, folder)):
            continue
        size += path.stat().st_size
        _check_size(folder.name, name, path.stat().st_size, size, len(found) + 1)
        found[name] = path.read_bytes()
    return found


def read_zip(content: bytes, name: str, notes: Notes) -> Files:
    """All files of an archive but hidden ones; links are left out, and noted."""
    found: Files = {}
    size = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for entry in archive.infolist():
                if entry.is_dir():
                    continue
                path = checked_path(entry.filename, name)
                if _is_left_out(path):
                    continue
                if stat.S_ISLNK(entry.external_attr >> 16):
                    notes.dropped(path, "it is a link, which may lead anywhere; put the file itself there")
                    continue
                if entry.flag_bits & 1:
                    raise ExchangeError(f"{name} is encrypted; make an archive without a password")
                if path in found:
                    raise ExchangeError(f"{name} holds {path} twice; make the archive anew")
                found[path] = _inflated(archive, entry, name, size, len(found) + 1)
                size += len(found[path])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise ExchangeError(f"{name} cannot be unpacked ({error}); download it again") from None
    return found


def checked_path(text: str, source: str) -> str:
    """A path in its plainest form; ExchangeError for one that leads out of its archive."""
    plain = text.replace("\\", "/")
    path = PurePosixPath(plain)
    has_drive = bool(path.parts) and path.parts[0][1:2] == ":"
    if path.is_absolute() or has_drive or not path.parts or ".." in path.parts or "\0" in plain:
        raise ExchangeError(f"{source} names the file {text[:100]!r}, which leads out of it; it is not imported")
    return path.as_posix()


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, before: int, count: int) -> bytes:
    """Content of one entry, read piece by piece: what its header states of its size is only a claim."""
    pieces: list[bytes] = []
    length = 0
    with archive.open(entry) as file:
        while piece := file.read(_PIECE):
            pieces.append(piece)
            length += len(piece)
            _check_size(name, entry.filename, length, before + length, count)
    _check_size(name, entry.filename, length, before + length, count)
    return b"".join(pieces)


def _check_size(source: str, name: str, length: int, total: int, count: int) -> None:
    if length > MAX_FILE_BYTES:
        raise ExchangeError(
            f"{name[:200]} in {source} is larger than {MAX_FILE_BYTES // 2**20} MB, which no exercise can hold; "
            "take it out, and have the notebook fetch it"
        )
    if total > MAX_BYTES:
        raise ExchangeError(f"{source} holds more than {MAX_BYTES // 2**20} MB; import a smaller part of it")
    if count > MAX_FILES:
        raise ExchangeError(f"{source} holds more than {MAX_FILES:,} files; import a smaller part of it")


def _is_left_out(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return any(part.startswith(".") or part in _LEFT_OUT for part in parts)


def _parents(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if parent.is_relative_to(folder) and parent != folder]
