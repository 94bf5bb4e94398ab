"""What a grading container may do, as arguments for the Docker engine."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from openjupyter_service.datasets import DataSet
from openjupyter_service.settings import GradingSettings, parse_bytes

# What is written to a tmpfs counts as the container's memory; these shares leave most of it to the kernel.
HOME_SHARE = 4
SCRATCH_SHARE = 8

RUNTIME_PIDS = 8
"""gVisor's own processes and threads, several for each of the container's, count against the limit."""

RUNTIME_BYTES = 192 * 2**20
"""Memory on top for another runtime. gVisor keeps files that are read, and its own kernel, in the container's memory:
a sandbox with numpy and pandas loaded takes 236 MB in it, 121 MB without."""
RUNTIME_PIDS = 8
"""And so many times the processes: gVisor starts several threads of its own for each, and ends when it may not."""

JUDGE_ID = 1500
"""User and group of the judge, as its image has them; the learner's is another, so that the link's folder is closed."""
LINK_FOLDER = "/run/link"
LINK_SOCKET = f"{LINK_FOLDER}/socket"
LINK_OPTIONS = {"type": "tmpfs", "device": "tmpfs", "o": f"size=64k,uid=0,gid={JUDGE_ID},mode=2750"}
"""The volume that both containers of a pair mount at LINK_FOLDER."""


@dataclass(frozen=True)
class ContainerSpec:
    """One kind of grading container: image, command, user and limits (memory in bytes, cpus as a share of cores)."""

    role: str
    image: str
    command: tuple[str, ...]
    user: str
    memory_bytes: int
    cpus: float
    pids: int
    capabilities: tuple[str, ...] = ()
    home: str | None = None
    runtime: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    data_sets: tuple[DataSet, ...] = ()

    def host_config(self, link_volume: str | None = None) -> dict[str, Any]:
        """Arguments for docker-py's create_host_config: no network, nothing to write but memory, no privileges."""
        # noexec would keep learners from compiled extensions; nosuid and nodev cost nobody anything.
        tmpfs = {"/tmp": f"rw,nosuid,nodev,mode=1777,size={self.memory_bytes // SCRATCH_SHARE}"}  # noqa: S108
        if self.home:
            tmpfs[self.home] = f"rw,nosuid,nodev,mode=755,uid=1000,gid=1000,size={self.memory_bytes // HOME_SHARE}"
        memory = self.memory_bytes + (RUNTIME_BYTES if self.runtime else 0)
        pids = self.pids * (RUNTIME_PIDS if self.runtime else 1)
        return {
            "network_mode": "none",
            **({"binds": {link_volume: {"bind": LINK_FOLDER, "mode": "rw"}}} if link_volume else {}),
            **({"mounts": [each.mount() for each in self.data_sets]} if self.data_sets else {}),
            "read_only": True,
            "tmpfs": tmpfs,
            "mem_limit": memory,
            "memswap_limit": memory,
            "nano_cpus": int(self.cpus * 1e9),
            "pids_limit": pids,
            "cap_drop": ["ALL"],
            "cap_add": list(self.capabilities),
            "security_opt": ["no-new-privileges"],
            "init": True,
            # Output is read from the attached stream; a log file would be a way to fill the disk.
            "log_config": {"Type": "none"},
            **({"runtime": self.runtime} if self.runtime else {}),
        }


@dataclass(frozen=True)
class PairSpec:
    """A sandbox and a judge for one submission; equal ones can stand in for each other."""

    sandbox: ContainerSpec
    judge: ContainerSpec

    @property
    def linked(self) -> bool:
        """Do they share a socket? Other runtimes, such as gVisor, share none."""
        return self.sandbox.runtime is None and self.judge.runtime is None


def pair_spec(
    settings: GradingSettings,
    image: str | None = None,
    memory_bytes: int = 512 * 2**20,
    runtime: str | None = None,
    data_sets: tuple[DataSet, ...] = (),
) -> PairSpec:
    """The pair for an exercise.

    Args:
        settings: the site's
        image: the exercise's own sandbox image
        memory_bytes: of the sandbox
        runtime: the exercise's own Docker runtime
        data_sets: of the exercise's course, which both containers read
    """
    runtime = runtime or settings.runtime
    pids = settings.pids * (RUNTIME_PIDS if runtime else 1)
    sandbox = sandbox_spec(
        image or settings.sandbox_image, memory_bytes, settings.cpus, pids, runtime, settings.preload
    )
    judge = judge_spec(settings.judge_image, parse_bytes(settings.judge_memory), settings.cpus, pids, runtime)
    return PairSpec(replace(sandbox, data_sets=data_sets), replace(judge, data_sets=data_sets))


def _threads(cpus: float) -> tuple[tuple[str, str], ...]:
    # More threads than processors only get in each other's way, and numpy starts them when it is imported.
    threads = str(max(1, int(cpus)))
    return (("OPENBLAS_NUM_THREADS", threads), ("OMP_NUM_THREADS", threads))


def sandbox_spec(
    image: str, memory_bytes: int, cpus: float, pids: int, runtime: str | None, preload: Sequence[str] = ()
) -> ContainerSpec:
    """The container that runs a submission: the agent as root, which may become the learner's user and stop it."""
    return ContainerSpec(
        role="sandbox",
        image=image,
        command=("python", "-m", "openjupyter.agent"),
        user="0:0",
        memory_bytes=memory_bytes,
        cpus=cpus,
        pids=pids,
        capabilities=("SETUID", "SETGID", "KILL"),
        home="/home/learner",
        runtime=runtime,
        environment=(
            *_threads(cpus),
            ("OPENJUPYTER_PRELOAD", ",".join(preload)),
            *((("OPENJUPYTER_LINK", LINK_SOCKET),) if runtime is None else ()),
        ),
    )


def judge_spec(image: str, memory_bytes: int, cpus: float, pids: int, runtime: str | None) -> ContainerSpec:
    """The container that runs the hidden tests, as an ordinary user without any capability."""
    return ContainerSpec(
        role="judge",
        image=image,
        command=("python", "-m", "openjupyter_service.judge"),
        user=f"{JUDGE_ID}:{JUDGE_ID}",
        memory_bytes=memory_bytes,
        cpus=cpus,
        pids=pids,
        runtime=runtime,
        environment=_threads(cpus),
    )
