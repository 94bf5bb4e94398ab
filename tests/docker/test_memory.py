"""Memory runs out in a learner's container: kernels die, not the server, and the learner is told in words."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from openjupyter_service.settings import GradingSettings
from tests.docker.lab import Lab, Page, is_of, running_lab

pytestmark = pytest.mark.docker

TAKE_ALL = "hoard = []\nwhile True:\n    hoard.append(bytearray(b'x' * 10_000_000))"
# By small steps, for how much room is left differs between engines: what is cached counts on some of them.
TAKE_WHILE_THERE_IS = """import os, time
more = []
while os.path.exists('/proc/PID'):
    more.append(bytearray(b'x' * 2_000_000))
    time.sleep(0.05)
print('done')"""
WORDS = "Out of memory: Python was stopped here"


@pytest.fixture
async def lab(grading_settings: GradingSettings) -> AsyncIterator[Lab]:
    async with running_lab(grading_settings.sandbox_image, "400m") as lab:
        yield lab


async def restarting(page: Page) -> None:
    await page.wait(lambda each: each["content"].get("execution_state") == "restarting")


async def ask(page: Page, code: str) -> str:
    """Run a cell in a kernel that may just be starting, once something published by it arrives, as JupyterLab does.

    What is sent before it listens gets no answer; what it publishes before the server listens is lost.
    """
    async with asyncio.timeout(60):
        while True:
            try:
                async with asyncio.timeout(3):
                    request = await page.send("kernel_info_request", {})
                    await page.published(request)
                    break
            except TimeoutError:
                continue
    return await page.run(code)


async def test_the_cell_that_used_up_the_memory_says_so(lab: Lab) -> None:
    kernel = lab.start_kernel()
    async with lab.events() as events, lab.page(kernel) as page:
        assert await page.run("print('here', 1 + 1)") == "here 2\n"
        request = await page.execute(TAKE_ALL)
        await restarting(page)
        text = page.printed(request)
        # Before the page hears of the restart, when it forgets the cell.
        assert text.startswith(WORDS) and "400 MB" in text and "Everything you wrote is still there" in text
        async with asyncio.timeout(30):
            while (event := json.loads(await events.read_message() or "null"))["schema_id"] != (
                "urn:openjupyter:kernel-out-of-memory:v1"
            ):
                pass
        assert event["kernel_id"] == kernel and event["limit_bytes"] == 400 * 2**20 and event["message"] in text
        # The same kernel, by the same connection, without its variables; nothing is told twice.
        text = await ask(page, "print('hoard' in globals())")
        assert text == "False\n"
    assert lab.get("api/status")["kernels"] == 1


async def test_another_notebook_than_the_one_that_runs_may_die_and_its_next_cell_says_so(lab: Lab) -> None:
    first, second = lab.start_kernel(), lab.start_kernel()
    async with lab.page(first) as large, lab.page(second) as small:
        pid = await large.run("import os\nkept = b'x' * 180_000_000\nprint(os.getpid(), end='')")
        request = await small.execute(TAKE_WHILE_THERE_IS.replace("PID", pid))
        await restarting(large)
        await small.wait(
            lambda each: (
                each["content"].get("execution_state") == "restarting"
                or (is_of(each, request) and each["content"].get("execution_state") == "idle")
            )
        )
        # The system takes the asking one, too, if the memory of the other comes back a millisecond late.
        assert small.printed(request) == "done\n" or small.printed(request).startswith(WORDS)
        text = await ask(large, "print('again')")
        assert text.startswith(WORDS) and text.endswith("again\n")
        assert await large.run("print('once')") == "once\n"


async def test_nobody_is_told_of_memory_when_a_kernel_ends_otherwise(lab: Lab) -> None:
    async with lab.page(lab.start_kernel()) as page:
        request = await page.execute("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
        await restarting(page)
        assert page.printed(request) == ""
        assert await ask(page, "print('again')") == "again\n"


async def test_programs_of_kernels_and_terminals_go_before_the_server(lab: Lab) -> None:
    async with lab.page(lab.start_kernel()) as page:
        look = "import os, subprocess, sys\nprint(*(open(f'/proc/{pid}/oom_score_adj').read().strip() for pid in PIDS))"
        assert await page.run(look.replace("PIDS", "('self', os.getppid())")) == "1000 0\n"
        child = await page.run("print(subprocess.run(['cat', '/proc/self/oom_score_adj'], capture_output=True).stdout)")
        assert child == "b'1000\\n'\n"
        # A child that dies of memory leaves its kernel alone, and nobody is told of a death of the kernel.
        text = await page.run(f"print(subprocess.run([sys.executable, '-c', {TAKE_ALL!r}]).returncode)")
        assert text == "-9\n"
        assert await page.run("print('still here')") == "still here\n"
    name = lab.post("api/terminals")["name"]
    assert lab.run("sh", "-c", "grep -lx 1000 /proc/*/oom_score_adj | wc -l") == "2\n", name
