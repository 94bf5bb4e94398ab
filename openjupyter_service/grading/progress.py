"""Who watches which submission: progress of this process's gradings, handed to event streams."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Event = dict[str, Any]

_MAX_WAITING = 100


class Progress:
    """Publish and subscribe by submission. Slow watchers lose old events, never new ones."""

    def __init__(self) -> None:
        self._watchers: defaultdict[str, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._last: dict[str, Event] = {}

    def publish(self, submission: str, event: Event) -> None:
        """Tell all watchers; kept for those who come later, until `forget`."""
        self._last[submission] = event
        for queue in self._watchers.get(submission, ()):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(event)

    def last(self, submission: str) -> Event | None:
        """The newest event of a grading that runs."""
        return self._last.get(submission)

    def forget(self, submission: str) -> None:
        """The grading has ended; the store knows the rest."""
        self._last.pop(submission, None)

    def queue_moved(self) -> None:
        """Wake everybody: places in the queue have changed."""
        for queues in self._watchers.values():
            for queue in queues:
                if queue.empty():
                    queue.put_nowait({})

    @contextmanager
    def watch(self, submission: str) -> Iterator[asyncio.Queue[Event]]:
        """A queue of what is published from now on; an empty event means: look again."""
        queue: asyncio.Queue[Event] = asyncio.Queue(_MAX_WAITING)
        self._watchers[submission].add(queue)
        try:
            yield queue
        finally:
            self._watchers[submission].discard(queue)
            if not self._watchers[submission]:
                del self._watchers[submission]
