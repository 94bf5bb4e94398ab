"""What a pull of the course did not take, for the page: the matters of a notebook, and the learner's decisions."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import tornado.web

from openjupyter.server.handlers import Handler
from openjupyter.server.places import Place, find_place
from openjupyter.server.problems import Problem
from openjupyter.updates.decide import NothingToDecide, decide
from openjupyter.updates.missed import Missed
from openjupyter.updates.repository import NoRepository, Repository

MAX_BODY_BYTES = 10_000
_FIELDS = ("path", "file", "key", "digest", "choice")


class UpdatesHandler(Handler):
    """GET updates?path=PATH, and POST updates {"path", "file", "key", "digest", "choice"}."""

    _lock = asyncio.Lock()
    """Notes are read and written: one after the other, from however many tabs."""

    @tornado.web.authenticated
    async def get(self) -> None:
        """Answer {"updates": […]}; none for a notebook that is in no course."""
        place = await asyncio.to_thread(find_place, self.extension.home, self.get_query_argument("path"))
        async with self._lock:
            self.finish({"updates": await asyncio.to_thread(_matters, place)})

    @tornado.web.authenticated
    async def post(self) -> None:
        """Decide one matter; answer {"kept": path of the copy in the home folder or null, "updates": those left}."""
        asked = self._asked()
        place = await asyncio.to_thread(find_place, self.extension.home, asked["path"])
        async with self._lock:
            kept = await asyncio.to_thread(self._decide, place, asked)
            self.finish({"kept": kept, "updates": await asyncio.to_thread(_matters, place)})

    def _decide(self, place: Place, asked: dict[str, str]) -> str | None:
        choice: Literal["mine", "theirs"] = "theirs" if asked["choice"] == "theirs" else "mine"
        try:
            repository = Repository(place.home / place.course)
            kept = decide(repository, place.home, asked["file"], asked["key"], asked["digest"], choice)
        except (NoRepository, NothingToDecide):
            raise _settled() from None
        except OSError:
            raise Problem(
                "not-kept", 507, "There is no room for a copy of your file, so nothing was changed. Delete something."
            ) from None
        return None if kept is None else kept.relative_to(place.home).as_posix()

    def _asked(self) -> dict[str, str]:
        try:
            if len(self.request.body) > MAX_BODY_BYTES:
                raise ValueError
            body = json.loads(self.request.body)
            asked = {name: body[name] for name in _FIELDS}
            if not all(isinstance(value, str) for value in asked.values()) or asked["choice"] not in ("mine", "theirs"):
                raise ValueError
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Problem("bad-request", 400, "This request was not understood. Reload the page.") from None
        return asked


def _matters(place: Place) -> list[dict[str, Any]]:
    """Those of a notebook, and of files in its folder and below."""
    try:
        missed = Repository(Path(place.home / place.course)).missed()
    except NoRepository:
        return []
    folder = PurePosixPath(place.notebook).parent
    return [_as_json(item) for item in missed if PurePosixPath(item.path).is_relative_to(folder)]


def _as_json(item: Missed) -> dict[str, Any]:
    values = asdict(item)
    return {"file": values.pop("path"), **values}


def _settled() -> Problem:
    return Problem("settled", 409, "This was decided already, or the course has changed again. Look again.")
