"""Scores that did not arrive, and sending them again: a page for staff, and its twin for machines."""

import asyncio
from dataclasses import asdict
from functools import partial

import tornado.web

from openjupyter_service.errors import Forbidden
from openjupyter_service.grading.staff import Trouble, Troubles
from openjupyter_service.language import N_
from openjupyter_service.web.staff import NOBODY, PageHandler, StaffHandler, moment, number


class PassbacksApiHandler(StaffHandler):
    """GET /api/passbacks: the page's twin for machines."""

    async def get(self) -> None:
        """Answer with scores that did not arrive, newest first; `older` is what `before` is for the next page."""
        model = await self.identify()
        if model is None:
            raise Forbidden(NOBODY)
        own = {f"read:users!user={model['name']}"}
        if getattr(self, "_token_authenticated", False) and not self.hub_auth.check_scopes(own, model):
            raise Forbidden(
                N_(
                    "the token of a server is not enough: make one on the hub's token page, or open the exercise from "
                    "your course and look at the page passbacks"
                )
            )
        self.admit(model)
        troubles = await asyncio.to_thread(self.site.staff.page, self.person, _before(self))
        self.set_header("Cache-Control", "no-store")
        found = [{**asdict(each), "advice": _advice(self, each)} for each in troubles.found]
        self.answer({"count": troubles.count, "older": troubles.older, "passbacks": found})


class PassbacksHandler(PageHandler):
    """GET and POST /passbacks: what did not arrive, and a button that sends it again."""

    async def get(self) -> None:
        """The page; who is not signed in is taken to the hub and back."""
        if not await self.enter_as_staff():
            return
        troubles = await asyncio.to_thread(self.site.staff.page, self.person, _before(self))
        self._show(troubles)

    async def post(self) -> None:
        """Send one score again, or all."""
        await self.take_form()
        item_id = number(self.get_body_argument("id", ""))
        if item_id is None and self.get_body_argument("all", "") != "1":
            raise tornado.web.HTTPError(400, reason="Nothing was chosen")
        count = await asyncio.to_thread(self.site.staff.send_again, self.person, item_id)
        self.redirect(f"{self.request.path}?sent={count}", status=303)

    def _show(self, troubles: Troubles) -> None:
        self.render_page(
            "passbacks.html",
            title=self.speech.text(N_("Scores that did not arrive")),
            troubles=troubles,
            is_first=_before(self) is None,
            is_operator=self.person is None,
            sent=number(self.get_query_argument("sent", "")),
            xsrf=self.xsrf_token,
            path=self.request.path,
            moment=moment,
            advice=partial(_advice, self),
        )


def _advice(handler: StaffHandler, trouble: Trouble) -> str:
    """What to do about a score, in the language of who asks."""
    return " ".join(map(handler.speech.text, trouble.advice))


def _before(handler: StaffHandler) -> int | None:
    """The page that was asked for."""
    return number(handler.get_query_argument("before", ""))
