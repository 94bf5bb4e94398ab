"""LTI Dynamic Registration: the page that an LMS's administrator sees, in a frame or a window of the LMS."""

import secrets
from typing import Any

from jupyterhub.handlers import BaseHandler

from openjupyter_service.errors import OpenJupyterError, PlatformError
from openjupyter_service.hub.registry import RegistryHandler
from openjupyter_service.lti.configuration import Configuration, RegistrationFailed, read_configuration
from openjupyter_service.lti.products import PRODUCT_NAMES, default_deployments, is_shared_issuer
from openjupyter_service.lti.registration import (
    Registered,
    RegistrationLink,
    client_metadata,
    platform_of,
    register,
    suggested_name,
)
from openjupyter_service.platforms import Platform13

TEMPLATE = "openjupyter-register.html"
_MAX_TRIES = 50
_NEW_LINK = "ask the operator of OpenJupyter for a new link, which `openjupyter platform link` prints"


class RegisterHandler(RegistryHandler):
    """GET /hub/lti/register?token=…&openid_configuration=…&registration_token=…, and POST of the same as a form.

    The one-time token is what lets in: there is no session, and in a frame of an LMS no cookie could be relied on.
    """

    busy: set[str] = set()  # noqa: RUF012
    """Tokens with which a registration is under way in this hub."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: who does not know the one-time token can do nothing, and who knows it needs no one else."""

    def _log(self) -> None:
        # The LMS's own token may stand anywhere in the query: it does not belong into the log.
        self.request.uri = self.request.path
        super()._log()

    async def get(self) -> None:
        """What is about to be connected; nothing is changed."""
        try:
            link = await self._link()
            configuration = await self._configuration(link)
            name = await self.in_thread(self._name, link, configuration)
        except OpenJupyterError as error:
            return await self._fail(error)
        known = await self.in_thread(self.registry.platforms.by_issuer, configuration.issuer)
        await self._page(
            "confirm",
            lms=configuration,
            product=PRODUCT_NAMES[configuration.product],
            platform_name=name,
            renews=any(platform.name == name for platform in known),
            known=[platform.name for platform in known if platform.name != name],
            deployments_untold=not default_deployments(configuration.issuer),
            form={field: self._value(field) for field in ("token", "openid_configuration", "registration_token")},
            action=f"{self.hub.base_url}lti/register",
        )

    async def post(self) -> None:
        """Register, store, and close the window."""
        token = self._value("token")
        if token in self.busy:
            return await self._fail(RegistrationFailed("this registration is under way already; wait for its answer"))
        self.busy.add(token)
        try:
            platform = await self._register(token)
        except OpenJupyterError as error:
            return await self._fail(error)
        finally:
            self.busy.discard(token)
        self.log.info("platform %s is registered: %s", platform.name, platform.issuer)
        await self._page("done", platform=platform)

    async def _register(self, token: str) -> Platform13:
        link = await self._link()
        configuration = await self._configuration(link)
        name = await self.in_thread(self._name, link, configuration)
        private, lms_token = link.private_network, self._value("registration_token")
        # Whatever could fail here is tried before the LMS is told: then it would have a tool that nobody knows.
        platform_of(name, link.title, configuration, Registered("client"), private)
        custom = {"course": link.course} if link.course else {}
        metadata = client_metadata(self.tool, configuration, custom)
        registered = await register(self.registry.fetch, configuration, metadata, lms_token, private)
        platform = platform_of(name, link.title, configuration, registered, private)
        if await self.in_thread(self.registry.tickets.redeem, "registration", token) is None:
            raise RegistrationFailed(
                f"the link was used at the same time by somebody else; delete the tool with client id "
                f"{registered.client_id} in the LMS"
            )
        try:
            return await self.in_thread(self._store, platform, link, configuration)
        except PlatformError as error:
            raise RegistrationFailed(
                f"the LMS has registered OpenJupyter as {registered.client_id}, but it cannot be stored here: {error}. "
                f"Delete the tool in the LMS, and {_NEW_LINK}"
            ) from None

    async def _link(self) -> RegistrationLink:
        data = await self.in_thread(self.registry.tickets.look, "registration", self._value("token"))
        if data is None:
            raise RegistrationFailed(f"this link was used already, or is too old; {_NEW_LINK}")
        return RegistrationLink.model_validate(data)

    async def _configuration(self, link: RegistrationLink) -> Configuration:
        url = self._value("openid_configuration")
        if not url:
            raise RegistrationFailed(
                "this link is for an LMS, not for a browser: paste it where the LMS registers tools. In Moodle that is "
                "Site administration, Plugins, External tool, Manage tools, Tool URL, Add LTI Advantage. It has not "
                "been used up"
            )
        token = self._value("registration_token")
        return await read_configuration(self.registry.fetch, url, token, link.private_network)

    def _name(self, link: RegistrationLink, configuration: Configuration) -> str:
        """The name that the platform will get.

        Raises:
            RegistrationFailed: the link's name is taken by another LMS.
        """
        platforms = self.registry.platforms
        if not link.name:
            return self._free_name(configuration)
        known = platforms.get(link.name)
        if known is None:
            if not self._may_have(link.name, configuration):
                raise RegistrationFailed(
                    f"the name {link.name} once belonged to another LMS, and its people's accounts hang on it; "
                    f"{_NEW_LINK}, with another name"
                )
            return link.name
        if platforms.is_configured(link.name) or not isinstance(known, Platform13):
            raise RegistrationFailed(f"the name {link.name} is taken here; {_NEW_LINK}, with another name")
        if known.issuer != configuration.issuer:
            raise RegistrationFailed(
                f"this link renews {link.name}, which is {known.issuer}, and not {configuration.issuer}; {_NEW_LINK}, "
                "with another name"
            )
        return link.name

    def _free_name(self, configuration: Configuration) -> str:
        name = suggested_name(configuration)
        for number in range(1, _MAX_TRIES):
            candidate = name if number == 1 else f"{name}-{number}"
            if self.registry.platforms.get(candidate) is None and self._may_have(candidate, configuration):
                return candidate
        raise RegistrationFailed(f"there are too many platforms named {name}; {_NEW_LINK}, with a name of its own")

    def _may_have(self, name: str, configuration: Configuration) -> bool:
        """May this LMS have a name that is free? Not if it was another's; an issuer of many institutions tells not."""
        was = self.registry.platforms.removed_identity(name)
        if was is None:
            return True
        is_same = was.startswith("1.3 ") and was.endswith(f" {configuration.issuer}")
        return is_same and not is_shared_issuer(configuration.issuer)

    def _store(self, platform: Platform13, link: RegistrationLink, configuration: Configuration) -> Platform13:
        """Add the platform, or renew it: `_name` has seen to it that it may have its name.

        Raises:
            PlatformError: meanwhile the name was given to another one.
        """
        platforms = self.registry.platforms
        known = platforms.get(platform.name)
        if link.name and isinstance(known, Platform13) and known.issuer == platform.issuer:
            renewed = platform.model_copy(update={"title": platform.title or known.title, "product": known.product})
            platforms.replace(renewed)
            return renewed
        if known and not link.name:  # another LMS of this host was faster
            platform = platform.model_copy(update={"name": self._free_name(configuration)})
        platforms.add(platform, same_lms=True)
        return platform

    def _value(self, name: str) -> str:
        found = self.get_arguments(name)
        return str(found[0]) if len(found) == 1 else ""

    async def _fail(self, error: OpenJupyterError) -> None:
        self.log.warning("registration of a platform failed: %s", error)
        self.set_status(error.status)
        await self._page("failed", reason=str(error))

    async def _page(self, state: str, **values: Any) -> None:
        nonce = secrets.token_urlsafe(16)
        # LMSes show this in a frame or a window. Framing it is harmless: it does nothing without a token in its URL.
        self.set_header(
            "Content-Security-Policy",
            f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; img-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors *",
        )
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        page = await self.render_template(TEMPLATE, state=state, nonce=nonce, icon=self.tool.icon, **values)
        self.finish(page)


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/register", RegisterHandler)]
