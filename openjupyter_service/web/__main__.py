"""`python -m openjupyter_service.web`: the hub-managed service, started by the hub with its token and address."""

import asyncio
import logging
import os
import signal
import socket
import sys
from urllib.parse import urlsplit

from jupyterhub.services.auth import HubOAuth
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from openjupyter_service.errors import OpenJupyterError, SettingsError
from openjupyter_service.grading.course_view import CourseView
from openjupyter_service.grading.grader import Grader
from openjupyter_service.grading.results import ResultsView
from openjupyter_service.grading.staff import StaffView
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.grading.submit import MAX_BODY_BYTES
from openjupyter_service.parent import exit_with_parent
from openjupyter_service.secrets import site_secret
from openjupyter_service.settings import load_settings
from openjupyter_service.store.engine import Store
from openjupyter_service.store.launches import Launches
from openjupyter_service.store.people import People
from openjupyter_service.store.submissions import Submissions
from openjupyter_service.web.app import make_app
from openjupyter_service.web.base import Site

BIND_SECONDS = 10


async def serve() -> None:
    """Grade and answer until SIGTERM; exits with the hub that started it."""
    settings = load_settings()
    store = Store(settings.store_url)
    store.upgrade()
    submissions = Submissions(store)
    grader = Grader(settings, store)
    site = Site(
        settings,
        submissions,
        grader,
        HubOAuth(),
        StaffView(settings, store),
        People(store),
        grader.courses,
        Launches(store),
        CourseView(settings, store, grader.follower),
        RegradeView(settings, store),
        ResultsView(settings, store),
    )
    cookies = site_secret(settings.data_dir, "service-cookies")
    app = make_app(site, os.environ["JUPYTERHUB_SERVICE_PREFIX"], cookies)
    server = HTTPServer(app, max_body_size=MAX_BODY_BYTES + 2**20, xheaders=False)
    server.add_sockets(await _bind(os.environ["JUPYTERHUB_SERVICE_URL"]))
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _resize_pool, grader)
    async with grader.running():
        await stopped.wait()
    server.stop()
    store.close()


def _resize_pool(grader: Grader) -> None:
    """SIGHUP: the size of the pool is read anew; all else waits for a restart."""
    try:
        grader.resize_pool(load_settings().grading)
    except SettingsError as error:
        logging.getLogger(__name__).error("the pool stays as it is: %s", error)


async def _bind(url: str) -> list[socket.socket]:
    """Sockets of the service's address; waits for a predecessor that is just going."""
    address = urlsplit(url)
    for _ in range(BIND_SECONDS * 5):
        try:
            return list(bind_sockets(address.port or 0, address.hostname))
        except OSError:
            await asyncio.sleep(0.2)
    return list(bind_sockets(address.port or 0, address.hostname))


def main() -> int:
    """Exit codes: 0 stopped, 1 could not start."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname).1s %(name)s: %(message)s")
    exit_with_parent()
    try:
        asyncio.run(serve())
    except OpenJupyterError as error:
        logging.getLogger(__name__).error("%s", error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
