"""The pages: signing in, courses, launches, gradebook, messages."""

import json
from collections.abc import Mapping

import tornado.web

from deploy.demo_lms.base import SESSION_COOKIE, PageHandler
from deploy.demo_lms.catalogue import Course, Link, Person
from deploy.demo_lms.content import request_fields
from deploy.demo_lms.launch import make_launch, person_fields, signed
from deploy.demo_lms.launch13 import login_fields
from deploy.demo_lms.scores import percent
from deploy.demo_lms.tools import Tool13


class SignInHandler(PageHandler):
    """Pick a person from a list: this LMS has no passwords, it is a demonstration."""

    def prepare(self) -> None:
        """Open to everybody."""

    def get(self) -> None:
        """Show the list."""
        self.render("signin.html", people=self.lms.catalogue.people)

    def post(self) -> None:
        """Become that person."""
        person = self.lms.catalogue.person(self.get_body_argument("user_id"))
        if person is None:
            raise tornado.web.HTTPError(400)
        self.set_signed_cookie(
            SESSION_COOKIE,
            person.id,
            expires_days=None,
            httponly=True,
            samesite="Lax",
            secure=self.lms.config.base_url.startswith("https:"),
        )
        self.redirect("/", status=303)


class SignOutHandler(PageHandler):
    """Forget who is signed in."""

    def post(self) -> None:
        """Drop the session cookie."""
        self.clear_cookie(SESSION_COOKIE)
        self.redirect("/signin", status=303)


class CoursesHandler(PageHandler):
    """The courses of the person signed in."""

    def get(self) -> None:
        """Show them."""
        self.render("courses.html", courses=self.lms.catalogue.courses_of(self.signed_in))


class CourseHandler(PageHandler):
    """One course: its exercises and, for a learner, the scores so far."""

    def get(self, course_id: str) -> None:
        """Show the exercises."""
        course = self.find_course(course_id, self.signed_in)
        self.render(
            "course.html",
            course=course,
            results=self.lms.store.results(),
            percent=percent,
            tools=self.lms.tools,
            chosen=self.get_query_argument("tool", ""),
        )


class _SendingHandler(PageHandler):
    """Base of pages that send a form to the tool: by LTI 1.1, or to a tool of LTI 1.3 where ``tool`` names one."""

    @property
    def tool(self) -> Tool13 | None:
        """The tool of LTI 1.3 that was chosen, if one was."""
        client_id = self.get_query_argument("tool", "")
        if client_id and client_id not in self.lms.tools:
            raise tornado.web.HTTPError(404)
        return self.lms.tools.get(client_id)

    def send(self, course: Course, title: str, fields: Mapping[str, str], hint: dict[str, str]) -> None:
        """Show the form: signed ``fields`` by LTI 1.1, or the beginning of a login, in which ``hint`` comes back."""
        tool = self.tool
        url, parameters = self.lms.config.tool_url, fields
        if tool is not None:
            url, parameters = tool.login_url, login_fields(self.lms, tool, self.signed_in, hint)
            self.allow_forms(tool.origins)
        self.render("launch.html", place=course.title, title=title, url=url, parameters=parameters)


class LaunchHandler(_SendingHandler):
    """A launch, as a form that sends itself to the tool."""

    def get(self, link_id: str) -> None:
        """Show the form; every request gets a fresh signature."""
        course, link = self._find(link_id)
        self.send(course, link.title, make_launch(self.lms, self.signed_in, course, link), {"link": link.id})

    def _find(self, link_id: str) -> tuple[Course, Link]:
        found = self.lms.catalogue.link(link_id)
        if found is None:
            raise tornado.web.HTTPError(404)
        self.find_course(found[0].id, self.signed_in)
        return found


class ChooseHandler(_SendingHandler):
    """An instructor asks the tool for links to add to a course."""

    def get(self, course_id: str) -> None:
        """Show the form that asks."""
        course = self.find_course(course_id, self.signed_in)
        if not self.signed_in.is_instructor:
            raise tornado.web.HTTPError(403)
        data = self.create_signed_value("content", json.dumps([course.id, self.signed_in.id])).decode()
        who = {"roles": self.signed_in.role, **person_fields(self.lms, self.signed_in)}
        fields = signed(self.lms, request_fields(self.lms, course, who, data))
        self.send(course, "Choose exercises", fields, {"content": course.id})


class GradebookHandler(PageHandler):
    """Learners by exercises; a learner sees the own row only."""

    def get(self, course_id: str) -> None:
        """Show the table."""
        course = self.find_course(course_id, self.signed_in)
        learners: tuple[Person, ...] = course.learners if self.signed_in.is_instructor else (self.signed_in,)
        self.render(
            "gradebook.html", course=course, learners=learners, results=self.lms.store.results(), percent=percent
        )


class MessagesHandler(PageHandler):
    """What tools have sent, for the instructor."""

    def get(self) -> None:
        """Show the newest messages."""
        if not self.signed_in.is_instructor:
            raise tornado.web.HTTPError(403)
        self.render("messages.html", messages=self.lms.store.messages(), catalogue=self.lms.catalogue)
