"""Tells Git hosts of verdicts on commits, beside everything else: nobody waits for it, and nothing fails with it."""

import asyncio
import itertools
import json
import logging
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus

from openjupyter_service.courses import CourseSecrets, FollowedCourse
from openjupyter_service.exercises.statuses import Kind, Repository, Status
from openjupyter_service.grading.outbound import Outbound
from openjupyter_service.lti.fetch import Answer, Fetch, Unreachable
from openjupyter_service.store.records import CourseVersion, VersionState

PAUSES = (10.0, 60.0, 600.0)
"""Seconds before each further try."""
MAX_AT_ONCE = 16

_WORDS = {
    HTTPStatus.UNAUTHORIZED: "the token is not known there, or has expired",
    HTTPStatus.FORBIDDEN: "the token may not set commit statuses",
    HTTPStatus.NOT_FOUND: "there is no such repository there, or the token may not see it",
    HTTPStatus.UNPROCESSABLE_ENTITY: "it does not know the commit any more",
}

log = logging.getLogger(__name__)


class Statuses:
    """Sets the status of a version's commits at their Git host, if the course has a token for that.

    Args:
        secrets: gives a course's secrets by its name.
        page: gives the address of a course's page for browsers by its name, None without one.
        fetch: makes the HTTP client to call hosts with, in the event loop that uses it.
        pauses: seconds before each further try.
    """

    def __init__(
        self,
        secrets: Callable[[str], CourseSecrets],
        page: Callable[[str], str | None],
        fetch: Callable[[], Fetch] = Outbound,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._secrets = secrets
        self._page = page
        self._fetch = fetch
        self._pauses = pauses
        self._numbers = itertools.count()
        self._newest: dict[tuple[str, str], int] = {}
        self._places = threading.BoundedSemaphore(MAX_AT_ONCE)

    def __call__(self, course: FollowedCourse, version: CourseVersion) -> None:
        """Tell of a verdict; gives back control at once. NotFound when the course was removed meanwhile."""
        token = self._secrets(course.name).status_token
        status = status_of(course.name, version, self._page(course.name))
        commits = commits_of(course, version)
        if token is None or status is None or not commits:
            return
        if not self._places.acquire(blocking=False):
            log.warning("no commit status of %s is set: too many Git hosts do not answer", course.name)
            return
        text = token.get_secret_value().strip()
        number = next(self._numbers)
        self._newest |= dict.fromkeys(((course.name, commit) for _, commit in commits), number)

        def body() -> None:
            try:
                asyncio.run(self._tell(course, commits, status, text, number))
            except Exception:
                log.exception("setting commit statuses of %s failed", course.name)
            finally:
                for _, commit in commits:
                    if self._newest.get((course.name, commit)) == number:
                        self._newest.pop((course.name, commit), None)
                self._places.release()

        # A daemon: the service does not wait for Git hosts when it ends.
        threading.Thread(target=body, name=f"statuses of {course.name}", daemon=True).start()

    async def _tell(
        self,
        course: FollowedCourse,
        commits: Sequence[tuple[Repository, str]],
        status: Status,
        token: str,
        number: int,
    ) -> None:
        fetch = self._fetch()
        for repository, commit in commits:
            for pause in (*self._pauses, None):
                if self._newest.get((course.name, commit)) != number:
                    return  # A newer verdict on the same commit is told by another thread.
                try:
                    problem, again = await _set(fetch, course, repository, commit, status, token)
                except Unreachable as error:
                    problem, again = str(error), True
                if problem is None:
                    log.info("%s at %s is told of %s", repository.path, repository.host, course.name)
                    break
                if not again or pause is None:
                    log.warning(
                        "no commit status of %s at %s: %s; look at the course's status token",
                        *(course.name, repository.host, problem),
                    )
                    break
                await asyncio.sleep(pause)


def status_of(name: str, version: CourseVersion, link: str | None) -> Status | None:
    """What is told of a version: counts alone, since more people may see a status than may see hidden tests.

    None before there is a verdict.
    """
    exercises = (version.report or {}).get("exercises", [])
    broken = sum(not each["sound"] for each in exercises)
    match version.state:
        case VersionState.PUBLISHED:
            description = f"published: {_exercises(len(exercises))}"
        case VersionState.REFUSED if broken:
            have = "has" if broken == 1 else "have"
            description = f"{broken} of {_exercises(len(exercises))} {have} errors; see the course page"
        case VersionState.REFUSED:
            description = "not published; see the course page"
        case _:
            return None
    return Status(version.state is VersionState.PUBLISHED, f"openjupyter/{name}", description, link)


def commits_of(course: FollowedCourse, version: CourseVersion) -> list[tuple[Repository, str]]:
    """The commits that a status is set of: those at the host of the private half.

    There is one token, and it is shown to one host alone: to that of the public half only if it is the same, or if the
    private half is at none.
    """
    found: list[tuple[Repository, str]] = []
    for half, commit in ((course.private, version.private_commit), (course.public, version.public_commit)):
        repository = Repository.of(half.url)
        if repository is not None and all(repository.origin == other.origin for other, _ in found):
            found.append((repository, commit))
    return list(dict.fromkeys(found))


async def _set(
    fetch: Fetch, course: FollowedCourse, repository: Repository, commit: str, status: Status, token: str
) -> tuple[str | None, bool]:
    """Why it could not be set, None if it was; and whether to try again."""
    kind = Kind(course.host) if course.host != "auto" else repository.kind or await _probed(fetch, repository)
    if kind is None:
        return "it is not clear what kind of Git host that is; name it for the course (host)", False
    call = repository.call(kind, commit, status, token)
    # The operator has named this host, and self-hosted ones mostly are in a network of their own.
    answer = await fetch("POST", call.url, headers=call.headers, body=call.body, private_network=True)
    if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT):
        return None, False
    if kind is Kind.GITLAB and answer.status == HTTPStatus.BAD_REQUEST and b"Cannot transition" in answer.body:
        return None, False  # It is so already.
    busy = answer.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT)
    again = busy or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    words = next((words for code, words in _WORDS.items() if code == answer.status), "")
    return f"it answers {answer.status}{f' ({words})' if words else ''}", again


async def _probed(fetch: Fetch, repository: Repository) -> Kind | None:
    for kind, url in repository.probes():
        if _is_api(await fetch("GET", url, private_network=True)):
            return kind
    return None


def _is_api(answer: Answer) -> bool:
    """JSON of an API that is there, if only to say that it wants a token; not the page of a missing one."""
    if answer.status not in (HTTPStatus.OK, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return False
    try:
        return isinstance(json.loads(answer.body), dict)
    except (ValueError, RecursionError):
        return False


def _exercises(number: int) -> str:
    return f"{number} exercise" if number == 1 else f"{number} exercises"
