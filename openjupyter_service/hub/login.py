"""Login initiation of LTI 1.3: an LMS sends somebody, and we send them back to it to be told who they are.

The state of a login is a one-time ticket in the store, bound to the browser by a cookie of its own: two tabs may log in
at once, nothing can be replayed, and any process of the hub may answer.
"""

import hashlib
import hmac
import secrets
from dataclasses import asdict
from http.cookies import SimpleCookie
from typing import Any

from jupyterhub.handlers import BaseHandler

from openjupyter_service.errors import LaunchRefused
from openjupyter_service.hub.door import FORM, DoorHandler
from openjupyter_service.lti.launch11 import decode_parameters
from openjupyter_service.lti.login import LoginRequest, authorization_url, check_target, choose_platform, read_login

PURPOSE = "login"
LOGIN_SECONDS = 600.0
"""How long somebody may take to sign in at the LMS."""
_COOKIE = "openjupyter-lti-"


class LoginHandler(DoorHandler):
    """GET and POST /hub/lti/login."""

    async def get(self) -> None:
        """Begin a login."""
        try:
            parameters = decode_query(self)
        except LaunchRefused as error:
            return await self.refuse(error)
        await self._begin(parameters)

    async def post(self) -> None:
        """Begin a login; the parameters are a form."""
        try:
            parameters = [*decode_form(self), *decode_query(self)]
        except LaunchRefused as error:
            return await self.refuse(error)
        await self._begin(parameters)

    async def _begin(self, parameters: list[tuple[str, str]]) -> None:
        try:
            request = read_login(parameters)
            await start_login(self, request)
        except LaunchRefused as error:
            await self.refuse(error)


async def start_login(handler: DoorHandler, request: LoginRequest) -> None:
    """Send the browser to the platform's authorization endpoint.

    Raises:
        LaunchRefused: the platform is unknown, or the login is to lead elsewhere.
    """
    registry, launch_url = handler.registry, handler.tool.launch
    platform = await handler.in_thread(choose_platform, request, registry.platforms.by_issuer)
    check_target(request, launch_url)
    nonce, browser = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    data = {
        "platform": platform.name,
        "nonce": nonce,
        "browser": _digest(browser),
        # So that a browser which keeps no cookies here can begin again in a window of its own.
        "request": asdict(request),
    }
    state = await handler.in_thread(registry.tickets.issue, PURPOSE, data, LOGIN_SECONDS)
    set_cookie(handler, _cookie_name(state), browser)
    handler.set_header("Cache-Control", "no-store")
    handler.redirect(authorization_url(platform, request, launch_url, state, nonce))


def is_same_browser(handler: DoorHandler, state: str, login: dict[str, Any]) -> bool | None:
    """Is this the browser that began the login? None when it shows no cookie of it."""
    browser = handler.get_cookie(_cookie_name(state))
    if browser is None:
        return None
    return hmac.compare_digest(_digest(browser), str(login["browser"]))


def forget_browser(handler: DoorHandler, state: str) -> None:
    """The login is over: its cookie goes."""
    set_cookie(handler, _cookie_name(state), "", seconds=0)


def set_cookie(handler: DoorHandler, name: str, value: str, seconds: float = LOGIN_SECONDS) -> None:
    """A cookie that comes back with a cross-site form, in a window and in a frame, wherever the browser allows it.

    `Partitioned` (CHIPS) is unknown to http.cookies of Python 3.11, so the header is written here.
    """
    cookie: SimpleCookie = SimpleCookie()
    cookie[name] = value
    cookie[name]["path"] = f"{handler.hub.base_url}lti/"
    cookie[name]["max-age"] = int(seconds)
    cookie[name]["httponly"] = True
    text = cookie[name].OutputString()
    if handler.takes_cross_site_cookies:
        text += "; SameSite=None; Secure; Partitioned"
    else:  # such a cookie comes back only to a page of our own, which is why the launch may post itself once more
        text += "; SameSite=Lax"
    handler.add_header("Set-Cookie", text)


def decode_form(handler: DoorHandler) -> list[tuple[str, str]]:
    """The parameters of a form. LaunchRefused when it is none."""
    if handler.request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != FORM:
        raise LaunchRefused("the launch is not a form")
    return decode_parameters(handler.request.body)


def decode_query(handler: DoorHandler) -> list[tuple[str, str]]:
    """The parameters of the query. LaunchRefused when they cannot be read."""
    return decode_parameters(handler.request.query.encode("latin-1", "replace"))


def _cookie_name(state: str) -> str:
    return _COOKIE + _digest(state)[:16]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/login", LoginHandler)]
