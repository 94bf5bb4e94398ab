"""The kernel's process in a sandbox: an ordinary IPython kernel that is the first to go when memory runs out."""

import contextlib
import ctypes
import logging
import os
import pdb
import resource
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from ipykernel.zmqshell import ZMQInteractiveShell
from traitlets import Type

from openjupyter.agent import probe
from openjupyter.agent.quiet import MAX_EMPTY_INPUTS
from openjupyter.agent.user import LearnerUser

_PR_SET_DUMPABLE = 4
_NICE = 19


class SandboxShell(ZMQInteractiveShell):
    """Goes on after `exit()`: one that was left in a cell ends that cell's trial, and no correct work after it."""

    def ask_exit(self) -> None:
        """Nothing."""


class SandboxKernel(IPythonKernel):
    """Answers `input()` with empty lines: a forgotten one must not cost the definitions that follow in its cell."""

    shell_class = Type(SandboxShell)
    _inputs = 0

    def raw_input(self, prompt: object = "") -> str:
        """An empty line, a few times a cell; then the end of input, since a loop may be waiting for a better answer."""
        self._inputs += 1
        if self._inputs > MAX_EMPTY_INPUTS:
            raise EOFError("input() has nobody to ask here")
        print(prompt)
        return ""

    def getpass(self, prompt: str = "", *_: Any, **__: Any) -> str:
        """As raw_input."""
        return self.raw_input(prompt)

    async def do_execute(self, *args: Any, **kwargs: Any) -> Any:
        """Each cell has its empty lines anew; one that IPython itself fails over is answered like any that fails."""
        self._inputs = 0
        try:
            return await super().do_execute(*args, **kwargs)
        except Exception as error:  # such as a RecursionError of its own, over code that is nested too deeply
            content = {"ename": type(error).__name__, "evalue": str(error)[:200], "traceback": []}
            self.send_response(self.iopub_socket, "error", content)
            return {"status": "error", "execution_count": self.execution_count, **content}

    def start(self) -> None:
        """Begin to listen. Nobody is there to debug: a call that was left in a cell does nothing."""
        sys.breakpointhook = pdb.set_trace = lambda *args, **kwargs: None
        super().start()

    async def do_shutdown(self, restart: bool) -> Any:
        """At once: a kernel that goes on for a while would take later forks with it when it ends."""
        os._exit(0)


def run(connection_file: Path, control: socket.socket, user: LearnerUser) -> None:
    """Turn this fork of the zygote into the learner's kernel; returns when the kernel ends.

    Args:
        connection_file: jupyter_client's ports and key
        control: connection on which the agent asks for forks once the notebook has run
        user: whom to become
    """
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # When the container's memory is used up, the kernel must die, not the agent that reports it.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Counts inside this container alone: however many processes learner code makes, the agent gets its turn.
    os.nice(_NICE)
    user.become()
    # A process that has changed its user may not look into its own /proc until it says that it may.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)
    os.environ.update(HOME=str(user.home), USER="learner", OPENJUPYTER_SANDBOX="1", PYTHONDONTWRITEBYTECODE="1")
    for name in ("OPENJUPYTER_LINK", "OPENJUPYTER_PRELOAD"):
        os.environ.pop(name, None)
    os.chdir(user.home)
    if sys.path[0] in ("", "/"):
        del sys.path[0]  # as ipykernel_launcher does: a learner's random.py must not break the kernel's own imports
    sys.argv = ["ipykernel_launcher.py", "-f", str(connection_file)]
    probe.control = control
    IPKernelApp.launch_instance(
        kernel_class=SandboxKernel,
        outstream_class="openjupyter.agent.outstream.PieceOutStream",
        config=_config(),
    )


def _config() -> Any:
    from traitlets.config import Config

    config = Config()
    config.IPKernelApp.quiet = True
    config.IPKernelApp.log_level = logging.ERROR
    config.HistoryManager.enabled = False  # nobody scrolls back, and its database would be a file of the learner's
    return config
