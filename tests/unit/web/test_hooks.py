"""Webhooks over HTTP: anybody may send them, so they are bounded and tell nothing."""

import asyncio
import socket
import time
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, FollowedCourse, Half
from openjupyter_service.exercises.hooks import MAX_BODY_BYTES
from openjupyter_service.secrets import site_secret
from openjupyter_service.store import Courses, SecretBox
from openjupyter_service.web import hooks as module
from tests.unit.exercises.deliveries import SECRET, delivery
from tests.unit.web.conftest import Client, data, refusal


@pytest.fixture
def followed(client: Client) -> Courses:
    box = SecretBox(site_secret(client.course.settings.data_dir, "store"))
    courses = Courses(client.course.store, box)
    half = Half(url="https://git.example.org/team/hidden.git")
    course = FollowedCourse(name="followed", public=Half(url="https://git.example.org/team/public.git"), private=half)
    courses.add(course, CourseSecrets(webhook_secret=SecretStr(SECRET)))
    courses.began_sync("followed")
    return courses


async def test_a_push_is_taken_without_any_token(client: Client, followed: Courses) -> None:
    before = followed.sync("followed").wanted_at
    sent = delivery("gitea_push")
    answer = await client.fetch("hooks/followed", "POST", None, sent.body, headers=sent.headers)
    assert answer.code == 200 and "fetched" in data(answer)["message"]
    after = followed.sync("followed").wanted_at
    assert before is not None and after is not None and after > before


async def test_a_ping_and_another_branch_are_answered_and_want_nothing(client: Client, followed: Courses) -> None:
    before = followed.sync("followed")
    for sent in (delivery("github_ping"), delivery("github_push", ref="refs/heads/draft"), delivery("github_issue")):
        answer = await client.fetch("hooks/followed", "POST", None, sent.body, headers=sent.headers)
        assert answer.code == 200
    assert followed.sync("followed") == before


async def test_refusals_do_not_tell_which_courses_there_are(client: Client, followed: Courses) -> None:
    sent = delivery("github_push")
    refusals = set()
    for course, body in (("followed", sent.body + b" "), ("nothing", sent.body), ("python", sent.body), ("x", b"")):
        began = time.monotonic()
        answer = await client.fetch(f"hooks/{course}", "POST", None, body, headers=sent.headers)
        assert time.monotonic() - began >= module.REFUSAL_SECONDS
        refusals.add(refusal(answer, 403))
    assert len(refusals) == 1
    refusal(await client.fetch("hooks/followed", "GET", None), 405)
    assert SECRET not in client.log.text


async def test_what_is_too_large_is_refused_before_it_is_read(client: Client, followed: Courses) -> None:
    address = urlsplit(client.url)
    with socket.create_connection((str(address.hostname), address.port or 0)) as connection:
        connection.setblocking(False)
        head = f"POST {address.path}hooks/followed HTTP/1.1\r\nHost: x\r\nContent-Length: {MAX_BODY_BYTES + 1}\r\n\r\n"
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(connection, head.encode() + b"{")
        assert b" 413 " in await asyncio.wait_for(loop.sock_recv(connection, 100), 10)


async def test_a_body_without_a_length_is_bounded_too(
    client: Client, followed: Courses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_BODY_BYTES", 1000)

    async def produce(write: object) -> None:
        for _ in range(20):
            await write(b"x" * 100)  # type: ignore[operator]

    sent = delivery("github_push")
    answer = await client.fetch("hooks/followed", "POST", None, body_producer=produce, headers=sent.headers)
    refusal(answer, 413)
    short = {**sent.headers, "Content-Type": "application/json"}
    monkeypatch.setattr(module, "MAX_BODY_BYTES", len(sent.body))

    async def whole(write: object) -> None:
        for start in range(0, len(sent.body), 500):
            await write(sent.body[start : start + 500])  # type: ignore[operator]

    answer = await client.fetch("hooks/followed", "POST", None, body_producer=whole, headers=short)
    assert answer.code == 200
