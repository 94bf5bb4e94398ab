"""Running notebooks in real kernels: how they end, which cell failed first and in which line."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nbformat
import pytest

from openjupyter.agent import zygote
from openjupyter.agent.notebook import MAX_ERROR_TEXT, MAX_TRACEBACK, LimitedClient, NotebookRun, Run
from tests.unit.agent.running import RunningAgent, notebook_of


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    folder = tmp_path / "home"
    folder.mkdir()
    yield folder


class Runner:
    """A notebook and a kernel for it, forked from a zygote that ends with the block."""

    def __init__(self, home: Path, *cells: str, output_bytes: int = 100_000) -> None:
        self.home = home
        self.notebook = nbformat.reads(notebook_of(*cells).decode(), as_version=4)
        self.output_bytes = output_bytes

    @asynccontextmanager
    async def kernel(self) -> AsyncIterator[None]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        process = subprocess.Popen(  # noqa: ASYNC220  # it is there before anything is awaited
            [sys.executable, "-c", _ZYGOTE, str(theirs.fileno()), str(self.home)], pass_fds=[theirs.fileno()]
        )
        theirs.close()
        with ours, process:
            self.run_in = NotebookRun(zygote.ZygoteClient(ours))
            async with self.run_in.kernel():
                yield
            ours.close()

    async def run(self, seconds: float, progress: Any) -> Run:
        return await self.run_in.run(self.notebook, self.home, seconds, self.output_bytes, progress)

    def _first_failure(self) -> Any:
        return self.run_in._first_failure()


_ZYGOTE = """
import os, pathlib, socket, sys
from openjupyter.agent import zygote
from openjupyter.agent.user import LearnerUser

class Tester(LearnerUser):
    def become(self): pass

