"""What the container's cgroup tells: out-of-memory kills, peak memory, processor time, for cgroup v1 and v2."""

from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
# v2 keeps the counters in the root of the container's own view, v1 in a folder per controller.
_KILLS = (("memory.events", "oom_kill"), ("memory/memory.oom_control", "oom_kill"))
_PEAKS = ("memory.peak", "memory/memory.max_usage_in_bytes")


def oom_kills(root: Path = CGROUP) -> int:
    """How many processes of this container were killed for memory; 0 where the kernel does not tell."""
    for name, key in _KILLS:
        try:
            lines = (root / name).read_text().splitlines()
        except OSError:
            continue
        counters = dict(line.split() for line in lines if len(line.split()) == 2)
        if key in counters:
            return int(counters[key])
    return 0


def peak_bytes(root: Path = CGROUP) -> int | None:
    """Most memory this container ever used, in bytes; None where the kernel does not tell."""
    for name in _PEAKS:
        try:
            return int((root / name).read_text())
        except (OSError, ValueError):
            continue
    return None


def cpu_seconds(root: Path = CGROUP) -> float | None:
    """Processor time that this container has used, in seconds; None where the kernel does not tell."""
    try:
        return int((root / "cpuacct/cpuacct.usage").read_text()) / 1e9
    except (OSError, ValueError):
        pass
    try:
        counters = dict(line.split() for line in (root / "cpu.stat").read_text().splitlines())
        return int(counters["usage_usec"]) / 1e6
    except (OSError, ValueError, KeyError):
        return None
