"""One grading container: frames in, frames out, and removed at the end whatever happens."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import HEADER_BYTES, MAX_FRAME_BYTES, Frame, body_length, pack, unpack
from openjupyter_service.errors import SandboxError
from openjupyter_service.sandbox.engine import Engine
from openjupyter_service.sandbox.limits import ContainerSpec

READY_SECONDS = 60
MAX_STANDARD_ERROR = 20_000

_STREAM_HEADER = 8
_MOST_WAITING = MAX_FRAME_BYTES + 2**16
_STDOUT = 1


class ContainerEnded(SandboxError):
    """The container closed its pipe; `out_of_memory` tells whether it was killed for memory."""

    def __init__(self, role: str, out_of_memory: bool, standard_error: str) -> None:
        super().__init__(f"the {role} container ended early: {standard_error[-2_000:]}")
        self.out_of_memory = out_of_memory


class GradingContainer:
    """A running container and its pipe. Made by `open_container`."""

    def __init__(
        self, engine: Engine, role: str, container: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.role = role
        self.ended = asyncio.Event()
        """Set when the container has closed its pipe."""
        self._engine = engine
        self._container = container
        self._reader = reader
        self._writer = writer
        self._stdout = bytearray()
        self._stderr = bytearray()
        self._moved = asyncio.Event()
        self._pump = asyncio.create_task(self._read_streams())

    async def send(self, frame: Frame) -> None:
        """Write one frame; ContainerEnded when nobody reads any more, WireError when it cannot be written."""
        try:
            self._writer.write(pack(frame))
            await self._writer.drain()
        except OSError:
            raise await self._why_ended() from None

    async def receive(self, seconds: float, cap: int = MAX_FRAME_BYTES) -> Frame:
        """The next frame; SandboxError when none comes in time, ContainerEnded when none will come."""
        try:
            async with asyncio.timeout(seconds):
                length = body_length(await self._take(HEADER_BYTES), cap)
                return unpack(await self._take(length))
        except TimeoutError:
            raise SandboxError(f"the {self.role} container did not answer within {seconds:.0f} s") from None
        except WireError as error:
            raise SandboxError(f"the {self.role} container sent something else than frames: {error}") from None

    async def _take(self, count: int) -> bytes:
        while len(self._stdout) < count:
            if self.ended.is_set():
                raise await self._why_ended()
            self._moved.clear()
            await self._moved.wait()
        taken = bytes(self._stdout[:count])
        del self._stdout[:count]
        self._moved.set()
        return taken

    async def _read_streams(self) -> None:
        """Docker's multiplexed stream, piece by piece: stream number, three zero bytes, length, data."""
        try:
            while True:
                header = await self._reader.readexactly(_STREAM_HEADER)
                data = await self._reader.readexactly(int.from_bytes(header[4:], "big"))
                if header[0] != _STDOUT:
                    self._stderr = (self._stderr + data)[-MAX_STANDARD_ERROR:]
                    continue
                self._stdout += data
                self._moved.set()
                while len(self._stdout) > _MOST_WAITING:  # whoever floods waits
                    self._moved.clear()
                    await self._moved.wait()
        except (asyncio.IncompleteReadError, OSError):
            pass
        finally:
            self.ended.set()
            self._moved.set()

    async def _why_ended(self) -> ContainerEnded:
        out_of_memory = False
        with contextlib.suppress(SandboxError):
            out_of_memory = await self._engine.out_of_memory(self._container)
        return ContainerEnded(self.role, out_of_memory, self._stderr.decode(errors="replace"))

    async def remove(self) -> None:
        """Close the pipe and remove the container."""
        self._pump.cancel()
        self._writer.close()
        await self._engine.remove(self._container)


@contextlib.asynccontextmanager
async def open_container(
    engine: Engine, spec: ContainerSpec, link_volume: str | None = None
) -> AsyncIterator[GradingContainer]:
    """A started container whose program has said that it is ready."""
    start = asyncio.ensure_future(engine.start(spec, link_volume))
    try:
        container_id, pipe = await asyncio.shield(start)
    except asyncio.CancelledError:  # the engine's thread goes on: what it has started must not be left behind
        with contextlib.suppress(SandboxError):
            container_id, pipe = await start
            pipe.close()
            await engine.remove(container_id)
        raise
    reader, writer = await asyncio.open_connection(sock=pipe)
    container = GradingContainer(engine, spec.role, container_id, reader, writer)
    try:
        event = await container.receive(READY_SECONDS)
        if event.get("event") != "ready":
            raise SandboxError(f"the {spec.role} container did not say that it is ready")
        yield container
    finally:
        # Shielded: a cancelled grading must not leave its container behind.
        await asyncio.shield(container.remove())
