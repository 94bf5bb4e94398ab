"""The kernel's process in a sandbox: an ordinary IPython kernel that is the first to go when memory runs out."""

import contextlib
import resource
import sys
from pathlib import Path


def main() -> None:
    """Run the kernel; the arguments are those of ipykernel."""
    # When the container's memory is used up, the kernel must die, not the agent that reports it.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.path[0] in ("", str(Path.cwd())):
        del sys.path[0]  # as ipykernel_launcher does: a learner's random.py must not break the kernel's own imports

    from ipykernel.kernelapp import IPKernelApp

    import openjupyter.agent.probe  # noqa: F401  # before learner code could shadow it

    IPKernelApp.launch_instance(outstream_class="openjupyter.agent.outstream.PieceOutStream")


if __name__ == "__main__":
    main()
