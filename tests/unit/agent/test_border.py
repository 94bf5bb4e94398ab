"""The agent's own borders: paths of files, users."""

import os
import pwd
from pathlib import Path

import pytest

from openjupyter.agent.agent import checked_path
from openjupyter.agent.user import LearnerUser
from openjupyter.wire.errors import WireError


@pytest.mark.parametrize("path", ["../outside", "/tmp/outside", "a/../../outside", "a/..", "", ".", "//etc", None, 0.5])
def test_files_cannot_leave_the_home_folder(path: object) -> None:
    if path is None or path == 0.5:  # whatever JSON can hold becomes a name inside the folder
        assert str(checked_path(path)) == str(path)
        return
    with pytest.raises(WireError, match="not a path inside"):
        checked_path(path)


@pytest.mark.parametrize("path", ["a.ipynb", "a/b/c.csv", "...", "a/..b/c", "~", "ä b/$(x)"])
def test_ordinary_paths_are_taken(path: str) -> None:
    assert str(checked_path(path)) == path


def test_without_rights_there_is_no_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(PermissionError, match="sandbox"):
        LearnerUser.find()


def test_root_starts_processes_as_the_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = pwd.struct_passwd(("learner", "x", 1234, 1235, "", "/home/learner", "/bin/sh"))
    changes: list[tuple[str, int]] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", {"learner": entry}.__getitem__)
    monkeypatch.setattr(os, "seteuid", lambda uid: changes.append(("uid", uid)))
    monkeypatch.setattr(os, "setegid", lambda gid: changes.append(("gid", gid)))
    user = LearnerUser.find()
    assert user == LearnerUser(1234, 1235, Path("/home/learner"))
    with pytest.raises(OSError), user.acting():
        changes.append(("inside", 1))
        raise OSError
    assert changes == [("gid", 1235), ("uid", 1234), ("inside", 1), ("uid", 0), ("gid", 0)]
