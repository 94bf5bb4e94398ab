"""The status bar's question: how much memory and processor time is in use?"""

import time
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web

from openjupyter.workspace.meter import Meter


class UsageHandler(APIHandler):
    """GET /api/metrics/v1."""

    _track_activity = False  # a page that only looks does not keep an idle server alive

    def initialize(self, meter: Meter) -> None:
        """Tornado's own way to hand things in."""
        self._meter = meter

    @web.authenticated
    async def get(self) -> None:
        """Usage now."""
        self.finish(self._meter.read(time.monotonic()))


def add_handler(web_app: Any) -> None:
    """Answer the status bar on this server."""
    path = url_path_join(web_app.settings["base_url"], "/api/metrics/v1")
    web_app.add_handlers(".*$", [(path, UsageHandler, {"meter": Meter()})])
