"""Regrades as staff see them in a browser: begin, look, decide; names of one's own learners alone."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from openjupyter_service.grading.regrade import Regrading
from openjupyter_service.store import Outbox, Queue, Regrades, RegradeState, Submissions, Trials
from tests.unit.grading.regrades import report
from tests.unit.hub.running_service import PREFIX
from tests.unit.hub.test_launch13 import text
from tests.unit.hub.test_staff_page import Site as StaffSite
from tests.unit.hub.test_staff_page import xsrf, xsrf_of
from tests.unit.lti.platform13 import CLAIM

PAGE = f"{PREFIX}regrades"


class Site(StaffSite):
    exercise = "warm-up"

    def __init__(self, folder: Path, **changes: object) -> None:
        super().__init__(folder, **changes)
        self.private = self.settings.courses[0].private

    def good(self, nonce: str) -> dict[str, Any]:
        return super().good(nonce) | {f"{CLAIM}custom": {"course": "python", "exercise": self.exercise}}

    def use(self, exercise: str) -> None:
        """An exercise of its own for a test: who answers for one depends on who has opened it."""
        self.exercise = exercise
        folder = self.private / exercise
        folder.mkdir()
        (folder / "exercise.toml").write_text(
            f'title = "Title of {exercise}"\nnotebook = "warm up/first steps.ipynb"\n'
        )
        (folder / "test_it.py").write_text("def test_it(learner):\n    assert learner.a\n")

    def hands_in(self, person: str, *passed: bool, course: str) -> str:
        """A learner's launch and their graded submission, whose score has arrived."""
        with requests.Session() as session:
            session.trust_env = False
            learner = self.enter(session, person, course=course)
        number = Submissions(self.store).accept(
            learner=learner, course="python", exercise=self.exercise, commit=None, notebook_path="a", files={"a": b""}
        ).id  # fmt: skip
        queue, given = Queue(self.store), report(*passed)
        claimed = queue.claim("w", 60)
        assert claimed is not None
        assert queue.finish(claimed.grading_id, "w", given.model_dump(mode="json"), given.score, {})
        for item in self.pending():
            Outbox(self.store).sent(item.id, 1.0)
        return number

    def grades(self, given: dict[str, tuple[bool, ...] | None]) -> None:
        trials = Trials(self.store)
        while (claimed := trials.claim("w", 60)) is not None:
            passed = given[claimed.submission_id]
            if passed is None:
                assert trials.fail(claimed.grading_id, "w", {"status": "internal error", "staff": {"fault": "FAULT"}})
            else:
                found = report(*passed)
                assert trials.finish(claimed.grading_id, "w", found.model_dump(mode="json"), found.score, {})

    def pending(self) -> list[Any]:
        return Outbox(self.store).due(4e9, 1000)

    def regrade(self, number: int) -> RegradeState:
        found = Regrades(self.store).get(number)
        assert found is not None
        return found.state

    def applies(self) -> int:
        """What the service does once it is woken."""
        return Regrading(self.settings, self.store).go_on()


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    hub = Site(tmp_path_factory.mktemp("regrades"))
    yield hub
    hub.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def begin(hub: Site, session: requests.Session) -> tuple[int, requests.Response]:
    """Begin a regrade on the page; gives its id, and the page it leads to."""
    page = hub.walk(session, PAGE)
    assert f"Grade Title of {hub.exercise} anew" in text(page)
    page = hub.walk(
        session, PAGE, "POST", data={"_xsrf": xsrf(page), "course": "python", "exercise": hub.exercise}
    )  # fmt: skip
    assert page.status_code == 200, page.text
    return int(page.url.rpartition("/")[2]), page


def decide(hub: Site, session: requests.Session, number: int, what: str) -> requests.Response:
    return hub.walk(session, f"{PAGE}/{number}", "POST", data={"_xsrf": xsrf_of(session), "do": what})


