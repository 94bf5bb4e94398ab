"""The pool, with pairs that nobody has to start and a clock that jumps."""

import asyncio
import contextlib
import logging
from typing import Any

import pytest

from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.demand import Size
from openjupyter_service.sandbox.pool import GRADING_SECONDS, LOOK_SECONDS, STARTS_AT_ONCE, TIDY_SECONDS, Pool
from tests.unit.sandbox.virtual import START_SECONDS, PlayedEngine, run_virtually, spec_of

A, B = spec_of("a"), spec_of("b")


def make_pool(engine: PlayedEngine, size: Size = 2, most: int = 4, max_age_seconds: float = 3600) -> Pool:
    return Pool(engine, A, size, most, max_age_seconds, open_pair=engine.open_pair)  # type: ignore[arg-type]


@pytest.fixture
def engine() -> PlayedEngine:
    return PlayedEngine("a", "b", "judge")


def count(pool: Pool) -> dict[str, int]:
    return {spec.sandbox.image: number for spec, number in pool.counts().items()}


def test_pairs_wait_are_used_once_and_are_replaced(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine)
        async with pool.running():
            await asyncio.sleep(10)
            assert count(pool) == {"sha256:a-1": 2} and engine.starts == 2
            seen: list[Any] = []
            for _ in range(5):
                before = asyncio.get_running_loop().time()
                async with pool.pair(A) as pair:
                    assert pair.alive and pair.warm and pair not in seen  # type: ignore[attr-defined]
                    assert asyncio.get_running_loop().time() - before < 0.1
                    seen.append(pair)
                await asyncio.sleep(10)
                assert pair not in engine.pairs
                assert count(pool) == {"sha256:a-1": 2}
        assert not engine.pairs

    run_virtually(story())


def test_who_finds_none_waits_for_one_that_starts_or_starts_his_own(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine, size=1)
        async with pool.running():
            await asyncio.sleep(START_SECONDS / 2)

            async def take() -> tuple[bool, float]:
                async with pool.pair(A) as pair:
                    return pair.warm, asyncio.get_running_loop().time()

            (first, early), (second, late) = await asyncio.gather(take(), take())
            assert (first, second) == (True, False)
            assert early < START_SECONDS + 0.1 < late

    run_virtually(story())


def test_nothing_is_started_beside_a_grading_that_has_just_begun_while_another_pair_waits(
    engine: PlayedEngine,
) -> None:
    async def story() -> None:
        pool = make_pool(engine, size=2)
        async with pool.running():
            await asyncio.sleep(10)
            async with pool.pair(A):
                await asyncio.sleep(GRADING_SECONDS * 0.9)
                assert engine.starts == 2
                await asyncio.sleep(0.5)
                assert engine.starts == 3
            await asyncio.sleep(10)
            async with pool.pair(A), pool.pair(A):
                await asyncio.sleep(0.1)
                assert engine.starts > 3  # nobody waits any more: the next grading would have to

    run_virtually(story())


def test_none_are_kept_when_the_size_is_0(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine, size=0)
        async with pool.running():
            async with pool.pair(A) as pair:
                assert not pair.warm
            await asyncio.sleep(60)
            assert engine.starts == 1 and not engine.pairs

    run_virtually(story())


def test_an_error_in_a_grading_reaches_it_and_ends_the_pair(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine)
        async with pool.running():
            await asyncio.sleep(10)
            for error in (SandboxError("lost"), ValueError("a bug")):
                with pytest.raises(type(error), match=str(error)):
                    async with pool.pair(A) as pair:
                        raise error
                await asyncio.sleep(5)
                assert pair not in engine.pairs and count(pool) == {"sha256:a-1": 2}

    run_virtually(story())


@pytest.mark.parametrize("role", ["sandbox", "judge"])
def test_a_pair_that_dies_while_it_waits_is_replaced_and_never_given_away(engine: PlayedEngine, role: str) -> None:
    async def story() -> None:
        pool = make_pool(engine)
        async with pool.running():
            await asyncio.sleep(100)
            for dying in engine.living():
                getattr(dying, role).ended.set()
            async with pool.pair(A) as pair:
                assert pair.alive  # type: ignore[attr-defined]
            await asyncio.sleep(10)
            assert count(pool) == {"sha256:a-1": 2}
            assert engine.pairs == engine.living()

    run_virtually(story())


def test_an_image_that_moves_is_a_new_one(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine)
        async with pool.running():
            await asyncio.sleep(10)
            engine.images["a"] = "sha256:a-2"
            async with pool.pair(A) as pair:
                assert pair.spec.sandbox.image == "sha256:a-2"  # type: ignore[attr-defined]
            await asyncio.sleep(LOOK_SECONDS + 10)
            engine.images["judge"] = "sha256:judge-2"
            await asyncio.sleep(LOOK_SECONDS + 10)
            assert [spec.judge.image for spec in pool.counts()] == ["sha256:judge-2"]
            assert count(pool) == {"sha256:a-2": 2} and len(engine.pairs) == 2

    run_virtually(story())


