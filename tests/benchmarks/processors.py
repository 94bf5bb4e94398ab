"""Processor time of the whole machine, containers and Docker engine included."""

import os
from pathlib import Path


def busy_seconds() -> float:
    """Seconds that all processors together have worked since the start, by /proc/stat; others' work counts, too."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")
