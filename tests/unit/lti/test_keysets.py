import asyncio
from typing import Any

import pytest

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.lti.fetch import Answer, Unreachable
from openjupyter_service.lti.keysets import KeySets
from tests.unit.lti.platform13 import JWKS_URL, PLATFORM, Lms, jwk, private_key


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def lms() -> Lms:
    return Lms()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(lms: Lms, clock: Clock) -> KeySets:
    return KeySets(lms, clock)


async def test_keys_are_fetched_once(keys: KeySets, lms: Lms) -> None:
    for _ in range(3):
        assert (await keys.key(PLATFORM, "main")).public_numbers() == private_key("main").public_key().public_numbers()
    assert lms.asked == [JWKS_URL]


async def test_many_at_once_fetch_once(lms: Lms) -> None:
    async def slow(*arguments: Any, **options: Any) -> Answer:
        await asyncio.sleep(0.01)
        return await lms(*arguments, **options)

    keys = KeySets(slow)
    await asyncio.gather(*(keys.key(PLATFORM, "main") for _ in range(20)))
    assert len(lms.asked) == 1


async def test_a_new_key_is_found_and_made_up_ones_do_not_make_us_ask(keys: KeySets, lms: Lms, clock: Clock) -> None:
    await keys.key(PLATFORM, "main")
    clock.time += 31
    lms.publish(jwk(), jwk("other"))
    assert await keys.key(PLATFORM, "other")
    for number in range(50):
        with pytest.raises(LaunchRefused, match="is not in its key set"):
            await keys.key(PLATFORM, f"made-up-{number}")
    assert len(lms.asked) == 2
    clock.time += 31
    with pytest.raises(LaunchRefused):
        await keys.key(PLATFORM, "made-up")
    assert len(lms.asked) == 3


async def test_old_keys_serve_while_the_lms_is_away_but_not_for_ever(keys: KeySets, lms: Lms, clock: Clock) -> None:
    await keys.key(PLATFORM, "main")
    lms.answers[JWKS_URL] = Unreachable("no connection")
    clock.time += 47 * 3600
    assert await keys.key(PLATFORM, "main")
    clock.time += 3600
    with pytest.raises(LaunchRefused, match="could not be got: no connection"):
        await keys.key(PLATFORM, "main")
    lms.publish(jwk())
    clock.time += 31
    assert await keys.key(PLATFORM, "main")


async def test_an_lms_that_hangs_holds_up_one_launch_at_most(lms: Lms, clock: Clock) -> None:
    hanging, begun = asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any, **options: Any) -> Answer:
        if lms.asked:
            begun.set()
            await hanging.wait()
        return await lms(*arguments, **options)

    keys = KeySets(slow, clock)
    await keys.key(PLATFORM, "main")
    clock.time += 3601
    first = asyncio.create_task(keys.key(PLATFORM, "main"))
    await begun.wait()
    assert await asyncio.wait_for(keys.key(PLATFORM, "main"), 1)
    unknown = asyncio.create_task(keys.key(PLATFORM, "other"))
    await asyncio.sleep(0.01)
    assert not first.done() and not unknown.done()
    hanging.set()
    assert await first
    with pytest.raises(LaunchRefused, match="is not in its key set"):
        await unknown
    assert len(lms.asked) == 2


async def test_platforms_do_not_use_up_one_anothers_questions(keys: KeySets, lms: Lms) -> None:
    with pytest.raises(LaunchRefused):
        await keys.key(PLATFORM, "made-up")
    other = PLATFORM.model_copy(update={"name": "other", "jwks_url": "https://other.example/keys"})
    with pytest.raises(LaunchRefused, match=r"platform other is unknown.*no such host"):
        await keys.key(other, "main")
    lms.answers[other.jwks_url] = lms.answers[JWKS_URL]
    assert await keys.key(PLATFORM, "main")


async def test_only_where_the_settings_allow_it_private_addresses_are_asked() -> None:
    asked: list[Any] = []

    async def fetch(*arguments: Any, private_network: bool = False, **options: Any) -> Answer:
        asked.append(private_network)
        raise Unreachable("no")

    for allowed in (False, True):
        with pytest.raises(LaunchRefused):
            await KeySets(fetch).key(PLATFORM.model_copy(update={"private_network": allowed}), "main")
    assert asked == [False, True]


