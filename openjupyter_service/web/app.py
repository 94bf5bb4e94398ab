"""The service's web application: which path is whose."""

import secrets

import tornado.web

from openjupyter_service.web.base import HealthHandler, MissingHandler, Site
from openjupyter_service.web.courses import CourseHandler, CourseProgressHandler, CoursesHandler
from openjupyter_service.web.git import GitReferencesHandler, GitUploadPackHandler
from openjupyter_service.web.hooks import HookHandler
from openjupyter_service.web.passbacks import PassbacksApiHandler, PassbacksHandler
from openjupyter_service.web.regrades import RegradeHandler, RegradesHandler
from openjupyter_service.web.results import (
    ExerciseResultsHandler,
    LearnerHandler,
    LearnersHandler,
    OverviewHandler,
    ResultsHandler,
)
from openjupyter_service.web.results_downloads import (
    HandedInNotebookHandler,
    LearnersCsvHandler,
    SubmissionsCsvHandler,
)
from openjupyter_service.web.staff import CallbackHandler
from openjupyter_service.web.submissions import (
    EventsHandler,
    ExerciseHandler,
    NotebookHandler,
    SubmissionHandler,
    SubmissionsHandler,
)


def make_app(site: Site, prefix: str, cookie_secret: bytes | None = None) -> tornado.web.Application:
    """The application below `prefix`, such as /services/openjupyter/.

    `cookie_secret` signs the cookies of browsers; without one they end with this process.
    """
    root = prefix.rstrip("/")
    name, number, part = r"([a-z0-9-]{1,64})", r"([A-Za-z0-9-]{1,64})", r"([^/]{1,900})"
    routes = [
        (r"/health", HealthHandler),
        (rf"/api/courses/{name}/exercise", ExerciseHandler),
        (r"/api/submissions", SubmissionsHandler),
        (rf"/api/submissions/{number}", SubmissionHandler),
        (rf"/api/submissions/{number}/events", EventsHandler),
        (rf"/api/submissions/{number}/notebook", NotebookHandler),
        (rf"/git/{name}\.git/info/refs", GitReferencesHandler),
        (rf"/git/{name}\.git/git-upload-pack", GitUploadPackHandler),
        (rf"/hooks/{name}", HookHandler),
        (r"/api/passbacks", PassbacksApiHandler),
        (r"/passbacks", PassbacksHandler),
        (r"/regrades", RegradesHandler),
        (rf"/regrades/{number}", RegradeHandler),
        (r"/courses", CoursesHandler),
        (rf"/courses/{name}", CourseHandler),
        (rf"/courses/{name}/progress", CourseProgressHandler),
        (r"/results", ResultsHandler),
        (rf"/results/{number}", OverviewHandler),
        (rf"/results/{number}/learners", LearnersHandler),
        (rf"/results/{number}/learners\.csv", LearnersCsvHandler),
        (rf"/results/{number}/submissions\.csv", SubmissionsCsvHandler),
        (rf"/results/{number}/exercises/{part}", ExerciseResultsHandler),
        (rf"/results/{number}/learners/{part}/{part}", LearnerHandler),
        (rf"/results/{number}/learners/{part}/{part}/notebook", HandedInNotebookHandler),
        (r"/oauth_callback", CallbackHandler),
    ]
    handlers = [(root + path, handler, {"site": site}) for path, handler in routes]
    return tornado.web.Application(
        handlers,
        default_handler_class=MissingHandler,
        default_handler_args={"site": site},
        cookie_secret=cookie_secret or secrets.token_bytes(32),
        root=root,
    )
