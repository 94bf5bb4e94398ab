"""A TCP forwarder from the learners' network to the hub's proxy: `python -m openjupyter_service.hub.gateway`.

The proxy listens where browsers reach it; containers reach nothing of this machine but this one port.
"""

import argparse
import asyncio
import contextlib
import logging
import signal

from openjupyter_service.parent import exit_with_parent

MAX_CONNECTIONS = 4096
BIND_SECONDS = 60.0
CONNECT_SECONDS = 10.0
_CHUNK = 2**16

log = logging.getLogger(__name__)


class Gateway:
    """Forwards connections to one address."""

    def __init__(self, host: str, port: int, max_connections: int = MAX_CONNECTIONS) -> None:
        self._target = (host, port)
        self._free = max_connections

    async def serve(self, host: str, port: int, bind_seconds: float = BIND_SECONDS) -> asyncio.Server:
        """Listen; waits for an address that is not there yet, or that a predecessor is just leaving."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + bind_seconds
        while True:
            try:
                return await asyncio.start_server(self._forward, host, port)
            except OSError as error:
                if loop.time() >= deadline:
                    raise
                log.warning("cannot listen on %s:%s yet: %s", host, port, error.strerror)
                await asyncio.sleep(0.5)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._free <= 0:
            log.warning("too many connections")
            writer.transport.abort()
            return
        self._free -= 1
        try:
            try:
                there = await asyncio.wait_for(asyncio.open_connection(*self._target), CONNECT_SECONDS)
            except (OSError, TimeoutError):
                writer.transport.abort()
                return
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
            for end in (writer, there[1]):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()
        finally:
            self._free += 1


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the end of one direction; the other one goes on."""
    try:
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        # Broken on one side: tell the other one, whose copy ends by it.
        writer.transport.abort()


async def run(listen: tuple[str, int], target: tuple[str, int]) -> None:
    """Forward until SIGTERM."""
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = await Gateway(*target).serve(*listen)
    log.info("forwarding %s:%s to %s:%s", *listen, *target)
    await stopped.wait()
    server.close()


def main() -> None:
    """Arguments: --listen HOST:PORT --target HOST:PORT."""

    def address(text: str) -> tuple[str, int]:
        host, _, port = text.rpartition(":")
        return host.strip("[]"), int(port)

    parser = argparse.ArgumentParser(description="Forward TCP connections to the hub's proxy.")
    parser.add_argument("--listen", type=address, required=True, metavar="HOST:PORT")
    parser.add_argument("--target", type=address, required=True, metavar="HOST:PORT")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname).1s gateway: %(message)s")
    exit_with_parent(grace_seconds=0.5)
    asyncio.run(run(arguments.listen, arguments.target))


if __name__ == "__main__":
    main()
