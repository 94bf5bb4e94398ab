"""The agent's own borders: paths of files, users, cgroup counters."""

import os
import pwd
from pathlib import Path

import pytest

from openjupyter.agent.agent import checked_path
from openjupyter.agent.memory import oom_kills, peak_bytes
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


V2_EVENTS = "low 0\nhigh 3\nmax 4\noom 6\noom_kill 2\noom_group_kill 0\n"
V1_CONTROL = "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n"


def tree(root: Path, **files: str) -> Path:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_DOT_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_counters_of_cgroup_v2(tmp_path: Path) -> None:
    root = tree(tmp_path, memory_DOT_events=V2_EVENTS, memory_DOT_peak="123456789\n")
    assert (oom_kills(root), peak_bytes(root)) == (2, 123456789)


def test_counters_of_cgroup_v1(tmp_path: Path) -> None:
    root = tree(
        tmp_path, memory__memory_DOT_oom_control=V1_CONTROL, memory__memory_DOT_max_usage_in_bytes="987654321\n"
    )
    assert (oom_kills(root), peak_bytes(root)) == (5, 987654321)


def test_old_kernels_that_do_not_count_kills(tmp_path: Path) -> None:
    root = tree(tmp_path, memory__memory_DOT_oom_control="oom_kill_disable 0\nunder_oom 0\n")
    assert (oom_kills(root), peak_bytes(root)) == (0, None)


def test_a_kernel_that_tells_nothing(tmp_path: Path) -> None:
    assert (oom_kills(tmp_path), peak_bytes(tmp_path)) == (0, None)
    assert peak_bytes(tree(tmp_path, memory_DOT_peak="max\n")) is None
