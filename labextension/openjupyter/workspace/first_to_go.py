"""Who goes first when the container's memory is used up: what learners run, and not the server that runs it.

One limit holds for the server and all kernels together. The system takes the process with the most memory, in shares
of the limit, plus its `oom_score_adj`: 1000 stands for all memory there is, so that whoever has it goes before whoever
has not, and among those who have it the largest goes. Everybody may raise their own processes' value, and children
inherit it (proc(5)).
"""

import contextlib
from pathlib import Path

FIRST = 1000

SHELL = ["/bin/sh", "-c", f"echo {FIRST} > /proc/self/oom_score_adj; exec /bin/bash -l"]
"""Command of a terminal whose programs go before the server."""


def let_go_first(pid: int, proc: Path = Path("/proc")) -> None:
    """Have this process, and what it starts from now on, go before the server; no error if it is gone already."""
    with contextlib.suppress(OSError):
        (proc / str(pid) / "oom_score_adj").write_text(str(FIRST))
