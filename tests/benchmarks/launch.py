"""Click in the LMS to JupyterLab ready: launch, container, course pulled, page loaded."""

import time
from collections.abc import Iterator

from tests.benchmarks.containers import learner_container, plain_singleuser
from tests.benchmarks.figures import Figure, median_seconds
from tests.running_site import RunningSite

RUNS = 3
LINK = "ds-warm-up"


def measure(site: RunningSite) -> Iterator[Figure]:
    """Learners who come for the first time, one after another, against a bare server of the same image."""
    learners = [site.learner(person["user_id"]) for person in site.people[:RUNS]]

    def click(number: int) -> None:
        learners[number].launch(LINK)
        learners[number].pull()
        learners[number].wait_for_lab()

    ready = median_seconds(RUNS, click)
    like = learner_container(site, learners[0].server_url)
    plain = []
    for _ in range(RUNS):
        started = time.perf_counter()
        with plain_singleuser(site, like):
            plain.append(time.perf_counter() - started)
    yield Figure("click to JupyterLab", ready, "s", sorted(plain)[RUNS // 2], "plain jupyterhub-singleuser container")
    again = median_seconds(RUNS, click)
    yield Figure(
        "click with a running server", again, "s", sorted(plain)[RUNS // 2], "plain jupyterhub-singleuser container"
    )
    for learner in learners:
        learner.stop_server()
