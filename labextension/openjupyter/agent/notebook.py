"""Run a notebook to its end in a real kernel, within its limits, and tell where it first failed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, DeadKernelError

from openjupyter.agent.kernels import SandboxKernelManager
from openjupyter.agent.zygote import ForkedKernel, ZygoteClient
from openjupyter.cgroup import cpu_seconds, oom_kills

MAX_ERROR_TEXT = 2_000
MAX_TRACEBACK = 10_000

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_CELL_LINE = re.compile(r"Cell In\[(\d+)\], line (\d+)")
_STOPPED = {
    "output limit": ("output limit", "The notebook printed more than this exercise allows."),
    "time limit": ("time limit", "The notebook was still running when its time was up."),
    "memory limit": ("memory limit", "The notebook used more memory than this exercise allows."),
    "runtime error": (
        "kernel died",
        "Python itself ended here: a crash in compiled code, or a call such as os._exit().",
    ),
}
_SYNTAX_ERRORS = frozenset(["SyntaxError", "IndentationError", "TabError"])


@dataclass(frozen=True)
class Failure:
    """The first cell that failed: its place in the notebook, and its error.

    `cell` counts all cells from 0, `number` counts code cells from 1, as people do; `line` counts from 1.
    """

    cell: int
    number: int
    cell_id: str
    line: int | None
    error: str
    message: str
    traceback: str


@dataclass(frozen=True)
class Run:
    """How running the notebook ended: "ran", or a status of the report; `alive`: is there a kernel left to ask?

    `seconds` of wall clock, `cpu_seconds` of all processes together (None where the system does not tell),
    `executions`: index of the cell behind each execution count, for tracebacks.
    """

    status: str
    failure: Failure | None
    seconds: float
    cpu_seconds: float | None
    alive: bool
    executions: dict[int, int]


class LimitedClient(NotebookClient):
    """nbclient with a limit on what a notebook may print, in bytes. `flooded` is set when it is passed."""

    output_left = 0

    def __init__(self, notebook: Any, **options: Any) -> None:
        super().__init__(notebook, **options)
        self.flooded = asyncio.Event()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Count a message before it is kept; past the limit nothing more is kept."""
        content = msg.get("content", {})
        if msg.get("msg_type") in ("stream", "display_data", "execute_result", "update_display_data", "error"):
            self.output_left -= _text_size(content)
            if self.output_left < 0:
                self.flooded.set()
                return None
        try:
            return super().process_message(msg, cell, cell_index)
        except CellExecutionComplete:
            raise
        except Exception:  # no message of a kernel's own: learner code has written it to the kernel's channel
            return None


def _text_size(content: Any) -> int:
    if isinstance(content, str):
        return len(content)
    if isinstance(content, dict):
        return sum(_text_size(value) for value in content.values())
    if isinstance(content, list):
        return sum(_text_size(value) for value in content)
    return 8


