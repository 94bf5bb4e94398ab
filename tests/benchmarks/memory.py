"""Memory of one learner's container, as its cgroup counts it."""

from collections.abc import Iterator

from tests.benchmarks.containers import learner_container, megabytes_in_use, plain_singleuser
from tests.benchmarks.figures import Figure
from tests.running_site import RunningSite

LINK = "ds-warm-up"
BASELINE = "plain jupyterhub-singleuser container"


def measure(site: RunningSite) -> Iterator[Figure]:
    """Server alone, with an idle kernel, and with numpy, pandas and matplotlib in it."""
    learner = site.learner(site.people[0]["user_id"])
    learner.launch(LINK)
    notebook = learner.pull()
    learner.wait_for_lab()
    container = learner_container(site, learner.server_url)
    with plain_singleuser(site, container) as plain:
        baseline = megabytes_in_use(plain)
    yield Figure("learner container, idle", megabytes_in_use(container), "MB", baseline, BASELINE)
    for name, code in (
        ("learner container, idle kernel", "pass"),
        ("learner container, pandas loaded", "import numpy, pandas, matplotlib.pyplot"),
    ):
        with learner.kernel(notebook) as kernel:
            kernel(code)
            yield Figure(name, megabytes_in_use(container), "MB", baseline, BASELINE)
    learner.stop_server()
