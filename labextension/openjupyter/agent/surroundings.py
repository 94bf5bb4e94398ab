"""What is around the learner's objects, as questions: printed text, input lines, files, figures, modules, seeds."""

import contextlib
import importlib
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from openjupyter.wire.errors import WireError
from openjupyter.wire.frames import Frame

if TYPE_CHECKING:
    from openjupyter.agent.objects import Objects
    from openjupyter.wire.codec import Node

MAX_FILE_BYTES = 10 * 2**20
MAX_FILES = 1_000


def _printed(objects: "Objects", question: Frame) -> "Node":
    streams = objects.streams
    by_name = {"stdout": streams.stdout, "stderr": streams.stderr, "prompts": streams.prompts}
    return objects.encode(by_name[question["stream"]].text())


def _inputs(objects: "Objects", question: Frame) -> "Node":
    objects.streams.give_lines([str(line) for line in question["lines"]])
    return None


def _module(objects: "Objects", question: Frame) -> "Node":
    return objects.make_handle(importlib.import_module(question["name"]))


def _seed(objects: "Objects", question: Frame) -> "Node":
    """Seed what random numbers the notebook can have drawn from."""
    number = question["number"]
    random.seed(number)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(number)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(number)
    return None


def _files(objects: "Objects", question: Frame) -> "Node":
    """Paths of the files below the notebook's folder, sorted; hidden ones are left out."""
    found: list[str] = []
    for folder, folders, names in os.walk("."):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        found += [os.path.normpath(os.path.join(folder, name)) for name in names if not name.startswith(".")]  # noqa: PTH118
        if len(found) > MAX_FILES:
            raise WireError(f"there are more than {MAX_FILES:,} files")
    return objects.encode(sorted(found))


def _read_file(objects: "Objects", question: Frame) -> "Node":
    path = Path(question["path"])
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    if path.exists() and not path.is_file():
        raise WireError("it is no ordinary file")
    with path.open("rb") as file:
        content = file.read(MAX_FILE_BYTES + 1)
    if len(content) > MAX_FILE_BYTES:
        raise WireError(f"the file is larger than {MAX_FILE_BYTES // 2**20} MB")
    return objects.encode(content)


def _figure(objects: "Objects", question: Frame) -> "Node":
    from openjupyter.agent.figures import describe_figure

    return objects.encode(describe_figure(objects.target(question)))


def _figures(objects: "Objects", question: Frame) -> "Node":
    """All figures that pyplot has open, in the order they were made."""
    from openjupyter.agent.figures import describe_figure

    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return []
    return objects.encode([describe_figure(pyplot.figure(number)) for number in pyplot.get_fignums()])


def _forget_peak(objects: "Objects", question: Frame) -> "Node":
    """Have the system measure this process's highest memory from now on (proc(5), clear_refs)."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return None


OPERATIONS: dict[str, Callable[["Objects", Frame], "Node"]] = {
    "printed": _printed,
    "inputs": _inputs,
    "module": _module,
    "seed": _seed,
    "files": _files,
    "read_file": _read_file,
    "figure": _figure,
    "figures": _figures,
    "forget_peak": _forget_peak,
}
