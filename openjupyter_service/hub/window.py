"""A new window, where a frame does not do: browsers keep no cookies of ours in there, and JupyterLab needs room."""

from typing import Any

from jupyterhub.handlers import BaseHandler

from openjupyter_service.errors import LaunchRefused, OpenJupyterError
from openjupyter_service.hub.admission import Admitted
from openjupyter_service.hub.door import DoorHandler, PageForm
from openjupyter_service.hub.entry import sign_in
from openjupyter_service.hub.login import decode_form, start_login
from openjupyter_service.language import N_
from openjupyter_service.lti.login import LoginRequest

PURPOSE = "window"
WINDOW_SECONDS = 600.0


async def offer_window(handler: DoorHandler, data: dict[str, Any]) -> None:
    """A page with one button, which goes on in a new window. The page holds a one-time ticket and nothing else."""
    token = await handler.in_thread(handler.registry.tickets.issue, PURPOSE, data, WINDOW_SECONDS)
    action, button = f"{handler.hub.base_url}lti/window", N_("Open in a new window")
    form = PageForm(action, [("ticket", token)], button, new_window=True)
    await handler.page(N_("Your exercise opens in a new window"), N_("There it has room, and stays open."), form=form)


class WindowHandler(DoorHandler):
    """POST /hub/lti/window: what was begun in a frame goes on."""

    async def get(self) -> None:
        """Somebody has reloaded: the ticket was in the form."""
        await self.page(N_("Open this exercise from your course"), N_("This window cannot be loaded again."))

    async def post(self) -> None:
        """Use the ticket up: sign in, or begin the login anew."""
        try:
            token = dict(decode_form(self)).get("ticket", "")
            data = await self.in_thread(self.registry.tickets.redeem, PURPOSE, token)
            if data is None:
                raise LaunchRefused("the ticket of a new window is unknown, was used already, or has expired")
            self.launch_locale = data.get("locale")
            if data["kind"] == "login":
                await start_login(self, LoginRequest(**data["request"]))
            else:
                await sign_in(self, Admitted(data["name"]), data["address"])
        except OpenJupyterError as error:
            await self.refuse(error)


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/window", WindowHandler)]
