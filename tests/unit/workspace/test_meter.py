"""Usage as the status bar reads it: of the container, against the container's limits."""

from pathlib import Path

import pytest

from openjupyter.workspace.meter import Meter


def container(root: Path, **values: object) -> Path:
    """A cgroup of version 2; `a_b` is the file `a.b`."""
    for name, value in values.items():
        (root / name.replace("_", ".", 1)).write_text(f"{value}\n")
    return root


def use(root: Path, seconds: float) -> None:
    (root / "cpu.stat").write_text(f"usage_usec {round(seconds * 1e6)}\n")


def test_memory_against_the_limit(tmp_path: Path) -> None:
    root = container(tmp_path, memory_max=1000, memory_current=700, memory_stat="inactive_file 100")
    assert Meter(root).read(0) == {"rss": 600, "limits": {"memory": {"rss": 1000, "warn": False}}}
    container(root, memory_current=1000)
    assert Meter(root).read(0)["limits"]["memory"]["warn"] is False
    container(root, memory_stat="inactive_file 50")
    assert Meter(root).read(0)["limits"]["memory"]["warn"] is True


@pytest.mark.parametrize(
    ("allowed", "percent"), [("50000 100000", 60.0), ("200000 100000", 15.0), ("max 100000", 30.0)]
)
def test_processor_time_is_a_share_of_what_is_allowed(tmp_path: Path, allowed: str, percent: float) -> None:
    meter = Meter(container(tmp_path, cpu_max=allowed))
    use(tmp_path, 100)
    assert meter.read(10)["cpu_percent"] == 0
    use(tmp_path, 103)
    assert meter.read(20)["cpu_percent"] == percent
    # A second page that asks at once gets the same, and does not shorten the next look.
    assert meter.read(20.1)["cpu_percent"] == percent
    use(tmp_path, 103)
    assert meter.read(30)["cpu_percent"] == 0


def test_a_little_over_the_limit_is_the_limit(tmp_path: Path) -> None:
    meter = Meter(container(tmp_path, cpu_max="100000 100000"))
    use(tmp_path, 0)
    meter.read(0)
    use(tmp_path, 5.3)
    assert meter.read(5)["cpu_percent"] == 100


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert Meter(tmp_path).read(0) == {"rss": 0, "limits": {}}
