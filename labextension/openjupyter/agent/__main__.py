"""`python -m openjupyter.agent`: frames on standard input and output, until the service closes them.

The process becomes the zygote; the agent is its first fork. Environment: OPENJUPYTER_LINK, path of the socket for the
judge (none: the service carries its questions); OPENJUPYTER_PRELOAD, modules to import before a kernel is forked.
"""

import asyncio
import os
import socket
import sys
from pathlib import Path

from openjupyter.agent import zygote
from openjupyter.agent.link import PipeLink
from openjupyter.agent.user import LearnerUser


def main() -> int:
    """Move the pipe out of reach of what kernels inherit, then serve."""
    commands, answers = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    user = LearnerUser.find()
    zygote.preload(os.environ.get("OPENJUPYTER_PRELOAD", ""))
    import openjupyter.agent.agent as story

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        theirs.close()
        link = os.environ.get("OPENJUPYTER_LINK")
        agent = story.Agent(PipeLink(commands, answers), Path(link) if link else None, zygote.ZygoteClient(ours), user)
        asyncio.run(agent.serve())
        return 0
    for descriptor in (commands, answers):
        os.close(descriptor)
    ours.close()
    zygote.serve(theirs, user)
    return 0


if __name__ == "__main__":
    sys.exit(main())
