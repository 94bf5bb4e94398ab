"""Submissions over HTTP: send one, read one, list one's own, follow one."""

import asyncio
import json
from typing import Any

import tornado.iostream
import tornado.web
from tornado.http1connection import HTTP1Connection

from openjupyter_service.errors import NotFound, OpenJupyterError, TooLarge
from openjupyter_service.exercises.course import exercise_of_notebook
from openjupyter_service.grading.notebook import MAX_NOTEBOOK_BYTES
from openjupyter_service.grading.points import maximum_points
from openjupyter_service.grading.policy import policy_of
from openjupyter_service.grading.submit import MAX_BODY_BYTES, find_exercise, submit
from openjupyter_service.language import N_
from openjupyter_service.report import Report
from openjupyter_service.store.records import Submission, SubmissionSummary
from openjupyter_service.web.base import SiteHandler

HEARTBEAT_SECONDS = 15.0
MAX_DRAINED_BYTES = 2**30
"""Beyond this a connection is simply closed."""
_ENDED = ("done", "failed")


class ExerciseHandler(SiteHandler):
    """GET /api/courses/COURSE/exercise?notebook=PATH: the exercise that a notebook belongs to."""

    async def get(self, course_name: str) -> None:
        """Answer with name, title, notebook, files, points and policy; 404 when the notebook belongs to none."""
        learner = await self.learner()
        course = await asyncio.to_thread(self.site.courses.get, course_name)
        if course is None:
            raise NotFound(N_("this folder belongs to no course; open the exercise from your course page"))
        notebook = self.get_query_argument("notebook")
        exercise = await asyncio.to_thread(exercise_of_notebook, course.private, notebook)
        self.answer(
            {
                "name": exercise.name,
                "title": exercise.title,
                "notebook": exercise.notebook,
                "files": exercise.files,
                "limits": exercise.limits.model_dump(),
                "points": await asyncio.to_thread(maximum_points, exercise),
                **await asyncio.to_thread(policy_of, exercise, self.site.submissions, learner, course.name),
            }
        )


@tornado.web.stream_request_body
class SubmissionsHandler(SiteHandler):
    """POST /api/submissions takes one; GET lists one's own."""

    _body: bytearray
    _name: str

    _refusal: OpenJupyterError | None = None

    async def prepare(self) -> None:
        """Know the caller before keeping a byte of the body."""
        self._body = bytearray()
        # A body is read to its end before it is refused: through a proxy, a client that is still
        # sending would see a lost connection instead of the reason.
        connection = self.request.connection
        assert isinstance(connection, HTTP1Connection)
        connection.set_max_body_size(MAX_DRAINED_BYTES)
        try:
            self._name = await self.learner()
        except OpenJupyterError as error:
            self._refusal = error

    def data_received(self, chunk: bytes) -> None:
        """Collect the body up to its limit."""
        if self._refusal is None and len(self._body) + len(chunk) > MAX_BODY_BYTES:
            self._refusal = _too_large()
        if self._refusal is None:
            self._body += chunk
        else:
            self._body.clear()

    def _raise_refusal(self) -> None:
        if self._refusal is not None:
            raise self._refusal

    async def post(self) -> None:
        """202 with the submission's id, state and place in the queue."""
        self._raise_refusal()
        site = self.site
        submission = await asyncio.to_thread(submit, site.courses, site.submissions, self._name, bytes(self._body))
        site.grader.wake()
        position = await asyncio.to_thread(site.submissions.position, submission.id)
        self.answer({**_summary(submission), "position": position}, status=202)

    async def get(self) -> None:
        """The caller's own submissions, newest first; of one course or exercise when named."""
        self._raise_refusal()
        course, exercise = self.get_query_argument("course", None), self.get_query_argument("exercise", None)
        found = await asyncio.to_thread(self.site.submissions.for_learner, self._name, course, exercise)
        self.answer({"submissions": [_summary(summary) for summary in found]})


def _too_large() -> TooLarge:
    return TooLarge(
        N_("a submission may have {limit} MB in all, and its notebook {notebook} MB"),
        limit=MAX_BODY_BYTES // 2**20,
        notebook=MAX_NOTEBOOK_BYTES // 2**20,
    )


