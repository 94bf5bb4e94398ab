"""The pages: signing in, courses, launches, gradebook, messages."""

import tornado.web

from deploy.demo_lms.base import SESSION_COOKIE, PageHandler
from deploy.demo_lms.catalogue import Course, Link, Person
from deploy.demo_lms.launch import make_launch
from deploy.demo_lms.scores import percent


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
        self.render("course.html", course=course, results=self.lms.store.results(), percent=percent)


class LaunchHandler(PageHandler):
    """A signed launch, as a form that sends itself to the tool."""

    def get(self, link_id: str) -> None:
        """Show the form; every request gets a fresh signature."""
        course, link = self._find(link_id)
        parameters = make_launch(self.lms, self.signed_in, course, link)
        self.render("launch.html", course=course, link=link, url=self.lms.config.tool_url, parameters=parameters)

    def _find(self, link_id: str) -> tuple[Course, Link]:
        found = self.lms.catalogue.link(link_id)
        if found is None:
            raise tornado.web.HTTPError(404)
        self.find_course(found[0].id, self.signed_in)
        return found


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
