"""Commit statuses at played Git hosts: what is told, to whom, and that nobody waits for it."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.errors import NotFound
from openjupyter_service.grading import statuses as module
from openjupyter_service.grading.statuses import Statuses, commits_of, status_of
from openjupyter_service.store import CourseVersion, VersionState
from tests.unit.grading.status_hosts import TOKEN, PlayedHost, played_host

HIDDEN = "assert mean([1, 2]) == 1.5"
KINDS = ["github", "gitlab", "gitea", "bitbucket"]
PATHS = {"gitlab": "/sub/team/course.git", "gitea": "/git/team/course.git", "bitbucket": "/scm/team/course.git"}


def version(state: VersionState = VersionState.PUBLISHED, *sound: bool, **changed: Any) -> CourseVersion:
    finding = {"level": "error", "subject": "tests", "text": HIDDEN}
    report = {
        "problem": None,
        "exercises": [{"name": "means", "sound": each, "findings": [finding]} for each in sound or (True, True)],
    }
    values: dict[str, Any] = {
        "id": 1,
        "course": "python",
        "public_commit": "a" * 40,
        "private_commit": "b" * 40,
        "served_commit": None,
        "state": state,
        "report": report,
        "created_at": 0.0,
        "started_at": 0.0,
        "finished_at": 0.0,
        "public_folder": "",
        "private_folder": "",
    }
    known = {name: value for name, value in values.items() if name in CourseVersion.__dataclass_fields__}
    return CourseVersion(**{**known, **changed})


def course(host: PlayedHost, kind: str = "auto", public: str | None = None) -> FollowedCourse:
    url = host.url + PATHS.get(host.kind, "/team/course.git")
    return FollowedCourse.model_validate(
        {
            "name": "python",
            "public": Half(url=public or url, folder="public"),
            "private": Half(url=url, folder="private"),
            "host": kind,
        }
    )


def tell(
    *calls: tuple[FollowedCourse, CourseVersion], token: str | None = TOKEN, pauses: tuple[float, ...] = ()
) -> None:
    """Tell, and wait until all of it is done."""
    secrets = CourseSecrets(status_token=SecretStr(token) if token else None)
    statuses = Statuses(lambda _: secrets, lambda name: f"https://lab.example.org/courses/{name}", pauses=pauses)
    for each in calls:
        statuses(*each)
    done()


def done() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("statuses of"):
            thread.join(30)
            assert not thread.is_alive()


@pytest.mark.parametrize("named", [True, False], ids=["named", "probed"])
@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_host_is_told_of_both_commits(kind: str, named: bool) -> None:
    with played_host(kind) as host:
        tell((course(host, kind if named else "auto"), version()))
        assert {each["sha"] for each in host.statuses} == {"a" * 40, "b" * 40}
        for each in host.statuses:
            assert each["state"] in ("success", "SUCCESSFUL")
            assert each["description"] == "published: 2 exercises"
            assert "https://lab.example.org/courses/python" in each.values()
        assert any(line.startswith("GET") for line in host.asked) != named
        assert all(TOKEN in each for each in host.tokens) and len(host.tokens) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_version_is_told_in_counts_alone(kind: str) -> None:
    with played_host(kind) as host:
        tell((course(host), version(VersionState.REFUSED, True, False, False)))
        assert len(host.statuses) == 2
        for each in host.statuses:
            assert each["state"] in ("failure", "failed", "FAILED")
            assert each["description"] == "2 of 3 exercises have errors; see the course page"
            assert HIDDEN not in str(each) and "means" not in str(each)


def test_what_is_told_of_other_verdicts() -> None:
    broken = version(VersionState.REFUSED, report={"problem": f"secret.py is odd: {HIDDEN}", "exercises": []})
    status = status_of("python", broken, None)
    assert status is not None and status.description == "not published; see the course page"
    one = status_of("python", version(VersionState.REFUSED, False), None)
    assert one is not None and one.description == "1 of 1 exercise has errors; see the course page"
    for state in (VersionState.WAITING, VersionState.CHECKING, VersionState.SUPERSEDED):
        assert status_of("python", version(state), None) is None


def test_the_token_goes_to_the_host_of_the_private_half_alone() -> None:
    with played_host("gitea") as host, played_host("gitea") as other:
        tell((course(host, "gitea", public=f"{other.url}/git/team/course.git"), version()))
        assert [each["sha"] for each in host.statuses] == ["b" * 40]
        assert not other.asked
        halves = course(host, public=f"{other.url}/git/team/course.git")
        local = halves.model_copy(update={"private": Half(url="/srv/hidden.git")})
        assert [commit for _, commit in commits_of(local, version())] == ["a" * 40]


def test_one_commit_of_one_repository_is_told_of_once() -> None:
    with played_host("github") as host:
        tell((course(host, "github"), version(public_commit="b" * 40)))
        assert [each["sha"] for each in host.statuses] == ["b" * 40]


def test_a_host_that_fails_is_tried_again() -> None:
    with played_host("github") as host:
        host.failures = [503, 429]
        tell((course(host, "github"), version()), pauses=(0.01, 0.01))
        assert len(host.statuses) == 2


@pytest.mark.parametrize("status", [401, 403, 404, 422, 302])
def test_a_refusal_is_logged_and_not_tried_again(status: int, caplog: pytest.LogCaptureFixture) -> None:
    with played_host("github") as host:
        host.failures = [status, status]
        tell((course(host, "github"), version()), pauses=(0.01, 0.01))
        assert len(host.asked) == 2 and not host.statuses
    assert f"answers {status}" in caplog.text and TOKEN not in caplog.text


def test_gitlab_has_the_same_status_twice_and_says_no() -> None:
    with played_host("gitlab") as host:
        for _ in range(2):
            tell((course(host), version()))
        assert len(host.statuses) == 2


def test_a_host_of_no_known_kind_and_one_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    with played_host("github") as host:
        away = host.url
        plain = course(host)
        host._github = lambda *_: (200, "<html>Hello</html>")  # type: ignore[method-assign]
        tell((plain, version()))
        assert "what kind of Git host" in caplog.text and not host.tokens
    caplog.clear()
    tell((course(host, "github"), version()), pauses=(0.01,))
    assert caplog.text.count("no commit status of python") == 2 and TOKEN not in caplog.text and away


def test_without_a_token_nobody_is_called() -> None:
    with played_host("github") as host:
        tell((course(host), version()), token=None)
        assert not host.asked


def test_a_course_that_was_removed_meanwhile() -> None:
    def missing(name: str) -> CourseSecrets:
        raise NotFound("no such course")

    with played_host("github") as host, pytest.raises(NotFound):
        Statuses(missing, lambda _: None)(course(host), version())


def waited(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 20
    while not condition() and time.monotonic() < end:
        time.sleep(0.01)
    return condition()


def test_nobody_waits_and_an_old_verdict_takes_no_newer_ones_place() -> None:
    with played_host("github") as host:
        host.failures = [503]
        secrets = CourseSecrets(status_token=SecretStr(TOKEN))
        statuses = Statuses(lambda _: secrets, lambda _: None, pauses=(1.0,))
        one = course(host, "github")
        statuses(one, version(VersionState.REFUSED, False, public_commit="b" * 40))
        assert waited(lambda: bool(host.asked)) and not host.statuses
        statuses(one, version(public_commit="b" * 40))
        done()
        assert [each["state"] for each in host.statuses] == ["success"]


def test_too_many_hosts_that_hang_are_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "MAX_AT_ONCE", 1)
    with played_host("github") as host:
        host.failures = [503]
        secrets = CourseSecrets(status_token=SecretStr(TOKEN))
        statuses = Statuses(lambda _: secrets, lambda _: None, pauses=(0.5,))
        statuses(course(host, "github"), version())
        statuses(course(host, "github"), version())
        assert "too many" in caplog.text
        done()
        assert len(host.statuses) == 2