@pytest.mark.parametrize(
    ("header", "kept"),
    [("max-age=1", 300), ("max-age=99999999", 24 * 3600), ("no-store", 3600), ("max-age=x", 3600), ("", 3600)],
)
async def test_how_long_is_bounded(keys: KeySets, lms: Lms, clock: Clock, header: str, kept: int) -> None:
    lms.publish(jwk(), **{"cache-control": header})
    await keys.key(PLATFORM, "main")
    clock.time += kept - 1
    await keys.key(PLATFORM, "main")
    assert len(lms.asked) == 1
    clock.time += 2
    await keys.key(PLATFORM, "main")
    assert len(lms.asked) == 2


async def test_a_key_that_was_taken_back_serves_no_longer(keys: KeySets, lms: Lms, clock: Clock) -> None:
    await keys.key(PLATFORM, "main")
    lms.publish(jwk("other"))
    clock.time += 3601
    with pytest.raises(LaunchRefused, match="is not in its key set"):
        await keys.key(PLATFORM, "main")


async def test_the_platform_says_how_long(keys: KeySets, lms: Lms, clock: Clock) -> None:
    lms.publish(jwk(), **{"cache-control": "public, max-age=600"})
    await keys.key(PLATFORM, "main")
    clock.time += 599
    await keys.key(PLATFORM, "main")
    assert len(lms.asked) == 1
    clock.time += 2
    await keys.key(PLATFORM, "main")
    assert len(lms.asked) == 2


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "main"}, "type 'oct'"),
        ({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "main"}, "type 'EC'"),
        (jwk(d="AQAB"), "publishes its private part"),
        (jwk(use="enc"), "not for signatures"),
        (jwk(key_ops=["encrypt"]), "not for signatures"),
        (jwk(alg="RS512"), "for 'RS512'"),
        (jwk(n="AQAB"), "bits|well-formed"),
        (jwk(n="%%%"), "well-formed"),
        (jwk(n=None), "well-formed"),
        (jwk(n=7), "well-formed"),
        (jwk(e="Ag"), "well-formed|exponent"),
        (jwk(e="AQ"), "well-formed|exponent"),
        (jwk("small", kid="main", n="3" * 171), "bits"),
    ],
)
async def test_keys_that_may_not_sign_are_not_used(keys: KeySets, lms: Lms, key: dict[str, Any], reason: str) -> None:
    lms.publish(key)
    with pytest.raises(LaunchRefused, match=f"is not used: .*({reason})"):
        await keys.key(PLATFORM, "main")


async def test_two_keys_of_one_id_are_both_refused(keys: KeySets, lms: Lms) -> None:
    lms.publish(jwk(), jwk("other", kid="main"))
    with pytest.raises(LaunchRefused, match="two keys have this id"):
        await keys.key(PLATFORM, "main")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(404), "HTTP 404"),
        (Answer(302, {"location": "http://169.254.169.254/"}), "HTTP 302"),
        (Answer(200, body=b"<html>"), "not JSON"),
        (Answer(200, body=b"[" * 50_000), "not JSON"),
        (Answer(200, body=b"[]"), "without a list of keys"),
        (Answer(200, body=b'{"keys": {}}'), "without a list of keys"),
        (Answer(200, body=b'{"keys": [' + b",".join([b"{}"] * 200) + b"]}"), "more than 100 keys"),
        (Answer(200, body=b" " * 300_000), "longer than"),
    ],
)
async def test_what_is_no_key_set_is_told(keys: KeySets, lms: Lms, answer: Answer, reason: str) -> None:
    lms.answers[JWKS_URL] = answer
    with pytest.raises(LaunchRefused, match=reason):
        await keys.key(PLATFORM, "main")


async def test_entries_that_are_no_keys_are_passed_over(keys: KeySets, lms: Lms) -> None:
    lms.publish(7, None, "x", {"kid": ["main"]}, {"kty": "RSA"}, jwk())
    assert await keys.key(PLATFORM, "main")
