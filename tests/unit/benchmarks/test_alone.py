"""Benchmarks that do not spoil each other's figures."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import alone

ROOT = Path(__file__).resolve().parents[3]
HOLD = """
import sys, time
from pathlib import Path
from tests.benchmarks import alone

async def none():
    return 0

alone._remove_leftovers = none
alone.LOCK = Path(sys.argv[1])
try:
    with alone.alone(lambda text: print("waits", flush=True)):
        print("measures", flush=True)
        time.sleep(60)
finally:
    print("has tidied", flush=True)
"""


def hold(lock: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", HOLD, str(lock)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def test_the_second_waits_for_the_end_of_the_first(tmp_path: Path) -> None:
    lock = tmp_path / "new" / "bench.lock"
    with hold(lock) as first:
        assert first.stdout and first.stdout.readline() == "measures\n"
        with hold(lock) as second:
            assert second.stdout and second.stdout.readline() == "waits\n"
            first.send_signal(signal.SIGTERM)
            assert first.stdout.readline() == "has tidied\n"
            assert second.stdout.readline() == "measures\n"
            second.kill()


def test_only_what_ended_benchmarks_left_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = alone.own_site()
    assert alone.ended_sites({own}) == set()
    monkeypatch.setattr(alone, "PROCESSES", tmp_path)
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text("7 (a) b) S " + " ".join(["0"] * 18) + " 4711 0 0\n")
    sites = {"bench-7-4711", "bench-7-12", "bench-8-4711", "openjupyter", "bench-7", "my-bench-8-1"}
    assert alone.ended_sites(sites) == {"bench-7-12", "bench-8-4711"}
    assert own.startswith(f"bench-{os.getpid()}-")
