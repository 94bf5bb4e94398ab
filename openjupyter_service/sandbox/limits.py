"""What a grading container may do, as arguments for the Docker engine."""

from dataclasses import dataclass
from typing import Any

# What is written to a tmpfs counts as the container's memory; these shares leave most of it to the kernel.
HOME_SHARE = 4
SCRATCH_SHARE = 8


@dataclass(frozen=True)
class ContainerSpec:
    """One kind of grading container: image, command, user and limits (memory in bytes, cpus as a share of cores)."""

    role: str
    image: str
    command: list[str]
    user: str
    memory_bytes: int
    cpus: float
    pids: int
    capabilities: tuple[str, ...] = ()
    home: str | None = None
    runtime: str | None = None

    def host_config(self) -> dict[str, Any]:
        """Arguments for docker-py's create_host_config: no network, nothing to write but memory, no privileges."""
        # noexec would keep learners from compiled extensions; nosuid and nodev cost nobody anything.
        tmpfs = {"/tmp": f"rw,nosuid,nodev,mode=1777,size={self.memory_bytes // SCRATCH_SHARE}"}  # noqa: S108
        if self.home:
            tmpfs[self.home] = f"rw,nosuid,nodev,mode=755,uid=1000,gid=1000,size={self.memory_bytes // HOME_SHARE}"
        return {
            "network_mode": "none",
            "read_only": True,
            "tmpfs": tmpfs,
            "mem_limit": self.memory_bytes,
            "memswap_limit": self.memory_bytes,
            "nano_cpus": int(self.cpus * 1e9),
            "pids_limit": self.pids,
            "cap_drop": ["ALL"],
            "cap_add": list(self.capabilities),
            "security_opt": ["no-new-privileges"],
            "init": True,
            # Output is read from the attached stream; a log file would be a way to fill the disk.
            "log_config": {"Type": "none"},
            **({"runtime": self.runtime} if self.runtime else {}),
        }


def sandbox_spec(image: str, memory_bytes: int, cpus: float, pids: int, runtime: str | None) -> ContainerSpec:
    """The container that runs a submission: the agent as root, which may become the learner's user and stop it."""
    return ContainerSpec(
        role="sandbox",
        image=image,
        command=["python", "-m", "openjupyter.agent"],
        user="0:0",
        memory_bytes=memory_bytes,
        cpus=cpus,
        pids=pids,
        capabilities=("SETUID", "SETGID", "KILL"),
        home="/home/learner",
        runtime=runtime,
    )


def judge_spec(image: str, memory_bytes: int, cpus: float, pids: int, runtime: str | None) -> ContainerSpec:
    """The container that runs the hidden tests, as an ordinary user without any capability."""
    return ContainerSpec(
        role="judge",
        image=image,
        command=["python", "-m", "openjupyter_service.judge"],
        user="1000:1000",
        memory_bytes=memory_bytes,
        cpus=cpus,
        pids=pids,
        runtime=runtime,
    )