class _OneSubmission(SiteHandler):
    async def own(self, submission_id: str) -> Submission:
        """The caller's submission of that id; NotFound also for somebody else's."""
        name = await self.learner()
        submission = await asyncio.to_thread(self.site.submissions.get, submission_id)
        if submission is None or submission.learner != name:
            raise NotFound(N_("there is no such submission of yours"))
        return submission


class SubmissionHandler(_OneSubmission):
    """GET /api/submissions/ID: state, report and passbacks."""

    async def get(self, submission_id: str) -> None:
        """Answer with what the learner may see of it."""
        submission = await self.own(submission_id)
        position = await asyncio.to_thread(self.site.submissions.position, submission_id)
        policy = await asyncio.to_thread(self._policy, submission)
        self.answer({**_summary(submission), "position": position, "policy": policy, **_details(submission)})

    def _policy(self, submission: Submission) -> dict[str, Any] | None:
        """What counts, by the exercise as it is now; None when it is no longer there."""
        try:
            exercise = find_exercise(self.site.courses, submission.course, submission.exercise)
        except OpenJupyterError:
            return None
        return policy_of(exercise, self.site.submissions, submission.learner, submission.course)


class NotebookHandler(_OneSubmission):
    """GET /api/submissions/ID/notebook: the notebook as it was submitted, without outputs."""

    async def get(self, submission_id: str) -> None:
        """Answer with its path in the course and its content; 404 for somebody else's."""
        submission = await self.own(submission_id)
        files = await asyncio.to_thread(self.site.submissions.files, submission_id)
        self.answer({"path": submission.notebook_path, "notebook": json.loads(files[submission.notebook_path])})


class EventsHandler(_OneSubmission):
    """GET /api/submissions/ID/events: server-sent events until the grading has ended.

    Data are {"state": "queued", "position": n}, then {"state": "running", "step": "start", "cell" or "test", "done": n,
    "total": m}, and at last {"state": "done"} or {"state": "failed"}.
    """

    async def get(self, submission_id: str) -> None:
        """Stream events; a comment line each 15 s keeps proxies from closing the connection."""
        await self.own(submission_id)
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        last: dict[str, Any] | None = None
        with self.site.grader.progress.watch(submission_id) as events:
            while True:
                # What was published only wakes us: the newest state is told, so that steps never go backwards.
                event = await self._state(submission_id)
                if event != last:
                    await self._send(f"data: {json.dumps(event)}\n\n")
                    last = event
                if event["state"] in _ENDED:
                    return
                try:
                    await asyncio.wait_for(events.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    await self._send(": still here\n\n")

    async def _state(self, submission_id: str) -> dict[str, Any]:
        if running := self.site.grader.progress.last(submission_id):
            return running
        submission = await asyncio.to_thread(self.site.submissions.get, submission_id)
        assert submission is not None
        if submission.state in _ENDED:
            return {"state": submission.state.value}
        if submission.state == "running":
            return {"state": "running", "step": "start", "done": 0, "total": 1}
        return {"state": "queued", "position": await asyncio.to_thread(self.site.submissions.position, submission_id)}

    async def _send(self, text: str) -> None:
        self.write(text)
        try:
            await self.flush()
        except tornado.iostream.StreamClosedError:
            raise tornado.web.Finish from None


def _summary(submission: SubmissionSummary) -> dict[str, Any]:
    return {
        "id": submission.id,
        "course": submission.course,
        "exercise": submission.exercise,
        "commit": submission.commit,
        "state": submission.state.value,
        "score": submission.score,
        "credit": submission.credit,
        "created_at": submission.created_at,
        "finished_at": submission.finished_at,
    }


def _details(submission: Submission) -> dict[str, Any]:
    report = Report.model_validate(submission.report).for_learner() if submission.report else None
    return {
        "report": report,
        "timings": submission.timings,
        "passbacks": [
            {
                "platform": passback.platform,
                "context_title": passback.context_title,
                "state": passback.state.value,
                "score": passback.score,
                "sent_at": passback.sent_at,
                "next_attempt_at": passback.next_attempt_at,
                # What the LMS said may name people: staff read it, learners read that it was not taken.
                "last_error": "the LMS did not take it yet" if passback.last_error else None,
            }
            for passback in submission.passbacks
            if passback.state != "superseded"
        ],
    }
