"""The hub's door: a launch of LTI 1.1 or 1.3 comes in, a signed-in learner goes on to the notebook."""

import time

from jupyterhub.handlers import BaseHandler

from openjupyter_service.errors import Forbidden, LaunchRefused, OpenJupyterError
from openjupyter_service.hub import select
from openjupyter_service.hub.admission import admit, name_of
from openjupyter_service.hub.door import DoorHandler, PageForm
from openjupyter_service.hub.entry import sign_in
from openjupyter_service.hub.login import (
    PURPOSE,
    decode_form,
    decode_query,
    forget_browser,
    is_same_browser,
)
from openjupyter_service.hub.window import offer_window
from openjupyter_service.language import N_
from openjupyter_service.lti.launch import Launch, Message
from openjupyter_service.lti.launch11 import Consumer, Parameters, verify_launch
from openjupyter_service.lti.launch13 import verify_id_token
from openjupyter_service.platforms import Platform13

_REPOSTED = "openjupyter_reposted"
_WELCOME = N_("Please open your exercise from your course. You will be signed in by it, and need no password here.")


class LaunchHandler(DoorHandler):
    """POST /hub/lti/launch, from an LMS; GET, from somebody who has lost the way."""

    async def get(self) -> None:
        """A friendly page."""
        await self.page(N_("Open this exercise from your course"), _WELCOME)

    async def post(self) -> None:
        """Sign the learner in and go to the exercise; refusals tell their reason to the log alone."""
        # Nothing in the request decides where this leads: neither custom_next nor next, nor target_link_uri.
        try:
            body = decode_form(self)
            launch = await (self._launch13(body) if _is_13(body) else self._launch11(body))
            if launch is not None:
                await self._enter(launch)
        except OpenJupyterError as error:
            await self.refuse(error)

    async def _enter(self, launch: Launch) -> None:
        self.launch_locale = launch.locale
        if launch.message is Message.DEEP_LINKING:
            if not launch.is_staff:
                raise Forbidden(f"a deep linking request of {launch.platform} by somebody who is not staff")
            return await select.show(self, launch, await self.in_thread(name_of, self.registry, launch))
        admitted, address = await self.in_thread(
            admit, self.registry, launch, self.hub.base_url, self.authenticator.service_url, self.speech.language
        )
        self.log.info("launch of %s by %s", launch.platform, admitted.name)
        if self.is_framed:
            # Cookies of the hub are not kept in a frame, and JupyterLab has no room there.
            data = {"kind": "launch", "name": admitted.name, "address": address, "locale": self.launch_locale}
            return await offer_window(self, data)
        await sign_in(self, admitted, address)

    async def _launch11(self, body: Parameters) -> Launch:
        query = decode_query(self)

        def verify() -> Launch:  # secrets and nonces are files and databases: not for the event loop
            return verify_launch(
                self.request.method or "",
                self.tool.launch,
                body,
                query,
                consumer=self._consumer,
                nonces=self.registry.launches,
                now=time.time(),
            )

        return await self.in_thread(verify)

    def _consumer(self, key: str) -> Consumer | None:
        platform = self.registry.platforms.by_consumer_key(key)
        return Consumer(platform.name, platform.shared_secret()) if platform is not None else None

    async def _launch13(self, body: Parameters) -> Launch | None:
        """The launch; None when the browser has been given a page instead that brings it again."""
        values = dict(body)
        if len(values) != len(body):
            raise LaunchRefused("a parameter of the authentication response is given twice")
        state = values.get("state", "")
        tickets = self.registry.tickets
        login = await self.in_thread(tickets.look, PURPOSE, state)
        if login is None:
            raise LaunchRefused("the state is unknown, was used already, or has expired")
        match is_same_browser(self, state, login):
            case None if _REPOSTED not in values:
                await self._repost(body)
                return None
            case None:
                await self.in_thread(tickets.redeem, PURPOSE, state)
                await offer_window(self, {"kind": "login", "request": login["request"]})
                return None
            case False:
                raise LaunchRefused("the login was begun in another browser")
        forget_browser(self, state)
        if await self.in_thread(tickets.redeem, PURPOSE, state) is None:
            raise LaunchRefused("the state was used already")
        if "error" in values:
            raise LaunchRefused(f"the platform answers the login with {values['error'][:64]!r}")
        platform = await self.in_thread(self.registry.platforms.get, login["platform"])
        if not isinstance(platform, Platform13):
            raise LaunchRefused(f"the platform {login['platform']} is no longer registered")
        return await verify_id_token(
            values.get("id_token", ""),
            platform,
            self.registry.key_sets,
            nonce=login["nonce"],
            launch_url=self.tool.launch,
            now=time.time(),
        )

    async def _repost(self, body: Parameters) -> None:
        """The same form once more, from a page of ours: cookies that do not come along cross-site come then."""
        form = PageForm(self.tool.launch, [*body, (_REPOSTED, "1")], N_("Continue"), at_once=True)
        await self.page(N_("One moment, please"), N_("Your exercise is about to open."), form=form)


def _is_13(body: Parameters) -> bool:
    """An answer to a login has a state, and an id_token or an error; a launch of LTI 1.1 has neither."""
    names = {name for name, _ in body}
    return ("state" in names and bool(names & {"id_token", "error"})) or "id_token" in names


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/launch", LaunchHandler)]
