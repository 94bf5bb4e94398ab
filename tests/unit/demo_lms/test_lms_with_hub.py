"""The demo LMS and our hub, over HTTP from the click to the score: two sides that share no code."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import requests

from openjupyter_service.exercises.repository import publish
from openjupyter_service.grading.deliveries import Deliveries
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.store import Launches, Outbox, OutboxItem, Placement, Queue, Submissions
from tests.unit.demo_lms.helpers import ADA, GRETA
from tests.unit.demo_lms.tool import LmsThread, Walker
from tests.unit.hub.running_hub import Hub

EXERCISES = ("warm-up", "figure")


class Site(Hub):
    """Our hub, with the course that the LMS links to."""

    def __init__(self, folder: Path, lms: LmsThread) -> None:
        course = {
            "name": "sample",
            "repository": folder / "sample.git",
            "private": folder / "private",
            "branch": "main",
        }
        super().__init__(folder, platforms=lms.platforms, courses=[course])
        for name in EXERCISES:
            (folder / "private" / name).mkdir(parents=True, exist_ok=True)
            (folder / "private" / name / "exercise.toml").write_text(
                f'title = "{name.title()} & more"\nnotebook = "{name}.ipynb"\ndeadline = 2030-01-02T03:04:05Z\n'
            )
            (folder / "public").mkdir(exist_ok=True)
            notebook = {"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}
            (folder / "public" / f"{name}.ipynb").write_text(json.dumps(notebook))
        publish(folder / "public", self.settings.courses[0].repository)
        self.lms = lms
        lms.connect(self.url)

    def placement(self) -> Placement:
        """That of the person who launched last, the newest."""
        name = [line for line in self.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]
        return max(Launches(self.store).placements(name), key=lambda placement: placement.id)

    def grade(self, placement: Placement, score: float) -> None:
        """A submission that was graded, with its scores in the outbox."""
        submissions, queue = Submissions(self.store), Queue(self.store)
        submissions.accept(
            learner=placement.learner,
            course="sample",
            exercise=placement.exercise,
            commit=None,
            notebook_path="a.ipynb",
            files={"a.ipynb": b"{}"},
        )
        claimed = queue.claim("worker", 60)
        assert claimed is not None
        report = {"status": "correct", "max_points": 8.0}
        assert queue.finish(claimed.grading_id, "worker", report, score, {})

    def waiting(self, placement: Placement) -> OutboxItem:
        items = [item for item in Outbox(self.store).list() if item.placement_id == placement.id]
        return max(items, key=lambda item: item.grading_id)

    async def deliver(self, placement: Placement) -> Any:
        registry = self.authenticator.registry
        deliveries = Deliveries(registry.platforms, registry.tool_keys, registry.launches, Outbound())
        return await deliveries.deliver(self.waiting(placement))


@pytest.fixture(scope="module", params=["plain", "moodle", "canvas"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp(request.param)
    lms = LmsThread(folder / "lms", request.param)
    site = Site(folder, lms)
    yield site
    site.close()
    lms.close()


def is_open(answer: requests.Response) -> bool:
    return answer.status_code == 303 and answer.headers["Location"].startswith("/hub/user-redirect/git-pull?")


async def test_a_score_goes_the_whole_way(site: Site) -> None:
    ada = Walker(site.lms).sign_in(ADA)
    assert is_open(ada.send(ada.click("/launch/ds-warm-up?tool=openjupyter"), redirects=False))
    placement = site.placement()
    assert (placement.platform, placement.deployment, placement.exercise) == ("demo13", "1", "warm-up")
    assert (placement.context_id, placement.resource_link_id) == ("data-science", "ds-warm-up")
    assert (placement.lineitem_url is None) == (site.lms.mode == "canvas")
    site.grade(placement, 0.75)
    delivery = await site.deliver(placement)
    assert delivery.accepted, delivery.description
    assert site.lms.gradebook()[ADA, "ds-warm-up"] == 0.75


async def test_both_versions_write_into_the_same_gradebook(site: Site) -> None:
    ada = Walker(site.lms).sign_in(ADA)
    placements = []
    for path in ("/launch/ds-figure", "/launch/ds-figure?tool=openjupyter"):
        assert is_open(ada.send(ada.click(path), redirects=False))
        placements.append(site.placement())
    by_key, by_issuer = placements
    assert (by_key.platform, by_issuer.platform) == ("demo", "demo13") and by_key.learner != by_issuer.learner
    for placement, score in ((by_key, 0.25), (by_issuer, 0.5)):
        site.grade(placement, score)
        delivery = await site.deliver(placement)
        assert delivery.accepted, delivery.description
        assert site.lms.gradebook()[ADA, "ds-figure"] == score


@pytest.mark.parametrize("version", ["", "?tool=openjupyter"])
async def test_exercises_that_were_chosen_open_and_are_graded(site: Site, version: str) -> None:
    greta = Walker(site.lms).sign_in(GRETA)
    before = {link.id for link in site.lms.links("refresher")}
    page = greta.send(greta.click(f"/course/refresher/choose{version}"))
    assert page.status_code == 200 and "Figure &amp; more" in page.text
    (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', page.text)
    chosen = [("ticket", ticket), *(("exercise", f"sample/{name}") for name in EXERCISES)]
    answer = greta.session.post(f"{site.url}/hub/lti/select", data=chosen, timeout=30)
    (action,) = re.findall(r'<form method="post" action="([^"]+)"', answer.text)
    fields = {name: unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', answer.text)}
    course = greta.session.post(unescape(action), data=fields, timeout=30)
    assert course.status_code == 200 and course.url == f"{site.lms.url}/course/refresher", course.text
    added = [link for link in site.lms.links("refresher") if link.id not in before]
    assert sorted(link.title for link in added) == ["Figure & more", "Warm-Up & more"]
    assert {link.deadline for link in added} == ({"2030-01-02T03:04:05Z"} if version else {""})
    assert {link.resource_id for link in added} == {"sample/warm-up", "sample/figure"}
    again = greta.session.post(unescape(action), data=fields, timeout=30)
    assert again.status_code == 400, "a choice is taken once"

    ada = Walker(site.lms).sign_in(ADA)
    link = next(link for link in added if link.exercise == "figure")
    assert is_open(ada.send(ada.click(f"/launch/{link.id}{version}"), redirects=False))
    placement = site.placement()
    assert (placement.exercise, placement.resource_link_id) == ("figure", link.id)
    site.grade(placement, 1.0)
    delivery = await site.deliver(placement)
    assert delivery.accepted, delivery.description
    assert site.lms.gradebook("refresher")[ADA, link.id] == 1.0


async def test_a_teacher_cannot_be_graded_and_that_is_final(site: Site) -> None:
    greta = Walker(site.lms).sign_in(GRETA)
    assert is_open(greta.send(greta.click("/launch/ds-figure?tool=openjupyter"), redirects=False))
    placement = site.placement()
    assert placement.is_staff
    site.grade(placement, 1.0)
    delivery = await site.deliver(placement)
    assert not delivery.accepted and delivery.final


async def test_an_lms_in_trouble_gets_its_score_later(site: Site) -> None:
    ada = Walker(site.lms).sign_in(ADA)
    ada.send(ada.click("/launch/py-warm-up?tool=openjupyter"), redirects=False)
    placement = site.placement()
    site.grade(placement, 0.875)
    # An answer of 200 to a score is a yes, whatever it holds; here the token comes first, and is none.
    for trouble in ({"status": 503}, {"status": 200, "body": "<html>"}, {"status": 401}):
        site.lms.trouble(50, **trouble)
        delivery = await site.deliver(placement)
        assert not delivery.accepted and not delivery.final, (trouble, delivery)
    site.lms.trouble(0)
    assert (await site.deliver(placement)).accepted
    assert site.lms.gradebook("refresher")[ADA, "py-warm-up"] == 0.875
