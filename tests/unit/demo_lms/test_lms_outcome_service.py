"""What authentic requests do to the gradebook, and what they are told."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace

import pytest
from tornado.iostream import IOStream

from deploy.demo_lms import Config, RunningLms
from deploy.demo_lms.outcomes import NAMESPACE
from tests.unit.demo_lms.helpers import (
    ADA,
    ESRA,
    GRETA,
    Answer,
    Browser,
    Clock,
    Tool,
    answer,
    envelope,
    sourced_id,
    state,
)

SCORE_TEXT = f".//{{{NAMESPACE}}}textString"


async def perform(tool: Tool, operation: str, sourced: str) -> Answer:
    body = envelope(sourced, operation=operation)
    return answer(await tool.send(body, tool.header(body)))


async def test_score_arrives(lms: RunningLms, tool: Tool) -> None:
    told = await tool.replace(sourced_id(lms), "0.85")
    assert (told.code_major, told.message_ref, told.operation_ref) == ("success", "message-7", "replaceResult")
    assert [child.tag for child in told.body] == [f"{{{NAMESPACE}}}replaceResultResponse"]
    result = state(lms).store.result(ADA, "ds-warm-up")
    assert result is not None
    assert (result.score, result.comment, result.updates) == (0.85, None, 1)
    assert result.received_at == "2025-10-09T08:53:20.500Z"


async def test_same_exercise_in_two_courses_has_two_cells(lms: RunningLms, tool: Tool) -> None:
    await tool.replace(sourced_id(lms, ADA, "ds-warm-up"), "0.25")
    await tool.replace(sourced_id(lms, ADA, "py-warm-up"), "0.75")
    scores = {cell: result.score for cell, result in state(lms).store.results().items()}
    assert scores == {(ADA, "ds-warm-up"): 0.25, (ADA, "py-warm-up"): 0.75}


async def test_updates_are_counted(lms: RunningLms, tool: Tool) -> None:
    for score in ("0.1", "1", "0.5"):
        await tool.replace(sourced_id(lms), score)
    result = state(lms).store.result(ADA, "ds-warm-up")
    assert result is not None and (result.score, result.updates) == (0.5, 3)


@pytest.mark.parametrize(("sent", "read"), [("0.85", "0.85"), ("1.00", "1.0"), ("0.00001", "0.00001"), ("0", "0.0")])
async def test_read_result(lms: RunningLms, tool: Tool, sent: str, read: str) -> None:
    await tool.replace(sourced_id(lms), sent)
    told = await perform(tool, "readResult", sourced_id(lms))
    assert (told.code_major, told.operation_ref) == ("success", "readResult")
    assert told.body.findtext(SCORE_TEXT) == read


async def test_delete_result(lms: RunningLms, tool: Tool) -> None:
    assert (await perform(tool, "readResult", sourced_id(lms))).body.findtext(SCORE_TEXT) == ""
    await tool.replace(sourced_id(lms))
    assert (await perform(tool, "deleteResult", sourced_id(lms))).code_major == "success"
    told = await perform(tool, "readResult", sourced_id(lms))
    assert (told.code_major, told.body.findtext(SCORE_TEXT)) == ("success", "")
    result = state(lms).store.result(ADA, "ds-warm-up")
    assert result is not None and (result.score, result.updates) == (None, 2)


@pytest.mark.parametrize(
    ("user_id", "link_id"), [(GRETA, "ds-figure"), (ESRA, "py-figure"), ("nobody", "ds-figure"), (ADA, "x")]
)
async def test_signed_sourcedid_of_a_cell_that_does_not_exist(
    lms: RunningLms, tool: Tool, user_id: str, link_id: str
) -> None:
    told = await tool.replace(sourced_id(lms, user_id, link_id))
    assert (told.code_major, told.message_ref) == ("failure", "message-7")
    assert state(lms).store.results() == {}


@pytest.mark.parametrize("sourced", ["", "7", '{"data":{"user":"ada","link":"ds-figure"},"hash":"00"}'])
async def test_unknown_sourcedid(lms: RunningLms, tool: Tool, sourced: str) -> None:
    told = await tool.replace(sourced)
    assert (told.code_major, told.operation_ref) == ("failure", "replaceResult")
    assert "sourcedId" in told.description
    assert told.body.findall("*") == []


@pytest.mark.parametrize("score", ["1e-05", ".5", "-0.0", "1.5"])
async def test_bad_score_leaves_the_old_one(lms: RunningLms, tool: Tool, score: str) -> None:
    await tool.replace(sourced_id(lms), "0.5")
    told = await tool.replace(sourced_id(lms), score)
    assert (told.code_major, told.message_ref) == ("failure", "message-7")
    result = state(lms).store.result(ADA, "ds-warm-up")
    assert result is not None and (result.score, result.updates) == (0.5, 1)


async def test_document_type_is_a_failure(lms: RunningLms, tool: Tool) -> None:
    body = envelope(sourced_id(lms)).replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e "1">]>', 1)
    assert answer(await tool.send(body, tool.header(body))).code_major == "failure"
    assert state(lms).store.results() == {}


@pytest.mark.parametrize(
    ("content_type", "code_major"),
    [
        ("application/xml", "success"),
        ("Application/XML; charset=utf-8", "success"),
        ("application/xml; charset=latin-1", "failure"),
        ("text/xml", "failure"),
        ("application/x-www-form-urlencoded", "failure"),
    ],
)
async def test_content_type(lms: RunningLms, tool: Tool, content_type: str, code_major: str) -> None:
    body = envelope(sourced_id(lms))
    told = answer(await tool.send(body, tool.header(body), content_type))
    assert told.code_major == code_major


@pytest.mark.parametrize("padding", [65536, 100_000])
async def test_large_body_is_refused(lms: RunningLms, tool: Tool, padding: int) -> None:
    body = envelope(sourced_id(lms)) + b" " * padding
    assert (await tool.send(body, tool.header(body))).code == 413
    assert state(lms).store.results() == {}
    assert "64 kB" in state(lms).store.messages()[0].description


async def chunked(lms: RunningLms, header: str, body: bytes) -> int:
    """Post in chunks, without a Content-Length, and return the status."""
    pieces = [body[start : start + 30_000] for start in range(0, len(body), 30_000)]
    stream = IOStream(socket.socket())
    await stream.connect(("127.0.0.1", lms.port))
    await stream.write(
        b"POST /outcomes HTTP/1.1\r\nHost: x\r\nContent-Type: application/xml\r\nTransfer-Encoding: chunked\r\n"
        + f"Authorization: {header}\r\n\r\n".encode()
        + b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    )
    status = await stream.read_until(b"\r\n")
    stream.close()
    return int(status.split()[1])


@pytest.mark.parametrize(("padding", "code", "arrived"), [(40_000, 200, 1), (65536, 413, 0), (100_000, 413, 0)])
async def test_size_of_chunked_bodies(lms: RunningLms, tool: Tool, padding: int, code: int, arrived: int) -> None:
    body = envelope(sourced_id(lms)) + b" " * padding
    assert await chunked(lms, tool.header(body), body) == code
    assert len(state(lms).store.results()) == arrived


async def test_only_post_is_allowed(browser: Browser) -> None:
    assert (await browser.fetch("/outcomes")).code == 405


async def test_scores_and_sourcedids_survive_a_restart(
    config: Config, start_lms: Callable[..., RunningLms], clock: Clock
) -> None:
    first = start_lms()
    sourced = sourced_id(first)
    await Tool(first, clock).replace(sourced, "0.5")
    await first.stop()
    second = start_lms(replace(config, port=first.port))
    told = await perform(Tool(second, clock, sent=100), "readResult", sourced)
    assert told.body.findtext(SCORE_TEXT) == "0.5"


async def test_every_request_is_logged(lms: RunningLms, tool: Tool) -> None:
    await tool.replace(sourced_id(lms), "0.5")
    await tool.replace(sourced_id(lms), "2")
    await tool.send(b"", None)
    body = envelope(sourced_id(lms), operation="readPerson")
    await tool.send(body, tool.header(body))
    logged = [(message.result, message.operation, message.user_id) for message in state(lms).store.messages()]
    assert logged == [
        ("unsupported", "", ""),
        ("refused", "", ""),
        ("failure", "replaceResult", ADA),
        ("success", "replaceResult", ADA),
    ]


async def test_gradebook_for_scripts(lms: RunningLms, tool: Tool, browser: Browser) -> None:
    body = envelope(
        sourced_id(lms),
        result="<resultScore><language>en</language><textString>0.5</textString></resultScore>"
        "<resultData><text>Half &amp; half</text></resultData>",
    )
    assert answer(await tool.send(body, tool.header(body))).code_major == "success"
    response = await browser.fetch("/gradebook.json?course=data-science")
    assert json.loads(response.body) == {
        "course": "data-science",
        "rows": [
            {
                "user_id": ADA,
                "name": "Ada Apple",
                "resource_link_id": "ds-warm-up",
                "exercise": "warm-up",
                "score": 0.5,
                "comment": "Half & half",
                "received_at": "2025-10-09T08:53:20.500Z",
                "updates": 1,
            }
        ],
    }
