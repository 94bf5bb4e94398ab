"""The gate: what is sound is published, what is not is refused, and what cannot be checked stays as it was."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.exercises import checkout, served
from openjupyter_service.exercises.rebuild import rebuild
from openjupyter_service.grading.beside import Fault
from openjupyter_service.grading.gate import Running
from openjupyter_service.store import VersionState
from tests.unit.grading.check.course import GRADING_CELL, SOLUTION, TESTS, FakeGrader, notebook
from tests.unit.grading.upstream import WRONG, Faulty, Site, findings, git


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.store.close()


async def test_what_is_sound_is_published(site: Site) -> None:
    public, private = site.upstream.push()
    assert await site.checked()
    version = site.newest()
    assert version.state is VersionState.PUBLISHED
    assert (version.public_commit, version.private_commit, version.served_commit) == (public, private, public)
    assert site.pulled() == public
    assert version.report is not None and version.report["sound"] and version.report["problem"] is None
    (result,) = version.report["exercises"]
    assert (result["name"], result["title"], result["solution_scores"]) == ("mean", "Means", [1, 1, 1])
    assert (site.places.private(private) / "mean/solution.ipynb").is_file()


async def test_what_is_broken_is_refused_and_what_was_published_stays(site: Site) -> None:
    good, _ = site.upstream.push()
    assert await site.checked()
    refused, _ = site.upstream.push(solution=WRONG, starter=WRONG.replace("return 3", "return 4"))
    assert not await site.checked()
    version = site.newest()
    assert version.state is VersionState.REFUSED and version.served_commit is None
    assert "the solution gets 1 of 2 points" in findings(version)[0]
    assert site.pulled() == good
    published = site.versions.published("python")
    assert published is not None and published.public_commit == good
    # Learners who know a commit could ask for it.
    assert refused not in git(site.places.served, "rev-list", "--all", "--objects")
    site.upstream.push(starter=notebook("# Compute the mean.\nmean = None", GRADING_CELL))
    assert await site.checked()
    mended = site.newest()
    assert mended.served_commit == site.pulled() != good


async def test_hidden_tests_in_the_public_half_are_refused(site: Site) -> None:
    site.upstream.push()
    path = site.upstream.halves["public"] / "mean/test_mean.py"
    path.write_text(TESTS)
    git(site.upstream.halves["public"], "add", "--all")
    git(site.upstream.halves["public"], "commit", "-qm", "Too much")
    assert not await site.checked()
    assert any("mean/test_mean.py in the public half" in text for text in findings(site.newest()))
    assert site.pulled() == ""


@pytest.mark.parametrize("in_between", [False, True])
async def test_what_was_refused_as_hidden_is_in_no_history_that_learners_get(site: Site, in_between: bool) -> None:
    site.upstream.push()
    assert await site.checked()
    public = site.upstream.halves["public"]

    def commit(text: str, *paths: str) -> str:
        for path in paths:
            (public / path).write_text(text)
        git(public, "add", "--all")
        git(public, "commit", "-qm", "More")
        return git(public, "rev-parse", "HEAD")

    leak = commit(TESTS, "mean/test_mean.py")
    assert not await site.checked()
    git(public, "rm", "-q", "mean/test_mean.py")
    if in_between:  # just as it was published: learners get no new commit then
        commit("")
        assert await site.checked()
    mended = commit("Hello", "README.md")
    assert await site.checked()
    assert git(site.places.served, "show", "main:README.md") == "Hello"
    objects = git(site.places.served, "cat-file", "--batch-all-objects", "--batch-check")
    assert leak not in objects and mended not in objects
    assert git(public, "rev-parse", f"{leak}:mean/test_mean.py") not in objects
    commit("Hello again", "README.md")
    assert await site.checked()
    assert leak not in git(site.places.served, "cat-file", "--batch-all-objects", "--batch-check")
    assert git(site.places.served, "rev-list", "--count", "main") == "3"
    # What is made anew is the same.
    pulled = site.pulled()
    shutil.rmtree(site.places.served)
    versions = [each for each in reversed(site.versions.of("python")) if each.state is VersionState.PUBLISHED]
    history = [(each.public_commit, "", each.served_commit or "") for each in versions]
    rebuild(site.places.public_mirror, history, site.places.served)
    assert site.pulled() == pulled
    assert leak not in git(site.places.served, "cat-file", "--batch-all-objects", "--batch-check")


async def test_paths_are_told_as_they_are_in_the_repositories(site: Site, tmp_path: Path) -> None:
    site.upstream.push(toml="title = Means\n", tests="def test_x(learner:\n")
    assert not await site.checked()
    site.upstream.push(tests="def test_x(learner:\n", starter="no notebook")
    assert not await site.checked()
    for version in site.versions.of("python"):
        assert str(tmp_path) not in json.dumps(version.report) and "openjupyter-check" not in json.dumps(version.report)
    second, first = site.versions.of("python")
    assert findings(first)[0].startswith("mean/exercise.toml, line 1: this is not TOML")
    assert any(text.startswith("mean/test_mean.py, line 1") for text in findings(second))
    assert not site.upstream.course().private.folder


async def test_a_half_without_exercises(site: Site) -> None:
    site.upstream.push()
    git(site.upstream.halves["private"], "rm", "-rq", "mean/exercise.toml")
    git(site.upstream.halves["private"], "commit", "-qm", "Less")
    assert not await site.checked()
    report = site.newest().report
    assert report is not None and not report["sound"] and report["exercises"] == []
    assert report["problem"].startswith("there is no exercise.toml in any folder of the private half")
    git(site.upstream.halves["private"], "mv", "mean/solution.ipynb", "mean/source.ipynb")
    git(site.upstream.halves["private"], "commit", "-qm", "A source")
    assert not await site.checked()
    report = site.newest().report
    assert report is not None and "run openjupyter build" in report["problem"]


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    site = Site(tmp_path, private={"url": f"file://{tmp_path}/host/private", "folder": "tests"})
    site.upstream.push()
    assert not await site.checked()
    report = site.newest().report
    assert report is not None and "tests" in report["problem"]
    site.store.close()


async def test_a_fault_of_ours_is_no_verdict_and_ends_the_check(site: Site) -> None:
    site.upstream.push("mean", "other")
    grader = Faulty()
    grader.fault = Fault("the Docker engine failed")
    site.grade = grader
    with pytest.raises(Fault, match="engine"):
        await site.checked(is_last_try=True)
    assert site.newest().state is VersionState.CHECKING and grader.graded == []
    assert site.gate().running("python") is None


async def test_a_disk_that_is_full_is_no_verdict(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    site.upstream.push()
    with monkeypatch.context() as patched:
        patched.setattr(checkout, "_write", full)
        with pytest.raises(Fault, match="No space left"):
            await site.checked()
    site.versions.release(site.newest().id)
    assert site.newest().state is VersionState.WAITING
    version = site.versions.claim("python")
    assert version is not None and await site.gate().check(site.course, version)


async def test_gradings_that_fail_are_tried_again_before_they_count(site: Site) -> None:
    site.upstream.push()
    grader = Faulty()
    grader.fault = SandboxError("the judge container ended early")
    site.grade = grader
    version = site.synced()
    with pytest.raises(Fault, match="mean: the solution could not be graded: the judge container ended early"):
        await site.gate().check(site.course, version)
    assert not await site.gate().check(site.course, version, is_last_try=True)
    assert any("could not be graded" in text for text in findings(site.newest()))


async def test_a_bug_of_ours_is_told_of_at_last(site: Site) -> None:
    site.upstream.push()
    grader = Faulty()
    grader.fault = ZeroDivisionError()
    site.grade = grader
    version = site.synced()
    with pytest.raises(ZeroDivisionError):
        await site.gate().check(site.course, version)
    assert not await site.gate().check(site.course, version, is_last_try=True)
    report = site.newest().report
    assert report is not None and "the check itself failed" in report["problem"]


async def test_a_process_that_dies_between_the_steps(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is told first; the branch is moved at the next start."""
    first, _ = site.upstream.push()
    assert await site.checked()
    second, _ = site.upstream.push(starter=notebook("mean = None", GRADING_CELL))

    def die(*arguments: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(served, "move", die)
        with pytest.raises(SystemExit):
            await site.checked()
    published = site.versions.published("python")
    assert published is not None and published.public_commit == second and site.pulled() == first
    gate = site.gate()
    await gate.settle("python")
    await gate.settle("python")
    assert site.pulled() == second
    await gate.settle("unknown")


async def test_progress_can_be_seen(site: Site) -> None:
    site.upstream.push("mean", "other")
    gate = site.gate()
    seen: list[Running] = []

    class Watching(FakeGrader):
        async def __call__(self, *arguments: object) -> object:  # type: ignore[override]
            running = gate.running("python")
            assert running is not None
            seen.append(Running(running.version, running.started_at, dict(running.exercises)))
            return await super().__call__(*arguments)  # type: ignore[arg-type]

    site.grade = Watching()  # type: ignore[assignment]
    version = site.synced()
    assert await gate.check(site.course, version)
    assert seen[0].version == version.id and seen[0].exercises == {"mean": (0, 4), "other": (0, 0)}
    assert seen[-1].exercises["mean"][0] > 0 and gate.running("python") is None


async def test_only_what_has_changed_is_graded_again(site: Site) -> None:
    async def graded(*, published: bool = True) -> int:
        site.grade = grader = FakeGrader()
        assert await site.checked() is published
        return len(grader.graded)

    def push(path: str, text: str) -> None:
        half = site.upstream.halves["private" if path.startswith("private") else "public"]
        target = site.upstream.folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
        git(half, "add", "--all")
        git(half, "commit", "-qm", path)

    untitled = TESTS.replace('"""The mean of some numbers"""', "")
    site.upstream.push("mean", "other", tests=untitled)
    both = await graded()
    warned = findings(site.newest())
    assert both >= 10 and len([text for text in warned if "without a title" in text]) == 2
    push("public/README.md", "Hello")
    assert await graded() == 0
    assert findings(site.newest()) == warned
    report = site.newest().report
    assert report is not None and [each["solution_scores"] for each in report["exercises"]] == [[1, 1, 1]] * 2
    for path, text in (
        ("public/mean/mean.ipynb", notebook("mean = None", GRADING_CELL)),
        ("private/mean/test_mean.py", TESTS),
        ("private/mean/solution.ipynb", notebook(SOLUTION + "# the same", GRADING_CELL)),
        ("private/mean/exercise.toml", 'title = "Averages"\n'),
    ):
        push(path, text)
        assert 0 < await graded() <= both / 2, path
    # What is broken is graded again; what is beside it, and what was mended to what it was, is not.
    push("private/mean/solution.ipynb", WRONG)
    assert 0 < await graded(published=False) <= both / 2
    push("public/README.md", "Hello again")
    assert 0 < await graded(published=False) <= both / 2
    push("private/mean/solution.ipynb", notebook(SOLUTION + "# the same", GRADING_CELL))
    assert await graded() == 0
    # All public files are looked at each time.
    push("public/other/copy.py", TESTS)
    assert await graded(published=False) == 0
    assert any("other/copy.py in the public half" in text for text in findings(site.newest()))
    git(site.upstream.halves["public"], "rm", "-q", "other/copy.py")
    push("public/README.md", "Goodbye")
    site.around = "another image"
    assert await graded() >= both


@pytest.mark.parametrize("cause", ["image", "data"])
async def test_what_may_change_without_a_push_is_always_graded(tmp_path: Path, cause: str) -> None:
    (tmp_path / "data-sets").mkdir()
    site = Site(tmp_path, **({"datasets": tmp_path / "data-sets"} if cause == "data" else {}))
    site.upstream.push(toml='title = "Means"\n' + ('image = "own:1"\n' if cause == "image" else ""))
    assert await site.checked()
    (site.upstream.halves["public"] / "README.md").write_text("Hello")
    git(site.upstream.halves["public"], "add", "--all")
    git(site.upstream.halves["public"], "commit", "-qm", "More")
    site.grade = grader = FakeGrader()
    assert await site.checked() and grader.graded
    site.store.close()
