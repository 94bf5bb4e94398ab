"""Endpoints for scripts: scores, links and launches as JSON."""

import json
from typing import Any

import tornado.web

from deploy.demo_lms.base import JsonHandler
from deploy.demo_lms.faults import CALL_LIMIT, SECONDS_LIMIT
from deploy.demo_lms.launch import make_launch
from deploy.demo_lms.scores import gradebook_rows


class HealthHandler(JsonHandler):
    """Answers once the LMS is up."""

    def get(self) -> None:
        """Say so."""
        self.finish({"status": "ok"})


class GradebookJsonHandler(JsonHandler):
    """The gradebook of a course as data."""

    def get(self) -> None:
        """Return ``{"course", "rows"}``; 401 for a stranger, unless a program on this machine asks."""
        if self.person is None and not self.from_this_machine():
            raise tornado.web.HTTPError(401, "Sign in first.")
        course = self.find_course(self.get_query_argument("course"), self.person)
        self.finish({"course": course.id, "rows": gradebook_rows(self.lms, course, self.person)})


class LocalHandler(JsonHandler):
    """Base of what only programs on this machine may ask for."""

    def prepare(self) -> None:
        """Refuse everybody else."""
        if not self.from_this_machine():
            raise tornado.web.HTTPError(403, "Only for programs on the machine that runs the demo LMS.")


class LinksHandler(LocalHandler):
    """Courses, links and people with their ids."""

    def get(self) -> None:
        """List them."""
        catalogue = self.lms.catalogue
        self.finish(
            {
                "courses": [
                    {
                        "id": course.id,
                        "title": course.title,
                        "label": course.label,
                        "learners": [learner.id for learner in course.learners],
                        "links": [
                            {"resource_link_id": link.id, "title": link.title, "exercise": link.exercise}
                            for link in course.links
                        ],
                    }
                    for course in catalogue.courses
                ],
                "people": [
                    {"user_id": person.id, "name": person.name, "role": person.role} for person in catalogue.people
                ],
            }
        )


class LocalPostHandler(LocalHandler):
    """Base of what programs on this machine may change."""

    def check_xsrf_cookie(self) -> None:
        """Not needed: a web page cannot send JSON across origins without being asked for permission first."""

    def body(self) -> dict[str, Any]:
        """The JSON object of the body; {} for anything else that is JSON."""
        if self.request.headers.get("Content-Type", "").partition(";")[0].strip() != "application/json":
            raise tornado.web.HTTPError(415, "Send application/json.")
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            found = None
        return found if isinstance(found, dict) else {}


class FaultsHandler(LocalPostHandler):
    """Trouble on purpose, for tests of what tools do about it."""

    def post(self) -> None:
        """Take ``{"calls", "status", "body", "seconds"}``: so many calls of the services go wrong (see `faults`)."""
        wanted = self.body()
        calls, status, seconds = wanted.get("calls", 0), wanted.get("status", 503), wanted.get("seconds", 0)
        body = wanted.get("body", "")
        if (
            not isinstance(calls, int)
            or not 0 <= calls <= CALL_LIMIT
            or not isinstance(status, int)
            or (status and not 200 <= status <= 599)
            or not isinstance(seconds, int | float)
            or not 0 <= seconds <= SECONDS_LIMIT
            or not isinstance(body, str)
        ):
            raise tornado.web.HTTPError(400, "Send an object with calls, status, body and seconds.")
        faults = self.lms.faults
        faults.calls, faults.status, faults.body, faults.seconds = calls, status, body, float(seconds)
        self.finish({"calls": calls})


class LaunchApiHandler(LocalPostHandler):
    """Signed launches for scripted learners."""

    def post(self) -> None:
        """Take ``{"user_id", "resource_link_id"}``, return ``{"url", "parameters"}``: one fresh launch."""
        request = self.body()
        user_id, link_id = request.get("user_id"), request.get("resource_link_id")
        if not isinstance(user_id, str) or not isinstance(link_id, str):
            raise tornado.web.HTTPError(400, "Send an object with user_id and resource_link_id.")
        person, found = self.lms.catalogue.person(user_id), self.lms.catalogue.link(link_id)
        if person is None or found is None or not found[0].admits(person):
            raise tornado.web.HTTPError(404, "There is no such person in the course of such a link.")
        self.finish({"url": self.lms.config.tool_url, "parameters": make_launch(self.lms, person, *found)})
