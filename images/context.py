"""Build contexts: the files that `docker build` sees, in memory, and the content hash that names the image."""

import hashlib
import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SKIPPED = {
    "__pycache__",
    "node_modules",
    "labextension",  # the page that was built in its own folder
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".git",
}
"""Folders that never enter a context: made by tools, and different on every machine."""


@dataclass(frozen=True)
class Entry:
    """One file of a context."""

    content: bytes
    executable: bool = False


Context = Mapping[str, Entry]
"""Path inside the build context → file."""


def read_tree(root: Path, place: str = "") -> dict[str, Entry]:
    """The regular files under `root` (or `root` itself, if it is a file) as entries under `place`."""
    paths = [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file())
    entries = {}
    for path in paths:
        relative = path.relative_to(root) if path != root else Path()
        if SKIPPED.isdisjoint(relative.parts) and path.suffix != ".pyc":
            name = (Path(place) / relative).as_posix()
            entries[name] = Entry(path.read_bytes(), bool(path.stat().st_mode & 0o100))
    return entries


def content_hash(context: Context, *parents: str) -> str:
    """Twelve hex digits over every file's name, mode and content, and the tags it builds on."""
    digest = hashlib.sha256()
    for parent in parents:
        digest.update(f"{parent}\n".encode())
    for name in sorted(context):
        entry = context[name]
        digest.update(f"{name}\0{entry.executable}\0{len(entry.content)}\0".encode())
        digest.update(entry.content)
    return digest.hexdigest()[:12]


def archive(context: Context) -> io.BytesIO:
    """The context as a tar file; the same files give the same bytes, so the builder's layer cache holds."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in sorted(context):
            entry = context[name]
            info = tarfile.TarInfo(name)
            info.size = len(entry.content)
            info.mode = 0o755 if entry.executable else 0o644
            tar.addfile(info, io.BytesIO(entry.content))
    buffer.seek(0)
    return buffer
