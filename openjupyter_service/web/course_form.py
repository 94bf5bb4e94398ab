"""The operator's form for a course to be followed: what was filled in, and what is wrong with it."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from tornado.httputil import HTTPServerRequest

from openjupyter_service.courses import POLL_SECONDS, CourseSecrets, FollowedCourse
from openjupyter_service.language import N_
from openjupyter_service.settings import Settings

MAX_FIELD = 10_000
"""A deploy key of the longest kind has some 3,500 characters."""

LABELS = {
    "name": N_("Name"),
    "public_url": N_("Address of the repository"),
    "public_branch": N_("Branch"),
    "public_folder": N_("Folder in it (empty: all of it)"),
    "private_url": N_("Address of the repository"),
    "private_branch": N_("Branch"),
    "private_folder": N_("Folder in it (empty: all of it)"),
    "poll_seconds": N_("Look for changes every so many seconds (0: only when the Git host tells)"),
    "internet": N_("Learners' containers may reach the internet"),
    "public_token": N_("Token (for https)"),
    "public_deploy_key": N_("Private deploy key (for SSH)"),
    "private_token": N_("Token (for https)"),
    "private_deploy_key": N_("Private deploy key (for SSH)"),
    "host": N_("Kind of Git host, for commit statuses"),
    "status_token": N_("Token that may set commit statuses"),
}
HOSTS = {
    "auto": N_("by its name, or by asking it"),
    "github": "GitHub",
    "gitlab": "GitLab",
    "gitea": "Gitea, Forgejo",
    "bitbucket": "Bitbucket",
}
GROUPS = (
    (N_("Course"), ("name", "poll_seconds", "internet")),
    (N_("Public half"), ("public_url", "public_branch", "public_folder", "public_token", "public_deploy_key")),
    (N_("Private half"), ("private_url", "private_branch", "private_folder", "private_token", "private_deploy_key")),
    (N_("Git host"), ("host", "status_token")),
)
"""The fields in the order of the page, each group with its heading."""
SECRETS = ("public_token", "public_deploy_key", "private_token", "private_deploy_key", "status_token")
_WEBHOOK_BYTES = 32


@dataclass
class CourseForm:
    """What the form shows; secrets are never among it. `course` is None until all of it is right."""

    values: dict[str, str] = field(
        default_factory=lambda: {
            "public_branch": "main",
            "private_branch": "main",
            "poll_seconds": str(POLL_SECONDS),
        }
    )
    problems: dict[str, str] = field(default_factory=dict)
    """What is wrong with a field, by its name."""
    course: FollowedCourse | None = None
    secrets: CourseSecrets = field(default_factory=CourseSecrets, repr=False)

    @classmethod
    def sent(cls, argument: Callable[[str], str]) -> "CourseForm":
        """What a browser has sent; `argument` gives a field of it, "" for none."""
        given = {name: argument(name).strip() for name in LABELS}
        form = cls(values={name: value[:MAX_FIELD] for name, value in given.items() if name not in SECRETS})
        for name, value in given.items():
            if len(value) > MAX_FIELD:
                form.refuse(name, "is too long")
        for name in ("public_url", "private_url"):
            # Whoever got hold of the operator's browser must not read what lies on this machine.
            if given[name].startswith(("/", "file:")):
                form.refuse(name, "a repository on this machine is named on the command line")
        try:
            course = FollowedCourse.model_validate(_course_values(given))
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                where = "_".join(str(part) for part in detail["loc"])
                form.refuse(where if where in LABELS else "name", detail["msg"].removeprefix("Value error, "))
        else:
            form.course = course if not form.problems else None
            shown: dict[str, Any] = {name: given[name] for name in SECRETS if given[name]}
            form.secrets = CourseSecrets.model_validate(
                {**shown, "webhook_secret": secrets.token_urlsafe(_WEBHOOK_BYTES)}
            )
        return form

    def refuse(self, name: str, problem: str) -> None:
        """Note what is wrong with a field."""
        self.problems.setdefault(name, problem)


def webhook_address(settings: Settings, request: HTTPServerRequest, path: str, name: str) -> str:
    """Where a Git host tells of a push; `path` is that of the page with all courses."""
    site = settings.public_url or f"{request.protocol}://{request.host}"
    return f"{site.rstrip('/')}{path.rpartition('/')[0]}/hooks/{name}"


def _course_values(given: dict[str, str]) -> dict[str, Any]:
    halves = {
        half: {part: given[f"{half}_{part}"] for part in ("url", "branch", "folder") if given[f"{half}_{part}"]}
        for half in ("public", "private")
    }
    values = {name: given[name] for name in ("name", "poll_seconds", "host") if given[name]}
    return {**values, **halves, "internet": given["internet"] == "1"}