class NotebookRun:
    """One kernel, which waits for its notebook and runs it once."""

    def __init__(self, zygote: ZygoteClient) -> None:
        self.notebook = nbformat.v4.new_notebook()
        self._manager = SandboxKernelManager(zygote)
        self.client = LimitedClient(
            self.notebook,
            km=self._manager,
            timeout=None,
            allow_errors=True,
            store_widget_state=False,
            record_timing=False,
            skip_cells_with_tag="",  # JupyterLab knows no such tag: what learners saw run, runs
        )
        self._executions: dict[int, int] = {}
        self._running: int | None = None

    @asynccontextmanager
    async def kernel(self) -> AsyncIterator[None]:
        """The kernel lives inside this block; it has done its first work when the block begins."""
        async with self.client.async_setup_kernel():
            # The first execution of a kernel loads what later ones find: done before a notebook comes.
            await self.client.kc._async_execute_interactive("None", silent=True, store_history=False, allow_stdin=False)
            yield

    @property
    def process(self) -> ForkedKernel:
        """The kernel's process."""
        return self._manager.forked

    def execute_silently(self, code: str) -> None:
        """Have the kernel run code of ours before whatever comes next; nobody waits for it."""
        self.client.kc.execute(code, silent=True, store_history=False, allow_stdin=False)

    async def run(
        self, notebook: Any, folder: Path, seconds: float, output_bytes: int, progress: Callable[[int, int], None]
    ) -> Run:
        """Execute all cells; cells after a failing one still run, so that their work counts.

        Args:
            notebook: an nbformat 4 notebook, which gets its outputs
            folder: where its code runs
            seconds: wall clock for all cells together
            output_bytes: everything that cells print and display
            progress: called with (code cells done, code cells in all)
        """
        self.notebook = self.client.nb = notebook
        self.client.output_left = output_bytes
        self.execute_silently(f"__import__('os').chdir({str(folder)!r})")
        started, cpu_before = time.monotonic(), cpu_seconds()
        stopped = await self._execute_within(seconds, progress)
        spent = time.monotonic() - started
        cpu = None if cpu_before is None else (cpu_seconds() or cpu_before) - cpu_before
        if stopped is not None:
            await self.client.km.shutdown_kernel(now=True)
            return Run(stopped, self._stopped_failure(stopped), spent, cpu, False, self._executions)
        failure = self._first_failure()
        status = "ran" if failure is None else _status_of_error(failure.error)
        return Run(status, failure, spent, cpu, True, self._executions)

    async def _execute_within(self, seconds: float, progress: Callable[[int, int], None]) -> str | None:
        """Run the cells; gives the limit that stopped them, if one did."""
        kills = oom_kills()
        cells = asyncio.ensure_future(self._execute_cells(progress))
        flood = asyncio.ensure_future(self.client.flooded.wait())
        done, _ = await asyncio.wait({cells, flood}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopped: str | None = None
        if self.client.flooded.is_set():
            stopped = "output limit"
        elif cells not in done:
            stopped = "time limit"
        elif isinstance(cells.exception(), DeadKernelError):
            stopped = "memory limit" if oom_kills() > kills else "runtime error"
        elif cells.exception() is not None:  # what the kernel replied was no reply: learner code has written it
            stopped = "runtime error"
        for task in (cells, flood):
            task.cancel()
        await asyncio.gather(cells, flood, return_exceptions=True)
        return stopped

    async def _execute_cells(self, progress: Callable[[int, int], None]) -> None:
        code_cells = [(i, cell) for i, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"]
        for done, (index, cell) in enumerate(code_cells):
            self._running = index
            progress(done, len(code_cells))
            await self.client.async_execute_cell(cell, index)
            if isinstance(count := cell.get("execution_count"), int):
                self._executions[count] = index
        self._running = None
        progress(len(code_cells), len(code_cells))

    def unanswering(self, run: Run) -> Run:
        """The run, when the kernel that survived it does nothing that it is told: the notebook's own doing."""
        last = max((i for i, cell in enumerate(self.notebook.cells) if cell.cell_type == "code"), default=0)
        said = "When the last cell had run, the notebook's Python no longer answered."
        failure = Failure(last, self._code_cell_number(last), "", None, "kernel died", said, traceback="")
        return replace(run, status="runtime error", failure=run.failure or failure, alive=False)

    def _code_cell_number(self, index: int) -> int:
        """Which code cell, counted from 1, the cell at this index is."""
        return sum(cell.cell_type == "code" for cell in self.notebook.cells[: index + 1])

    def _first_failure(self) -> Failure | None:
        for index, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", []):
                continue
            for output in cell.get("outputs", []):
                if output.output_type == "error":
                    return self._failure(index, cell, output)
        return None

    def _failure(self, index: int, cell: Any, output: Any) -> Failure:
        text = _ANSI.sub("", "\n".join(str(part) for part in output.get("traceback", [])))
        places = [(int(count), int(line)) for count, line in _CELL_LINE.findall(text)]
        # The deepest frame of the failing cell itself: where the learner should look first.
        lines = [line for count, line in places if self._executions.get(count, index) == index]
        return Failure(
            cell=index,
            number=self._code_cell_number(index),
            cell_id=str(cell.get("id", ""))[:64],
            line=lines[-1] if lines else None,
            error=str(output.get("ename", ""))[:100],
            message=str(output.get("evalue", ""))[:MAX_ERROR_TEXT],
            traceback=text[-MAX_TRACEBACK:],
        )

    def _stopped_failure(self, status: str) -> Failure | None:
        if self._running is None:
            return None
        cell_id = str(self.notebook.cells[self._running].get("id", ""))[:64]
        number = self._code_cell_number(self._running)
        return Failure(self._running, number, cell_id, None, *_STOPPED[status], traceback="")


def _status_of_error(name: str) -> str:
    if name in _SYNTAX_ERRORS:
        return "syntax error"
    return "memory limit" if name == "MemoryError" else "runtime error"