def test_an_old_pair_stays_until_its_successor_is_ready(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine, max_age_seconds=600)
        async with pool.running():
            await asyncio.sleep(10)
            first = engine.living()
            for _ in range(650):
                await asyncio.sleep(1)
                assert count(pool) == {"sha256:a-1": 2}
            assert len(engine.pairs) == 2 and not first & engine.pairs

    run_virtually(story())


def test_another_size_holds_at_once(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine)
        async with pool.running(), pool.pair(A) as used:
            for size in (5, 1, 0, 3):
                pool.resize(size)
                await asyncio.sleep(10)
                assert count(pool).get("sha256:a-1", 0) == size
                assert len(engine.pairs) == size + 1
            assert used.alive  # type: ignore[attr-defined]
        assert engine.most_starting_warm == STARTS_AT_ONCE

    run_virtually(story())


@pytest.mark.parametrize("trouble", ["crashing", "short_lived"])
def test_an_image_that_does_not_live_is_tried_ever_more_rarely_and_keeps_nobody_else_waiting(
    engine: PlayedEngine, trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        pool = make_pool(engine, size=1)
        async with pool.running():
            getattr(engine, trouble).add("sha256:b-1")
            with contextlib.suppress(SandboxError):
                async with pool.pair(B):
                    await asyncio.sleep(1)
            before = engine.starts
            await asyncio.sleep(300)
            assert 3 <= engine.starts - before <= 15
            assert count(pool) == {"sha256:a-1": 1}
            async with pool.pair(A) as pair:
                assert pair.warm
            if trouble == "crashing":
                with pytest.raises(SandboxError, match="ended early"):
                    async with pool.pair(B):
                        pass
            getattr(engine, trouble).clear()
            await asyncio.sleep(100)
            assert count(pool) == {"sha256:a-1": 1, "sha256:b-1": 1}

    with caplog.at_level(logging.WARNING):
        run_virtually(story())
    assert "a warm pair of sha256:b-1 and sha256:judge-1 is lost" in caplog.text


def test_an_image_that_is_missing_is_told_to_who_needs_it(engine: PlayedEngine) -> None:
    async def story() -> None:
        del engine.images["b"]
        pool = make_pool(engine, size=1)
        async with pool.running():
            await asyncio.sleep(10)
            for _ in range(3):
                with pytest.raises(SandboxError, match="a grading image is missing: b"):
                    async with pool.pair(B):
                        pass
            assert engine.starts == 1 and count(pool) == {"sha256:a-1": 1}

    run_virtually(story())


def test_while_the_engine_is_away_pairs_stay_and_the_log_says_so_once(
    engine: PlayedEngine, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        pool = make_pool(engine)
        async with pool.running():
            await asyncio.sleep(10)
            engine.away = True
            await asyncio.sleep(100)
            assert count(pool) == {"sha256:a-1": 2}
            for lost in engine.living():  # it is restarted
                lost.sandbox.ended.set()
            with pytest.raises(SandboxError, match="away"):
                async with pool.pair(A):
                    pass
            engine.away = False
            await asyncio.sleep(20)
            assert count(pool) == {"sha256:a-1": 2} and len(engine.pairs) == 2

    with caplog.at_level(logging.WARNING):
        run_virtually(story())
    assert caplog.text.count("no warm grading containers for now: the Docker engine failed: it is away") == 1


def test_what_earlier_processes_left_is_removed_at_the_start_and_now_and_then(engine: PlayedEngine) -> None:
    async def story() -> None:
        async with make_pool(engine).running():
            await asyncio.sleep(1)
            assert engine.tidied == 1
            await asyncio.sleep(TIDY_SECONDS * 2 + LOOK_SECONDS * 2)
            assert engine.tidied == 3

    run_virtually(story())


def test_closing_removes_what_waits_what_starts_and_what_was_taken(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine, size=4)
        async with pool.running():
            await asyncio.sleep(START_SECONDS * 1.5)
            assert engine.starting_warm

            async def grading() -> None:
                async with pool.pair(B):
                    await asyncio.sleep(1000)

            tasks = [asyncio.create_task(grading()) for _ in range(2)]
            await asyncio.sleep(0.1)
            for task in tasks:  # before their pairs are there
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        assert not engine.pairs

    run_virtually(story())


def test_an_adaptive_pool_grows_with_demand_and_shrinks_when_it_is_over(engine: PlayedEngine) -> None:
    async def story() -> None:
        pool = make_pool(engine, size="adaptive", most=4)

        async def grading() -> bool:
            async with pool.pair(A) as pair:
                await asyncio.sleep(1)
                return pair.warm

        async with pool.running():
            await asyncio.sleep(10)
            assert count(pool) == {"sha256:a-1": 1}
            assert sum(await asyncio.gather(*(grading() for _ in range(3)))) < 3
            await asyncio.sleep(30)
            assert count(pool) == {"sha256:a-1": 4}
            assert all(await asyncio.gather(*(grading() for _ in range(3))))
            await asyncio.sleep(700)
            assert count(pool) == {"sha256:a-1": 1} and len(engine.pairs) == 1

    run_virtually(story())
