"""The story of `deploy/try`: prepare, write the site, start LMS and hub, watch them, stop everything."""

import argparse
import contextlib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.containers import remove_containers, remove_networks, remove_volumes
from deploy.orphans import Orphans
from deploy.ports import check_free
from deploy.prepare import DATA_BYTES, HOME, Prepared, check_disk, prepared
from deploy.processes import Child
from deploy.site import CLIENT_ID, CONSUMER_KEY, DEPLOYMENT_ID, PROJECT, Site, write_site
from deploy.steps import Say, Steps
from openjupyter_service.exercises.repository import publish

READY_SECONDS = 90
LOOK_SECONDS = 0.5


@dataclass(frozen=True)
class Running:
    """A site that answers, and the programs behind it."""

    site: Site
    children: list[Child]
    orphans: Orphans

    def tend(self, say: Say) -> None:
        """Start what has died."""
        for child in self.children:
            child.tend(say, self.end_orphans)

    def end_orphans(self) -> None:
        """End what programs that died have left behind."""
        self.orphans.end([child.pid for child in self.children if child.pid])


def stay(options: argparse.Namespace) -> int:
    """Run until Ctrl-C or SIGTERM."""
    steps = Steps()
    with running(options, options.data_dir, steps) as site:
        steps.line(_welcome(site.site))
        with contextlib.suppress(KeyboardInterrupt):
            while True:
                site.tend(steps.line)
                time.sleep(LOOK_SECONDS)
        steps.line("\nStopping")
    return 0


def smoke(options: argparse.Namespace) -> int:
    """Run the smoke test against a fresh site, then remove every trace of it; its exit code."""
    from deploy import smoke as test

    steps = Steps()
    HOME.mkdir(exist_ok=True)
    data_dir = Path(tempfile.mkdtemp(prefix="smoke-", dir=HOME))
    code = 1
    try:
        with running(options, data_dir, steps, keep_files=False) as site:
            code = test.run(site.site)
        return code
    finally:
        if code and (data_dir / "logs").exists():
            kept = HOME / "logs/smoke"
            shutil.rmtree(kept, ignore_errors=True)
            shutil.move(data_dir / "logs", kept)
            steps.line(f"The logs of this run are in {kept}")
        shutil.rmtree(data_dir, ignore_errors=True)


@contextlib.contextmanager
def running(options: argparse.Namespace, data_dir: Path, steps: Steps, *, keep_files: bool = True) -> Iterator[Running]:
    """A started site; at the end of the block everything that was started is stopped, the last first.

    Raises:
        OpenJupyterError: with what is missing, in one sentence.
    """
    check_free(options.bind, options.port, "--port")
    check_free(options.bind, options.lms_port, "--lms-port")
    check_disk(data_dir, DATA_BYTES)
    with prepared(steps) as foundations, contextlib.ExitStack() as stack:
        with steps.step("Settings and the sample course"):
            site = write_site(
                data_dir, options.bind, options.port, options.lms_port, foundations.images, foundations.proxy_command
            )
            for course in site.settings.courses:
                if course.repository == site.data_dir / "courses/sample.git":
                    publish(PROJECT / "notebooks", course.repository)
        lms, hub = _lms(site, options), _hub(site)
        all_running = Running(site, [lms, hub], Orphans())
        stack.callback(_clean_up, foundations, all_running, keep_files)
        with steps.step("Demo LMS"):
            stack.callback(lms.stop)
            lms.start()
            lms.wait_until_answering(site.lms_url, READY_SECONDS)
        with steps.step("Hub and service"):
            stack.callback(hub.stop)
            hub.start()
            # The programs themselves first: the proxy would fill the log with every question that it cannot pass on.
            settings, service = site.settings, "services/openjupyter/health"
            for url in (
                f"http://127.0.0.1:{settings.hub_port}/hub/health",
                f"http://127.0.0.1:{settings.service_port}/{service}",
                f"{site.hub_url}/hub/health",
                f"{site.hub_url}/{service}",
            ):
                hub.wait_until_answering(url, READY_SECONDS)
        # From here on the way out is to be walked to its end, however often Ctrl-C is pressed.
        stack.callback(_ignore_signals)
        yield all_running


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _clean_up(foundations: Prepared, site: Running, keep_files: bool) -> None:
    site.end_orphans()
    client, name = foundations.engine.client, site.site.name
    remove_containers(client, name)
    remove_networks(name)
    if not keep_files:
        remove_volumes(client, name)


def _lms(site: Site, options: argparse.Namespace) -> Child:
    arguments = {
        "--bind": options.bind,
        "--port": str(options.lms_port),
        "--data": str(site.data_dir / "demo-lms"),
        "--tool-url": f"{site.hub_url}/hub/lti/launch",
        "--tool-login-url": f"{site.hub_url}/hub/lti/login",
        "--tool-jwks-url": f"{site.hub_url}/hub/lti/jwks",
        "--client-id": CLIENT_ID,
        "--deployment-id": DEPLOYMENT_ID,
        "--mode": options.lms_mode,
        "--key": CONSUMER_KEY,
        "--secret-file": str(site.secret_file),
        "--public-url": site.lms_url,
    }
    command = [sys.executable, "-m", "deploy.demo_lms", *(word for pair in arguments.items() for word in pair)]
    return Child("the demo LMS", command, site.logs / "demo-lms.log", cwd=PROJECT)


def _hub(site: Site) -> Child:
    return Child(
        "the hub",
        [sys.executable, "-m", "jupyterhub", "-f", str(PROJECT / "jupyterhub_config.py")],
        site.logs / "hub.log",
        env={"OPENJUPYTER_SETTINGS": str(site.settings_file)},
        cwd=site.data_dir / "hub",
    )


def _welcome(site: Site) -> str:
    return f"""
OpenJupyter is ready.

  1. Open {site.lms_url} and sign in as one of the learners.
  2. Click an exercise: JupyterLab opens with its notebook.
  3. Solve it, run the last cell, and look at the gradebook of the LMS.

Settings and logs are in {site.data_dir}. Ctrl-C stops everything; learners' files stay.
"""
