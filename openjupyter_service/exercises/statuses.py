"""Commit statuses: how each kind of Git host is told that a commit was published or refused. Sends nothing itself.

By the hosts' own pages: GitHub REST "Commit statuses", GitLab "Commits API: set commit pipeline status", Gitea and
Forgejo "repoCreateStatus" of their API, Bitbucket Cloud "Commit statuses", Bitbucket Data Center "Build status".
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, urlsplit

MAX_DESCRIPTION = 140
"""Characters that GitHub takes; the others take more."""
MAX_KEY = 40
"""Characters of the name of a status that Bitbucket takes."""

_AGENT = "OpenJupyter"
_WEB = {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com", "altssh.bitbucket.org": "bitbucket.org"}
"""Hosts that are for SSH alone."""
_LABELS = {"github": "github", "gitlab": "gitlab", "gitea": "gitea", "forgejo": "gitea", "codeberg": "gitea",
           "bitbucket": "bitbucket"}  # fmt: skip


class Kind(StrEnum):
    """Kind of a Git host."""

    GITHUB = "github"
    GITLAB = "gitlab"
    GITEA = "gitea"
    """Forgejo as well."""
    BITBUCKET = "bitbucket"


@dataclass(frozen=True, slots=True)
class Status:
    """What is told of a commit.

    Attributes:
        is_good: published, or refused?
        context: name of the status: a later one of the same name takes its place.
        description: one line for everybody who may see the repository.
        link: to a page that tells more; None when there is none that browsers reach.
    """

    is_good: bool
    context: str
    description: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A request to a host's API; `headers` hold the token."""

    url: str
    headers: dict[str, str]
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Call({self.url!r})"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at a Git host.

    Attributes:
        origin: scheme, host and port of the host's pages and API.
        path: with slashes, without .git.
    """

    origin: str
    path: str

    @classmethod
    def of(cls, url: str) -> "Repository | None":
        """The repository that is cloned from this address; None for one on this machine."""
        parts = urlsplit(url)
        if parts.scheme in ("http", "https"):
            origin, path = f"{parts.scheme}://{parts.netloc}", parts.path
        elif parts.scheme == "ssh" and parts.hostname:
            origin, path = f"https://{parts.hostname}", parts.path
        elif not parts.scheme and "@" in url and ":" in url:
            host, _, path = url.partition("@")[2].partition(":")
            origin = f"https://{host.lower()}"
        else:
            return None
        host = origin.partition("://")[2]
        return cls(origin.replace(host, _WEB.get(host, host)), path.strip("/").removesuffix(".git"))

    @property
    def host(self) -> str:
        """Name of the host, without a port."""
        return urlsplit(self.origin).hostname or ""

    @property
    def kind(self) -> Kind | None:
        """Kind of the host by its name; None when that does not tell."""
        return next((Kind(_LABELS[label]) for label in self.host.split(".") if label in _LABELS), None)

    def probes(self) -> list[tuple[Kind, str]]:
        """Addresses that a host of each kind answers at with a JSON object, without a token, if only to refuse."""
        return [
            (Kind.GITEA, f"{self._above}/api/v1/version"),
            (Kind.GITLAB, f"{self.origin}/api/v4/version"),
            (Kind.BITBUCKET, f"{self.origin}/rest/api/1.0/application-properties"),
            (Kind.GITHUB, f"{self.origin}/api/v3/meta"),
        ]

    def call(self, kind: Kind, commit: str, status: Status, token: str) -> Call:
        """The POST request that sets the status of a commit.

        Args:
            kind: of the host.
            commit: its full name.
            status: of it.
            token: that may set statuses; `name:token` where the host wants a name beside it.
        """
        match kind:
            case Kind.GITHUB:
                return self._github(commit, status, token)
            case Kind.GITLAB:
                return self._gitlab(commit, status, token)
            case Kind.GITEA:
                return self._gitea(commit, status, token)
            case Kind.BITBUCKET:
                return self._bitbucket(commit, status, token)

    def _github(self, commit: str, status: Status, token: str) -> Call:
        api = f"{self.origin}/api/v3"
        if self.host == "github.com" or self.host.endswith(".ghe.com"):
            api = f"https://api.{self.host}"
        headers = {"Accept": "application/vnd.github+json", **_bearer(token)}
        return _call(f"{api}/repos/{quote(self.path)}/statuses/{commit}", headers, _common(status, "failure"))

    def _gitlab(self, commit: str, status: Status, token: str) -> Call:
        data = {
            "state": "success" if status.is_good else "failed",
            "name": status.context,
            "description": status.description,
            **({"target_url": status.link} if status.link else {}),
        }
        project = quote(self.path, safe="")
        url = f"{self.origin}/api/v4/projects/{project}/statuses/{commit}"
        return _call(url, {"PRIVATE-TOKEN": token}, data)

    def _gitea(self, commit: str, status: Status, token: str) -> Call:
        headers = _basic(token) if ":" in token else {"Authorization": f"token {token}"}
        name = "/".join(self.path.split("/")[-2:])
        url = f"{self._above}/api/v1/repos/{quote(name)}/statuses/{commit}"
        return _call(url, headers, _common(status, "failure"))

    def _bitbucket(self, commit: str, status: Status, token: str) -> Call:
        data = {
            "state": "SUCCESSFUL" if status.is_good else "FAILED",
            "key": _short(status.context),
            "name": status.context,
            "description": status.description,
            # It must have one.
            "url": status.link or f"{self.origin}/{self.path}",
        }
        if self.host == "bitbucket.org":
            url = f"https://api.bitbucket.org/2.0/repositories/{quote(self.path)}/commit/{commit}/statuses/build"
        else:
            # Of the server, not of a repository: it knows commits by their names.
            prefix = f"/{self.path}".partition("/scm/")[0] if "/scm/" in f"/{self.path}" else ""
            url = f"{self.origin}{prefix}/rest/build-status/1.0/commits/{commit}"
        return _call(url, _bearer(token), data)

    @property
    def _above(self) -> str:
        """Gitea may live in a folder of a host: owner and name are the last two parts."""
        return "/".join([self.origin, *self.path.split("/")[:-2]])


def _common(status: Status, bad: str) -> dict[str, str]:
    return {
        "state": "success" if status.is_good else bad,
        "context": status.context,
        "description": status.description,
        **({"target_url": status.link} if status.link else {}),
    }


def _call(url: str, headers: dict[str, str], data: dict[str, str]) -> Call:
    common = {"Content-Type": "application/json", "User-Agent": _AGENT}
    data = {**data, "description": data["description"][:MAX_DESCRIPTION]}
    return Call(url, {**common, **headers}, json.dumps(data).encode())


def _bearer(token: str) -> dict[str, str]:
    return _basic(token) if ":" in token else {"Authorization": f"Bearer {token}"}


def _basic(pair: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def _short(context: str) -> str:
    if len(context) <= MAX_KEY:
        return context
    return context[: MAX_KEY - 9] + "-" + hashlib.sha256(context.encode()).hexdigest()[:8]
