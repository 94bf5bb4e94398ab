"""Writing: all or nothing, and never over what somebody wrote."""

import json
import os
from pathlib import Path

import pytest

from openjupyter_service.authoring.write import Change, WrittenByHand, plan_changes, write_changes
from openjupyter_service.errors import ExerciseError
from tests.unit.authoring.sources import SOUND, TASK, TITLE, Course, code, raw, text


def written(course: Course, overwrite: bool = False) -> dict[str, Change]:
    changes = plan_changes([course.build()], overwrite)
    write_changes(changes)
    return {change.path.name: change.change for change in changes}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_change_of_the_source_changes_what_it_must(tmp_path: Path) -> None:
    course = Course(tmp_path)
    assert set(written(course).values()) == {Change.MADE}
    assert set(written(course).values()) == {Change.UNCHANGED}
    course.write(text(TITLE), code(TASK.replace("nothing has", "nothing hath")), *SOUND[2:])
    assert written(course) == {
        "test_means.py": Change.UNCHANGED,
        "exercise.toml": Change.UNCHANGED,
        "solution.ipynb": Change.UPDATED,
        "means.ipynb": Change.UNCHANGED,
    }


def test_a_notebook_that_was_run_and_saved_is_no_change_by_hand(tmp_path: Path) -> None:
    course = Course(tmp_path)
    written(course)
    before = contents(tmp_path)
    notebook = json.loads(course.notebook.read_text())
    notebook["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    notebook["cells"][1]["execution_count"] = 4
    notebook["cells"][0]["source"] = "".join(notebook["cells"][0]["source"])
    notebook["metadata"]["kernelspec"]["display_name"] = "Another"
    course.notebook.write_text(json.dumps(notebook))
    assert written(course)["means.ipynb"] is Change.UPDATED
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["test_means.py", "exercise.toml", "solution.ipynb", "means.ipynb"])
def test_what_was_changed_by_hand_stays(tmp_path: Path, name: str) -> None:
    course = Course(tmp_path)
    written(course)
    path = course.notebook if name == "means.ipynb" else course.folder / name
    path.write_text(path.read_text().replace("Means", "Medians").replace("len(", "max("))
    before = contents(tmp_path)
    with pytest.raises(WrittenByHand) as error:
        written(course)
    (sentence,) = error.value.sentences()
    assert f"{name} was changed by hand since it was built; " in sentence and "build with --overwrite" in sentence
    assert contents(tmp_path) == before
    assert written(course, overwrite=True)[name] is Change.OVERWRITTEN
    assert set(written(course).values()) == {Change.UNCHANGED}


@pytest.mark.parametrize(
    "content", ["def test(learner): pass", "", "# Built by `openjupyter build` from x; no", "\xff"]
)
def test_what_was_written_by_hand_stays(tmp_path: Path, content: str) -> None:
    course = Course(tmp_path)
    (course.folder / "test_means.py").write_text(content, "latin-1")
    (course.folder / "solution.ipynb").write_text(content, "latin-1")
    before = contents(tmp_path)
    with pytest.raises(WrittenByHand) as error:
        written(course)
    assert ["was written by hand" in sentence for sentence in error.value.sentences()] == [True, True]
    assert contents(tmp_path) == before


def test_settings_that_were_changed_by_hand_can_be_kept_or_moved(tmp_path: Path) -> None:
    course = Course(tmp_path)
    written(course)
    path = course.folder / "exercise.toml"
    path.write_text(path.read_text() + "attempts = 3\n")
    with pytest.raises(
        WrittenByHand, match=r"begins with # exercise\.toml, .* or delete its first line to keep the file as"
    ):
        written(course)
    kept = path.read_text().partition("\n")[2]
    path.write_text(kept)
    assert "exercise.toml" not in written(course) and path.read_text() == kept
    course.write(raw(f"# exercise.toml\n{kept}"), *SOUND)
    assert written(course)["exercise.toml"] is Change.UPDATED  # nothing is lost
    path.write_text("title = 'Mine'\n")
    with pytest.raises(WrittenByHand, match=r"was written by hand; .*; or take such a cell out of the source to keep"):
        written(course)


