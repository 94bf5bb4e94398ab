"""Counters and limits of a container's cgroup, as version 1 and 2 write them."""

from pathlib import Path

import pytest

from openjupyter.cgroup import cpu_limit, cpu_seconds, memory_limit_bytes, memory_used_bytes, oom_kills, peak_bytes

V2 = {
    "memory.events": "low 0\nhigh 3\nmax 4\noom 6\noom_kill 2\noom_group_kill 0\n",
    "memory.peak": "123456789\n",
    "memory.max": "536870912\n",
    "memory.current": "300000000\n",
    "memory.stat": "anon 200000000\nfile 100000000\ninactive_file 80000000\n",
    "cpu.stat": "usage_usec 2500000\nuser_usec 2000000\nsystem_usec 500000\n",
    "cpu.max": "50000 100000\n",
}
V1 = {
    "memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
    "memory/memory.max_usage_in_bytes": "987654321\n",
    "memory/memory.limit_in_bytes": "536870912\n",
    "memory/memory.usage_in_bytes": "300000000\n",
    "memory/memory.stat": "cache 100000000\ninactive_file 1\ntotal_inactive_file 80000000\n",
    "cpuacct/cpuacct.usage": "2500000000\n",
    "cpu/cpu.cfs_quota_us": "50000\n",
    "cpu/cpu.cfs_period_us": "100000\n",
    "cpu/cpu.stat": "nr_periods 10\nnr_throttled 3\nthrottled_time 4\n",
}
NO_LIMITS = [
    {"memory.max": "max\n", "cpu.max": "max 100000\n"},
    {
        "memory/memory.limit_in_bytes": "9223372036854771712\n",
        "cpu/cpu.cfs_quota_us": "-1\n",
        "cpu/cpu.cfs_period_us": "100000\n",
    },
    {},
    {"memory.max": "\n", "cpu.max": "\n"},
]


def tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.mark.parametrize(("files", "kills", "peak"), [(V2, 2, 123456789), (V1, 5, 987654321)])
def test_both_versions_tell_the_same(tmp_path: Path, files: dict[str, str], kills: int, peak: int) -> None:
    root = tree(tmp_path, files)
    assert (oom_kills(root), peak_bytes(root)) == (kills, peak)
    assert memory_limit_bytes(root) == 512 * 2**20
    assert memory_used_bytes(root) == 220_000_000
    assert (cpu_seconds(root), cpu_limit(root)) == (2.5, 0.5)


@pytest.mark.parametrize("files", NO_LIMITS)
def test_no_limit(tmp_path: Path, files: dict[str, str]) -> None:
    root = tree(tmp_path, files)
    assert memory_limit_bytes(root) is None
    assert cpu_limit(root) is None


def test_old_kernels_that_do_not_count_kills(tmp_path: Path) -> None:
    root = tree(tmp_path, {"memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\n"})
    assert (oom_kills(root), peak_bytes(root)) == (0, None)


def test_a_kernel_that_tells_nothing(tmp_path: Path) -> None:
    assert oom_kills(tmp_path) == 0
    assert (peak_bytes(tmp_path), memory_used_bytes(tmp_path), cpu_seconds(tmp_path)) == (None, None, None)
    assert peak_bytes(tree(tmp_path, {"memory.peak": "max\n"})) is None


def test_what_was_read_and_is_not_used_does_not_count(tmp_path: Path) -> None:
    root = tree(tmp_path, {"memory.current": "100\n", "memory.stat": "inactive_file 500\n"})
    assert memory_used_bytes(root) == 0
