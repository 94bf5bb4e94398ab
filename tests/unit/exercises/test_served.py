"""What learners can pull of a followed course, with their own real clones: the public half and nothing else."""

from pathlib import Path

import pytest
from nbgitpuller.pull import GitPuller

from openjupyter_service.courses import Half
from openjupyter_service.errors import RemoteError
from openjupyter_service.exercises.places import CoursePlaces
from openjupyter_service.exercises.remote import fetch
from openjupyter_service.exercises.served import move, prepare
from tests.unit.exercises.repositories import LINK, MODULE, Content, Upstream, objects, run

SECRET = "assert answer == 42  # the hidden test"


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    return Upstream(tmp_path / "hosted.git")


class Site:
    def __init__(self, upstream: Upstream, data: Path, folder: str) -> None:
        self.places = CoursePlaces(data, "python")
        self.half = Half(url=upstream.url, folder=folder)

    def prepare(self) -> str:
        commit = fetch(self.half, self.places.public_mirror)
        return prepare(self.places.public_mirror, commit, self.half.folder, self.places.served)

    def publish(self) -> str:
        made = self.prepare()
        move(self.places.served, made)
        return made

    @property
    def published(self) -> str:
        return run(self.places.served, "for-each-ref", "--format=%(objectname)", "refs/heads")


@pytest.fixture
def whole(upstream: Upstream, tmp_path: Path) -> Site:
    return Site(upstream, tmp_path / "data", "")


@pytest.fixture
def part(upstream: Upstream, tmp_path: Path) -> Site:
    return Site(upstream, tmp_path / "data", "course/public")


