"""Sign people in whom our own handlers admit: learners by launches of LTI 1.1 and 1.3, the operator by a link."""

from functools import cached_property
from typing import Any

from ltiauthenticator.lti11.auth import LTI11Authenticator
from traitlets import Instance, Unicode

from openjupyter_service.hub import admin, keys, launch, login, register, select, setup, window
from openjupyter_service.hub.admission import Admitted
from openjupyter_service.hub.registry import Registry
from openjupyter_service.settings import Settings


class OpenJupyterAuthenticator(LTI11Authenticator):
    """Any number of platforms: our own checks, names that are nobody's, placements in the store.

    From ltiauthenticator come the login address and what the hub expects of an authenticator without passwords.
    """

    login_service = "your course"
    site = Instance(Settings, config=True, help="Settings of the installation.")
    service_url = Unicode(config=True, help="The service as learners' containers reach it.")

    @cached_property
    def registry(self) -> Registry:
        """The parts of the store that the hub's pages need."""
        return Registry(self.site)

    def get_handlers(self, app: Any) -> list[Any]:
        """Launches, and what LMSes and operators need to connect."""
        parts = (launch, login, window, keys, admin, select, register, setup)
        return [handler for part in parts for handler in part.handlers]

    async def authenticate(self, handler: Any, data: Any = None) -> dict[str, Any] | None:
        """The hub's model of somebody whom one of our handlers admits; None for what a form may hold."""
        if not isinstance(data, Admitted):
            return None
        # None leaves what an operator has given somebody in the hub as it is.
        return {"name": data.name, "admin": True if data.is_admin else None}
