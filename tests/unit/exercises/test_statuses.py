"""Commit statuses: which repository an address is of, and the request for each kind of host."""

import base64
import json

import pytest

from openjupyter_service.exercises.statuses import Kind, Repository, Status

STATUS = Status(True, "openjupyter/python", "published: 3 exercises", "https://lab.example.org/c/python")
SHA = "a" * 40


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("https://github.com/team/course.git", "https://github.com", "team/course"),
        ("https://git.example.org:8443/a/b/team/course", "https://git.example.org:8443", "a/b/team/course"),
        ("http://gitea:3000/team/course.git", "http://gitea:3000", "team/course"),
        ("git@gitlab.example.org:sub/team/course.git", "https://gitlab.example.org", "sub/team/course"),
        ("ssh://git@git.example.org:2222/team/course.git", "https://git.example.org", "team/course"),
        ("ssh://git@ssh.github.com:443/team/course.git", "https://github.com", "team/course"),
    ],
)
def test_the_repository_of_an_address(url: str, origin: str, path: str) -> None:
    assert Repository.of(url) == Repository(origin, path)


@pytest.mark.parametrize("url", ["/srv/git/course.git", "file:///srv/git/course.git"])
def test_a_repository_on_this_machine_has_no_host(url: str) -> None:
    assert Repository.of(url) is None


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("github.com", Kind.GITHUB),
        ("github.example.org", Kind.GITHUB),
        ("gitlab.com", Kind.GITLAB),
        ("codeberg.org", Kind.GITEA),
        ("forgejo.example.org", Kind.GITEA),
        ("bitbucket.org", Kind.BITBUCKET),
        ("git.example.org", None),
        ("notgithub.com", None),
    ],
)
def test_names_that_tell_the_kind(host: str, kind: Kind | None) -> None:
    assert Repository(f"https://{host}", "team/course").kind == kind


@pytest.mark.parametrize(
    ("kind", "repository", "url"),
    [
        (Kind.GITHUB, "https://github.com", f"https://api.github.com/repos/team/course/statuses/{SHA}"),
        (Kind.GITHUB, "https://team.ghe.com", f"https://api.team.ghe.com/repos/team/course/statuses/{SHA}"),
        (Kind.GITHUB, "https://git.example.org", f"https://git.example.org/api/v3/repos/team/course/statuses/{SHA}"),
        (Kind.GITLAB, "https://gitlab.com", f"https://gitlab.com/api/v4/projects/team%2Fcourse/statuses/{SHA}"),
        (Kind.GITEA, "https://codeberg.org", f"https://codeberg.org/api/v1/repos/team/course/statuses/{SHA}"),
        (
            Kind.BITBUCKET,
            "https://bitbucket.org",
            f"https://api.bitbucket.org/2.0/repositories/team/course/commit/{SHA}/statuses/build",
        ),
        (Kind.BITBUCKET, "https://git.example.org", f"https://git.example.org/rest/build-status/1.0/commits/{SHA}"),
    ],
)
def test_where_each_kind_takes_a_status(kind: Kind, repository: str, url: str) -> None:
    call = Repository(repository, "team/course").call(kind, SHA, STATUS, "t0ken")
    assert call.url == url and "t0ken" not in repr(call)
    assert json.loads(call.body)["description"] == "published: 3 exercises"


def test_hosts_that_live_in_a_folder() -> None:
    gitea = Repository("https://h", "git/team/course").call(Kind.GITEA, SHA, STATUS, "t")
    assert gitea.url == f"https://h/git/api/v1/repos/team/course/statuses/{SHA}"
    server = Repository("https://h", "bit/scm/TEAM/course").call(Kind.BITBUCKET, SHA, STATUS, "t")
    assert server.url == f"https://h/bit/rest/build-status/1.0/commits/{SHA}"
    assert Repository("https://h", "scm/TEAM/course").call(Kind.BITBUCKET, SHA, STATUS, "t").url == (
        f"https://h/rest/build-status/1.0/commits/{SHA}"
    )


def test_limits_of_hosts() -> None:
    long = Status(False, "openjupyter/" + "x" * 64, "y" * 300)
    for kind in Kind:
        data = json.loads(Repository("https://h", "team/course").call(kind, SHA, long, "t").body)
        assert len(data["description"]) == 140
        assert len(data.get("key", "")) <= 40
        assert "target_url" not in data
    keys = {
        json.loads(Repository("https://h", "t/c").call(Kind.BITBUCKET, SHA, Status(True, name, ""), "t").body)["key"]
        for name in ("openjupyter/" + "x" * 63 + end for end in "ab")
    }
    assert len(keys) == 2


@pytest.mark.parametrize("kind", [Kind.GITEA, Kind.BITBUCKET])
def test_a_name_beside_the_token(kind: Kind) -> None:
    call = Repository("https://h", "team/course").call(kind, SHA, STATUS, "somebody:t0ken")
    assert call.headers["Authorization"] == "Basic " + base64.b64encode(b"somebody:t0ken").decode()
