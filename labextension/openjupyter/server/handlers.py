"""HTTP for the page in the browser, below /openjupyter/api/: whoever is signed in to this server, and nobody else.

An error is {"code", "message"}: a word for the page, and one or two sentences in English.
"""

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tornado.iostream
import tornado.web
from jupyter_server.base.handlers import APIHandler

from openjupyter.server.clicks import Clicks
from openjupyter.server.content import read_content
from openjupyter.server.places import Place, find_place
from openjupyter.server.problems import Problem, no_exercise
from openjupyter.server.service import Json, Service

MAX_BODY_BYTES = 10_000
_KEY = re.compile(r"[0-9A-Za-z-]{8,64}")


class Extension:
    """What the handlers share."""

    def __init__(self, home: Path, connect: Callable[[], Service | None] = Service.from_environment) -> None:
        self.home = home
        self.clicks = Clicks()
        self._connect = connect
        self._service: Service | None = None

    def service(self) -> Service:
        """The grading service; Problem outside of a launch."""
        if self._service is None:
            self._service = self._connect()
        if self._service is None:
            raise no_exercise()
        return self._service


class Handler(APIHandler):
    """Base of all: problems become JSON."""

    extension: Extension

    def initialize(self, extension: Extension) -> None:
        """Tornado's own constructor."""
        self.extension = extension

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """A JSON object with a code and a sentence; no traceback ever."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, Problem):
            self.set_status(error.status)
            self.finish({"code": error.code, "message": str(error)})
        else:
            code = "signed-out" if status_code in (401, 403) else "fault"
            self.finish({"code": code, "message": f"{self._reason}. Reload the page, and try again."})

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        """Problems are one line, others a traceback."""
        if isinstance(value, Problem):
            self.log.info("%s %s: %s", self.request.method, self.request.path, value)
        else:
            super().log_exception(typ, value, tb)

    async def place(self, path: str) -> tuple[Place, Json]:
        """Where the notebook lies, and its exercise; Problem when there is none."""
        place = await asyncio.to_thread(find_place, self.extension.home, path)
        exercise = await self.extension.service().exercise(place.course, place.notebook)
        if exercise is None:
            raise no_exercise()
        return place, exercise


class ExerciseHandler(Handler):
    """GET exercise?path=PATH: the exercise of a notebook, and one's submissions of it."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Answer {"exercise": … or null, "submissions": […]}; that there is none is an answer, too."""
        try:
            place, exercise = await self.place(self.get_query_argument("path"))
        except Problem as problem:
            if problem.code != "no-exercise":
                raise
            self.finish({"exercise": None, "submissions": []})
            return
        found = await self.extension.service().submissions(place.course, exercise["name"])
        self.finish({"exercise": {**exercise, "course": place.course}, "submissions": found})


class SubmissionsHandler(Handler):
    """POST submissions {"path", "key"}: submit the notebook as it is on disk."""

    @tornado.web.authenticated
    async def post(self) -> None:
        """202 with the submission, and whether the same content was under way already ("again")."""
        path, key = self._asked()
        answer = await self.extension.clicks.once(key, lambda: self._submit(path))
        self.set_status(202)
        self.finish(answer)

    async def _submit(self, path: str) -> Json:
        place, exercise = await self.place(path)
        content = await asyncio.to_thread(read_content, place, exercise["files"])
        service, name = self.extension.service(), exercise["name"]
        return await self.extension.clicks.unless_under_way(
            (place.course, name),
            content.digest(),
            service.submission,
            lambda: service.submit(place.course, name, content.notebook, content.files),
        )

    def _asked(self) -> tuple[str, str]:
        try:
            if len(self.request.body) > MAX_BODY_BYTES:
                raise ValueError
            body = json.loads(self.request.body)
            path, key = body["path"], body["key"]
            if not isinstance(path, str) or not isinstance(key, str) or not _KEY.fullmatch(key):
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Problem("bad-request", 400, "This request was not understood. Reload the page.") from None
        return path, key


class SubmissionHandler(Handler):
    """GET submissions/ID: state, report and passbacks."""

    @tornado.web.authenticated
    async def get(self, submission: str) -> None:
        """Answer as the service does."""
        self.finish(await self.extension.service().submission(submission))


class NotebookHandler(Handler):
    """GET submissions/ID/notebook: the notebook as it was submitted."""

    @tornado.web.authenticated
    async def get(self, submission: str) -> None:
        """Answer as the service does."""
        self.finish(await self.extension.service().notebook(submission))


class EventsHandler(Handler):
    """GET submissions/ID/events: server-sent events until the grading has ended."""

    _pump: "asyncio.Task[None] | None" = None

    @tornado.web.authenticated
    async def get(self, submission: str) -> None:
        """Pass on what the service tells, through its restarts; comment lines keep proxies from closing."""
        self._pump = asyncio.ensure_future(self._pass_on(submission))
        try:
            await self._pump
        except asyncio.CancelledError:
            raise tornado.web.Finish from None

    def on_connection_close(self) -> None:
        """Nobody reads any more: end the connection to the service, too."""
        if self._pump is not None:
            self._pump.cancel()

    async def _pass_on(self, submission: str) -> None:
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Accel-Buffering", "no")
        last: Json | None = None
        async for event in self.extension.service().events(submission):
            is_new = event is not None and event != last
            self.write(f"data: {json.dumps(event)}\n\n" if is_new else ": still here\n\n")
            last = event or last
            try:
                await self.flush()
            except tornado.iostream.StreamClosedError:
                return

    def finish(self, *args: Any, **kwargs: Any) -> Any:
        """Jupyter Server's own sets JSON as the type of everything."""
        if self._headers_written:
            return tornado.web.RequestHandler.finish(self, *args, **kwargs)
        return super().finish(*args, **kwargs)
