"""Who may send scores: the strict check of signatures, time, nonce and body hash, over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import oauthlib.oauth1
import pytest

from deploy.demo_lms import Config, RunningLms
from tests.unit.demo_lms.helpers import KEY, SECRET, Clock, Tool, answer, envelope, sourced_id, state


async def refused(tool: Tool, header: str | None, body: bytes, **more: str) -> str:
    """Send, expect 401 and nothing in the gradebook, return the reason."""
    response = await tool.send(body, header, **more)
    assert response.code == 401
    assert response.headers["WWW-Authenticate"].startswith("OAuth")
    assert state(tool.lms).store.results() == {}
    newest = state(tool.lms).store.messages()[0]
    assert newest.result == "refused"
    reason = response.body.decode()
    assert newest.description in reason
    return reason


async def test_right_signature_is_accepted(lms: RunningLms, tool: Tool) -> None:
    assert (await tool.replace(sourced_id(lms))).code_major == "success"


async def test_oauthlib_as_the_tool_is_accepted(lms: RunningLms, tool: Tool, clock: Clock) -> None:
    body = envelope(sourced_id(lms))
    client = oauthlib.oauth1.Client(KEY, client_secret=SECRET, timestamp=str(int(clock.now)))
    _, headers, _ = client.sign(
        f"{lms.url}/outcomes", "POST", body.decode(), {"Content-Type": "application/xml"}, realm="any"
    )
    assert "oauth_body_hash" in headers["Authorization"]
    assert answer(await tool.send(body, headers["Authorization"])).code_major == "success"


@pytest.mark.parametrize(
    "name",
    [
        "oauth_consumer_key",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_nonce",
        "oauth_signature",
        "oauth_body_hash",
    ],
)
async def test_missing_parameters(lms: RunningLms, tool: Tool, name: str) -> None:
    body = envelope(sourced_id(lms))
    assert f"{name} is missing" in await refused(tool, tool.header(body, drop=[name]), body)


@pytest.mark.parametrize("name", ["oauth_nonce", "oauth_timestamp", "oauth_body_hash", "oauth_consumer_key"])
async def test_duplicated_parameters(lms: RunningLms, tool: Tool, name: str) -> None:
    body = envelope(sourced_id(lms))
    assert f"{name} occurs twice" in await refused(tool, tool.header(body, repeat=[name]), body)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"oauth_consumer_key": "somebody-else"}, "oauth_consumer_key is unknown"),
        ({"oauth_consumer_key": "Chloé"}, "oauth_consumer_key is unknown"),
        ({"oauth_signature_method": "PLAINTEXT"}, "not HMAC-SHA1"),
        ({"oauth_signature_method": "HMAC-SHA256"}, "not HMAC-SHA1"),
        ({"oauth_version": "2.0"}, "oauth_version"),
        ({"oauth_token": "t"}, "oauth_token"),
        ({"oauth_nonce": "n" * 201}, "too long"),
        ({"oauth_timestamp": "soon"}, "whole number"),
        ({"oauth_timestamp": "-5"}, "whole number"),
        ({"oauth_timestamp": "1760000000.0"}, "whole number"),
        ({"oauth_timestamp": "١٧٦٠٠٠٠٠٠٠"}, "whole number"),
        ({"oauth_signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "signature does not match"),
        ({"oauth_signature": "é"}, "signature does not match"),
        ({"oauth_body_hash": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, "does not match the body"),
    ],
)
async def test_wrong_parameters(lms: RunningLms, tool: Tool, changes: dict[str, Any], reason: str) -> None:
    body = envelope(sourced_id(lms))
    assert reason in await refused(tool, tool.header(body, **changes), body)


async def test_header_is_required(lms: RunningLms, tool: Tool) -> None:
    assert "no Authorization header" in await refused(tool, None, envelope(sourced_id(lms)))


async def test_wrong_secret(lms: RunningLms, tool: Tool) -> None:
    body = envelope(sourced_id(lms))
    assert "signature does not match" in await refused(tool, tool.header(body, secret="guess"), body)


async def test_signature_for_another_address(lms: RunningLms, tool: Tool) -> None:
    body = envelope(sourced_id(lms))
    header = tool.header(body, url="http://elsewhere.example.org/outcomes")
    assert "signature does not match" in await refused(tool, header, body)


async def test_body_changed_on_the_way(lms: RunningLms, tool: Tool) -> None:
    header = tool.header(envelope(sourced_id(lms), "0.2"))
    assert "does not match the body" in await refused(tool, header, envelope(sourced_id(lms), "1"))


async def test_query_takes_part_in_the_signature(lms: RunningLms, tool: Tool) -> None:
    body = envelope(sourced_id(lms))
    assert "signature does not match" in await refused(tool, tool.header(body), body, query="?a=b")
    header = tool.header(body, url=f"{lms.url}/outcomes?a=b")
    assert answer(await tool.send(body, header, query="?a=b")).code_major == "success"


async def test_oauth_parameters_in_the_query_are_refused(lms: RunningLms, tool: Tool) -> None:
    body, query = envelope(sourced_id(lms)), "?oauth_nonce=other"
    header = tool.header(body, url=f"{lms.url}/outcomes{query}")
    assert "not into the query" in await refused(tool, header, body, query=query)


@pytest.mark.parametrize("away", [-3602, 3602])
async def test_stale_and_future_timestamps(lms: RunningLms, tool: Tool, clock: Clock, away: int) -> None:
    body = envelope(sourced_id(lms))
    header = tool.header(body, oauth_timestamp=str(int(clock.now) + away))
    assert "60 minutes" in await refused(tool, header, body)


@pytest.mark.parametrize("away", [-3600 + 1, 3600])
async def test_timestamps_at_the_edge(lms: RunningLms, tool: Tool, clock: Clock, away: int) -> None:
    body = envelope(sourced_id(lms))
    header = tool.header(body, oauth_timestamp=str(int(clock.now) + away))
    assert answer(await tool.send(body, header)).code_major == "success"


async def test_replay_is_refused_for_the_whole_window(lms: RunningLms, tool: Tool, clock: Clock) -> None:
    body = envelope(sourced_id(lms))
    header = tool.header(body, oauth_timestamp=str(int(clock.now) + 3590))
    assert answer(await tool.send(body, header)).code_major == "success"
    for _ in range(3):
        clock.now += 2390
        await tool.replace(sourced_id(lms))
        response = await tool.send(body, header)
        assert (response.code, b"used before" in response.body) == (401, True)
    clock.now += 30
    assert b"60 minutes" in (await tool.send(body, header)).body


async def test_nonce_counts_even_with_another_timestamp(lms: RunningLms, tool: Tool, clock: Clock) -> None:
    body = envelope(sourced_id(lms))
    assert answer(await tool.send(body, tool.header(body, oauth_nonce="same"))).code_major == "success"
    clock.now += 10
    assert b"used before" in (await tool.send(body, tool.header(body, oauth_nonce="same"))).body


async def test_replay_after_a_restart_is_refused(
    config: Config, start_lms: Callable[..., RunningLms], clock: Clock
) -> None:
    first = start_lms()
    body = envelope(sourced_id(first))
    header = Tool(first, clock).header(body)
    assert answer(await Tool(first, clock).send(body, header)).code_major == "success"
    await first.stop()
    second = start_lms(replace(config, port=first.port))
    response = await Tool(second, clock).send(body, header)
    assert (response.code, b"used before" in response.body) == (401, True)
    assert [result.updates for result in state(second).store.results().values()] == [1]


@pytest.mark.parametrize("spoil", [{"secret": "guess"}, {"oauth_body_hash": "x"}])
async def test_strangers_cannot_use_up_nonces(lms: RunningLms, tool: Tool, spoil: dict[str, Any]) -> None:
    body = envelope(sourced_id(lms))
    await refused(tool, tool.header(body, oauth_nonce="mine", **spoil), body)
    assert answer(await tool.send(body, tool.header(body, oauth_nonce="mine"))).code_major == "success"
