"""A TCP forwarder from the learners' network to the hub's proxy: `python -m openjupyter_service.hub.gateway`.

The proxy listens where browsers reach it; containers reach nothing of this machine but this one port.
"""

import argparse
import asyncio
import contextlib
import logging
import resource
import signal
from collections import Counter

from openjupyter_service.parent import exit_with_parent

MAX_CONNECTIONS = 4096
MAX_PER_ADDRESS = 64
"""Of one container, so that none uses up those of all."""

BIND_SECONDS = 60.0
CONNECT_SECONDS = 10.0
_CHUNK = 2**16

log = logging.getLogger(__name__)


class Gateway:
    """Forwards connections to one address."""

    def __init__(
        self, host: str, port: int, max_connections: int = MAX_CONNECTIONS, max_per_address: int = MAX_PER_ADDRESS
    ) -> None:
        self._target = (host, port)
        self._max_connections, self._max_per_address = max_connections, max_per_address
        self._open: Counter[str] = Counter()

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
        address = writer.get_extra_info("peername", ("?",))[0]
        if self._open.total() >= self._max_connections or self._open[address] >= self._max_per_address:
            log.warning("too many connections, of %s or in all", address)
            writer.transport.abort()
            return
        self._open[address] += 1
        try:
            await self._relay(reader, writer)
        except asyncio.CancelledError:
            pass  # the gateway ends; asyncio would log it as an error for each connection
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]
            writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            answers, there = await asyncio.wait_for(asyncio.open_connection(*self._target), CONNECT_SECONDS)
        except (OSError, TimeoutError):
            return
        try:
            await asyncio.gather(_copy(reader, there), _copy(answers, writer))
            for end in (there, writer):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()  # all that was written is sent
        finally:
            there.transport.abort()


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
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # two files a connection
    asyncio.run(run(arguments.listen, arguments.target))


if __name__ == "__main__":
    main()
