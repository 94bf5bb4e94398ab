"""Pages of followed courses: who may see which, what they say of a version, and what their buttons do."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.grading.gate import Running
from openjupyter_service.secrets import site_secret
from openjupyter_service.store import Courses, Launches, SecretBox, Versions, VersionState
from tests.unit.hub.running_service import PREFIX
from tests.unit.hub.test_launch13 import text
from tests.unit.hub.test_staff_page import Site, xsrf, xsrf_of

LIST = f"{PREFIX}courses"
FINDINGS = [
    {"level": "warning", "subject": "tests", "text": "without a hint: test_mean"},
    {"level": "error", "subject": "solution", "text": "the solution gets 1 of <2> points"},
]


class Followed(Site):
    """The hub's course "python" is in the settings file; "genes" is followed, and linked nowhere."""

    @property
    def courses(self) -> Courses:
        box = SecretBox(site_secret(self.settings.data_dir, "store"))
        return Courses(self.store, box, [course.name for course in self.settings.courses])

    @property
    def versions(self) -> Versions:
        return Versions(self.store)

    def follow(self, name: str) -> None:
        half = f"https://git.example.org/{name}"
        course = FollowedCourse(
            name=name, public=Half(url=f"{half}/public.git"), private=Half(url=f"{half}/hidden.git")
        )
        self.courses.add(course, CourseSecrets())

    def link(self, name: str, context: str) -> None:
        """The LMS course `context` of the platform of `enter` has a link to an exercise of this course."""
        with self.store.read() as connection:
            row = connection.exec_driver_sql("SELECT platform, deployment FROM placements LIMIT 1").one()
        Launches(self.store).record(
            platform=row.platform,
            deployment=row.deployment,
            context_id=context,
            resource_link_id=f"link-{name}",
            learner="somebody",
            course=name,
            exercise="means",
        )

    def verdict(self, name: str, commit: str, published: bool, report: dict[str, Any]) -> int:
        number = self.versions.add(name, commit * 40, "b" * 40)
        claimed = self.versions.claim(name)
        assert number is not None and claimed is not None
        if published:
            self.versions.publish(number, commit * 40, report)
        else:
            self.versions.refuse(number, report)
        return number

    def operator(self, session: requests.Session) -> None:
        ticket = self.authenticator.registry.tickets.issue("admin", {}, 600)
        self.walk(session, "/hub/admin-login", "POST", data={"ticket": ticket})


def report(*findings: dict[str, str], problem: str | None = None) -> dict[str, Any]:
    exercises = [{"name": "means", "title": "Means & more", "findings": list(findings), "sound": not findings}]
    return {"sound": problem is None, "problem": problem, "exercises": exercises if problem is None else []}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    hub = Followed(tmp_path_factory.mktemp("followed"))
    yield hub
    hub.close()


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session


@pytest.fixture(scope="module")
def genes(hub: Followed) -> str:
    """A course that the LMS course "biology" links, published, then refused."""
    with requests.Session() as session:
        session.trust_env = False
        hub.enter(session, "first", course="biology")
    hub.follow("genes")
    hub.follow("of-others")
    hub.link("genes", "biology")
    hub.verdict("genes", "a", True, report())
    hub.verdict("genes", "c", False, report(*FINDINGS))
    return f"{LIST}/genes"


