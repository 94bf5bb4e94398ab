"""An HTTP client that answers from a table and remembers what it was asked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from openjupyter_service.lti.fetch import Answer, Unreachable

Answering = Callable[["Asked"], Answer] | Answer | Exception


@dataclass(frozen=True)
class Asked:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    private_network: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body or b"null")


class FakeFetch:
    """`METHOD URL` → an answer, a function of the request, or an error."""

    def __init__(self, answers: Mapping[str, Answering] | None = None) -> None:
        self.answers = dict(answers or {})
        self.asked: list[Asked] = []

    async def __call__(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        private_network: bool = False,
    ) -> Answer:
        asked = Asked(method, url, dict(headers or {}), body, private_network)
        self.asked.append(asked)
        answer = self.answers.get(f"{method} {url}", Unreachable("there is no such host"))
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Answer) else answer(asked)


def json_answer(value: Any, status: int = 200, **headers: str) -> Answer:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, {"content-type": "application/json", **names}, json.dumps(value).encode())
