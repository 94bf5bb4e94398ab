"""Who watches which submission."""

import asyncio

import pytest

from openjupyter_service.grading.progress import Progress


def drain(queue: "asyncio.Queue[dict[str, object]]") -> list[dict[str, object]]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


def test_watchers_get_what_is_published_about_theirs() -> None:
    progress = Progress()
    with progress.watch("a") as first, progress.watch("a") as second, progress.watch("b") as other:
        progress.publish("a", {"n": 1})
        progress.publish("a", {"n": 2})
        assert drain(first) == drain(second) == [{"n": 1}, {"n": 2}]
        assert drain(other) == []


def test_those_who_come_late_find_the_newest_event() -> None:
    progress = Progress()
    assert progress.last("a") is None
    progress.publish("a", {"n": 1})
    progress.publish("a", {"n": 2})
    assert progress.last("a") == {"n": 2}
    progress.forget("a")
    progress.forget("a")
    assert progress.last("a") is None


def test_a_slow_watcher_loses_old_events_never_new_ones() -> None:
    progress = Progress()
    with progress.watch("a") as queue:
        for n in range(1_000):
            progress.publish("a", {"n": n})
        kept = drain(queue)
    assert kept[-1] == {"n": 999}
    assert kept == [{"n": n} for n in range(1_000 - len(kept), 1_000)]
    assert 10 <= len(kept) <= 100


def test_when_the_queue_moves_everybody_looks_again_once() -> None:
    progress = Progress()
    with progress.watch("a") as first, progress.watch("b") as second:
        progress.publish("b", {"n": 1})
        progress.queue_moved()
        progress.queue_moved()
        assert (drain(first), drain(second)) == ([{}], [{"n": 1}])


def test_nothing_is_kept_for_watchers_that_went() -> None:
    progress = Progress()
    with pytest.raises(RuntimeError), progress.watch("a"):
        raise RuntimeError
    with progress.watch("a") as queue:
        with progress.watch("a"):
            pass
        progress.publish("a", {"n": 1})
        assert drain(queue) == [{"n": 1}]
    assert not progress._watchers
