"""What a folder of a commit holds, read from Git's own objects, and whether a course may hold that."""

import posixpath
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from openjupyter_service.errors import RemoteError, RemoteTrouble
from openjupyter_service.exercises.git import GitFailed, GitTalks, git

MAX_FILES = 20_000
MAX_FILE_BYTES = 100 * 2**20
MAX_TOTAL_BYTES = 2**30
MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 1000
POINTER_BYTES = 1024
"""A pointer of Git LFS is shorter."""

_TYPE, _LINK, _MODULE, _EXECUTABLE = 0o170000, 0o120000, 0o160000, 0o100
_POINTER = b"version https://git-lfs.github.com/spec/"
_TURNED = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MAX_LINKS = 8


@dataclass(frozen=True, slots=True)
class File:
    """A file of a tree.

    Attributes:
        path: in the tree, with slashes.
        blob: name of the object that is its content.
        size: in bytes.
        is_program: may it be run?
        target: what a symbolic link says; None for a file.
    """

    path: str
    blob: str
    size: int
    is_program: bool = False
    target: str | None = None


def read_tree(repository: Path, commit: str, folder: str = "") -> list[File]:
    """All files of a folder at a commit, symbolic links included, checked by their names and sizes.

    Raises:
        RemoteError: there is no such folder, or it holds what a course must not; says which file
        RemoteTrouble: there is no such commit
    """
    if not re.fullmatch(r"[0-9a-f]{40}", commit):
        raise RemoteError(f"{commit[:50]!r} is no commit")
    try:
        git(repository, "cat-file", "-e", f"{commit}^{{commit}}")
    except GitFailed:
        raise RemoteTrouble(f"the commit {commit} is not in {repository}; fetch the course again") from None
    try:
        options = ("-r", "-t", "-z", "-l", "--full-tree")
        listed = git(repository, "ls-tree", *options, f"{commit}:{folder}", maximum=MAX_FILES * MAX_PATH_BYTES)
    except GitFailed:
        raise RemoteError(
            f"the repository has no folder {folder} at {commit[:10]}; name another folder for the course, or push it"
        ) from None
    except GitTalks:
        raise _too_many() from None
    lines = listed.split(b"\0")[:-1]
    entries = [_Entry(line) for line in lines]
    _check_names(entries)
    files = _files(repository, entries)
    _check_sizes(files)
    _check_pointers(repository, files)
    return files


def resolve(files: Iterable[File]) -> list[File]:
    """The same files, with the file that it points to in the place of each symbolic link.

    Raises:
        RemoteError: a link leads out of the tree, to a folder, to nothing or to itself
    """
    by_path = {file.path: file for file in files}
    found = []
    for file in by_path.values():
        end, steps = file, 0
        while end.target is not None:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(end.path), end.target))
            steps += 1
            if path not in by_path or steps > _MAX_LINKS:
                raise RemoteError(
                    f"{file.path} is a symbolic link to no file of the course; put the file itself there (links to "
                    "folders are not followed)"
                )
            end = by_path[path]
        found.append(File(file.path, end.blob, end.size, end.is_program))
    _check_sizes(found)
    return found


def blobs(repository: Path, names: Iterable[str], maximum: int) -> list[bytes]:
    """Content of objects in their order; all of them together have at most `maximum` bytes."""
    wanted = list(names)
    answer = git(
        repository,
        "cat-file",
        "--batch",
        source="".join(f"{name}\n" for name in wanted).encode(),
        maximum=maximum + 100 * len(wanted) + 1,
    )
    found, position = [], 0
    for name in wanted:
        end = answer.index(b"\n", position)
        words = answer[position:end].decode(errors="replace").split()
        if len(words) != 3 or words[1] != "blob":
            raise RemoteTrouble(f"the object {name} is not in {repository}, which is damaged; remove it, then sync")
        size = int(words[2])
        found.append(answer[end + 1 : end + 1 + size])
        position = end + 1 + size + 1
    return found


