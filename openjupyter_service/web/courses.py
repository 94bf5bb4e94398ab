"""Pages of followed courses for their staff: what is published, what checks have found, and a check that runs now."""

import asyncio
from typing import Any

import tornado.web

from openjupyter_service.errors import CourseError, Forbidden
from openjupyter_service.grading.gate import Running
from openjupyter_service.language import N_
from openjupyter_service.store.records import CourseVersion, VersionState
from openjupyter_service.web.course_form import GROUPS, HOSTS, LABELS, CourseForm, webhook_address
from openjupyter_service.web.staff import PageHandler, StaffHandler, moment

STATES = {
    VersionState.WAITING: N_("waits for its check"),
    VersionState.CHECKING: N_("is being checked"),
    VersionState.PUBLISHED: N_("published"),
    VersionState.REFUSED: N_("refused"),
    VersionState.SUPERSEDED: N_("never checked, for a newer one came first"),
}
SUBJECTS = {
    "source": N_("source"),
    "tests": N_("tests"),
    "solution": N_("solution"),
    "starter": N_("starter notebook"),
    "wrong work": N_("wrong work"),
    "limits": N_("limits"),
    "hidden files": N_("hidden files"),
    "grading": N_("grading"),
}
"""What a finding is about; a file's name is the same in all languages."""
_DONE = {"sync": N_("It is being fetched."), "again": N_("It is being checked again.")}


class CoursesHandler(PageHandler):
    """GET and POST /courses: all that a person may see, and a form for the operator to follow another one."""

    async def get(self) -> None:
        """The page; who is not signed in is taken to the hub and back."""
        if await self.enter():
            await self._show(CourseForm())

    async def post(self) -> None:
        """Follow another course; its webhook's secret is in this answer and nowhere else."""
        await self.take_form()
        form = CourseForm.sent(lambda name: self.get_body_argument(name, ""))
        if self.person is not None:
            raise Forbidden(N_("only the operator of this installation can do that"))
        if form.course is not None:
            try:
                await asyncio.to_thread(self.site.followed.add, self.person, form.course, form.secrets)
            except CourseError as error:
                form.refuse("name", str(error))
        if form.course is None or form.problems:
            self.set_status(400)
            return await self._show(form)
        secret = form.secrets.webhook_secret
        self.render_page(
            "course-added.html",
            title=self.speech.text(N_("The course {name} is followed now"), name=form.course.name),
            course=form.course,
            address=webhook_address(self.site.settings, self.request, self.request.path, form.course.name),
            secret=secret.get_secret_value() if secret is not None else "",
            path=self.request.path,
        )

    async def _show(self, form: CourseForm) -> None:
        lines = await asyncio.to_thread(self.site.followed.lines, self.person)
        if self.person is not None and not await asyncio.to_thread(self.site.staff.is_staff, self.person):
            raise Forbidden(
                N_(
                    "this page is for the staff of a course. If you are, open an exercise from your course first: "
                    "your LMS tells us then."
                )
            )
        self.render_page(
            "courses.html",
            title=self.speech.text(N_("Followed courses")),
            lines=lines,
            is_operator=self.person is None,
            form=form,
            groups=GROUPS,
            hosts=HOSTS.items(),
            label=lambda name: self.speech.text(LABELS[name]),
            xsrf=self.xsrf_token,
            path=self.request.path,
            moment=moment,
            state=self._state,
        )

    def _state(self, version: CourseVersion) -> str:
        return self.speech.text(STATES[version.state])


class CourseHandler(PageHandler):
    """GET and POST /courses/NAME: one of them with its versions, and buttons."""

    async def get(self, name: str) -> None:
        """The page; who is not signed in is taken to the hub and back."""
        if not await self.enter():
            return
        page = await asyncio.to_thread(self.site.followed.page, self.person, name)
        self.render_page(
            "course.html",
            scripts_ask=True,
            title=name,
            page=page,
            is_operator=self.person is None,
            done=self.speech.text(_DONE.get(self.get_query_argument("done", ""), "")),
            running=progress_data(page.running),
            xsrf=self.xsrf_token,
            path=self.request.path,
            moment=moment,
            state=lambda version: self.speech.text(STATES[version.state]),
            findings=findings_of,
            subject=lambda subject: self.speech.text(SUBJECTS.get(subject, "")) or subject,
        )

    async def post(self, name: str) -> None:
        """Fetch it now, check its newest version again, or follow it no longer."""
        await self.take_form()
        followed = self.site.followed
        actions = {"sync": followed.sync, "again": followed.check_again, "remove": followed.remove}
        chosen = self.get_body_argument("do", "")
        if chosen not in actions or (chosen == "remove" and self.get_body_argument("sure", "") != name):
            raise tornado.web.HTTPError(400, reason="Nothing was chosen")
        await asyncio.to_thread(actions[chosen], self.person, name)
        if chosen == "remove":
            self.redirect(self.request.path.rpartition("/")[0], status=303)
        else:
            self.redirect(f"{self.request.path}?done={chosen}", status=303)


class CourseProgressHandler(StaffHandler):
    """GET /courses/NAME/progress: how far a check is, for the page's script."""

    async def get(self, name: str) -> None:
        """{"version": ID or null, "exercises": [{"name", "done", "total"}], "done": n, "total": m} of exercises."""
        model = await self.identify()
        if model is None or getattr(self, "_token_authenticated", False):
            raise Forbidden(N_("this page is too old; please open it anew"))
        self.admit(model)
        running = await asyncio.to_thread(self.site.followed.running, self.person, name)
        self.set_header("Cache-Control", "no-store")
        self.answer(progress_data(running))


def progress_data(running: Running | None) -> dict[str, Any]:
    """A check that runs, as JSON data; `version` is null when none does."""
    exercises = dict(running.exercises) if running is not None else {}
    return {
        "version": running.version if running is not None else None,
        "exercises": [{"name": name, "done": done, "total": total} for name, (done, total) in exercises.items()],
        "done": sum(0 < total <= done for done, total in exercises.values()),
        "total": len(exercises),
    }


def findings_of(version: CourseVersion) -> list[dict[str, Any]]:
    """Exercises with something found, each {"name", "title", "findings"}: errors first."""
    found = []
    for result in (version.report or {}).get("exercises", []):
        if result["findings"]:
            findings = sorted(result["findings"], key=lambda finding: finding["level"] != "error")
            found.append({"name": result["name"], "title": result["title"], "findings": findings})
    return sorted(found, key=lambda result: result["findings"][0]["level"] != "error")
