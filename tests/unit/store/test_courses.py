"""Followed courses and their versions in the store."""

import pytest
from pydantic import SecretStr, ValidationError

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.errors import CourseError, NotFound
from openjupyter_service.store import Courses, SecretBox, Store, Versions, VersionState
from tests.unit.store.conftest import Clock

KEY = SecretBox(b"k" * 32)


def course(name: str = "python", **values: object) -> FollowedCourse:
    public = Half(url="https://git.example.org/team/course.git")
    private = Half(url="git@git.example.org:team/hidden.git", folder="python")
    return FollowedCourse.model_validate({"name": name, "public": public, "private": private, **values})


def test_a_course_comes_back_as_it_was_added_and_its_secrets_are_encrypted(store: Store) -> None:
    courses = Courses(store, KEY)
    courses.add(course(), CourseSecrets(private_token=SecretStr("s3cret-token")))
    assert courses.all() == [course()] and courses.get("python") == course()
    token = courses.secrets("python").private_token
    assert token is not None and token.get_secret_value() == "s3cret-token"
    with store.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT * FROM courses").all())
    assert "s3cret-token" not in rows and "git.example.org" in rows


def test_names_are_unique_and_come_back_after_removal(store: Store) -> None:
    courses = Courses(store, KEY, ["sample"])
    courses.add(course(), CourseSecrets(webhook_secret=SecretStr("x")))
    with pytest.raises(CourseError, match="already"):
        courses.add(course(), CourseSecrets())
    with pytest.raises(CourseError, match="settings file"):
        courses.add(course("sample"), CourseSecrets())
    courses.remove("python")
    assert courses.all() == []
    with pytest.raises(NotFound):
        courses.secrets("python")
    courses.add(course(internet=True), CourseSecrets())
    assert courses.all() == [course(internet=True)] and courses.secrets("python") == CourseSecrets()


def test_a_sync_is_due_at_first_when_asked_for_and_from_time_to_time(store: Store, clock: Clock) -> None:
    courses = Courses(store, KEY)
    courses.add(course(poll_seconds=300), CourseSecrets())
    courses.add(course("quiet", poll_seconds=0), CourseSecrets())
    assert [each.name for each in courses.due()] == ["python", "quiet"]
    for name in ("python", "quiet"):
        clock.pass_(1)
        courses.began_sync(name)
    assert courses.due() == []
    clock.pass_(300)
    assert [each.name for each in courses.due()] == ["python"]
    courses.want_sync("quiet")
    assert [each.name for each in courses.due()] == ["python", "quiet"]
    clock.pass_(1)
    courses.began_sync("quiet")
    courses.ended_sync("quiet", "the host does not answer")
    sync = courses.sync("quiet")
    assert sync.problem == "the host does not answer" and sync.synced_at == sync.ended_at == clock.time
    assert [each.name for each in courses.due()] == ["python"]


def test_a_newer_version_takes_the_place_of_one_that_waits(store: Store) -> None:
    versions = Versions(store)
    first = versions.add("python", "a" * 40, "b" * 40)
    assert first is not None and versions.add("python", "a" * 40, "b" * 40) is None
    second = versions.add("python", "c" * 40, "b" * 40)
    claimed = versions.claim("python")
    assert claimed is not None and claimed.id == second and versions.claim("python") is None
    versions.publish(claimed.id, "d" * 40, {"findings": []})
    published = versions.published("python")
    assert published is not None and published.served_commit == "d" * 40
    third = versions.add("python", "e" * 40, "b" * 40)
    assert third is not None and versions.claim("python") is not None
    assert versions.release_all() == 1 and versions.claim("python") is not None
    versions.refuse(third, {"findings": ["broken"]})
    published = versions.published("python")
    assert published is not None and published.id == second
    assert [each.state for each in versions.of("python")] == [
        VersionState.REFUSED,
        VersionState.PUBLISHED,
        VersionState.SUPERSEDED,
    ]


def test_of_two_that_wait_the_newest_is_taken_and_the_other_never(store: Store) -> None:
    versions = Versions(store)
    first = versions.add("python", "a" * 40, "b" * 40)
    assert first is not None and versions.claim("python") is not None
    second = versions.add("python", "c" * 40, "b" * 40)  # while the first one is checked
    other = versions.add("other", "a" * 40, "b" * 40)
    assert second is not None and other is not None
    assert versions.release_all() == 1  # the process has gone: both wait now
    claimed = versions.claim("python")
    assert claimed is not None and claimed.id == second and claimed.state is VersionState.CHECKING
    assert versions.claim("python") is None
    assert [each.state for each in versions.of("python")] == [VersionState.CHECKING, VersionState.SUPERSEDED]
    assert [each.state for each in versions.of("other")] == [VersionState.WAITING]


def test_one_that_could_not_be_checked_waits_again(store: Store) -> None:
    versions = Versions(store)
    first = versions.add("python", "a" * 40, "b" * 40)
    assert first is not None and versions.claim("python") is not None
    versions.release(first)
    claimed = versions.claim("python")
    assert claimed is not None and claimed.id == first
    versions.refuse(first, {})
    versions.release(first)
    assert versions.claim("python") is None


def test_the_newest_version_can_be_checked_again_when_it_was_refused(store: Store) -> None:
    versions = Versions(store)
    first = versions.add("python", "a" * 40, "b" * 40)
    assert first is not None and not versions.check_again("python") and not versions.check_again("other")
    versions.claim("python")
    versions.refuse(first, {"sound": False})
    assert versions.check_again("python") and not versions.check_again("python")
    claimed = versions.claim("python")
    assert claimed is not None and claimed.id == first and claimed.finished_at is None
    versions.refuse(first, {"sound": False})
    versions.add("python", "c" * 40, "b" * 40)
    assert not versions.check_again("python")


def test_courses_with_something_to_check(store: Store) -> None:
    versions = Versions(store)
    versions.add("python", "a" * 40, "b" * 40)
    versions.add("other", "a" * 40, "b" * 40)
    assert versions.waiting() == ["other", "python"]
    versions.claim("other")
    assert versions.waiting() == ["python"]


@pytest.mark.parametrize(
    "url",
    [
        "ext::sh -c touch% /tmp/x",
        "--upload-pack=touch /tmp/x",
        "https://user:word@host/course.git",
        "ssh://user:word@host/course.git",
        "file://",
        "course.git",
        "https://host",
    ],
)
def test_addresses_that_git_must_not_get(url: str) -> None:
    with pytest.raises(ValidationError):
        Half(url=url)


def test_halves_must_lie_apart() -> None:
    url = "https://git.example.org/team/course.git"
    with pytest.raises(ValidationError, match="hidden tests"):
        FollowedCourse(name="python", public=Half(url=url), private=Half(url=url, folder="hidden"))
    FollowedCourse(name="python", public=Half(url=url, folder="public"), private=Half(url=url, folder="hidden"))
