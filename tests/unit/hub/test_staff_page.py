"""Scores that did not arrive, as staff see them: launch, sign in at the service by the hub, read, send again."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from openjupyter_service.store import Outbox, PassbackState, Queue, Submissions
from tests.unit.hub.running_service import PREFIX, HubWithService
from tests.unit.hub.test_launch13 import text
from tests.unit.lti.platform13 import AGS, CLAIM, INSTRUCTOR, SCOPE, sign

PAGE = f"{PREFIX}passbacks"
API = f"{PREFIX}api/passbacks"


class Site(HubWithService):
    def enter(
        self,
        session: requests.Session,
        person: str,
        *,
        staff: bool = False,
        course: str = "course-7",
        locale: str = "en",
    ) -> str:
        """A launch of LTI 1.3; gives the hub username."""
        state, nonce = self.begin(session)
        claims: dict[str, Any] = self.good(nonce) | {
            "sub": person, f"{CLAIM}launch_presentation": {"locale": locale},
            "name": f"Name <of> {person}", f"{CLAIM}context": {"id": course, "title": f"Title {course}"},
            AGS: {"scope": [f"{SCOPE}score"], "lineitem": f"https://lms.example/{course}/lineitem"},
        }  # fmt: skip
        if staff:
            claims[f"{CLAIM}roles"] = [INSTRUCTOR]
        assert self.launch(session, state, sign(claims)).status_code == 303
        return [line for line in self.log if line.startswith("User logged in: ")][-1].rpartition(" ")[2]

    def fails(self, person: str, course: str = "course-7", said: str = "HTTP 403: <b>no</b>") -> int:
        """A learner's score that the LMS has refused for good; gives its id."""
        with requests.Session() as session:
            session.trust_env = False
            learner = self.enter(session, person, course=course)
        Submissions(self.store).accept(
            learner=learner, course="python", exercise="warm-up", commit=None, notebook_path="a", files={"a": b"{}"}
        )
        queue, outbox = Queue(self.store), Outbox(self.store)
        claimed = queue.claim("worker", 60)
        assert claimed and queue.finish(claimed.grading_id, "worker", {"max_points": 12.0}, 0.75, {})
        item = outbox.list()[0]
        outbox.failed(item.id, said)
        return item.id

    def state(self, number: int) -> PassbackState:
        (item,) = Outbox(self.store).get([number])
        return item.state

    def token(self, session: requests.Session, *scopes: str) -> str:
        self.walk(session, "/hub/token")
        xsrf = next(cookie.value for cookie in session.cookies if cookie.name == "_xsrf" and cookie.path == "/hub/")
        user = session.get(f"{self.url}/hub/api/user", params={"_xsrf": xsrf}, timeout=30).json()["name"]
        answer = session.post(
            f"{self.url}/hub/api/users/{user}/tokens", params={"_xsrf": xsrf}, timeout=30,
            json={"scopes": list(scopes)} if scopes else {},
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        return str(answer.json()["token"])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    hub = Site(tmp_path_factory.mktemp("staff"))
    yield hub
    hub.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


def xsrf(page: requests.Response) -> str:
    return re.findall(r'name="_xsrf" value="([^"]+)"', page.text)[0]


def test_an_instructor_reads_what_did_not_arrive_and_sends_it_again(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-1", "course-1")
    hub.enter(session, "ines-1", staff=True, course="course-1")
    page = hub.walk(session, PAGE)
    assert page.status_code == 200, page.text
    words = text(page)
    assert "Name &lt;of&gt; ada-1: Warm-up" in words and "75 % (9 of 12)" in words
    assert "Title course-1, campus" in words and "HTTP 403: &lt;b&gt;no&lt;/b&gt;" in words
    assert "must allow this tool to send scores" in words and "Refused; it is not sent again by itself" in words
    assert "person" not in words and "lms.example" not in words
    sent = hub.walk(session, PAGE, "POST", data={"_xsrf": xsrf(page), "id": number})
    assert sent.status_code == 200 and "One score is being sent now" in text(sent)
    assert hub.state(number) is PassbackState.PENDING
    assert "All scores of your courses have arrived, or are on their way" in text(sent)


def test_all_of_a_course_can_be_sent_again_at_once_and_nothing_of_another(hub: Site, session: requests.Session) -> None:
    mine = [hub.fails(f"ada-2{n}", "course-2") for n in range(3)]
    other = hub.fails("ada-2x", "course-2x")
    hub.enter(session, "ines-2", staff=True, course="course-2")
    page = hub.walk(session, PAGE)
    assert "Send all 3 again" in text(page) and "ada-2x" not in page.text
    sent = hub.walk(session, PAGE, "POST", data={"_xsrf": xsrf(page), "all": "1"})
    assert "3 scores are being sent now" in text(sent)
    assert {hub.state(number) for number in mine} == {PassbackState.PENDING}
    assert hub.state(other) is PassbackState.FAILED


def test_nothing_of_another_course_can_be_seen_or_sent(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-3", "course-3")
    hub.enter(session, "ines-3", staff=True, course="course-3-of-others")
    page = hub.walk(session, PAGE)
    assert page.status_code == 200 and "ada-3" not in page.text
    fresh = hub.walk(session, "/services/openjupyter/passbacks?before=999999")
    assert "ada-3" not in fresh.text
    token = xsrf_of(session)
    answer = hub.walk(session, PAGE, "POST", data={"_xsrf": token, "id": number})
    assert answer.status_code == 404 and "no such score in your courses" in text(answer)
    assert hub.state(number) is PassbackState.FAILED
    twin = session.get(hub.service_url + API, params={"_xsrf": token}, timeout=30).json()
    assert twin == {"count": 0, "older": None, "passbacks": []}


def xsrf_of(session: requests.Session) -> str:
    return next(c.value or "" for c in session.cookies if c.name == "_xsrf" and c.path == PREFIX)


def test_a_learner_is_told_whom_the_page_is_for(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-4", "course-4")
    hub.enter(session, "ada-4", course="course-4")
    page = hub.walk(session, PAGE)
    assert page.status_code == 403 and "for the staff of a course" in text(page) and "Name" not in page.text
    answer = hub.walk(session, PAGE, "POST", data={"_xsrf": xsrf_of(session), "id": number})
    assert answer.status_code == 404 and hub.state(number) is PassbackState.FAILED


def test_who_is_not_signed_in_is_sent_to_their_course(hub: Site, session: requests.Session) -> None:
    first = session.get(hub.service_url + PAGE, allow_redirects=False, timeout=30)
    assert first.status_code == 302 and first.headers["Location"].startswith("/hub/api/oauth2/authorize?")
    page = hub.walk(session, PAGE)
    assert "Open this exercise from your course" in text(page)


def test_the_operator_sees_all_courses(hub: Site, session: requests.Session) -> None:
    hub.fails("ada-5", "course-5")
    hub.fails("ada-5x", "course-5x")
    ticket = hub.authenticator.registry.tickets.issue("admin", {}, 600)
    hub.walk(session, "/hub/admin-login", "POST", data={"ticket": ticket})
    page = hub.walk(session, PAGE)
    assert page.status_code == 200 and "of this installation" in text(page)
    assert "ada-5:" in page.text and "ada-5x:" in page.text


@pytest.mark.parametrize(
    "forged",
    [
        {"data": {"all": "1"}},
        {"data": {"all": "1", "_xsrf": "x"}},
        {"data": {"all": "1", "_xsrf": "ü"}},
        {"data": {"all": "1"}, "headers": {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}},
        {"params": {"all": "1"}},
    ],
)  # fmt: skip
def test_no_form_from_elsewhere_sends_anything(hub: Site, session: requests.Session, forged: dict[str, Any]) -> None:
    number = hub.fails("ada-6", "course-6")
    hub.enter(session, "ines-6", staff=True, course="course-6")
    assert hub.walk(session, PAGE).status_code == 200
    answer = session.post(hub.service_url + PAGE, allow_redirects=False, timeout=30, **forged)
    assert answer.status_code == 403 and "open the page anew" in text(answer)
    assert hub.state(number) is PassbackState.FAILED


def test_a_form_of_somebody_else_sends_nothing(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-7", "course-7b")
    hub.enter(session, "ines-7", staff=True, course="course-7b")
    hub.walk(session, PAGE)
    with requests.Session() as other:
        other.trust_env = False
        hub.enter(other, "ines-7-of-others", staff=True)
        foreign = hub.walk(other, PAGE)
        assert foreign.status_code == 200
        token = xsrf_of(other)
    answer = session.post(hub.service_url + PAGE, data={"_xsrf": token, "id": number}, timeout=30)
    assert answer.status_code == 403 and hub.state(number) is PassbackState.FAILED


@pytest.mark.parametrize("data", [{"id": "1e3"}, {"id": "-1"}, {"id": "9" * 40}, {"id": ""}, {"all": "0"}, {}])
def test_a_form_that_says_nothing_is_refused(hub: Site, session: requests.Session, data: dict[str, str]) -> None:
    hub.enter(session, "ines-8", staff=True)
    hub.walk(session, PAGE)
    answer = hub.walk(session, PAGE, "POST", data=data | {"_xsrf": xsrf_of(session)})
    assert answer.status_code == 400 and "Nothing was chosen" in text(answer)


def test_machines_read_the_same_with_a_token_of_their_own(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-9", "course-9-api")
    learner = hub.enter(session, "ines-9", staff=True, course="course-9-api")
    headers = {"Authorization": f"token {hub.token(session)}"}
    answer = requests.get(hub.service_url + API, headers=headers, timeout=30)
    (found,) = answer.json()["passbacks"]
    assert found["id"] == number and found["name"] == "Name <of> ada-9" and found["is_final"] is True
    assert set(found) == {
        "id", "learner", "name", "course", "exercise", "exercise_title", "lms", "context_title", "resource_title",
        "score", "points", "max_points", "is_final", "since", "attempts", "next_attempt_at", "said", "advice",
        "commit", "private_commit",
    }  # fmt: skip
    server = hub.token(session, "access:services!service=openjupyter", f"users:activity!user={learner}")
    answer = requests.get(hub.service_url + API, headers={"Authorization": f"token {server}"}, timeout=30)
    assert answer.status_code == 403 and "token of a server is not enough" in answer.json()["message"]


def test_a_token_signs_nobody_in_to_the_page(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-10", "course-10")
    hub.enter(session, "ines-10", staff=True, course="course-10")
    headers = {"Authorization": f"token {hub.token(session)}"}
    page = requests.get(hub.service_url + PAGE, headers=headers, allow_redirects=False, timeout=30)
    assert page.status_code == 302 and page.headers["Location"].startswith("/hub/api/oauth2/authorize?")
    answer = requests.post(hub.service_url + PAGE, headers=headers, data={"id": number}, timeout=30)
    assert answer.status_code == 403 and hub.state(number) is PassbackState.FAILED


def test_the_page_is_bounded_and_goes_on(hub: Site, session: requests.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openjupyter_service.grading.staff.PAGE", 2)
    numbers = [hub.fails(f"ada-11{n}", "course-11") for n in range(3)]
    hub.enter(session, "ines-11", staff=True, course="course-11")
    first = hub.walk(session, PAGE)
    assert re.findall(r'name="id" value="(\d+)"', first.text) == [str(numbers[2]), str(numbers[1])]
    (older,) = re.findall(r'href="([^"]+)" rel="next"', first.text)
    second = hub.walk(session, older)
    assert re.findall(r'name="id" value="(\d+)"', second.text) == [str(numbers[0])]
    assert 'rel="next"' not in second.text and "Newest" in second.text and "Send all" not in second.text


def test_the_page_keeps_to_itself(hub: Site, session: requests.Session) -> None:
    hub.enter(session, "ines-12", staff=True)
    headers = hub.walk(session, PAGE).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store" and "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_broken_return_from_the_hub_shows_no_insides(hub: Site, session: requests.Session) -> None:
    for query in ("", "?error=access_denied", "?code=x", "?code=x&state=y"):
        answer = session.get(f"{hub.service_url}{PREFIX}oauth_callback{query}", allow_redirects=False, timeout=30)
        assert answer.status_code in (400, 403) and "Signing in did not work" in answer.text


def test_the_page_speaks_german_to_those_whose_lms_does(hub: Site, session: requests.Session) -> None:
    number = hub.fails("ada-8", "course-8")
    hub.enter(session, "ines-8", staff=True, course="course-8", locale="de-DE")
    page = hub.walk(session, PAGE)
    words = text(page)
    assert '<html lang="de">' in page.text and "Punkte, die nicht angekommen sind" in words
    assert "Ein Ergebnis deiner Kurse ist nicht in den Bewertungen angekommen." in words
    assert "75 % (9 von 12)" in words and "ein Versuch" in words
    assert "Die Administration des LMS muss diesem Tool erlauben" in words
    assert "score" not in words.lower() and "HTTP 403: &lt;b&gt;no&lt;/b&gt;" in words, "the LMS's own words stay"
    gone = hub.walk(session, PAGE, "POST", data={"_xsrf": xsrf(page), "id": number + 1000})
    assert gone.status_code == 404 and "Dieses Ergebnis gibt es in deinen Kursen nicht" in text(gone)
    twin = session.get(hub.service_url + API, params={"_xsrf": xsrf(page)}, timeout=30).json()
    assert twin["passbacks"][0]["advice"].startswith("Die Administration des LMS")