class Learner:
    """A learner's folder, filled and brought up to date by nbgitpuller itself."""

    def __init__(self, served: Path, folder: Path) -> None:
        self.folder = folder
        self._puller = GitPuller(f"file://{served}", str(folder), branch="main")
        self.pull()

    def git(self, *arguments: str) -> str:
        return run(self.folder / ".git", f"--work-tree={self.folder}", *arguments)

    def edit(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def pull(self) -> None:
        for _ in self._puller.pull():
            pass

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


def test_a_whole_repository_is_served_with_its_own_commits(upstream: Upstream, whole: Site) -> None:
    first = upstream.commit({"a.ipynb": "1"})
    assert whole.prepare() == first and whole.published == ""
    assert whole.publish() == first == whole.published
    second = upstream.commit({"a.ipynb": "2"})
    assert whole.publish() == second
    assert run(whole.places.served, "rev-list", "main").split() == [second, first]


def test_of_a_folder_no_object_of_the_rest_is_served(upstream: Upstream, part: Site, whole: Site) -> None:
    def files(public: str, hidden: str) -> dict[object, Content]:
        return {"course": {"public": {"a.ipynb": public}, "private": {"test_a.py": hidden}}, "test_b.py": hidden}

    upstream.commit(files("1", SECRET))
    first = part.publish()
    upstream.commit(files("2", SECRET + "!"))
    second = part.publish()
    public = {upstream.tree({"a.ipynb": text}) for text in ("1", "2")}
    public |= {upstream.object("blob", text) for text in (b"1", b"2")}
    assert objects(part.places.served) == public | {first, second}
    everything = run(part.places.served, "cat-file", "--batch-all-objects", "--batch")
    assert "hidden test" not in everything and "Change" not in everything and "author@example.org" not in everything
    assert run(part.places.served, "rev-list", "main").split() == [second, first]


def test_the_rest_of_a_repository_can_change_without_a_new_commit(upstream: Upstream, part: Site) -> None:
    upstream.commit({"course": {"public": {"a": "1"}}, "b": "1"})
    first = part.publish()
    upstream.commit({"course": {"public": {"a": "1"}}, "b": "2"})
    assert part.publish() == first
    assert run(part.places.served, "rev-list", "--count", "main") == "1"


def test_preparing_twice_gives_the_same_and_moves_nothing(upstream: Upstream, part: Site) -> None:
    upstream.commit({"course": {"public": {"a": "1"}}})
    part.publish()
    upstream.commit({"course": {"public": {"a": "2"}}})
    published = part.published
    made = part.prepare()
    assert made == part.prepare() != published == part.published
    move(part.places.served, made)
    move(part.places.served, made)
    assert part.published == made == part.prepare()


def test_what_is_prepared_is_not_shown_to_learners(upstream: Upstream, whole: Site, tmp_path: Path) -> None:
    upstream.commit({"a": "1"})
    first = whole.publish()
    upstream.commit({"a": "the solution, by mistake"})
    whole.prepare()
    shown = run(whole.places.served, "ls-remote", str(whole.places.served)).split()
    assert shown == [first, "HEAD", first, "refs/heads/main"]
    learner = Learner(whole.places.served, tmp_path / "clone")
    assert "mistake" not in learner.git("cat-file", "--batch-all-objects", "--batch")


@pytest.mark.parametrize("folder", ["", "course/public"])
def test_learners_can_pull_after_any_force_push(upstream: Upstream, tmp_path: Path, folder: str) -> None:
    def files(a: str, b: str) -> dict[object, Content]:
        half = {"a.txt": a, "b.txt": b}
        return {"course": {"public": half}, "private": SECRET} if folder else half

    site = Site(upstream, tmp_path / "data", folder)
    old = upstream.commit(files("1\n", "1\n"))
    first = site.publish()
    learner = Learner(site.places.served, tmp_path / "learner")
    learner.edit("b.txt", "mine\n")
    # A history that has nothing to do with the old one.
    upstream.commit(files("2\n", "2\n"), "")
    second = site.publish()
    learner.pull()
    assert (learner.read("a.txt"), learner.read("b.txt")) == ("2\n", "mine\n")
    # On from there, then back to the very first commit.
    upstream.commit(files("3\n", "2\n"))
    third = site.publish()
    run(upstream.path, "update-ref", "refs/heads/main", old)
    fourth = site.publish()
    assert run(site.places.served, "rev-list", "--first-parent", "main").split() == [fourth, third, second, first]
    learner.pull()
    assert (learner.read("a.txt"), learner.read("b.txt")) == ("1\n", "mine\n")
    # And a commit after that one.
    upstream.commit(files("5\n", "1\n"))
    site.publish()
    learner.pull()
    assert learner.read("a.txt") == "5\n"
    fresh = Learner(site.places.served, tmp_path / "fresh")
    assert fresh.read("a.txt") == "5\n" and not (fresh.folder / "private").exists()


def test_a_half_that_moves_to_another_repository_can_still_be_pulled(
    upstream: Upstream, whole: Site, tmp_path: Path
) -> None:
    upstream.commit({"a.txt": "1"})
    whole.publish()
    learner = Learner(whole.places.served, tmp_path / "learner")
    other = Upstream(tmp_path / "other.git", "trunk")
    other.commit({"public": {"a.txt": "2"}, "private": {"t": SECRET}})
    whole.half = Half(url=other.url, branch="trunk", folder="public")
    whole.publish()
    learner.pull()
    assert learner.read("a.txt") == "2"
    assert "hidden test" not in run(whole.places.served, "cat-file", "--batch-all-objects", "--batch")


def test_only_what_is_prepared_and_follows_is_published(upstream: Upstream, whole: Site) -> None:
    first = upstream.commit({"a": "1"})
    whole.publish()
    unknown = upstream.commit({"a": "2"})
    for wrong in (unknown, "0" * 40, "main", "", "--help"):
        with pytest.raises(RemoteError):
            move(whole.places.served, wrong)
    branched = whole.prepare()
    upstream.commit({"a": "3"}, first)
    other = whole.prepare()
    assert other not in (branched, first)
    move(whole.places.served, other)
    with pytest.raises(RemoteError, match="does not follow"):
        move(whole.places.served, branched)
    assert whole.published == other


def test_what_no_course_may_hold_is_not_even_prepared(upstream: Upstream, whole: Site) -> None:
    upstream.commit({"a": "1"})
    first = whole.publish()
    before = objects(whole.places.served)
    for files in ({"lib": (MODULE, "1" * 40)}, {"x": (LINK, b"/etc/passwd")}, {".GIT": {"config": "x"}}):
        upstream.commit(files)
        with pytest.raises(RemoteError):
            whole.prepare()
    assert whole.published == first and objects(whole.places.served) == before


def test_a_folder_that_is_gone_is_named(upstream: Upstream, part: Site) -> None:
    upstream.commit({"elsewhere": {"a": "1"}})
    with pytest.raises(RemoteError, match="no folder course/public"):
        part.prepare()


def test_odd_times_of_a_commit_do_no_harm(upstream: Upstream, part: Site) -> None:
    tree = upstream.tree({"course": {"public": {"a": "1"}}})
    for seconds in ("99999999999999999999", "-5", "18446744073709551615"):
        person = f"A <a@b> {seconds} +0000"
        commit = upstream.object("commit", f"tree {tree}\nauthor {person}\ncommitter {person}\n\nx\n".encode())
        (upstream.path / "refs" / "heads" / "main").write_text(commit + "\n")
        fetch(part.half, part.places.public_mirror)
        assert len(part.publish()) == 40


def test_many_versions_and_a_cleaning_keep_what_is_published(upstream: Upstream, part: Site) -> None:
    made = []
    for number in range(3):
        upstream.commit({"course": {"public": {"a": str(number)}}})
        made.append(part.publish())
    run(part.places.served, "gc", "--prune=now", "--quiet")
    assert [run(part.places.served, "show", f"{commit}:a") for commit in made] == ["0", "1", "2"]
