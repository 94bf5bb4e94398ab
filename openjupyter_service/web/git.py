"""Read-only Git over HTTP: learners' containers pull their course from here, by way of git's own http-backend.

Speaks the smart protocol (gitprotocol-http): the list of references, and git-upload-pack. Nothing can be pushed.
"""

import asyncio
import base64
import binascii
import os
from http import HTTPStatus
from typing import Any

import tornado.web

from openjupyter_service.courses import Course
from openjupyter_service.errors import Forbidden, NotFound
from openjupyter_service.language import N_
from openjupyter_service.web.base import SiteHandler

SERVICE = "git-upload-pack"
MAX_REQUEST_BYTES = 10 * 2**20
BACKEND_SECONDS = 120
_CHUNK = 2**16
_PUBLISHED_ALONE = (
    *("-c", "transfer.hideRefs=refs/"),
    *("-c", "transfer.hideRefs=!refs/heads/main"),
    *("-c", "uploadpack.allowAnySHA1InWant=false"),
    *("-c", "uploadpack.allowReachableSHA1InWant=false"),
    *("-c", "uploadpack.allowTipSHA1InWant=false"),
    *("-c", "uploadpack.allowFilter=false"),
)
"""Of a followed course's repository only `main` is shown, and only what belongs to it is sent."""


class _GitHandler(SiteHandler):
    def token(self) -> str | None:
        """Git sends a token as the password of Basic authentication."""
        scheme, _, credentials = self.request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return super().token()
        try:
            return base64.b64decode(credentials, validate=True).decode().partition(":")[2] or None
        except (binascii.Error, UnicodeDecodeError):
            return None

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Ask Git's credential helper for the token, in the one place that tornado does not clear again."""
        if status_code == HTTPStatus.UNAUTHORIZED:
            self.set_header("WWW-Authenticate", 'Basic realm="course", charset="UTF-8"')
        super().write_error(status_code, **kwargs)

    async def course(self, course_name: str) -> Course:
        """The course, for a signed-in learner of it; asks Git for a password otherwise."""
        try:
            learner = await self.learner()
        except Forbidden:
            if "Authorization" not in self.request.headers:
                raise tornado.web.HTTPError(HTTPStatus.UNAUTHORIZED) from None
            raise
        course = await asyncio.to_thread(self._course_of, learner, course_name)
        if course is None:
            raise NotFound(N_("there is no such course"))
        return course

    def _course_of(self, learner: str, name: str) -> Course | None:
        """The course, if this learner may have it: a followed one only with a placement in it."""
        course = self.site.courses.get(name)
        if course is not None and course.pair is not None and not self.site.launches.placements(learner, name):
            return None
        return course

    async def backend(self, course: Course, path: str, query: str, body: bytes) -> None:
        """Run git http-backend (a CGI program, RFC 3875) and stream its answer."""
        is_followed = course.pair is not None
        process = await asyncio.create_subprocess_exec(
            "git",
            "-c",
            "safe.directory=*",
            "-c",
            "http.receivepack=false",
            *(_PUBLISHED_ALONE if is_followed else ()),
            "http-backend",
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "GIT_PROJECT_ROOT": str(course.repository),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                # Version 2 of the protocol sends any commit that is asked for by its name, published or not.
                "GIT_PROTOCOL": "" if is_followed else self.request.headers.get("Git-Protocol", "")[:100],
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.request.method or "GET",
                "CONTENT_TYPE": self.request.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.request.headers.get("Content-Encoding", ""),
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdin and process.stdout
        try:
            async with asyncio.timeout(BACKEND_SECONDS):
                process.stdin.write(body)
                process.stdin.close()
                await self._relay_headers(process.stdout)
                while chunk := await process.stdout.read(_CHUNK):
                    self.write(chunk)
                    await self.flush()
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def _relay_headers(self, answer: asyncio.StreamReader) -> None:
        while line := (await answer.readline()).strip():
            name, _, value = line.decode("latin-1").partition(":")
            if name.lower() == "status":
                self.set_status(int(value.split()[0]))
            else:
                self.set_header(name, value.strip())


class GitReferencesHandler(_GitHandler):
    """GET /git/COURSE.git/info/refs?service=git-upload-pack."""

    async def get(self, course_name: str) -> None:
        """List the references."""
        course = await self.course(course_name)
        if self.get_query_argument("service", "") != SERVICE:
            raise Forbidden(N_("this course can be pulled, not pushed to"))
        await self.backend(course, "/info/refs", f"service={SERVICE}", b"")


class GitUploadPackHandler(_GitHandler):
    """POST /git/COURSE.git/git-upload-pack."""

    async def post(self, course_name: str) -> None:
        """Send what the client lacks."""
        course = await self.course(course_name)
        if len(self.request.body) > MAX_REQUEST_BYTES:
            raise tornado.web.HTTPError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        await self.backend(course, f"/{SERVICE}", "", self.request.body)
