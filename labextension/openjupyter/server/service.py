"""The grading service as this server sees it. The only module here that makes network calls."""

import asyncio
import json
import os
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any
from urllib.parse import quote

import httpx

from openjupyter.server.problems import Problem, unclear, unreachable

Json = dict[str, Any]

CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
RESTART_SECONDS = 300.0
"""How long a service that does not answer is waited for, once a submission has been accepted."""
RETRY_SECONDS = 1.0

_CODES = {403: "forbidden", 404: "not-found", 409: "attempts-used-up", 413: "too-large"}


class Service:
    """Calls with the token of this learner's server."""

    def __init__(self, url: str, token: str) -> None:
        # The service is beside the hub; a proxy for the internet, if one is set, does not know it.
        self._client = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"token {token}"},
            timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            trust_env=False,
        )

    @classmethod
    def from_environment(cls) -> "Service | None":
        """The service that this container was launched for; None outside of a launch."""
        url, token = os.environ.get("OPENJUPYTER_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
        return cls(url, token) if url and token else None

    async def exercise(self, course: str, notebook: str) -> Json | None:
        """The exercise that a notebook belongs to, with its policy; None when it belongs to none."""
        try:
            return await self._json(
                "GET", f"/api/courses/{quote(course, safe='')}/exercise", params={"notebook": notebook}
            )
        except Problem as problem:
            if problem.code == "not-found":
                return None
            raise

    async def submit(self, course: str, exercise: str, notebook: str, files: dict[str, str]) -> Json:
        """Send a submission; gives its id, state and place in the queue.

        Raises:
            Problem: `unclear` when nobody knows whether it arrived
        """
        body = {"course": course, "exercise": exercise, "notebook": notebook, "files": files}
        return await self._json("POST", "/api/submissions", json=body)

    async def submissions(self, course: str, exercise: str) -> list[Json]:
        """The learner's submissions of an exercise, newest first."""
        found = await self._json("GET", "/api/submissions", params={"course": course, "exercise": exercise})
        return list(found["submissions"])

    async def submission(self, submission: str) -> Json:
        """A submission with its state, report and passbacks."""
        return await self._json("GET", f"/api/submissions/{submission}")

    async def notebook(self, submission: str) -> Json:
        """The notebook as it was submitted: its path in the course, and its content."""
        return await self._json("GET", f"/api/submissions/{submission}/notebook")

    async def events(self, submission: str) -> AsyncGenerator[Json | None, None]:
        """Events until the grading has ended, and None for each sign of life between them.

        Lost connections and restarts of the service are survived: {"state": "reconnecting"}. The last event's state is
        done, failed, or unreachable.
        """
        deadline = time.monotonic() + RESTART_SECONDS
        while time.monotonic() < deadline:
            try:
                async with aclosing(self._stream(submission)) as events:
                    async for event in events:
                        deadline = time.monotonic() + RESTART_SECONDS
                        yield event
                        if event is not None and event.get("state") in ("done", "failed"):
                            return
            except (httpx.HTTPError, ValueError):
                yield {"state": "reconnecting"}
            except Problem as problem:
                if problem.code != "unreachable":
                    raise
                yield {"state": "reconnecting"}
            await asyncio.sleep(RETRY_SECONDS)
        yield {"state": "unreachable"}

    async def close(self) -> None:
        """End all connections."""
        await self._client.aclose()

    async def _stream(self, submission: str) -> AsyncGenerator[Json | None, None]:
        async with self._client.stream("GET", f"/api/submissions/{submission}/events") as answer:
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                raise _refusal(answer)
            async for line in answer.aiter_lines():
                if line.startswith("data:"):
                    yield json.loads(line[5:])
                elif line.startswith(":"):
                    yield None

    async def _json(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer = await self._client.request(method, path, **options)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise unreachable() from None
        except httpx.HTTPError:
            raise (unclear() if method == "POST" else unreachable()) from None
        if answer.is_error:
            raise _refusal(answer)
        try:
            found: Json = answer.json()
        except ValueError:
            raise unreachable() from None
        return found


def _refusal(answer: httpx.Response) -> Problem:
    """The service's own sentence; an answer that is not of the service comes of a proxy which does not find it."""
    try:
        message = answer.json()["message"]
    except (ValueError, KeyError, TypeError):
        return unreachable()
    if answer.is_server_error:
        return Problem("service-fault", 502, f"{_sentence(message)} Your work is saved.")
    return Problem(_CODES.get(answer.status_code, "refused"), answer.status_code, _sentence(message))


def _sentence(message: object) -> str:
    text = str(message)
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith(".") else ".")