@pytest.mark.parametrize("never_lower", [False, True])
def test_an_instructor_begins_looks_and_applies(hub: Site, session: requests.Session, never_lower: bool) -> None:
    name = f"first-{never_lower}".lower()
    hub.use(name)
    before = {"ada": (True, False), "ben": (True, True), "cleo": (False, False), "dan": (True, False)}
    numbers = {who: hub.hands_in(f"{who}-{name}", *passed, course=name) for who, passed in before.items()}
    hub.enter(session, f"ines-{name}", staff=True, course=name)
    number, page = begin(hub, session)
    words = text(page)
    assert "0 of 4 submissions are graded." in words and 'role="status"' in page.text
    assert 'value="apply"' not in page.text and 'value="drop"' in page.text
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page.text and "setInterval" in page.text
    assert "connect-src 'self'" in page.headers["Content-Security-Policy"]
    early = decide(hub, session, number, "apply")
    assert early.status_code == 409 and "still grading" in text(early)
    hub.grades({
        numbers["ada"]: (True, True), numbers["ben"]: (True, False), numbers["cleo"]: (False, False),
        numbers["dan"]: None,
    })  # fmt: skip
    page = hub.walk(session, f"{PAGE}/{number}")
    words = text(page)
    assert "No score has changed yet" in words and "refresh" not in page.text and "setInterval" not in page.text
    assert "connect-src" not in page.headers["Content-Security-Policy"]
    assert "One learner gains, one loses, 2 stay as they are." in words
    assert f"Name &lt;of&gt; ada-{name} 50 % 100 %" in words and f"Name &lt;of&gt; ben-{name} 100 % 50 %" in words
    assert f"cleo-{name}" not in words and "That is our fault and costs nobody anything" in words
    assert "divides 1 1 1 1" in words and "correct wrong 1" in words and hub.pending() == []
    page = decide(hub, session, number, "apply-never-lower" if never_lower else "apply")
    assert page.status_code == 200 and "The new scores are being applied" in text(page)
    assert hub.regrade(number) is RegradeState.APPLYING and hub.applies() == 1
    page = hub.walk(session, f"{PAGE}/{number}")
    words = text(page)
    assert ("Applied, but nobody was lowered" if never_lower else "Applied. Scores that changed") in words
    assert ("Who keeps what the new tests" in words) is never_lower and 'name="do"' not in page.text
    assert "That is our fault and costs nobody anything" in words and "FAULT" not in page.text
    assert {item.score for item in hub.pending()} == ({1.0} if never_lower else {1.0, 0.5})
    assert "applied" in text(hub.walk(session, PAGE))
    for item in hub.pending():
        Outbox(hub.store).sent(item.id, 1.0)


def test_one_that_concerns_other_courses_is_read_without_their_names_and_not_decided(
    hub: Site, session: requests.Session
) -> None:
    hub.use("shared")
    mine = hub.hands_in("ada-mine", True, False, course="shared-1")
    theirs = hub.hands_in("bob-theirs", True, True, course="shared-2")
    hub.enter(session, "ines-shared", staff=True, course="shared-1")
    number, _ = begin(hub, session)
    hub.grades({mine: (True, True), theirs: (False, False)})
    page = hub.walk(session, f"{PAGE}/{number}")
    words = text(page)
    assert "One learner gains, one loses" in words and "ada-mine" in words
    assert "bob-theirs" not in page.text and "one learner of another LMS course" in words
    assert 'value="apply"' not in page.text and "linked in other LMS courses as well" in words
    for what in ("apply", "apply-never-lower"):
        answer = decide(hub, session, number, what)
        assert answer.status_code == 403 and "staff of all of them, or the operator" in text(answer)
    with requests.Session() as other:
        other.trust_env = False
        hub.enter(other, "otto-shared", staff=True, course="shared-2")
        page = hub.walk(other, f"{PAGE}/{number}")
        assert "bob-theirs" in page.text and "ada-mine" not in page.text and 'value="drop"' not in page.text
        assert decide(hub, other, number, "drop").status_code == 403
    assert hub.regrade(number) is RegradeState.READY and hub.pending() == []
    # Who teaches in both may decide.
    hub.enter(session, "ines-shared", staff=True, course="shared-2")
    assert "The new scores are being applied" in text(decide(hub, session, number, "apply"))
    assert hub.applies() == 1
    for item in hub.pending():
        Outbox(hub.store).sent(item.id, 1.0)


def test_who_has_begun_one_may_drop_it(hub: Site, session: requests.Session) -> None:
    hub.use("mistake")
    hub.hands_in("ada-mistake", True, course="mistake-1")
    hub.hands_in("bob-mistake", True, course="mistake-2")
    hub.enter(session, "ines-mistake", staff=True, course="mistake-1")
    number, _ = begin(hub, session)
    page = decide(hub, session, number, "drop")
    assert "Dropped. No score has changed." in text(page)
    assert hub.regrade(number) is RegradeState.DROPPED
    again = decide(hub, session, number, "drop")
    assert again.status_code == 409


def test_nothing_of_another_course_is_seen_begun_or_decided(hub: Site, session: requests.Session) -> None:
    hub.use("closed")
    hub.hands_in("ada-closed", True, course="closed-1")
    regrade = Regrading(hub.settings, hub.store).begin("python", "closed")
    hub.enter(session, "ines-closed", staff=True, course="closed-2")
    hub.use("closed-other")
    # Their own course links another exercise now, so that they are no staff of this one any more.
    hub.enter(session, "ines-closed", staff=True, course="closed-2")
    page = hub.walk(session, PAGE)
    assert page.status_code == 200 and "Title of closed" not in page.text
    assert hub.walk(session, f"{PAGE}/{regrade.id}").status_code == 404
    for number in ("999999", "9" * 40, "abc", "1-1"):
        assert hub.walk(session, f"{PAGE}/{number}").status_code == 404
    for what in ("apply", "drop"):
        assert decide(hub, session, regrade.id, what).status_code == 404
    data = {"_xsrf": xsrf_of(session), "course": "python", "exercise": "closed"}
    answer = hub.walk(session, PAGE, "POST", data=data)
    assert answer.status_code == 404 and "nobody in your courses" in text(answer).lower()
    assert hub.regrade(regrade.id) is RegradeState.GRADING
    Regrades(hub.store).drop(regrade.id)