zygote.preload("")
zygote.serve(socket.socket(fileno=int(sys.argv[1])), Tester(os.geteuid(), os.getegid(), pathlib.Path(sys.argv[2])))
"""


def runner_of(home: Path, *cells: str, output_bytes: int = 100_000) -> Runner:
    return Runner(home, *cells, output_bytes=output_bytes)


def test_a_notebook_runs_to_its_end_with_its_files(tmp_path: Path) -> None:
    with RunningAgent(tmp_path / "home") as agent:
        run = agent.run(
            "# Text is no code",
            "import os, helper\nfrom pathlib import Path",
            "read = Path('data/numbers.txt').read_text(), helper.VALUE",
            "where = os.getcwd(), str(Path.home()), os.environ['OPENJUPYTER_SANDBOX'], os.getpid()",
            files={"course/data/numbers.txt": b"1 2 3", "course/helper.py": b"VALUE = 7", "other/sub/x": b"\0\xff"},
        )
        assert (run["status"], run["failure"], run["alive"]) == ("ran", None, True)
        assert 0 < run["seconds"] < 30
        assert run["peak_memory_bytes"] is None or run["peak_memory_bytes"] > 0
        assert agent.events == [{"event": "cell", "done": done, "total": 3} for done in range(4)]
        home = tmp_path / "home"
        assert (home / "other/sub/x").read_bytes() == b"\0\xff"
        assert agent.begin() == {"value": None}
        assert agent.get("read") == ("1 2 3", 7)
        *where, pid = agent.get("where")
        assert where == [str(home / "course"), str(home), "1"]
        assert alive(pid)
    assert agent.process.returncode == 0
    deadline = time.monotonic() + 20
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not alive(pid), "the kernel outlived its agent"


def test_an_agent_that_is_told_nothing_ends_in_peace(tmp_path: Path) -> None:
    with RunningAgent(tmp_path / "home") as agent:
        pass
    assert agent.process.returncode == 0


FAILING = [
    # source, status, error, line; the last cell that does not fail shows that all of them ran
    ("x = 1\n\nhalf(x)", "runtime error", "ZeroDivisionError", 3),
    ("a = 1\nb = = 2", "syntax error", "SyntaxError", 2),
    ("if True:\nx = 1", "syntax error", "IndentationError", 2),
    ("if True:\n        x = 1\n\ty = 1", "syntax error", "TabError", 3),
    ("raise MemoryError('no more')", "memory limit", "MemoryError", 1),
    ("raise SystemExit(3)", "runtime error", "SystemExit", None),
    ("class Odd(Exception):\n    pass\n\nraise Odd('x' * 20_000)", "runtime error", "Odd", 4),
    ("[half(n) for n in (1, 2)]", "runtime error", "ZeroDivisionError", 1),
    ("undefined", "runtime error", "NameError", 1),
    ("def bad():\n    return 1 / 0\n\n\nbad()", "runtime error", "ZeroDivisionError", 2),
]


async def test_the_first_failing_cell_is_told_with_its_line_and_the_rest_still_runs(home: Path) -> None:
    sources = [source for source, *_ in FAILING]
    runner = runner_of(home, "# Title", "def half(n):\n    return n / 0", *sources, "print('the end')")
    async with runner.kernel():
        run = await runner.run(30, lambda done, total: None)
    assert (run.status, run.alive) == ("runtime error", True)
    assert runner.notebook.cells[-1].outputs[0].text == "the end\n"
    assert run.failure is not None
    assert (run.failure.cell, run.failure.number, run.failure.line) == (2, 2, 3)
    assert (run.failure.error, run.failure.message) == ("ZeroDivisionError", "division by zero")
    assert run.failure.cell_id == runner.notebook.cells[2].id
    assert "half(x)" in run.failure.traceback and "\x1b" not in run.failure.traceback
    # Each of the others, as if those before it had been right.
    for place, (source, status, error, line) in enumerate(FAILING):
        failure = runner._first_failure()
        assert failure is not None
        assert (failure.cell, failure.number, failure.error, failure.line) == (place + 2, place + 2, error, line), (
            source
        )
        from openjupyter.agent.notebook import _status_of_error

        assert _status_of_error(failure.error) == status
        assert len(failure.message) <= MAX_ERROR_TEXT and len(failure.traceback) <= MAX_TRACEBACK
        runner.notebook.cells[failure.cell].metadata["tags"] = ["raises-exception"]  # meant to fail: no failure
    assert runner._first_failure() is None


async def test_a_notebook_over_its_time_is_stopped(home: Path) -> None:
    steps: list[tuple[int, int]] = []
    loop = "import os\nopen('pid', 'w').write(str(os.getpid()))\nwhile True:\n    pass"
    runner = runner_of(home, "# Text", "x = 1", loop, "y = 2")
    async with runner.kernel():
        run = await runner.run(1, lambda done, total: steps.append((done, total)))
        assert (run.status, run.alive) == ("time limit", False)
        assert run.failure is not None
        assert (run.failure.cell, run.failure.number, run.failure.line) == (2, 2, None)
        assert not alive(int((home / "pid").read_text()))
    assert steps == [(0, 3), (1, 3)]


async def test_a_notebook_that_prints_without_end_is_stopped(home: Path) -> None:
    runner = runner_of(home, "print('a little')", "while True:\n    print('x' * 1000)", output_bytes=50_000)
    async with runner.kernel():
        run = await runner.run(30, lambda done, total: None)
    assert (run.status, run.alive) == ("output limit", False)
    assert run.failure is not None and (run.failure.number, run.failure.error) == (2, "output limit")
    first, second = runner.notebook.cells
    assert [output.text for output in first.outputs] == ["a little\n"]
    assert sum(len(output.text) for output in second.outputs) <= 50_000


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "stdout", "text": "x" * 60}),
        ("display_data", {"data": {"text/plain": "x", "image/png": "y" * 60}, "metadata": {}}),
        ("execute_result", {"data": {"application/json": {"a": ["z" * 60, 1]}}, "metadata": {}, "execution_count": 1}),
        ("update_display_data", {"data": {"text/plain": "x" * 60}, "metadata": {}, "transient": {"display_id": "1"}}),
        ("error", {"ename": "E", "evalue": "e", "traceback": ["t" * 30, "u" * 30]}),
    ],
)
def test_every_kind_of_output_counts(kind: str, content: dict[str, Any]) -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    message = {"msg_type": kind, "header": {"msg_type": kind}, "parent_header": {"msg_id": "1"}, "content": content}
    roomy, narrow = LimitedClient(notebook), LimitedClient(notebook)
    roomy.output_left, narrow.output_left = 1_000, 50
    roomy.clear_before_next_output = False  # as at the start of every cell
    roomy.process_message(message, notebook.cells[0], 0)
    assert not roomy.flooded.is_set()
    kept = len(notebook.cells[0].outputs)
    assert narrow.process_message(message, notebook.cells[0], 0) is None
    assert narrow.flooded.is_set()
    assert len(notebook.cells[0].outputs) == kept


async def test_a_kernel_that_dies_is_told(home: Path) -> None:
    runner = runner_of(home, "x = 1", "import os\nos._exit(0)", "y = 2")
    async with runner.kernel():
        run = await runner.run(30, lambda done, total: None)
    assert (run.status, run.alive) == ("runtime error", False)
    assert run.failure is not None and (run.failure.number, run.failure.error) == (2, "kernel died")


def test_a_kernel_that_a_test_has_killed_is_made_anew(tmp_path: Path) -> None:
    with RunningAgent(tmp_path / "home") as agent:
        run = agent.run(
            "import os, signal, time\nfrom pathlib import Path\nran = os.getpid()\nPath('made').write_text('once')",
            "def kill(number):\n    os.kill(os.getppid(), number)\n    time.sleep(5)",
        )
        assert run["alive"]
        agent.begin()
        first = agent.get("ran")
        for number in (9, 19):  # killed, and stopped for good
            agent.begin(1)
            assert agent.error("run", source=f"kill({number})")["kind"] in ("time limit", "crashed")
            assert agent.begin() == {"value": None}
            assert agent.get("ran") != first
            assert agent.value("run", source="Path('made').read_text()") == "once"


def test_what_a_test_does_to_files_ends_with_it(tmp_path: Path) -> None:
    with RunningAgent(tmp_path / "home") as agent:
        agent.run(
            "import os, shutil\nfrom pathlib import Path\nPath('kept').write_text('as it was')\nos.mkdir('folder')",
            files={"course/data.csv": b"1,2"},
        )
        agent.begin()
        agent.value("run", source="Path('new').write_text('x'); Path('kept').write_text('changed'); os.mkdir('deep')")
        agent.value("run", source="Path('deep/er').write_text('x'); os.unlink('data.csv'); shutil.rmtree('folder')")
        agent.value("run", source="os.symlink('/etc/passwd', 'link')")
        assert "new" in agent.value("files")
        agent.begin()
        assert agent.value("files") == ["data.csv", "kept", "task.ipynb"]
        assert agent.value("read_file", path="kept") == b"as it was"
        assert agent.value("read_file", path="data.csv") == b"1,2"
        assert agent.value("run", source="sorted(os.listdir())") == ["data.csv", "folder", "kept", "task.ipynb"]


def test_without_a_kernel_every_question_is_answered_all_the_same(tmp_path: Path) -> None:
    with RunningAgent(tmp_path / "home") as agent:
        run = agent.run("print('before')", "import os\nos._exit(1)")
        assert (run["status"], run["alive"]) == ("runtime error", False)
        assert agent.begin() == {"error": {"kind": "crashed"}}
        assert agent.ask("get", name="x") == {"error": {"kind": "crashed"}}
        outputs = agent.ask_agent("outputs", cell=0)["value"]
        assert [output["text"] for output in outputs] == ["before\n"]
        assert agent.ask_agent("outputs", cell=99) == {"value": []}
