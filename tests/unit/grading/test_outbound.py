"""Calls to LMSes with real connections on this machine."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from openjupyter_service.grading import outbound as module
from openjupyter_service.grading.outbound import Outbound, is_public
from openjupyter_service.lti.fetch import Unreachable


@contextlib.asynccontextmanager
async def answering(raw: bytes, slow: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that says the same to everybody; gives its URL and what it was asked."""
    asked: list[bytes] = []
    released, served = asyncio.Event(), set[asyncio.Task[None]]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        served.add(task)
        with contextlib.suppress(ConnectionError):
            asked.append(await reader.read(65536))
            if slow:
                await released.wait()
            writer.write(raw)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        server.close()
        released.set()
        await asyncio.gather(*served, return_exceptions=True)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Odd: yes\r\n\r\nok"


async def test_an_answer_is_given_as_it_is() -> None:
    async with answering(OK) as (url, asked):
        answer = await Outbound()("POST", f"{url}/a?b=c", headers={"A": "b"}, body=b"x", private_network=True)
    assert (answer.status, answer.headers["x-odd"], answer.body) == (200, "yes", b"ok")
    assert asked[0].startswith(b"POST /a?b=c HTTP/1.1") and b"\r\nA: b\r\n" in asked[0]


async def test_a_redirect_is_never_followed() -> None:
    async with answering(OK) as (inner, asked):
        raw = f"HTTP/1.1 302 Found\r\nLocation: {inner}/\r\nContent-Length: 0\r\n\r\n".encode()
        async with answering(raw) as (url, _):
            assert (await Outbound()("GET", url, private_network=True)).status == 302
        assert asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"]
)
async def test_this_machine_is_not_called_unless_the_platform_is_allowed_to_be_here(host: str) -> None:
    async with answering(OK) as (url, asked):
        port = url.rpartition(":")[2]
        with pytest.raises(Unreachable):
            await Outbound()("GET", f"http://{host}:{port}/")
        assert asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True), ("2606:2800:220:1::1", True), ("10.0.0.1", False), ("172.16.5.4", False),
        ("192.168.1.1", False), ("127.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False),
        ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False), ("::1", False), ("::", False),
        ("fe80::1%eth0", False), ("fd00::1", False), ("::ffff:10.0.0.1", False), ("::ffff:169.254.169.254", False),
        ("64:ff9b::a00:1", False), ("64:ff9b::5db8:d822", True), ("2002:7f00:1::", False), ("ff02::1", False),
    ],
)  # fmt: skip
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


async def test_a_name_that_leads_home_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(OK) as (url, asked):
        loop = asyncio.get_running_loop()
        real = loop.getaddrinfo

        async def rebound(host: str, port: int, **options: int) -> object:
            return await real("127.0.0.1", port, **options)

        monkeypatch.setattr(loop, "getaddrinfo", rebound)
        with pytest.raises(Unreachable, match="private network"):
            await Outbound()("GET", url.replace("127.0.0.1", "lms.example"))
        assert asked == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"garbage",
        b"HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + b"x" * 65535 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_what_is_no_answer_is_told(raw: bytes) -> None:
    async with answering(raw) as (url, _):
        with pytest.raises(Unreachable):
            await Outbound()("GET", url, private_network=True)


async def test_who_is_slow_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REQUEST_SECONDS", 0.2)
    async with answering(OK, slow=True) as (url, _):
        with pytest.raises(Unreachable, match=r"no answer|Timeout"):
            await Outbound()("GET", url, private_network=True)


async def test_nobody_there_and_no_such_address_are_words() -> None:
    async with answering(OK) as (url, _):
        pass
    with pytest.raises(Unreachable, match="refused"):
        await Outbound()("GET", url, private_network=True)
    for wrong in ("http://", "ftp://lms.example/", "http://lms.example:99999/", "nonsense"):
        with pytest.raises(Unreachable):
            await Outbound()("GET", wrong)
