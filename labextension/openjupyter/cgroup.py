"""What this container's cgroup tells, of version 1 or 2: memory, processor time, their limits, out-of-memory kills."""

from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")
# v2 keeps the counters in the root of the container's own view, v1 in a folder per controller.
_KILLS = (("memory.events", "oom_kill"), ("memory/memory.oom_control", "oom_kill"))
_PEAKS = ("memory.peak", "memory/memory.max_usage_in_bytes")
_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")
_USED = (
    ("memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)
_NO_LIMIT_BYTES = 2**60
"""v1 has no word for "no limit", but the largest number of whole pages."""


def oom_kills(root: Path = CGROUP) -> int:
    """How many processes of this container were killed for memory; 0 where the kernel does not tell."""
    for name, key in _KILLS:
        if (count := _counters(root / name).get(key)) is not None:
            return count
    return 0


def peak_bytes(root: Path = CGROUP) -> int | None:
    """Most memory this container ever used, in bytes; None where the kernel does not tell."""
    return _first_number(root, _PEAKS)


def memory_limit_bytes(root: Path = CGROUP) -> int | None:
    """Most memory this container may use, in bytes; None where it has no limit or the kernel does not tell."""
    limit = _first_number(root, _LIMITS)  # v2 writes "max" for none, which is no number
    return limit if limit is not None and limit < _NO_LIMIT_BYTES else None


def memory_used_bytes(root: Path = CGROUP) -> int | None:
    """Memory that this container uses and cannot give back at once, in bytes; None where the kernel does not tell.

    Without the pages of files that were read and not used since, which go first when memory is short. What counts as
    working set in Kubernetes, too.
    """
    for name, statistics, key in _USED:
        if (used := _number(root / name)) is not None:
            return max(0, used - _counters(root / statistics).get(key, 0))
    return None


def cpu_seconds(root: Path = CGROUP) -> float | None:
    """Processor time that this container has used, in seconds; None where the kernel does not tell."""
    if (nanoseconds := _number(root / "cpuacct/cpuacct.usage")) is not None:
        return nanoseconds / 1e9
    if (microseconds := _counters(root / "cpu.stat").get("usage_usec")) is not None:
        return microseconds / 1e6
    return None


def cpu_limit(root: Path = CGROUP) -> float | None:
    """Processor cores that this container may use; None where it has no limit or the kernel does not tell."""
    quota, period = _number(root / "cpu/cpu.cfs_quota_us"), _number(root / "cpu/cpu.cfs_period_us")
    if quota is None and len(words := _read(root / "cpu.max").split()) == 2 and words[0] != "max":
        quota, period = (int(word) for word in words)
    return quota / period if quota and period and quota > 0 else None  # v1 writes -1 for none


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _number(path: Path) -> int | None:
    try:
        return int(_read(path))
    except ValueError:
        return None


def _first_number(root: Path, names: tuple[str, ...]) -> int | None:
    return next((number for name in names if (number := _number(root / name)) is not None), None)


def _counters(path: Path) -> dict[str, int]:
    """Lines of a name and a number."""
    pairs = (line.split() for line in _read(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdecimal()}
