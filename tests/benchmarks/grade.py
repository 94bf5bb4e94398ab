"""`openjupyter.grade()` to the report of the warm-up exercise, as a whole and by stage."""

import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import requests

from openjupyter_service.store.engine import Store
from openjupyter_service.store.queue import Queue
from openjupyter_service.store.submissions import Submissions
from tests.benchmarks.containers import learner_container
from tests.benchmarks.figures import Figure, median_seconds
from tests.running_site import ROOT, RunningSite

RUNS = 5
LINK = "ds-warm-up"
CELL = "import openjupyter\nopenjupyter.grade()"
SOLUTION = ROOT / "hidden_tests/warm-up/solution/warm-up.ipynb"
BASELINE = "jupyter nbconvert --execute"
STAGES = {"queue": "queue", "start": "sandbox start", "notebook": "notebook run", "tests": "tests"}


def measure(site: RunningSite) -> Iterator[Figure]:
    """The right solution, graded again and again from a kernel, against executing the notebook beside it."""
    person = site.people[0]
    learner = site.learner(person["user_id"])
    token = site.token(site.learner(person["user_id"]), LINK)
    learner.launch(LINK)
    notebook = learner.pull()
    learner.write(notebook, json.loads(SOLUTION.read_text()))

    with learner.kernel(notebook) as kernel:

        def grade(_: int) -> None:
            shown = kernel(CELL)
            assert "All tests passed" in shown, shown

        grade(-1)  # the first one reads images and libraries from disk
        total = median_seconds(RUNS, grade)

    container = learner_container(site, learner.server_url)
    command = ["jupyter", "nbconvert", "--to", "notebook", "--execute", "--stdout", f"/home/learner/{notebook}"]

    def convert(_: int) -> None:
        code, output = container.exec_run(command, environment={"OPENJUPYTER_SANDBOX": "1"}, stderr=True)
        assert code == 0, output

    convert(-1)
    baseline = median_seconds(RUNS, convert)
    yield Figure("grade() to report", total, "s", baseline, BASELINE)
    for stage, seconds in _stages(site, token).items():
        yield Figure(f"  {STAGES[stage]}", seconds, "s", baseline, BASELINE)
    yield Figure("  store", _store_seconds(), "s", baseline, BASELINE)
    learner.stop_server()


def _stages(site: RunningSite, token: str) -> dict[str, float]:
    headers = {"Authorization": f"token {token}"}
    address = f"{site.service_url}/api/submissions"
    latest = requests.get(address, headers=headers, timeout=30).json()["submissions"][:RUNS]
    timings = [
        requests.get(f"{address}/{item['id']}", headers=headers, timeout=30).json()["timings"] for item in latest
    ]
    return {stage: statistics.median(timing[stage] for timing in timings) for stage in STAGES}


def _store_seconds() -> float:
    """Accepting one submission and storing one report, each in its transaction, on a store of their own."""
    files = {"warm-up/warm-up.ipynb": SOLUTION.read_bytes()}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'store.sqlite'}")
        store.upgrade()
        submissions, queue = Submissions(store), Queue(store)

        def once(_: int) -> None:
            submissions.accept(
                learner="u", course="sample", exercise="warm-up", commit=None,
                notebook_path="warm-up/warm-up.ipynb", files=files,
            )  # fmt: skip
            claimed = queue.claim("w", 60)
            assert claimed is not None
            assert queue.finish(claimed.grading_id, "w", {"status": "correct"}, 1.0, {"at": time.time()})

        seconds = median_seconds(20, once)
        store.close()
    return seconds
