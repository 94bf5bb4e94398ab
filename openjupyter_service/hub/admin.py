"""The operator's door: a one-time link from the command line, and no password."""

from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import url_path_join

from openjupyter_service.errors import LaunchRefused, OpenJupyterError
from openjupyter_service.hub.admission import Admitted
from openjupyter_service.hub.door import DoorHandler, PageForm
from openjupyter_service.hub.login import decode_form
from openjupyter_service.language import N_

PURPOSE = "admin"
OPERATOR = "operator"
"""Hub username; no learner's name can be the same, since those are longer."""
_MAX_TICKET = 200


class AdminLoginHandler(DoorHandler):
    """GET and POST /hub/admin-login?ticket=…"""

    def _log(self) -> None:
        # The link lets in until it has been used: it does not belong into the log.
        self.request.uri = self.request.path
        super()._log()

    async def get(self) -> None:
        """Ask first: programs that look at links in mails and chats must not use this one up."""
        token = str(self.get_query_argument("ticket", ""))[:_MAX_TICKET]
        if await self.in_thread(self.registry.tickets.look, PURPOSE, token) is None:
            return await self._too_late()
        form = PageForm(f"{self.hub.base_url}admin-login", [("ticket", token)], N_("Sign in as operator"))
        await self.page(
            N_("Sign in as operator?"), N_("You will administer this installation. The link works once."), form=form
        )

    async def post(self) -> None:
        """Use the link up and sign in."""
        try:
            token = dict(decode_form(self)).get("ticket", "")
            if await self.in_thread(self.registry.tickets.redeem, PURPOSE, token) is None:
                return await self._too_late()
            if await self.login_user(Admitted(OPERATOR, is_admin=True)) is None:
                raise LaunchRefused("the hub does not admit the operator")
        except OpenJupyterError as error:
            return await self.refuse(error)
        self.log.info("the operator has signed in")
        self.redirect(url_path_join(self.hub.base_url, "lti/setup"), status=303)

    async def _too_late(self) -> None:
        await self.page(
            N_("This link does not work any more"),
            N_("It was used already, or is too old. `openjupyter admin-link` prints a new one."),
            status=401,
        )


handlers: list[tuple[str, type[BaseHandler]]] = [("/admin-login", AdminLoginHandler)]
