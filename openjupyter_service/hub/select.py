"""Deep linking: staff of a course choose exercises, and the LMS gets links to them.

The page mostly stands in a frame of the LMS, where no cookie can be relied on: a one-time ticket in its form says who
asked, and is all that is needed to answer.
"""

import secrets
import time
from itertools import groupby
from typing import Any

from jupyterhub.handlers import BaseHandler

from openjupyter_service.errors import LaunchRefused, OpenJupyterError
from openjupyter_service.grading.catalogue import Entry, catalogue
from openjupyter_service.hub.door import DoorHandler, PageForm
from openjupyter_service.hub.login import decode_form
from openjupyter_service.hub.registry import Registry
from openjupyter_service.language import N_
from openjupyter_service.lti.deep_linking import ChosenLink, ContentAnswer, answer11, answer13
from openjupyter_service.lti.launch import Launch
from openjupyter_service.platforms import Platform11, Platform13

PURPOSE = "selection"
SELECTION_SECONDS = 4 * 3600.0
"""How long somebody may take to choose."""
TEMPLATE = "openjupyter-select.html"
MAX_CHOSEN = 200
_CANCEL = "cancel"


async def show(handler: DoorHandler, launch: Launch, name: str) -> None:
    """The page for a deep linking launch that holds, by staff."""
    request = launch.content_request
    assert request is not None
    data = {
        "platform": launch.platform,
        "deployment": launch.deployment,
        "return_url": request.return_url,
        "data": request.data,
        "several": request.accepts_several,
        "lineitems": request.accepts_lineitem,
        "locale": launch.locale,
    }
    token = await handler.in_thread(handler.registry.tickets.issue, PURPOSE, data, SELECTION_SECONDS)
    handler.log.info("%s chooses exercises for %s", name, launch.platform)
    await _page(handler, token, data)


class SelectHandler(DoorHandler):
    """POST /hub/lti/select: the choice."""

    async def get(self) -> None:
        """Somebody has reloaded."""
        await self.page(
            N_("Choose exercises from your course"), N_("Please go back to your course and begin again there.")
        )

    async def post(self) -> None:
        """Use the ticket up, and send the browser back to the LMS with the links."""
        try:
            await self._answer()
        except OpenJupyterError as error:
            await self.refuse(error)

    async def _answer(self) -> None:
        fields = decode_form(self)
        token = dict(fields).get("ticket", "")
        tickets = self.registry.tickets
        data = await self.in_thread(tickets.look, PURPOSE, token)
        if data is None:
            raise LaunchRefused("the ticket of a selection is unknown, was used already, or has expired")
        self.launch_locale = data.get("locale")
        cancelled = (_CANCEL, "1") in fields
        keys = [value for name, value in fields if name == "exercise"]
        chosen = [] if cancelled else await self._chosen(data["platform"], keys)
        if not cancelled and (not chosen or (len(chosen) > 1 and not data["several"])):
            return await _page(self, token, data, N_("Please choose an exercise first."))
        if await self.in_thread(tickets.redeem, PURPOSE, token) is None:
            raise LaunchRefused("the ticket of a selection was used at the same time")
        answer = await self.in_thread(self._content, data, chosen)
        form = PageForm(answer.url, answer.fields, N_("Back to your course"), at_once=True)
        title = N_("Nothing was chosen") if cancelled else N_("Your exercises are on their way")
        await self.page(title, N_("One moment, please."), form=form)

    async def _chosen(self, platform: str, keys: list[str]) -> list[Entry]:
        entries = {entry.key: entry for entry in await self.in_thread(_open_to, self.registry, platform)}
        found = [entries[key] for key in dict.fromkeys(keys[:MAX_CHOSEN]) if key in entries]
        return [entry for entry in found if not entry.trouble]

    def _content(self, data: dict[str, Any], chosen: list[Entry]) -> ContentAnswer:
        platform = self.registry.platforms.get(data["platform"])
        links = [
            ChosenLink(entry.title, entry.course, entry.name, self.tool.launch, entry.points, entry.deadline)
            for entry in chosen
        ]
        count = len(links)
        ngettext = self.speech.plural
        message = self.speech.text(N_("Nothing was chosen"))
        if links:
            message = ngettext("{count} exercise chosen", "{count} exercises chosen", count)
        common: dict[str, Any] = {"return_url": data["return_url"], "data": data["data"], "links": links}
        common |= {"message": message, "now": time.time()}
        if isinstance(platform, Platform13):
            return answer13(
                platform,
                self.registry.signing_key(),
                deployment=data["deployment"],
                with_lineitems=data["lineitems"],
                **common,
            )
        if isinstance(platform, Platform11):
            return answer11(platform, **common)
        raise LaunchRefused(f"the platform {data['platform']} is no longer registered")


async def _page(handler: DoorHandler, token: str, data: dict[str, Any], problem: str = "") -> None:
    entries = await handler.in_thread(_open_to, handler.registry, data["platform"])
    nonce = secrets.token_urlsafe(16)
    handler.set_status(400 if problem else 200)
    handler.secure_page(nonce, form_action="'self'")
    handler.finish(
        await handler.render_words(
            TEMPLATE,
            nonce=nonce,
            action=f"{handler.hub.base_url}lti/select",
            ticket=token,
            several=data["several"],
            problem=handler.speech.text(problem),
            courses=[(course, list(group)) for course, group in groupby(entries, key=lambda entry: entry.course)],
        )
    )


def _open_to(registry: Registry, name: str) -> list[Entry]:
    """The exercises that links of the platform of that name may open."""
    platform = registry.platforms.get(name)
    return [entry for entry in catalogue(registry.courses) if platform is not None and platform.may_open(entry.course)]


handlers: list[tuple[str, type[BaseHandler]]] = [("/lti/select", SelectHandler)]