def test_a_learner_may_do_nothing_of_it(hub: Site, session: requests.Session) -> None:
    hub.use("learners")
    hub.hands_in("ada-learner", True, course="learners-1")
    regrade = Regrading(hub.settings, hub.store).begin("python", "learners")
    hub.enter(session, "ada-learner", course="learners-1")
    assert hub.walk(session, PAGE).status_code == 403
    assert hub.walk(session, f"{PAGE}/{regrade.id}").status_code == 403
    for what in ("apply", "drop"):
        assert decide(hub, session, regrade.id, what).status_code == 404
    data = {"_xsrf": xsrf_of(session), "course": "python", "exercise": "learners"}
    assert hub.walk(session, PAGE, "POST", data=data).status_code == 404
    assert hub.regrade(regrade.id) is RegradeState.GRADING
    Regrades(hub.store).drop(regrade.id)


def test_the_operator_sees_and_decides_all(hub: Site, session: requests.Session) -> None:
    hub.use("operators")
    numbers = [hub.hands_in(f"ada-op-{n}", True, False, course=f"operators-{n}") for n in range(2)]
    ticket = hub.authenticator.registry.tickets.issue("admin", {}, 600)
    hub.walk(session, "/hub/admin-login", "POST", data={"ticket": ticket})
    number, _ = begin(hub, session)
    hub.grades(dict.fromkeys(numbers, (True, True)))
    page = hub.walk(session, f"{PAGE}/{number}")
    assert "2 learners gain" in text(page) and "ada-op-0" in page.text and "ada-op-1" in page.text
    assert decide(hub, session, number, "apply").status_code == 200
    assert hub.applies() == 1 and len(hub.pending()) == 2
    for item in hub.pending():
        Outbox(hub.store).sent(item.id, 1.0)


@pytest.mark.parametrize(
    "forged", [{"data": {"do": "apply"}}, {"data": {"do": "apply", "_xsrf": "x"}}, {"params": {"do": "apply"}}]
)
def test_no_form_from_elsewhere_decides_anything(
    hub: Site, session: requests.Session, forged: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    name = f"forged-{len(list(hub.private.glob('forged-*')))}"
    hub.use(name)
    number = hub.hands_in(f"ada-{name}", True, False, course=name)
    hub.enter(session, f"ines-{name}", staff=True, course=name)
    regrade, _ = begin(hub, session)
    hub.grades({number: (True, True)})
    answer = session.post(f"{hub.service_url}{PAGE}/{regrade}", allow_redirects=False, timeout=30, **forged)
    assert answer.status_code == 403 and "open the page anew" in text(answer)
    assert hub.regrade(regrade) is RegradeState.READY and hub.pending() == []
    assert decide(hub, session, regrade, "").status_code == 400
    assert decide(hub, session, regrade, "everything").status_code == 400


def test_an_exercise_that_is_broken_is_told_without_our_insides(hub: Site, session: requests.Session) -> None:
    hub.use("breaks")
    hub.hands_in("ada-breaks", True, course="breaks")
    hub.enter(session, "ines-breaks", staff=True, course="breaks")
    page = hub.walk(session, PAGE)
    (hub.private / "breaks" / "exercise.toml").write_text("title = 7\n")
    answer = hub.walk(
        session, PAGE, "POST", data={"_xsrf": xsrf(page), "course": "python", "exercise": "breaks"}
    )  # fmt: skip
    assert answer.status_code == 409 and "mend it first" in text(answer) and str(hub.private) not in answer.text
    nothing = hub.walk(session, PAGE, "POST", data={"_xsrf": xsrf_of(session), "course": "python"})
    assert nothing.status_code == 400


def test_the_page_speaks_german(hub: Site, session: requests.Session) -> None:
    hub.use("german")
    number = hub.hands_in("ada-german", True, False, course="german")
    hub.enter(session, "ines-german", staff=True, course="german", locale="de-DE")
    page = hub.walk(session, PAGE)
    assert "Title of german neu bewerten" in text(page)
    page = hub.walk(
        session, PAGE, "POST", data={"_xsrf": xsrf(page), "course": "python", "exercise": "german"}
    )  # fmt: skip
    assert "0 von 1 Abgaben sind bewertet." in text(page)
    hub.grades({number: (True, True)})
    words = text(hub.walk(session, re.sub(r"^https?://[^/]+", "", page.url)))
    assert "Eine Person gewinnt, 0 verlieren, 0 bleiben, wie sie sind." in words
    assert "Übernehmen, aber niemanden herabsetzen" in words and "falsch richtig 1" in words