def test_staff_see_what_was_found(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.enter(session, "ines-1", staff=True, course="biology")
    page = hub.walk(session, LIST)
    assert page.status_code == 200 and "of-others" not in page.text and "Follow another" not in page.text
    assert f'href="{genes}"' in page.text and "refused" in text(page)
    page = hub.walk(session, genes)
    words = text(page)
    assert page.status_code == 200 and "aaaaaaaaaa" in words and "Means &amp; more" in words
    assert "the solution gets 1 of &lt;2&gt; points" in words and "without a hint" in words
    assert words.index("the solution gets") < words.index("without a hint"), "errors come first"
    assert "Follow it no longer" not in words and "A check is running" not in words
    policy = page.headers["Content-Security-Policy"]
    assert "connect-src 'self'" in policy and "frame-ancestors 'none'" in policy


def test_others_see_nothing(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.enter(session, "ines-2", staff=True, course="chemistry")
    assert "genes" not in hub.walk(session, LIST).text
    for path in (genes, f"{genes}/progress", f"{LIST}/unknown"):
        answer = hub.walk(session, path)
        assert answer.status_code == 404 and "no such course among yours" in answer.text
    answer = hub.walk(session, genes, "POST", data={"_xsrf": xsrf_of(session), "do": "sync"})
    assert answer.status_code == 404


def test_learners_of_the_course_see_nothing(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.enter(session, "ada-3", course="biology")
    page = hub.walk(session, LIST)
    assert page.status_code == 403 and "for the staff of a course" in text(page)
    assert hub.walk(session, genes).status_code == 404


def test_who_is_not_signed_in_is_sent_to_sign_in(hub: Followed, session: requests.Session, genes: str) -> None:
    for path in (LIST, genes):
        answer = session.get(hub.service_url + path, allow_redirects=False, timeout=30)
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/hub/api/oauth2/authorize?")
    answer = session.get(f"{hub.service_url}{genes}/progress", allow_redirects=False, timeout=30)
    assert answer.status_code == 403 and "too old" in answer.json()["message"]


def test_buttons(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.enter(session, "ines-4", staff=True, course="biology")
    page = hub.walk(session, genes)
    hub.courses.began_sync("genes")
    assert "genes" not in [course.name for course in hub.courses.due()]
    answer = hub.walk(session, genes, "POST", data={"_xsrf": xsrf(page), "do": "sync"})
    assert "It is being fetched." in text(answer)
    assert "genes" in [course.name for course in hub.courses.due()]
    answer = hub.walk(session, genes, "POST", data={"_xsrf": xsrf(page), "do": "again"})
    assert "waits for its check" in text(answer) and "Check the refused version again" not in text(answer)
    claimed = hub.versions.claim("genes")
    assert claimed is not None
    hub.versions.refuse(claimed.id, report(problem="there is no exercise.toml"))
    assert "there is no exercise.toml" in text(hub.walk(session, genes))


@pytest.mark.parametrize("data", [{}, {"do": "all"}, {"do": "remove"}, {"do": "remove", "sure": "other"}])
def test_a_form_that_says_nothing_is_refused(
    hub: Followed, session: requests.Session, genes: str, data: dict[str, str]
) -> None:
    hub.operator(session)
    page = hub.walk(session, genes)
    assert hub.walk(session, genes, "POST", data=data | {"_xsrf": xsrf(page)}).status_code == 400
    assert hub.courses.get("genes") is not None


def test_no_form_from_elsewhere_does_anything(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.operator(session)
    assert hub.walk(session, genes).status_code == 200
    for path, data in ((genes, {"do": "remove", "sure": "genes"}), (LIST, {"name": "x"}), (genes, {"do": "sync"})):
        answer = session.post(hub.service_url + path, data=data, allow_redirects=False, timeout=30)
        assert answer.status_code == 403 and "open the page anew" in text(answer)
    assert hub.courses.get("genes") is not None


def test_only_the_operator_adds_and_removes(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.enter(session, "ines-5", staff=True, course="biology")
    token = xsrf(hub.walk(session, genes))
    answer = hub.walk(session, genes, "POST", data={"_xsrf": token, "do": "remove", "sure": "genes"})
    assert answer.status_code == 403 and "only the operator" in text(answer).lower()
    hub.walk(session, LIST)
    answer = hub.walk(session, LIST, "POST", data={"_xsrf": token, **FORM})
    assert answer.status_code == 403 and hub.courses.get("cells") is None


FORM = {
    "name": "cells",
    "public_url": "https://git.example.org/cells.git",
    "private_url": "git@git.example.org:hidden.git",
    "private_folder": "cells",
    "private_deploy_key": "-----BEGIN OPENSSH PRIVATE KEY-----\r\nk3y\r\n",
    "public_token": "t0ken-of-cells",
    "poll_seconds": "60",
    "host": "gitea",
    "internet": "1",
}


def test_the_operator_follows_a_course_and_ends_that(hub: Followed, session: requests.Session) -> None:
    hub.operator(session)
    page = hub.walk(session, LIST)
    assert "of-others" in page.text
    answer = hub.walk(session, LIST, "POST", data={"_xsrf": xsrf(page), **FORM})
    assert answer.status_code == 200, answer.text
    course, kept = hub.courses.get("cells"), hub.courses.secrets("cells")
    assert (
        course is not None
        and course.internet
        and course.poll_seconds == 60
        and course.host == "gitea"
        and course.private.folder == "cells"
    )
    assert kept.public_token is not None and kept.public_token.get_secret_value() == "t0ken-of-cells"
    assert kept.private_deploy_key is not None and kept.private_token is None
    secret = kept.webhook_secret
    assert secret is not None and len(secret.get_secret_value()) > 30 and secret.get_secret_value() in answer.text
    assert re.search(r"<code>http[^<]+/hooks/cells</code>", answer.text)
    assert "t0ken-of-cells" not in answer.text and "k3y" not in answer.text
    page = hub.walk(session, f"{LIST}/cells")
    assert secret.get_secret_value() not in page.text and "t0ken-of-cells" not in page.text
    assert "None was fetched yet" in text(page)
    hub.walk(session, f"{LIST}/cells", "POST", data={"_xsrf": xsrf(page), "do": "remove", "sure": "cells"})
    assert hub.courses.get("cells") is None


def test_what_is_wrong_with_a_form_is_said_and_secrets_are_not_shown_again(
    hub: Followed, session: requests.Session, genes: str
) -> None:
    hub.operator(session)
    token = xsrf(hub.walk(session, LIST))

    def refused(**changes: str) -> str:
        answer = hub.walk(session, LIST, "POST", data={"_xsrf": token, **FORM, **changes})
        assert answer.status_code == 400 and hub.courses.get("cells") is None
        assert "t0ken-of-cells" not in answer.text and "k3y" not in answer.text
        assert 'value="git@git.example.org:hidden.git"' in answer.text or "private_url" in changes
        return text(answer)

    assert "use an address such as" in refused(public_url="ext::sh -c id")
    assert "on the command line" in refused(public_url="file:///srv/genes.git")
    assert "on the command line" in refused(private_url="/srv/genes.git")
    assert "leave names and passwords out" in refused(private_url="https://a:b@git.example.org/x.git")
    assert "there is a course of-others already" in refused(name="of-others")
    assert "is too long" in refused(public_token="t" * 20_000)
    assert "valid integer" in refused(poll_seconds="soon")
    assert "hidden tests" in refused(private_url=FORM["public_url"], private_folder="")


def test_progress_is_seen_while_a_check_runs(
    hub: Followed, session: requests.Session, genes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.enter(session, "ines-6", staff=True, course="biology")
    hub.walk(session, genes)  # signs in
    assert hub.walk(session, f"{genes}/progress").json() == {"version": None, "exercises": [], "done": 0, "total": 0}
    running = Running(7, 0.0, {"means": (4, 4), "sums": (1, 5), "last": (0, 0)})
    monkeypatch.setattr("openjupyter_service.grading.follow.Follower.running", lambda self, name: running)
    found = hub.walk(session, f"{genes}/progress").json()
    assert (found["version"], found["done"], found["total"]) == (7, 1, 3)
    assert found["exercises"][1] == {"name": "sums", "done": 1, "total": 5}
    words = text(hub.walk(session, genes))
    assert "A check is running" in words and "1 of 3 exercises are done." in words and "1 / 5" in words


def test_the_pages_speak_german(hub: Followed, session: requests.Session, genes: str) -> None:
    hub.enter(session, "ines-7", staff=True, course="biology", locale="de-DE")
    page = hub.walk(session, genes)
    assert '<html lang="de">' in page.text and "Versionen" in text(page) and "abgelehnt" in text(page)
    assert VersionState.REFUSED not in text(page)
