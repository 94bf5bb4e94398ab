"""Submissions over HTTP: sending, reading, listing, following."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from openjupyter_service.errors import SandboxError
from openjupyter_service.grading.notebook import MAX_NOTEBOOK_BYTES
from openjupyter_service.report import Report, Staff, Status, TestResult, internal_error
from openjupyter_service.store import People
from openjupyter_service.web import submissions as module
from tests.unit.grading.course import notebook_text, until
from tests.unit.web.conftest import Client, data, refusal

REPORT = Report(
    status=Status.WRONG,
    score=0.5,
    points=1,
    max_points=2,
    tests=[TestResult(title="t", outcome="failed", points=1, max_points=2, message="m")],  # type: ignore[arg-type]
    staff=Staff(tests={"test_a": "expected SECRET"}, traceback="SECRET", fault="SECRET"),
)


def finish(client: Client, submission: str, report: Report = REPORT) -> None:
    claimed = client.course.queue.claim("worker", 60)
    assert claimed is not None and claimed.submission_id == submission
    dumped = report.model_dump(mode="json")
    if report.score is None:
        assert client.course.queue.fail(claimed.grading_id, "worker", dumped)
    else:
        assert client.course.queue.finish(claimed.grading_id, "worker", dumped, report.score, {"tests": 0.5})


async def test_a_submission_is_accepted_with_its_place(client: Client) -> None:
    await client.submit("token-of-ben")
    answer = await client.fetch("api/submissions", "POST", body=client.course.body())
    assert answer.code == 202
    found = data(answer)
    assert {key: found[key] for key in ("course", "exercise", "state", "score", "position")} == {
        "course": "python",
        "exercise": "means",
        "state": "queued",
        "score": None,
        "position": 2,
    }
    assert [summary.id for summary in client.course.submissions.for_learner("ada")] == [found["id"]]
    assert all(worker._wake.is_set() for worker in client.grader._workers)


async def test_the_learner_is_the_tokens_and_no_one_elses(client: Client) -> None:
    body = json.loads(client.course.body()) | {"learner": "ben"}
    answer = await client.fetch("api/submissions", "POST", body=json.dumps(body).encode())
    assert "learner" in refusal(answer, 400)
    submission = client.course.submissions.get(await client.submit("token-of-ben"))
    assert submission is not None and submission.learner == "ben"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"notebook": "hello"}, 400),
        ({"notebook": {}}, 400),
        ({"course": 5}, 400),
        ({"files": {"means/other.py": ""}}, 400),
        ({"files": {"../../etc/passwd": ""}}, 400),
        ({"files": {"means/helper.py": "%"}}, 400),
        ({"course": "rust"}, 404),
        ({"exercise": "median"}, 404),
        ({"exercise": "../means"}, 404),
    ],
    ids=str,
)
async def test_what_is_wrong_is_told_in_a_sentence(client: Client, changes: dict[str, Any], status: int) -> None:
    refusal(await client.fetch("api/submissions", "POST", body=client.course.body(**changes)), status)
    assert client.course.submissions.for_learner("ada") == []


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"null", b"\xff", b"[" * 50_000])
async def test_what_is_no_json_is_400(client: Client, body: bytes) -> None:
    refusal(await client.fetch("api/submissions", "POST", body=body), 400)


async def test_a_notebook_over_its_limit_is_413(client: Client) -> None:
    body = client.course.body(notebook=notebook_text("#" * MAX_NOTEBOOK_BYTES))
    sentence = refusal(await client.fetch("api/submissions", "POST", body=body, request_timeout=60), 413)
    assert "10 MB" in sentence
    assert client.course.submissions.for_learner("ada") == []


async def test_a_body_over_its_limit_is_413_and_not_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 3 * 2**20)
    answer = await client.fetch("api/submissions", "POST", body=b" " * (3 * 2**20 + 1))
    assert refusal(answer, 413) == "a submission may have 3 MB in all, and its notebook 10 MB"
    exact = client.course.body()
    answer = await client.fetch("api/submissions", "POST", body=exact + b" " * (3 * 2**20 - len(exact)))
    assert answer.code == 202


async def test_a_body_in_chunks_is_counted_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 2**16)

    async def produce(write: Any) -> None:
        for _ in range(40):
            await write(b"x" * 2**14)

    answer = await client.fetch("api/submissions", "POST", body_producer=produce)
    refusal(answer, 413)


async def test_the_body_of_a_stranger_is_read_but_not_kept(client: Client) -> None:
    for token in (None, "unknown", "token-of-a-service"):
        refusal(await client.fetch("api/submissions", "POST", token, body=b"x" * 5 * 2**20), 403)


async def test_a_body_without_end_is_cut(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_DRAINED_BYTES", 2**20)
    answer = await client.fetch("api/submissions", "POST", body=b"x" * 8 * 2**20)
    assert answer.code in (400, 413, 599)
    assert client.course.submissions.for_learner("ada") == []


async def test_a_report_is_shown_without_its_staff_part(client: Client) -> None:
    client.course.launch(url="https://lms.example/outcome")
    submission = await client.submit()
    waiting = data(await client.fetch(f"api/submissions/{submission}"))
    assert (waiting["state"], waiting["position"], waiting["report"], waiting["passbacks"]) == ("queued", 1, None, [])
    finish(client, submission)
    answer = await client.fetch(f"api/submissions/{submission}")
    done = data(answer)
    assert (done["state"], done["score"], done["position"]) == ("done", 0.5, 0)
    assert done["report"] == REPORT.for_learner()
    assert b"SECRET" not in answer.body and "staff" not in done["report"]
    assert done["timings"] == {"tests": 0.5}
    (passback,) = done["passbacks"]
    assert {key: passback[key] for key in ("platform", "context_title", "state", "score", "sent_at", "last_error")} == {
        "platform": "moodle",
        "context_title": "Data science",
        "state": "pending",
        "score": 0.5,
        "sent_at": None,
        "last_error": None,
    }
    assert b"lms.example" not in answer.body and b"row of" not in answer.body


async def test_what_the_lms_said_is_for_staff(client: Client) -> None:
    client.course.launch(url="https://lms.example/outcome")
    submission = await client.submit()
    finish(client, submission)
    (item,) = client.course.outbox.due(2e9, 10)
    client.course.outbox.retry(item.id, "HTTP 500: inner details", 3e9)
    answer = await client.fetch(f"api/submissions/{submission}")
    assert data(answer)["passbacks"][0]["last_error"] == "the LMS did not take it yet"
    assert b"inner details" not in answer.body


async def test_a_failed_grading_shows_no_fault(client: Client) -> None:
    submission = await client.submit()
    finish(client, submission, internal_error(str(SandboxError("the engine at SECRET"))))
    answer = await client.fetch(f"api/submissions/{submission}")
    found = data(answer)
    assert (found["state"], found["score"], found["report"]["status"]) == ("failed", None, "internal error")
    assert b"SECRET" not in answer.body


async def test_the_notebook_as_it_was_submitted(client: Client) -> None:
    submission = await client.submit()
    found = data(await client.fetch(f"api/submissions/{submission}/notebook"))
    assert found["path"] == "means/means.ipynb"
    sent = json.loads(json.loads(client.course.body())["notebook"])["cells"]
    assert [cell["source"] for cell in found["notebook"]["cells"]] == ["".join(cell["source"]) for cell in sent]
    others = await client.submit("token-of-ben")
    refusal(await client.fetch(f"api/submissions/{others}/notebook"), 404)
    refusal(await client.fetch("api/submissions/nothing/notebook"), 404)


async def test_somebody_elses_submission_is_not_found(client: Client) -> None:
    submission = await client.submit("token-of-ben")
    for path in (f"api/submissions/{submission}", f"api/submissions/{submission}/events"):
        sentence = refusal(await client.fetch(path), 404)
        assert sentence == refusal(await client.fetch(path.replace(submission, "0" * 32)), 404)
    assert data(await client.fetch("api/submissions"))["submissions"] == []


async def test_ones_own_submissions_are_listed_newest_first(client: Client) -> None:
    await client.submit("token-of-ben")
    first, second = await client.submit(), await client.submit()
    found = data(await client.fetch("api/submissions"))["submissions"]
    assert [item["id"] for item in found] == [second, first]
    for query, count in [
        ("course=python", 2),
        ("course=python&exercise=means", 2),
        ("exercise=other", 0),
        ("course=rust", 0),
        ("course=%27%20OR%201%3D1", 0),
    ]:
        assert len(data(await client.fetch(f"api/submissions?{query}"))["submissions"]) == count


async def test_the_exercise_of_a_notebook(client: Client) -> None:
    answer = await client.fetch("api/courses/python/exercise?notebook=means/means.ipynb")
    assert data(answer) == {
        "name": "means",
        "title": "Means",
        "notebook": "means/means.ipynb",
        "files": ["means/helper.py"],
        "limits": {
            "notebook_seconds": 60.0,
            "test_seconds": 10.0,
            "run_seconds": 600.0,
            "memory": "512M",
            "output": "16M",
        },
        "points": 1.0,
        "counts": "best",
        "deadline": None,
        "late_factor": 0.0,
        "attempts": None,
        "attempts_left": None,
    }
    copy = await client.fetch("api/courses/python/exercise?notebook=means/means-Copy1.ipynb")
    assert data(copy)["name"] == "means"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("api/courses/rust/exercise?notebook=means/means.ipynb", 404),
        ("api/courses/python/exercise?notebook=other/x.ipynb", 404),
        ("api/courses/python/exercise?notebook=../private/means/means.ipynb", 404),
        ("api/courses/python/exercise?notebook=" + "a" * 3_000, 404),
        ("api/courses/python/exercise?notebook=%00", 404),
        ("api/courses/python/exercise", 400),
        ("api/courses/python/exercise?notebook=%ff", 400),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_a_notebook_without_an_exercise(client: Client, path: str, status: int) -> None:
    assert len(refusal(await client.fetch(path), status)) < 300


# ----------------------------------------------------------------------------- events


@asynccontextmanager
async def following(client: Client, submission: str, **options: Any) -> AsyncIterator[list[Any]]:
    """The events that have come so far; the stream must have ended when the block ends."""
    events: list[Any] = []

    def take(chunk: bytes) -> None:
        for part in chunk.decode().split("\n\n"):
            if part.startswith("data: "):
                events.append(json.loads(part.removeprefix("data: ")))
            elif part:
                events.append(part)

    task = asyncio.create_task(
        client.fetch(f"api/submissions/{submission}/events", streaming_callback=take, request_timeout=20, **options)
    )
    yield events
    answer: HTTPResponse = await asyncio.wait_for(task, 20)
    assert answer.code == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"


async def test_events_from_the_queue_to_the_end(client: Client) -> None:
    await client.submit("token-of-ben")
    submission = await client.submit()
    progress = client.grader.progress
    async with following(client, submission) as events:
        await until(lambda: len(events) == 1)
        assert events == [{"state": "queued", "position": 2}]
        first = client.course.queue.claim("worker", 60)
        assert first is not None
        progress.queue_moved()
        await until(lambda: len(events) == 2)
        claimed = client.course.queue.claim("worker", 60)
        assert claimed is not None
        progress.queue_moved()
        await until(lambda: len(events) == 3)
        for done in (1, 2):
            progress.publish(submission, {"state": "running", "step": "cell", "done": done, "total": 2})
            await until(lambda: len(events) == 3 + done)  # noqa: B023
        report = REPORT.model_dump(mode="json")
        assert client.course.queue.finish(claimed.grading_id, "worker", report, 0.5, {})
        progress.forget(submission)
        progress.queue_moved()
    assert events == [
        {"state": "queued", "position": 2},
        {"state": "queued", "position": 1},
        {"state": "running", "step": "start", "done": 0, "total": 1},
        {"state": "running", "step": "cell", "done": 1, "total": 2},
        {"state": "running", "step": "cell", "done": 2, "total": 2},
        {"state": "done"},
    ]


async def test_steps_never_go_backwards_however_fast_they_come(client: Client) -> None:
    submission = await client.submit()
    claimed = client.course.queue.claim("worker", 60)
    assert claimed is not None
    progress = client.grader.progress
    async with following(client, submission) as events:
        for done in range(1, 200):
            progress.publish(submission, {"state": "running", "step": "test", "done": done, "total": 199})
            if done % 7 == 0:
                await asyncio.sleep(0)
        await until(lambda: events and events[-1].get("done") == 199)
        assert client.course.queue.finish(claimed.grading_id, "worker", REPORT.model_dump(mode="json"), 0.5, {})
        # An event that nobody has taken yet, and then the end.
        progress.publish(submission, {"state": "running", "step": "test", "done": 200, "total": 200})
        progress.forget(submission)
        progress.queue_moved()
    done_steps = [event["done"] for event in events if event.get("step") == "test"]
    assert done_steps == sorted(set(done_steps))
    assert events[-1] == {"state": "done"} and "queued" not in [event["state"] for event in events[1:]]


@pytest.mark.parametrize(("report", "state"), [(REPORT, "done"), (internal_error("x"), "failed")])
async def test_events_of_what_has_ended_end_at_once(client: Client, report: Report, state: str) -> None:
    submission = await client.submit()
    finish(client, submission, report)
    async with following(client, submission) as events:
        pass
    assert events == [{"state": state}]


async def test_who_comes_late_hears_the_newest_step_first(client: Client) -> None:
    submission = await client.submit()
    claimed = client.course.queue.claim("worker", 60)
    assert claimed is not None
    step = {"state": "running", "step": "test", "done": 3, "total": 9}
    client.grader.progress.publish(submission, step)
    async with following(client, submission) as events:
        await until(lambda: events)
        assert events == [step]
        assert client.course.queue.finish(claimed.grading_id, "worker", REPORT.model_dump(mode="json"), 0.5, {})
        client.grader.progress.forget(submission)
        client.grader.progress.queue_moved()
    assert events == [step, {"state": "done"}]


async def test_a_quiet_stream_is_kept_open_and_finds_what_another_process_did(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
    submission = await client.submit()
    async with following(client, submission) as events:
        await until(lambda: events.count(": still here") >= 2)
        finish(client, submission)  # nothing is published in this process
    assert events[0] == {"state": "queued", "position": 1}
    assert events[-1] == {"state": "done"}
    assert events.count({"state": "queued", "position": 1}) == 1


async def test_a_watcher_that_goes_away_is_forgotten(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
    submission = await client.submit()
    reader, writer = await asyncio.open_connection("127.0.0.1", int(client.url.split(":")[2].split("/")[0]))
    path = "/" + client.url.split("/", 3)[3] + f"api/submissions/{submission}/events"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: token token-of-ada\r\n\r\n".encode())
    assert b"200" in await asyncio.wait_for(reader.readline(), 10)
    await until(lambda: client.grader.progress._watchers)
    writer.close()
    await until(lambda: not client.grader.progress._watchers)


async def test_files_arrive_whole(client: Client) -> None:
    content = bytes(range(256)) * 1_000
    body = client.course.body(files={"means/helper.py": base64.b64encode(content).decode()})
    submission = data(await client.fetch("api/submissions", "POST", body=body))["id"]
    assert client.course.submissions.files(submission)["means/helper.py"] == content


async def test_a_refusal_speaks_the_language_of_the_launch_or_else_of_the_caller(client: Client) -> None:
    async def refused(**headers: str) -> str:
        answer = await client.fetch("api/submissions", "POST", body=b"no JSON", headers=headers)
        return refusal(answer, 400)

    german = {"Accept-Language": "de-DE,de;q=0.9"}
    assert await refused() == "the submission is not JSON"
    assert await refused(**german) == "die Abgabe ist kein JSON"
    People(client.course.store).remember("ada", None, "de-AT")
    assert await refused() == "die Abgabe ist kein JSON"
    People(client.course.store).remember("ada", None, "en")
    assert await refused(**german) == "the submission is not JSON"
