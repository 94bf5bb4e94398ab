"""Passback to a local server that plays an LMS, good and bad, with the real outbox."""

import asyncio
import contextlib
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from html import unescape
from typing import Any

import pytest
import tornado.web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from openjupyter_service.grading import outbound
from openjupyter_service.grading import passback as module
from openjupyter_service.grading.deliveries import Deliveries
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.grading.passback import Sender
from openjupyter_service.report import Report, Status
from openjupyter_service.store import Launches, Platforms, SecretBox, ToolKeys
from openjupyter_service.store.records import Passback, PassbackState
from tests.unit.grading.course import CourseSite, until

SUCCESS = """<?xml version="1.0"?><imsx_POXEnvelopeResponse><imsx_POXHeader><imsx_POXResponseHeaderInfo>
<imsx_statusInfo><imsx_codeMajor>{code}</imsx_codeMajor><imsx_description>{words}</imsx_description></imsx_statusInfo>
</imsx_POXResponseHeaderInfo></imsx_POXHeader></imsx_POXEnvelopeResponse>"""


class Lms:
    """Each path answers in its own way, taken from a list; the last answer stays."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[str, str, str, str]] = []
        """Path, sourcedid, score, Authorization."""
        self.answers: dict[str, list[Any]] = {}
        self.released = asyncio.Event()

    def answer(self, path: str, *answers: Any) -> str:
        self.answers[path] = list(answers)
        return self.url + path

    def scores(self, path: str) -> list[str]:
        return [score for where, _, score, _ in self.requests if where == path]


OK = (200, SUCCESS.format(code="success", words="Score saved"))
FAILURE_IN_200 = (200, SUCCESS.format(code="failure", words="no such sourcedid"))
UNSUPPORTED = (200, SUCCESS.format(code="unsupported", words="not here"))
SERVER_ERROR = (500, "Traceback")
HANGS = "hangs"
CLOSES = "closes"


class OutcomeHandler(tornado.web.RequestHandler):
    def initialize(self, lms: Lms) -> None:
        self.lms = lms

    async def post(self) -> None:
        body = self.request.body.decode()
        found = [re.search(f"<{name}>(.*)</{name}>", body) for name in ("sourcedId", "textString")]
        sourcedid, score = (unescape(match[1]) if match else "" for match in found)
        path = self.request.path
        self.lms.requests.append((path, sourcedid, score, self.request.headers.get("Authorization", "")))
        answers = self.lms.answers[path]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer == HANGS:
            await self.lms.released.wait()
        elif answer == CLOSES:
            self.request.connection.stream.close()  # type: ignore[attr-defined]
        else:
            status, text = answer
            self.set_status(status)
            if status == 302:
                self.set_header("Location", self.lms.url + "/elsewhere")
            with contextlib.suppress(tornado.iostream.StreamClosedError):
                await self.finish(text)


@pytest.fixture
async def lms() -> AsyncIterator[Lms]:
    lms = Lms()
    server = HTTPServer(tornado.web.Application([(r"/.*", OutcomeHandler, {"lms": lms})]))
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    lms.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
    yield lms
    lms.released.set()
    server.stop()
    await server.close_all_connections()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(module, "FIRST_DELAY_SECONDS", 0.05)


def deliveries(site: CourseSite) -> Deliveries:
    box = SecretBox(b"k" * 32)
    platforms = Platforms(site.store, box, site.settings.platforms)
    return Deliveries(platforms, ToolKeys(site.store, box), Launches(site.store), Outbound())


@contextlib.asynccontextmanager
async def sending(site: CourseSite) -> AsyncIterator[asyncio.Event]:
    wake = asyncio.Event()
    task = asyncio.create_task(Sender(site.outbox, deliveries(site).deliver).run(wake))
    try:
        yield wake
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def graded(site: CourseSite, score: float | None, learner: str = "ada") -> str:
    """A submission that has just been graded; its passbacks are in the outbox."""
    submission = site.submissions.accept(
        learner=learner, course="python", exercise="means", commit=None, notebook_path="n", files={"n": b"{}"}
    )
    claimed = site.queue.claim("worker", 60)
    assert claimed is not None and claimed.submission_id == submission.id
    report = Report(status=Status.WRONG, score=score, points=1, max_points=2).model_dump(mode="json")
    assert site.queue.finish(claimed.grading_id, "worker", report, score, {})
    return submission.id


def passbacks(site: CourseSite, submission: str) -> tuple[Passback, ...]:
    found = site.submissions.get(submission)
    assert found is not None
    return found.passbacks


def all_in(site: CourseSite, submission: str, state: PassbackState) -> Callable[[], bool]:
    return lambda: {passback.state for passback in passbacks(site, submission)} == {state}


async def settled() -> None:
    """Time for a sender to send once too often."""
    await asyncio.sleep(0.12)


async def test_an_accepted_score_is_sent_exactly_once(site: CourseSite, lms: Lms) -> None:
    site.launch(url=lms.answer("/ok", OK))
    submission = graded(site, 0.5)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.SENT))
        await settled()
    ((path, sourcedid, score, authorization),) = lms.requests
    assert (path, sourcedid, score) == ("/ok", "row of ada in l1", "0.5")
    assert authorization.startswith("OAuth ") and 'oauth_consumer_key="key"' in authorization
    assert "a%20secret" not in authorization and "a secret" not in authorization
    (passback,) = passbacks(site, submission)
    assert passback.sent_at is not None and abs(passback.sent_at - time.time()) < 60
    assert passback.last_error is None


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (SERVER_ERROR, "HTTP 500"),
        ((404, ""), "HTTP 404"),
        ((302, ""), "HTTP 302"),
        (FAILURE_IN_200, "no such sourcedid"),
        ((200, "<html>maintenance</html>"), "imsx_codeMajor"),
        ((200, "garbage"), "not XML"),
        ((200, ""), "not XML"),
        ((200, "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "not XML"),
        ((200, "x" * 100_000), "too long"),
        ((200, "x" * 2_000_000), "not reached"),
        (CLOSES, "not reached"),
    ],
    ids=[
        "500",
        "404",
        "redirect",
        "failure in 200",
        "HTML",
        "garbage",
        "empty",
        "entities",
        "too long",
        "endless",
        "closed",
    ],
)
async def test_what_is_not_an_acceptance_is_tried_again_until_it_is_one(
    site: CourseSite, lms: Lms, bad: Any, words: str
) -> None:
    site.launch(url=lms.answer("/bad", bad, OK))
    submission = graded(site, 0.25)
    errors: set[str | None] = set()

    def sent() -> bool:
        (passback,) = passbacks(site, submission)
        errors.add(passback.last_error)
        return passback.state == PassbackState.SENT

    async with sending(site):
        await until(sent)
        await settled()
    assert lms.scores("/bad") == ["0.25", "0.25"]
    assert lms.scores("/elsewhere") == []
    assert any(words in (error or "") for error in errors), errors
    assert len({authorization for *_, authorization in lms.requests}) == 2, "a try must be signed anew"


async def test_delays_grow_and_are_kept(site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_DELAY_SECONDS", 1_000.0)
    site.launch(url=lms.answer("/bad", SERVER_ERROR))
    submission = graded(site, 0.25)
    async with sending(site):
        await until(lambda: passbacks(site, submission)[0].attempts)
        await settled()
    (passback,) = passbacks(site, submission)
    assert (passback.state, passback.attempts, len(lms.requests)) == (PassbackState.PENDING, 1, 1)
    assert 400 < passback.next_attempt_at - time.time() < 1_001


async def test_a_refusal_for_good_is_not_tried_again(site: CourseSite, lms: Lms) -> None:
    site.launch(url=lms.answer("/no", UNSUPPORTED))
    submission = graded(site, 1.0)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.FAILED))
        await settled()
    assert len(lms.requests) == 1


async def test_after_a_week_it_is_given_up(site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "GIVE_UP_SECONDS", -1.0)
    site.launch(url=lms.answer("/bad", SERVER_ERROR))
    submission = graded(site, 1.0)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.FAILED))


async def test_an_lms_that_nobody_listens_at_is_tried_again(site: CourseSite, lms: Lms) -> None:
    with contextlib.closing(bind_sockets(0, "127.0.0.1")[0]) as closed:
        port = closed.getsockname()[1]
    site.launch(url=f"http://127.0.0.1:{port}/")
    submission = graded(site, 1.0)
    async with sending(site):
        await until(lambda: passbacks(site, submission)[0].attempts >= 2)
    (passback,) = passbacks(site, submission)
    assert passback.state == PassbackState.PENDING and "not reached" in (passback.last_error or "")


async def test_one_that_hangs_delays_nobody_else(site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch) -> None:
    hanging, good = lms.answer("/hangs", HANGS), lms.answer("/ok", OK)
    for number in range(40):  # more than are ever under way at once
        site.launch(f"l{number}", hanging)
        graded(site, 0.5, f"l{number}")
    site.launch("ada", good, platform="other")
    submission = graded(site, 0.75)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.SENT))
        assert lms.scores("/ok") == ["0.75"]
        under_way = Counter(sourcedid for path, sourcedid, *_ in lms.requests if path == "/hangs")
        assert under_way and set(under_way.values()) == {1}
        await settled()
        assert len(lms.scores("/hangs")) <= module.MAX_AT_ONCE_TO_ONE


async def test_one_that_hangs_is_left_and_tried_again(
    site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "REQUEST_SECONDS", 0.2)
    site.launch(url=lms.answer("/hangs", HANGS, OK))
    submission = graded(site, 0.5)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.SENT))
    assert lms.scores("/hangs") == ["0.5", "0.5"]


async def test_a_whole_class_arrives_each_once(site: CourseSite, lms: Lms) -> None:
    url = lms.answer("/ok", SERVER_ERROR, SERVER_ERROR, OK)
    submissions = []
    for number in range(60):
        site.launch(f"l{number}", url)
        submissions.append(graded(site, 0.5, f"l{number}"))
    async with sending(site):
        await until(lambda: site.outbox.pending_count() == 0)
        await settled()
    assert all(all_in(site, submission, PassbackState.SENT)() for submission in submissions)
    assert len(lms.requests) == 62
    assert len({sourcedid for _, sourcedid, *_ in lms.requests}) == 60


async def test_a_score_goes_to_every_placement_that_waits(site: CourseSite, lms: Lms) -> None:
    site.launch(url=lms.answer("/first", OK), link="l1")
    site.launch(url=lms.answer("/second", OK), link="l2")
    site.launch(url=lms.answer("/third", OK), platform="other")
    site.launch(link="l4")
    submission = graded(site, 0.5)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.SENT))
        await settled()
    assert sorted(path for path, *_ in lms.requests) == ["/first", "/second", "/third"]
    keys = {path: re.search('oauth_consumer_key="([^"]*)"', sign)[1] for path, *_, sign in lms.requests}  # type: ignore[index]
    assert keys == {"/first": "key", "/second": "key", "/third": "other-key"}


async def test_a_newer_score_takes_the_place_of_one_that_waits(site: CourseSite, lms: Lms) -> None:
    site.launch(url=lms.answer("/bad", SERVER_ERROR))
    first = graded(site, 0.25)
    async with sending(site):
        await until(lambda: lms.requests)
        second = graded(site, 1.0)
        lms.answer("/bad", OK)
        await until(all_in(site, second, PassbackState.SENT))
        await settled()
    assert lms.scores("/bad")[-1] == "1"
    assert {passback.state for passback in passbacks(site, first)} <= {PassbackState.SUPERSEDED, PassbackState.SENT}


async def test_a_platform_that_is_gone_keeps_its_score(site: CourseSite, lms: Lms) -> None:
    site.launch(url=lms.answer("/ok", OK), platform="closed-down")
    submission = graded(site, 0.5)
    async with sending(site):
        await until(lambda: passbacks(site, submission)[0].last_error)
    (passback,) = passbacks(site, submission)
    assert (passback.state, lms.requests) == (PassbackState.PENDING, [])
    assert passback.last_error == "its platform is no longer registered"


async def test_an_internal_error_sends_nothing(site: CourseSite, lms: Lms) -> None:
    site.launch(url=lms.answer("/ok", OK))
    graded(site, None)
    async with sending(site):
        await settled()
    assert lms.requests == []


async def test_an_outbox_that_is_away_does_not_end_the_sender(
    site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from openjupyter_service.store import Outbox

    due, failures = Outbox.due, iter([OSError("disk full")])

    def unreliable(*arguments: Any) -> Any:
        if error := next(failures, None):
            raise error
        return due(*arguments)

    monkeypatch.setattr(Outbox, "due", unreliable)
    site.launch(url=lms.answer("/ok", OK))
    submission = graded(site, 0.5)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.SENT))
    assert "disk full" in caplog.text


async def test_a_score_that_could_not_be_recorded_is_sent_again(
    site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from openjupyter_service.store import Outbox

    sent, failures = Outbox.sent, iter([OSError("disk full")])

    def unreliable(*arguments: Any) -> Any:
        if error := next(failures, None):
            raise error
        return sent(*arguments)

    monkeypatch.setattr(Outbox, "sent", unreliable)
    site.launch(url=lms.answer("/ok", OK))
    submission = graded(site, 0.5)
    async with sending(site):
        await until(all_in(site, submission, PassbackState.SENT))
    assert lms.scores("/ok") == ["0.5", "0.5"]
    assert "could not be recorded" in caplog.text


async def test_a_wake_up_sends_at_once(site: CourseSite, lms: Lms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", 3600)
    async with sending(site) as wake:
        await asyncio.sleep(0.05)
        site.launch(url=lms.answer("/ok", OK))
        submission = graded(site, 0.5)
        wake.set()
        await until(all_in(site, submission, PassbackState.SENT))
