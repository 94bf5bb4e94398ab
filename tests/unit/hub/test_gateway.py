import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from openjupyter_service.hub.gateway import Gateway


@contextlib.asynccontextmanager
async def forwarded(handler: object, **limits: int) -> AsyncIterator[int]:
    """The port of a gateway in front of a server."""
    target = await asyncio.start_server(handler, "127.0.0.1", 0)  # type: ignore[arg-type]
    gateway = Gateway("127.0.0.1", port_of(target), **limits)
    server = await gateway.serve("127.0.0.1", 0)
    try:
        yield port_of(server)
    finally:
        server.close()
        target.close()


def port_of(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Read to the end, then say how much it was: works only when a closed half stays half."""
    writer.write(b"%d bytes" % len(await reader.read()))
    writer.close()


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello ")
    writer.write(await reader.readline())
    await reader.read()
    writer.close()


async def test_bytes_go_both_ways() -> None:
    async with forwarded(greet) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"world\n")
        assert await reader.readline() == b"hello world\n"
        writer.close()


@pytest.mark.parametrize("size", [0, 1, 5_000_000])
async def test_one_direction_may_end_before_the_other(size: int) -> None:
    async with forwarded(count) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"x" * size)
        writer.write_eof()
        assert await reader.read() == b"%d bytes" % size
        writer.close()


async def test_a_server_that_breaks_off_ends_the_connection() -> None:
    async def abort(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with forwarded(abort) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()


async def test_a_client_that_breaks_off_frees_its_place() -> None:
    async with forwarded(greet, max_connections=1) as port:
        for _ in range(5):
            async with asyncio.timeout(30):
                while not await free(port):  # noqa: ASYNC110 - it is another program's state, seen through a socket
                    await asyncio.sleep(0.01)


async def free(port: int) -> bool:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await reader.read(1) == b"h"
    except ConnectionResetError:
        return False
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("limit", ["max_connections", "max_per_address"])
async def test_connections_are_limited_in_all_and_of_one_address(limit: str) -> None:
    async with forwarded(greet, **{limit: 2}) as port:
        open_ones = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        for reader, _ in open_ones:
            assert await reader.readexactly(6) == b"hello "
        assert not await free(port)
        for _, writer in open_ones:
            writer.close()


async def test_a_target_that_is_down_is_told_to_the_client() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        unused = held.getsockname()[1]
    server = await Gateway("127.0.0.1", unused).serve("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    with contextlib.suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    server.close()


async def test_it_waits_for_a_predecessor_to_leave_the_port() -> None:
    held = socket.create_server(("127.0.0.1", 0))
    port = held.getsockname()[1]
    starting = asyncio.create_task(Gateway("127.0.0.1", 1).serve("127.0.0.1", port))
    await asyncio.sleep(0.1)
    assert not starting.done()
    held.close()
    (await starting).close()


async def test_it_does_not_wait_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held, pytest.raises(OSError):
        await Gateway("127.0.0.1", 1).serve("127.0.0.1", held.getsockname()[1], bind_seconds=0)
