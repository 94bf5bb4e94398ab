"""Webhooks at the desk: which course they have synced, and whom they wake."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.errors import Forbidden
from openjupyter_service.grading.hooks import Hooks
from openjupyter_service.store import Courses, SecretBox, Store
from tests.unit.exercises.deliveries import NAMES, SECRET, SIGNING_SECRET, delivery
from tests.unit.store.conftest import Clock


class Desk:
    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        store = Store(f"sqlite:///{folder / 'store.sqlite'}", self.clock)
        store.upgrade()
        self.courses = Courses(store, SecretBox(b"k" * 32))
        for name, secret in (("python", SECRET), ("signed", SIGNING_SECRET), ("silent", None)):
            half = Half(url="https://git.example.org/team/public.git")
            course = FollowedCourse(
                name=name, public=half, private=Half(url="https://git.example.org/team/hidden.git"), poll_seconds=0
            )
            self.courses.add(course, CourseSecrets(webhook_secret=SecretStr(secret) if secret else None))
            self.clock.pass_(1)
            self.courses.began_sync(name)
        self.clock.pass_(1)
        self.woken = 0
        self.hooks = Hooks(self.courses, self._wake)

    def _wake(self) -> None:
        assert self.due, "whoever is woken finds nothing to do"
        self.woken += 1

    @property
    def due(self) -> list[str]:
        return [course.name for course in self.courses.due()]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("name", NAMES)
def test_a_push_to_the_branch_has_the_course_synced(desk: Desk, name: str) -> None:
    sent = delivery(name)
    course = "signed" if sent.secret == SIGNING_SECRET else "python"
    assert desk.due == []
    said = desk.hooks.receive(course, sent.lower, sent.body)
    if sent.event == "push" and "main" in sent.branches:
        assert desk.due == [course] and desk.woken == 1 and "fetched" in said
    else:
        assert desk.due == [] and desk.woken == 0
        assert ("arrive" in said) == (sent.event == "ping") and ("nothing to do" in said) == (sent.event != "ping")


def test_replays_want_one_sync_however_many_they_are(desk: Desk) -> None:
    sent = delivery("github_push")
    for _ in range(3):
        desk.hooks.receive("python", sent.lower, sent.body)
    assert desk.due == ["python"]
    desk.clock.pass_(1)
    desk.courses.began_sync("python")
    assert desk.due == []


def test_all_refusals_are_the_same(desk: Desk) -> None:
    sent = delivery("github_push")
    texts = set()
    for course, body in (("python", sent.body + b" "), ("nothing", sent.body), ("silent", sent.body), ("signed", b"")):
        with pytest.raises(Forbidden) as caught:
            desk.hooks.receive(course, sent.lower, body)
        texts.add(str(caught.value))
    with pytest.raises(Forbidden):
        desk.hooks.receive("silent", {"x-gitlab-token": "", "x-gitlab-event": "Push Hook"}, b"{}")
    assert len(texts) == 1 and desk.due == [] and desk.woken == 0
