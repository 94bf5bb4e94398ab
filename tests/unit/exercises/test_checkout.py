"""Folders of commits as plain files: trees as Git makes them, and trees that somebody made by hand."""

import os
from pathlib import Path

import pytest

from openjupyter_service.courses import Half
from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises import checkout, tree
from openjupyter_service.exercises.checkout import check_out
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.remote import fetch
from openjupyter_service.exercises.tree import read_tree
from tests.unit.exercises.repositories import LINK, MODULE, PROGRAM, Content, Upstream, run


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "hosted.git")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "data" / "courses" / "python" / "private" / ("a" * 40)


def contents(folder: Path) -> dict[str, bytes]:
    assert not [path for path in folder.rglob("*") if path.is_symlink()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(upstream: Upstream, files: dict[object, Content], target: Path) -> str:
    commit = upstream.commit(files)
    with pytest.raises(RemoteError) as caught:
        check_out(upstream.path, commit, "", target)
    assert not target.exists() and not list(target.parent.glob(".unfinished*"))
    assert str(caught.value).isprintable()
    return str(caught.value)


def test_a_folder_of_a_commit_becomes_plain_files(upstream: Upstream, target: Path) -> None:
    half = {
        "means": {"exercise.toml": "", "test_means.py": b"\0\xff\r\n", "run.sh": (PROGRAM, b"#!/bin/sh")},
        "ümläut ü.txt": "x",
        "😀‍👩.md": "emoji with a joiner",
        ".gitattributes": "* text eol=crlf export-ignore export-subst filter=lfs",
        "subst.txt": "$Format:%H$\n$Id$\n",
    }
    commit = upstream.commit({"hidden": half, "other": {"x": "y"}})
    check_out(upstream.path, commit, "hidden", target)
    found = contents(target)
    assert found["means/test_means.py"] == b"\0\xff\r\n" and found["subst.txt"] == b"$Format:%H$\n$Id$\n"
    assert set(found) == {
        "means/exercise.toml",
        "means/test_means.py",
        "means/run.sh",
        "ümläut ü.txt",
        "😀‍👩.md",
        ".gitattributes",
        "subst.txt",
    }
    modes = {path.name: path.stat().st_mode & 0o7777 for path in [target, *target.rglob("*")]}
    assert modes["run.sh"] == modes["means"] == modes[target.name] == 0o755
    assert modes["exercise.toml"] == modes["subst.txt"] == 0o644


def test_twice_is_as_once_and_another_folder_has_another_place(upstream: Upstream, tmp_path: Path) -> None:
    places = CoursePlaces(tmp_path / "data", "python")
    upstream.commit({"one": {"a": "1"}, "two": {"a": "2"}})
    commit = fetch(Half(url=upstream.url), places.private_mirror)
    for folder, content in (("one", b"1"), ("two", b"2")):
        place = places.private(commit, folder)
        check_out(places.private_mirror, commit, folder, place)
        before = place.stat()  # reading it changes the time of access
        check_out(places.private_mirror, commit, folder, place)
        after = place.stat()
        assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
        assert contents(place) == {"a": content}
    assert places.private(commit) not in (places.private(commit, "one"), places.private(commit, "two"))


def test_what_a_killed_process_has_left_goes(upstream: Upstream, target: Path) -> None:
    left = target.parent / ".unfinished-x"
    left.mkdir(parents=True)
    (left / "half").touch()
    check_out(upstream.path, upstream.commit({"a": "1"}), "", target)
    assert not left.exists() and contents(target) == {"a": b"1"}


def test_many_files_come_in_groups(upstream: Upstream, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkout, "_BATCH_BYTES", 50)
    files = {f"f{number}": os.urandom(number) for number in range(60)}
    check_out(upstream.path, upstream.commit(files), "", target)
    assert contents(target) == files


def test_links_inside_become_copies(upstream: Upstream, target: Path) -> None:
    files: dict[object, Content] = {
        "data.csv": "1,2",
        "means": {"data.csv": (LINK, b"../data.csv"), "again.csv": (LINK, b"./data.csv")},
    }
    check_out(upstream.path, upstream.commit(files), "", target)
    assert contents(target) == dict.fromkeys(["data.csv", "means/data.csv", "means/again.csv"], b"1,2")


@pytest.mark.parametrize(
    "link",
    [b"/etc/passwd", b"../secret", b"..", b"a/../../secret", b"", b"x\0y", b"x" * 5000, b"../../../../etc/passwd"],
)
def test_links_that_lead_out_are_refused(upstream: Upstream, target: Path, link: bytes) -> None:
    assert "leads out" in refused(upstream, {"a": {"x": "1"}, "b.txt": (LINK, link)}, target)


def test_a_link_out_of_the_half_is_refused_although_it_stays_in_the_repository(
    upstream: Upstream, target: Path
) -> None:
    commit = upstream.commit({"hidden": {"x": "1"}, "public": {"x": (LINK, b"../hidden/x")}})
    with pytest.raises(RemoteError, match="leads out"):
        check_out(upstream.path, commit, "public", target)


@pytest.mark.parametrize("link", [b"folder", b"nothing", b"self", b"."])
def test_links_to_no_file_are_refused(upstream: Upstream, target: Path, link: bytes) -> None:
    assert "link to no file" in refused(upstream, {"folder": {"x": "1"}, "self": (LINK, link)}, target)


def test_nothing_is_written_through_a_link(upstream: Upstream, target: Path, tmp_path: Path) -> None:
    # A tree with a link and a folder of the same name, which no git would make.
    inner = upstream.tree({"pwned": "x"})
    link = upstream.object("blob", str(tmp_path).encode())
    raw = b"120000 d\0" + bytes.fromhex(link) + b"40000 d\0" + bytes.fromhex(inner)
    made = upstream.object("tree", raw)
    commit = run(upstream.path, "commit-tree", made, "-m", "x")
    with pytest.raises(RemoteError, match="upper and lower case"):
        check_out(upstream.path, commit, "", target)
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize("mode", ["120777", "120644", "160755"])
def test_modes_that_no_git_would_write_hide_nothing(upstream: Upstream, target: Path, mode: str) -> None:
    text = refused(upstream, {"x": (mode, b"/etc/passwd")}, target)
    assert "leads out" in text or "submodule" in text


def test_only_two_modes_come_of_files(upstream: Upstream, target: Path) -> None:
    modes = {"100600": 0o644, "100664": 0o644, "104755": 0o755, "100777": 0o755}
    check_out(upstream.path, upstream.commit({mode: (mode, b"x") for mode in modes}), "", target)
    assert {path.name: path.stat().st_mode & 0o7777 for path in target.iterdir()} == modes


@pytest.mark.parametrize(
    "raw", [b"100644 a", b"100644 a\0short", b"\0" * 50, b"100644\0" + b"x" * 20, b"9 a\0" + b"x" * 20]
)
def test_trees_that_are_none(upstream: Upstream, target: Path, tmp_path: Path, raw: bytes) -> None:
    commit = upstream.object(
        "commit", f"tree {upstream.object('tree', raw)}\nauthor a <b> 1 +0\ncommitter a <b> 1 +0\n\nx".encode()
    )
    with pytest.raises(RemoteError):
        check_out(upstream.path, commit, "", target)
    (upstream.path / "refs" / "heads" / "main").write_text(commit + "\n")
    with pytest.raises(RemoteError):
        fetch(Half(url=upstream.url), tmp_path / "data" / "courses" / "python" / "public.git")


def test_submodules_and_large_file_pointers_are_named(upstream: Upstream, target: Path) -> None:
    assert "lib is a submodule" in refused(upstream, {"lib": (MODULE, "1" * 40)}, target)
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"
    text = refused(upstream, {"data": {"big.csv": pointer}}, target)
    assert "data/big.csv" in text and "Git LFS" in text


@pytest.mark.parametrize(
    "name",
    [
        b"..",
        b".",
        b".git",
        b".GIT",
        b".git ",
        b".git.",
        b"GIT~1",
        ".g‌it".encode(),
        b"a\nb",
        b"a\x1b[31m",
        b"\x7f",
        "a\u202etxt.py".encode(),
        b"\xff\xfe",
        b"x" * 256,
    ],
)
def test_odd_names_are_refused(upstream: Upstream, target: Path, name: bytes) -> None:
    for content in ("x", {"config": "x"}):
        text = refused(upstream, {name: content, "good": "1"}, target)
        assert "rename" in text


def test_a_name_with_a_slash_in_it_leads_nowhere(upstream: Upstream, target: Path) -> None:
    assert "rename" in refused(upstream, {b"../../../../outside": "x"}, target)
    assert "rename" in refused(upstream, {b"/tmp/outside": "x"}, target)


def test_names_that_differ_in_case_alone(upstream: Upstream, target: Path) -> None:
    assert "rename one" in refused(upstream, {"Means": {"a": "1"}, "means": {"b": "2"}}, target)
    assert "rename one" in refused(upstream, {"\u00fc": "1", "u\u0308": "2"}, target)


def test_sizes_are_bounded(upstream: Upstream, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MAX_FILE_BYTES", 2**20)
    assert "big.bin is larger" in refused(upstream, {"big.bin": b"0" * (2**20 + 1)}, target)
    monkeypatch.setattr(tree, "MAX_TOTAL_BYTES", 2**20)
    half = b"0" * 2**19
    assert "together" in refused(upstream, {"a": half, "b": half, "c": "x"}, target)
    # Links are copied: the same content counts again.
    assert "together" in refused(upstream, {"a": half, "b": (LINK, b"a"), "c": (LINK, b"a")}, target)
    monkeypatch.setattr(tree, "MAX_FILES", 3)
    assert "more than 3 files" in refused(upstream, {"a": {"b": {"c": {"d": "x"}}}}, target)


def test_a_small_tree_with_millions_of_files_is_stopped(upstream: Upstream, target: Path) -> None:
    made = upstream.object("blob", b"x")
    level = upstream.object("tree", b"".join(b"100644 f%d\0" % n + bytes.fromhex(made) for n in range(10)))
    for _ in range(9):
        level = upstream.object("tree", b"".join(b"40000 d%d\0" % n + bytes.fromhex(level) for n in range(10)))
    commit = run(upstream.path, "commit-tree", level, "-m", "x")
    with pytest.raises(RemoteError, match="more than 20000 files"):
        check_out(upstream.path, commit, "", target)


def test_commits_and_folders_that_are_none(upstream: Upstream, target: Path) -> None:
    commit = upstream.commit({"a": {"b": "1"}})
    blob = upstream.object("blob", b"1")
    for wrong in ("main", "0" * 40, "", "--help", blob, "-" * 40):
        with pytest.raises(RemoteError):
            check_out(upstream.path, wrong, "", target)
    for folder in ("missing", "a/b", "a/../..", "--help"):
        with pytest.raises(RemoteError, match="no folder"):
            check_out(upstream.path, commit, folder, target)
    assert read_tree(upstream.path, commit, "a")[0].path == "b"


def test_an_object_that_is_missing(upstream: Upstream, target: Path) -> None:
    commit = upstream.commit({"a": "some content", "b": "1"})
    blob = upstream.object("blob", b"some content")
    (upstream.path / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(RemoteError):
        check_out(upstream.path, commit, "", target)
    assert not target.exists()


def test_a_disk_that_takes_nothing(upstream: Upstream, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkout, "_write", full)
    assert "No space left" in refused(upstream, {"a": "1"}, target)
