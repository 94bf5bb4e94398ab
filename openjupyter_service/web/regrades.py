"""Pages for staff in a browser: regrades of their exercises, what each would change, and deciding on it."""

import asyncio
from typing import Any

import tornado.web

from openjupyter_service.errors import NotFound
from openjupyter_service.grading.staff_regrades import RegradeView
from openjupyter_service.language import N_
from openjupyter_service.store.records import RegradeState
from openjupyter_service.web.staff import PageHandler, moment, number

REFRESH_SECONDS = 5
"""How often the page of a regrade that is under way looks again."""
_UNDER_WAY = (RegradeState.GRADING, RegradeState.APPLYING)
_MAX_NAME = 200

STATES = {
    RegradeState.GRADING: N_("being graded"),
    RegradeState.READY: N_("ready to be looked at"),
    RegradeState.APPLYING: N_("being applied"),
    RegradeState.APPLIED: N_("applied"),
    RegradeState.DROPPED: N_("dropped"),
}
STATUSES = {
    None: N_("not graded"),
    "correct": N_("correct"),
    "wrong": N_("wrong"),
    "runtime error": N_("runtime error"),
    "syntax error": N_("syntax error"),
    "time limit": N_("time limit"),
    "memory limit": N_("memory limit"),
    "output limit": N_("output limit"),
    "internal error": N_("internal error"),
}


class _RegradePage(PageHandler):
    """What both pages share."""

    @property
    def view(self) -> RegradeView:
        """What this person may see and do."""
        return self.site.regrades

    @property
    def root(self) -> str:
        """The path of the list."""
        before, _, _ = self.request.path.rpartition("/regrades")
        return f"{before}/regrades"

    def show(self, template: str, title: str, **values: Any) -> None:
        """Answer with a page."""
        self.render_page(
            template,
            title=title,
            xsrf=self.xsrf_token,
            path=self.request.path,
            root=self.root,
            moment=moment,
            state=lambda each: self.speech.text(STATES[each]),
            **values,
        )


class RegradesHandler(_RegradePage):
    """GET and POST /regrades: those of one's courses, and a button that begins one."""

    async def get(self) -> None:
        """The page; who is not signed in is taken to the hub and back."""
        if not await self.enter_as_staff():
            return
        regrades, exercises = await asyncio.gather(
            asyncio.to_thread(self.view.regrades, self.person), asyncio.to_thread(self.view.exercises, self.person)
        )
        self.show(
            "regrades.html", self.speech.text(N_("Grade an exercise anew")), regrades=regrades, exercises=exercises
        )

    async def post(self) -> None:
        """Begin one, of the form's `course` and `exercise`; leads to its page."""
        await self.take_form()
        names = [self.get_body_argument(name, "")[:_MAX_NAME] for name in ("course", "exercise")]
        if not all(names):
            raise tornado.web.HTTPError(400, reason="Nothing was chosen")
        regrade = await asyncio.to_thread(self.view.begin, self.person, *names)
        self.site.grader.wake()
        self.redirect(f"{self.root}/{regrade.id}", status=303)


class RegradeHandler(_RegradePage):
    """GET and POST /regrades/ID: how far it is, what it would change, and what to do about it."""

    async def get(self, text: str) -> None:
        """The page; while gradings are under way it looks again by itself."""
        if not await self.enter_as_staff():
            return
        page = await asyncio.to_thread(self.view.page, self.person, self._number(text))
        title = self.speech.text(N_("Graded anew: {title}"), title=page.title)
        is_running = page.regrade.state in _UNDER_WAY
        self.show(
            "regrade.html", title, scripts_ask=is_running, page=page, is_running=is_running, seconds=REFRESH_SECONDS,
            status=self._status,
        )  # fmt: skip

    async def post(self, text: str) -> None:
        """Apply it, apply it but lower nobody, or drop it, as the form's `do` says."""
        await self.take_form()
        number_ = self._number(text)
        match self.get_body_argument("do", ""):
            case "apply" | "apply-never-lower" as do:
                await asyncio.to_thread(self.view.apply, self.person, number_, do == "apply-never-lower")
                self.site.grader.wake()
            case "drop":
                await asyncio.to_thread(self.view.drop, self.person, number_)
            case _:
                raise tornado.web.HTTPError(400, reason="Nothing was chosen")
        self.redirect(self.request.path, status=303)

    def _number(self, text: str) -> int:
        found = number(text)
        if found is None:
            raise NotFound(N_("there is no such regrade in your courses"))
        return found

    def _status(self, status: str | None) -> str:
        # One that a newer version has stored is shown as it is.
        return self.speech.text(STATUSES[status]) if status in STATUSES else str(status)