def test_the_same_work_by_hand_is_not_in_the_way(tmp_path: Path) -> None:
    """As when somebody takes the stamp off, or has Git turn line ends."""
    course = Course(tmp_path)
    written(course)
    before = contents(tmp_path)
    tests = course.folder / "test_means.py"
    tests.write_bytes(tests.read_bytes().replace(b"\n", b"\r\n"))
    notebook = json.loads(course.notebook.read_text())
    del notebook["metadata"]["openjupyter"]
    course.notebook.write_text(json.dumps(notebook))
    changes = written(course)
    assert changes["means.ipynb"] is changes["test_means.py"] is Change.UPDATED
    assert contents(tmp_path) == before


def test_tests_that_are_no_longer_built_go_unless_changed(tmp_path: Path) -> None:
    course = Course(tmp_path)
    written(course)
    tests = course.folder / "test_means.py"
    (course.folder / "test_more.py").write_text("def test(learner): pass")
    course.write(text(TITLE), code(TASK))
    changed = tests.read_text() + "# mine"
    tests.write_text(changed)
    with pytest.raises(WrittenByHand):
        written(course)
    assert tests.read_text() == changed
    tests.write_text(changed.removesuffix("# mine"))
    assert written(course)["test_means.py"] is Change.REMOVED and not tests.exists()


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.notebook.mkdir(parents=True)
    with pytest.raises(ExerciseError, match="is a folder, and a file is to be built there; rename the folder"):
        written(course)
    assert list(course.folder.iterdir()) == [course.folder / "source.ipynb"]


@pytest.mark.parametrize("fails_at", range(4))
@pytest.mark.parametrize("built_before", [False, True])
def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int, built_before: bool
) -> None:
    course = Course(tmp_path)
    if built_before:
        written(course)
        changed = TASK.replace('"""The mean."""', '"""A mean."""').replace("nothing has", "none has")
        tests = SOUND[2]["source"].replace("Nothing", "None")
        course.write(text(f"{TITLE} of all kinds"), code(changed), code(tests))
    before = contents(tmp_path)
    changes = plan_changes([course.build()])
    assert len([change for change in changes if change.change is not Change.UNCHANGED]) == 4
    calls = []
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        calls.append(target)
        if len(calls) == fails_at + 1:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write_changes(changes)
    assert contents(tmp_path) == before


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    course = Course(tmp_path)
    changes = plan_changes([course.build()])
    opened = []
    fdopen = os.fdopen

    def fail(descriptor: int, mode: str) -> object:
        opened.append(descriptor)
        if len(opened) == 3:
            os.close(descriptor)
            raise OSError(28, "No space left on device")
        return fdopen(descriptor, mode)

    monkeypatch.setattr(os, "fdopen", fail)
    with pytest.raises(OSError, match="No space left"):
        write_changes(changes)
    assert set(contents(tmp_path)) == {"hidden_tests/means/source.ipynb"}


def test_permissions_are_those_of_any_other_file(tmp_path: Path) -> None:
    course = Course(tmp_path)
    written(course)
    other = tmp_path / "other"
    other.write_text("")
    tests = course.folder / "test_means.py"
    assert tests.stat().st_mode == other.stat().st_mode
    tests.chmod(0o640)
    course.write(*SOUND[:2], code(SOUND[2]["source"].replace("Nothing", "None")))
    written(course)
    assert tests.stat().st_mode & 0o777 == 0o640


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    course = Course(tmp_path)
    course.notebook.parent.mkdir(parents=True)
    outside = tmp_path / "outside.ipynb"
    course.notebook.symlink_to(outside)
    written(course)
    assert not outside.exists() and not course.notebook.is_symlink()
