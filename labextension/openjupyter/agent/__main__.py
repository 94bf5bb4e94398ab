"""`python -m openjupyter.agent`: frames on standard input and output, until the service closes them."""

import asyncio
import os
import sys

from openjupyter.agent.agent import Agent
from openjupyter.agent.user import LearnerUser
from openjupyter.wire.frames import Frame, pack


async def main() -> None:
    """Move the pipe out of reach of what the kernel inherits, then serve."""
    commands, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)

    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(commands, "rb", 0))

    def send(frame: Frame) -> None:
        data = memoryview(pack(frame))
        while data:
            data = data[os.write(answers, data) :]

    send({"event": "ready"})
    await Agent(reader, send, LearnerUser.find()).serve()


if __name__ == "__main__":
    asyncio.run(main())
    sys.exit(0)
