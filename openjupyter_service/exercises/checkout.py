"""Write a folder of a commit as plain files: never through a link, whole or not at all."""

import os
import shutil
import tempfile
from pathlib import Path

from openjupyter_service.errors import RemoteTrouble
from openjupyter_service.exercises.bare import alone
from openjupyter_service.exercises.tree import MAX_FILE_BYTES, File, blobs, read_tree, resolve

_BATCH_BYTES = 32 * 2**20
_UNFINISHED = ".unfinished-"


def check_out(mirror: Path, commit: str, folder: str, target: Path) -> None:
    """Make the folder `target` hold a folder of a commit; does nothing when it is there already.

    Symbolic links to files of the folder become copies. Modes are 644, 755 for programs and folders; nothing else of
    Git is applied: no filters, no line endings, no submodules.

    Args:
        mirror: repository with the commit.
        commit: its full name.
        folder: in the commit; "" = all of it.
        target: where to; its parent is made when missing.

    Raises:
        RemoteError: there is no such commit or folder, or it holds what a course must not
        RemoteTrouble: it could not be written now
    """
    if target.exists():
        return
    files = resolve(read_tree(mirror, commit, folder))
    with alone(target.parent):
        # Of a process that was killed: nobody else is here now.
        for left in target.parent.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left, ignore_errors=True)
        if target.exists():
            return
        made = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=target.parent))
        try:
            made.chmod(0o755)
            _write(mirror, files, made)
            made.rename(target)
            _sync(target.parent)
        except OSError as error:
            raise RemoteTrouble(
                f"{target} cannot be written: {error.strerror}; make room, or mend its rights"
            ) from None
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _write(mirror: Path, files: list[File], folder: Path) -> None:
    for batch in _batches(files):
        contents = blobs(mirror, (file.blob for file in batch), sum(file.size for file in batch))
        for file, content in zip(batch, contents, strict=True):
            path = folder / file.path
            for parent in reversed(path.relative_to(folder).parents[:-1]):
                if not (folder / parent).is_dir():
                    (folder / parent).mkdir()
                    (folder / parent).chmod(0o755)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with os.fdopen(descriptor, "wb") as output:
                output.write(content)
                os.fchmod(descriptor, 0o755 if file.is_program else 0o644)
                output.flush()
                os.fsync(descriptor)


def _batches(files: list[File]) -> list[list[File]]:
    """The files in groups that fit into memory well."""
    assert all(file.size <= MAX_FILE_BYTES for file in files)
    groups: list[list[File]] = [[]]
    size = 0
    for file in files:
        if size + file.size > _BATCH_BYTES and groups[-1]:
            groups.append([])
            size = 0
        groups[-1].append(file)
        size += file.size
    return groups


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
