"""JupyterHub's own application for tests: its handlers, templates, cookies and database, but no proxy."""

import asyncio
import logging
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import requests
from jupyterhub.app import JupyterHub
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from traitlets.config import Config

from openjupyter_service.hub.config import apply, hub_folder
from openjupyter_service.store import Store
from tests.unit.hub.site import KEY, SECRET, make_settings
from tests.unit.lti import signing

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PLATFORM_PARAMETERS = {"custom_course": "python", "custom_exercise": "warm-up"}


class Hub:
    def __init__(self, folder: Path, **changes: object) -> None:
        self.settings = make_settings(folder, **changes)
        self.settings.data_dir.mkdir()
        hub_folder(self.settings).mkdir()
        self.store = Store(self.settings.store_url)
        self.store.upgrade()
        self.log: list[str] = []
        ready: Future[str] = Future()
        self._thread = threading.Thread(target=self._run, args=(ready,))
        self._thread.start()
        self.url = ready.result(60)

    def _run(self, ready: "Future[str]") -> None:
        try:
            asyncio.run(self._serve(ready))
        except BaseException as error:
            ready.set_exception(error)

    async def _serve(self, ready: "Future[str]") -> None:
        config = Config()
        apply(config, self.settings, "172.30.0.1", Path("openjupyter.toml"))
        self.configure(config)
        # Not the configuration file that may lie where the tests run.
        empty = self.settings.data_dir / "empty.py"
        empty.touch()
        app = JupyterHub(config=config, config_file=str(empty))
        handler = logging.Handler(logging.INFO)  # below it, the client that signs for the tests tells all
        handler.emit = lambda record: self.log.append(record.getMessage())  # type: ignore[method-assign]
        app.log.addHandler(handler)
        await app.initialize([])
        self.authenticator: Any = app.authenticator
        sockets = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(app.tornado_application)
        server.add_sockets(sockets)
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        ready.set_result(f"http://127.0.0.1:{sockets[0].getsockname()[1]}")
        await self._stop.wait()
        server.stop()
        app.log.removeHandler(handler)

    def configure(self, config: Config) -> None:
        """What the tests have otherwise than an installation: nothing runs beside the hub."""
        config.JupyterHub.services = []
        config.JupyterHub.load_roles = []

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self.store.close()

    def sign(self, changes: dict[str, str | None] | None = None, **options: object) -> bytes:
        values = PLATFORM_PARAMETERS | {"custom_next": "https://evil.example/"} | (changes or {})
        options = {"url": f"{self.url}/hub/lti/launch", "key": KEY, "secret": SECRET, "nonce": None} | options
        options.setdefault("timestamp", time.time())
        return signing.sign(values, **options)  # type: ignore[arg-type]

    def post(self, body: bytes, session: requests.Session | None = None, **options: object) -> requests.Response:
        values = {"data": body, "headers": FORM, "allow_redirects": False, "timeout": 30, **options}
        with session or requests.Session() as session:
            session.trust_env = False
            return session.post(f"{self.url}/hub/lti/launch", **values)  # type: ignore[arg-type]