class _Entry:
    """One line of git ls-tree -l -z."""

    def __init__(self, line: bytes) -> None:
        about, _, name = line.partition(b"\t")
        mode, self.kind, self.blob, size = about.decode().split()
        # A tree made by hand may have other bits than Git's own, which mean as much to some of its versions.
        self.type = int(mode, 8) & _TYPE
        self.is_program = bool(int(mode, 8) & _EXECUTABLE)
        self.size = int(size) if size.isdigit() else 0
        try:
            self.path = name.decode()
        except UnicodeDecodeError:
            raise RemoteError(f"the name of the file {ascii(name)[2:-1][:200]} is not UTF-8; rename it") from None


def _too_many() -> RemoteError:
    return RemoteError(f"the course has more than {MAX_FILES} files and folders; keep data sets out of it")


def _check_names(entries: list[_Entry]) -> None:
    if len(entries) > MAX_FILES:
        raise _too_many()
    known: dict[str, str] = {}
    for entry in entries:
        path = entry.path
        if len(path.encode()) > MAX_PATH_BYTES or any(_is_odd(part) for part in path.split("/")):
            raise RemoteError(f"{ascii(path)[1:-1][:200]} is no fit name for a file or folder of a course; rename it")
        # Two that are one on a disk of macOS or Windows; or really one, in a tree that was made by hand.
        plain = unicodedata.normalize("NFC", path).casefold()
        if plain in known:
            raise RemoteError(f"{path} and {known[plain]} differ in upper and lower case at most; rename one of them")
        known[plain] = path
        if entry.type == _MODULE:
            raise RemoteError(
                f"{path} is a submodule, which is not fetched; put its files into the repository itself, as with "
                "git subtree"
            )


def _is_odd(name: str) -> bool:
    if not name or len(name.encode()) > MAX_NAME_BYTES or _TURNED.search(name):
        return True
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in name):
        return True
    # As disks of macOS and Windows read it: without letters of no width, and without dots and blanks at the end.
    plain = "".join(letter for letter in name if unicodedata.category(letter) != "Cf").casefold().rstrip(". ")
    return plain in ("", ".git", "git~1")


def _files(repository: Path, entries: list[_Entry]) -> list[File]:
    links = [entry for entry in entries if entry.type == _LINK]
    for link in links:
        if link.size > MAX_PATH_BYTES:
            raise RemoteError(f"{link.path} is a symbolic link that leads out of the course; remove it")
    contents = blobs(repository, (link.blob for link in links), MAX_PATH_BYTES * len(links))
    targets = {link.path: _target(link.path, content) for link, content in zip(links, contents, strict=True)}
    return [
        File(entry.path, entry.blob, entry.size, entry.is_program, targets.get(entry.path))
        for entry in entries
        if entry.kind == "blob"
    ]


def _target(path: str, content: bytes) -> str:
    target = content.decode(errors="replace")
    end = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if not target or "\0" in target or target.startswith("/") or end.startswith("../") or end == "..":
        raise RemoteError(f"{path} is a symbolic link that leads out of the course; put the file itself there")
    return target


def _check_sizes(files: list[File]) -> None:
    for file in files:
        if file.size > MAX_FILE_BYTES:
            raise RemoteError(
                f"{file.path} is larger than {MAX_FILE_BYTES // 2**20} MiB; large data is for the course's data folder"
            )
    if sum(file.size for file in files) > MAX_TOTAL_BYTES:
        raise RemoteError(f"the course's files are larger than {MAX_TOTAL_BYTES // 2**20} MiB together; keep data out")


def _check_pointers(repository: Path, files: list[File]) -> None:
    small = [file for file in files if file.size <= POINTER_BYTES and file.target is None]
    contents = blobs(repository, (file.blob for file in small), POINTER_BYTES * len(small))
    for file, content in zip(small, contents, strict=True):
        if content.startswith(_POINTER):
            raise RemoteError(
                f"{file.path} is a pointer of Git LFS, whose files are not fetched; put the file itself into the "
                f"repository (git lfs untrack {file.path}, then add it again)"
            )
