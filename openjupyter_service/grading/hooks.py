"""The desk that takes webhooks of Git hosts: for which course, by whom, and is there something to do?"""

import logging
import secrets
from collections.abc import Callable, Mapping

from openjupyter_service.errors import Forbidden, NotFound
from openjupyter_service.exercises.hooks import Event, is_genuine, read
from openjupyter_service.store.courses import Courses

log = logging.getLogger(__name__)


class Hooks:
    """Takes deliveries. Thread-safe; `receive` blocks.

    Args:
        courses: that are followed.
        wake: has whoever follows them look at once.
    """

    def __init__(self, courses: Courses, wake: Callable[[], None]) -> None:
        self._courses = courses
        self._wake = wake

    def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> str:
        """Have a course synced if a delivery says that one of its branches was pushed.

        However many come while a sync runs, one more follows it.

        Args:
            name: of the course.
            headers: of the request; names in lower case.
            body: as it came.

        Returns:
            What is done, for people who look at deliveries at the host.

        Raises:
            Forbidden: no such course, none that takes webhooks, or a wrong signature; it does not tell which
        """
        course = self._courses.get(name)
        try:
            secret = self._courses.secrets(name).webhook_secret
        except NotFound:
            secret = None
        # The same work for a course that is not there, with a secret that nobody knows.
        genuine = is_genuine(headers, body, secret.get_secret_value() if secret else secrets.token_hex())
        if course is None or not genuine:
            raise Forbidden("there is no such course here, or the secret of this webhook is not the one it was given")
        delivery = read(headers, body)
        if delivery.event is Event.PING:
            return "webhooks of this course arrive"
        if not delivery.concerns(course):
            return "nothing to do: this is no push to a branch of the course"
        self._courses.want_sync(name)
        self._wake()
        log.info("a webhook says that %s was pushed", name)
        return "the course is fetched and checked"
