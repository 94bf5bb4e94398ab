"""Courses: those whose two halves lie on this machine, and those that are followed in Git repositories elsewhere."""

import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from openjupyter_service.datasets import DataFolder, DataSet, data_set
from openjupyter_service.names import Name

POLL_SECONDS = 300
"""How often a course's repositories are looked at, where no other time is named; a webhook is faster."""

_URL = re.compile(r"(https?|ssh)://[^\s/]+/\S+|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:\S+|/\S*|file:///\S+")


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Pair(_Model):
    """The two commits that belong together: of the public half as learners pull it, and of the private one."""

    public_commit: str
    private_commit: str


class Course(_Model):
    """A course as it is now: the Git repository learners pull from, and the folder with its private half."""

    name: Name
    repository: Path
    branch: str = "main"
    private: Path
    internet: bool = False
    """May this course's learner containers reach the internet?"""
    datasets: DataFolder | None = None
    """Folder that learners and gradings of this course read at /srv/data/NAME."""

    @property
    def data_sets(self) -> tuple[DataSet, ...]:
        """The data set of this course, if it has one."""
        return (data_set(self.name, self.datasets),) if self.datasets is not None else ()

    @property
    def pair(self) -> Pair | None:
        """What is published of a course that is followed; None for one on this machine, which changes at any time."""
        return None


def _check_url(url: str) -> str:
    # Git would run the rest of an ext:: address as a command, and take what begins with a hyphen for an option.
    if not _URL.fullmatch(url) or url.startswith("-"):
        raise ValueError("use an address such as https://host/team/course.git or git@host:team/course.git")
    if re.match(r"https?://[^/]*@|ssh://[^/@]*:[^/]*@", url):
        raise ValueError("leave names and passwords out of the address; give a token instead")
    return url


def _check_branch(branch: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}", branch) or ".." in branch or branch.endswith((".", "/")):
        raise ValueError("is no name of a branch")
    return branch


def _check_folder(folder: str) -> str:
    path = PurePosixPath(folder)
    if path.is_absolute() or ".." in path.parts or "\0" in folder or ".git" in path.parts:
        raise ValueError("name a folder inside of the repository, such as course/public")
    return "" if str(path) == "." else str(path)


class Half(_Model):
    """Where one half of a course comes from."""

    url: Annotated[str, AfterValidator(_check_url)]
    branch: Annotated[str, AfterValidator(_check_branch)] = "main"
    folder: Annotated[str, AfterValidator(_check_folder)] = ""
    """Folder in the repository; "" = all of it."""


class PublishedCourse(Course):
    """A followed course at one of its published versions."""

    version: int
    """Id of the version in the store."""
    commits: Pair
    source: Half
    """Where its public half comes from."""

    @property
    def pair(self) -> Pair:
        """The commits that `repository` and `private` stand at."""
        return self.commits


class FollowedCourse(_Model):
    """A course whose halves are followed: fetched when they change, and published when they are sound."""

    name: Name
    public: Half
    private: Half
    internet: bool = False
    datasets: DataFolder | None = None
    poll_seconds: int = Field(default=POLL_SECONDS, ge=0, le=7 * 86400)
    """How often its repositories are looked at without being told to; 0 = never."""
    host: Literal["auto", "github", "gitlab", "gitea", "bitbucket"] = "auto"
    """Kind of its Git host, for commit statuses; auto = by the host's name, or by asking it. Forgejo is gitea."""

    @model_validator(mode="after")
    def _halves_differ(self) -> Self:
        if (self.public.url, self.public.branch) == (self.private.url, self.private.branch):
            ours, theirs = PurePosixPath(self.public.folder), PurePosixPath(self.private.folder)
            if ours.is_relative_to(theirs) or theirs.is_relative_to(ours):
                raise ValueError(
                    "both halves of the course are the same folder, or one lies in the other: learners would get the "
                    "hidden tests; use two repositories, or two folders side by side"
                )
        return self


class CourseSecrets(_Model):
    """What a followed course needs to be fetched and told of; encrypted at rest, and shown never again."""

    public_token: SecretStr | None = None
    public_deploy_key: SecretStr | None = None
    """Private key in OpenSSH's format, without a passphrase."""
    private_token: SecretStr | None = None
    private_deploy_key: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    """What a Git host signs its webhooks with."""
    status_token: SecretStr | None = None
    """May set commit statuses at the Git host."""
