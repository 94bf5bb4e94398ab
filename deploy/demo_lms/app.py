"""Putting the demo LMS together and letting it run."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from deploy.demo_lms import api, base, content, grades13, login13, members, pages, registration, service, tokens
from deploy.demo_lms.catalogue import load_catalogue
from deploy.demo_lms.config import Config
from deploy.demo_lms.lms import DemoLms
from deploy.demo_lms.store import Store

HERE = Path(__file__).parent
_LINE_ITEMS = "/lti13/courses/([a-z0-9-]+)/lineitems"
REQUEST_LIMIT = 128 * 1024
"""Bytes of the largest request body that the server reads at all; the outcome service stops earlier."""


def make_app(config: Config, clock: Callable[[], float] = time.time) -> tornado.web.Application:
    """Return the web application; ``settings["lms"]`` is its state, whose ``store`` the caller closes in the end.

    ``config.base_url`` must be the address that it will be served at: launches and the check of signatures use it.
    Raises OSError or sqlite3.Error where the data directory cannot be used.
    """
    lms = DemoLms(config=config, base=load_catalogue(), store=Store(config.data_dir), clock=clock)
    secure = config.base_url.startswith("https:")
    return tornado.web.Application(
        [
            ("/", pages.CoursesHandler),
            ("/signin", pages.SignInHandler),
            ("/signout", pages.SignOutHandler),
            ("/course/([a-z0-9-]+)", pages.CourseHandler),
            ("/course/([a-z0-9-]+)/gradebook", pages.GradebookHandler),
            ("/course/([a-z0-9-]+)/choose", pages.ChooseHandler),
            ("/launch/([a-z0-9-]+)", pages.LaunchHandler),
            ("/messages", pages.MessagesHandler),
            ("/tools", registration.ToolsHandler),
            ("/outcomes", service.OutcomesHandler),
            ("/content-items", content.Content11Handler),
            ("/.well-known/openid-configuration", registration.ConfigurationHandler),
            ("/lti13/register", registration.RegisterHandler),
            ("/lti13/jwks", login13.KeySetHandler),
            ("/lti13/authorize", login13.AuthorizeHandler),
            ("/lti13/token", tokens.TokenHandler),
            ("/lti13/content", content.Content13Handler),
            ("/lti13/courses/([a-z0-9-]+)/members", members.MembersHandler),
            (_LINE_ITEMS, grades13.LineItemsHandler),
            (f"{_LINE_ITEMS}/([a-z0-9-]+)/lineitem", grades13.LineItemHandler),
            (f"{_LINE_ITEMS}/([a-z0-9-]+)/lineitem/scores", grades13.ScoresHandler),
            (f"{_LINE_ITEMS}/([a-z0-9-]+)/lineitem/results", grades13.ResultsHandler),
            ("/gradebook.json", api.GradebookJsonHandler),
            ("/api/links", api.LinksHandler),
            ("/api/launch", api.LaunchApiHandler),
            ("/api/faults", api.FaultsHandler),
            ("/health", api.HealthHandler),
        ],
        default_handler_class=base.NotFoundHandler,
        lms=lms,
        template_path=str(HERE / "templates"),
        static_path=str(HERE / "static"),
        cookie_secret=lms.session_key,
        # Browsers share cookies between the ports of a host, so the names must not meet those of other programs.
        xsrf_cookies=True,
        xsrf_cookie_name="demo_lms_xsrf",
        xsrf_cookie_kwargs={"httponly": True, "samesite": "Lax", "secure": secure},
    )


@dataclass(frozen=True)
class RunningLms:
    """A demo LMS that listens; ``url`` is its public address, ``port`` the port it got."""

    url: str
    port: int
    app: tornado.web.Application
    _server: HTTPServer

    async def stop(self) -> None:
        """Stop listening, end open connections and close the data file."""
        self._server.stop()
        await self._server.close_all_connections()
        lms: DemoLms = self.app.settings["lms"]
        lms.store.close()


def start(config: Config, clock: Callable[[], float] = time.time) -> RunningLms:
    """Listen on ``config.bind`` and ``config.port`` (0: any free one) in the running event loop.

    Raises OSError (with EADDRINUSE for a port in use) or sqlite3.Error; nothing is left open then.
    """
    sockets = bind_sockets(config.port, config.bind)
    try:
        port: int = sockets[0].getsockname()[1]
        app = make_app(replace(config, port=port), clock)
    except BaseException:
        for socket in sockets:
            socket.close()
        raise
    server = HTTPServer(app, max_body_size=REQUEST_LIMIT, max_header_size=16 * 1024, idle_connection_timeout=60)
    server.add_sockets(sockets)
    return RunningLms(url=app.settings["lms"].config.base_url, port=port, app=app, _server=server)
