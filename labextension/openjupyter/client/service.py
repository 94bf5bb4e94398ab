"""The grading service as the kernel sees it. The only module here that makes network calls."""

import base64
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests

from openjupyter.client.language import _, language
from openjupyter.client.problems import GradeProblem, not_launched

Json = dict[str, Any]

CONNECT_SECONDS = 10
READ_SECONDS = 60
RESTART_SECONDS = 300
"""How long a service that does not answer is waited for, once a submission has been accepted."""


class Service:
    """Calls with the token of this learner's server."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"token {token}"
        self._session.headers["Accept-Language"] = language()
        # The service is beside the hub; a proxy for the internet, if one is set, does not know it.
        self._session.trust_env = False

    @classmethod
    def from_environment(cls) -> "Service":
        """The service that this container was launched for; GradeProblem outside of a launch."""
        url, token = os.environ.get("OPENJUPYTER_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
        if not url or not token:
            raise not_launched()
        return cls(url, token)

    def exercise(self, course: str, notebook: str) -> Json:
        """The exercise that a notebook belongs to: name, title, notebook, files."""
        return self._json("GET", f"/api/courses/{course}/exercise", params={"notebook": notebook})

    def submit(self, course: str, exercise: str, notebook: Path, files: dict[str, Path]) -> Json:
        """Send a submission; gives its id, state and place in the queue."""
        body = {
            "course": course,
            "exercise": exercise,
            "notebook": notebook.read_text(),
            "files": {name: base64.b64encode(path.read_bytes()).decode() for name, path in files.items()},
        }
        return self._json("POST", "/api/submissions", json=body)

    def submission(self, submission: str) -> Json:
        """A submission with its state, report and passbacks."""
        return self._json("GET", f"/api/submissions/{submission}")

    def events(self, submission: str) -> Iterator[Json]:
        """Events until the grading has ended; survives lost connections and restarts of the service."""
        deadline = time.monotonic() + RESTART_SECONDS
        while True:
            try:
                for event in self._stream(submission):
                    deadline = time.monotonic() + RESTART_SECONDS
                    yield event
                    if event.get("state") in ("done", "failed"):
                        return
            except (requests.RequestException, GradeProblem):
                if time.monotonic() > deadline:
                    raise GradeProblem(
                        _(
                            "The grading service does not answer. Your submission is stored and will be graded; "
                            "the score goes to your course page by itself."
                        )
                    ) from None
                yield {"state": "reconnecting"}
            time.sleep(1)

    def _stream(self, submission: str) -> Iterator[Json]:
        answer = self._request("GET", f"/api/submissions/{submission}/events", stream=True)
        with answer:
            for line in answer.iter_lines():
                if line.startswith(b"data:"):
                    yield json.loads(line[5:])

    def _json(self, method: str, path: str, **options: Any) -> Json:
        try:
            answer: Json = self._request(method, path, **options).json()
        except (requests.RequestException, ValueError):
            raise GradeProblem(
                _(
                    "The grading service cannot be reached just now, so nothing was submitted. "
                    "Your work is saved; wait a minute and run this cell again."
                )
            ) from None
        return answer

    def _request(self, method: str, path: str, **options: Any) -> requests.Response:
        answer = self._session.request(method, self._url + path, timeout=(CONNECT_SECONDS, READ_SECONDS), **options)
        if answer.status_code in (502, 503, 504):
            raise requests.ConnectionError("the proxy finds no service")
        if answer.status_code >= 400:
            raise GradeProblem(_reason(answer))
        return answer


def _reason(answer: requests.Response) -> str:
    """The service's own sentence, in this language as Accept-Language has asked; it begins where a log line would."""
    try:
        message = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        return _("The grading service refused with status {status}. Open the exercise again from your course.").format(
            status=answer.status_code
        )
    return f"{message[:1].upper()}{message[1:]}{'' if message.endswith(('.', '?', '!')) else '.'}"
