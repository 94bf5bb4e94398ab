"""Who may call what: every route, every method, every kind of caller."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tornado.routing import PathMatches
from tornado.web import RequestHandler

from openjupyter_service.web.app import make_app
from tests.unit.web.conftest import PREFIX, TOKENS, Client, data, refusal

ALL_METHODS = ("GET", "HEAD", "POST", "DELETE", "PATCH", "PUT", "OPTIONS")


def routes() -> Iterator[tuple[str, str]]:
    """Method and path of everything that the application serves, told by the application itself."""
    site: Any = None
    for rule in make_app(site, PREFIX).wildcard_router.rules:
        assert isinstance(rule.matcher, PathMatches)
        arguments = ["python"] * rule.matcher.regex.groups
        path = rule.matcher.reverse(*arguments)
        assert path
        for method in ALL_METHODS:
            if getattr(rule.target, method.lower()) is not getattr(RequestHandler, method.lower()):
                yield method, path.removeprefix(PREFIX)


RESULTS = [
    "results",
    "results/python",
    "results/python/learners",
    "results/python/learners.csv",
    "results/python/submissions.csv",
    "results/python/exercises/python",
    "results/python/learners/python/python",
    "results/python/learners/python/python/notebook",
]
FOR_BROWSERS = [
    ("GET", "passbacks"),
    ("POST", "passbacks"),
    ("GET", "courses"),
    ("POST", "courses"),
    ("GET", "courses/python"),
    ("POST", "courses/python"),
    ("GET", "courses/python/progress"),
    ("GET", "regrades"),
    ("POST", "regrades"),
    ("GET", "regrades/python"),
    ("POST", "regrades/python"),
    ("GET", "oauth_callback"),
    *(("GET", path) for path in RESULTS),
]
"""Pages, which know people by a cookie of their own and answer in HTML: test_staff_page.py, test_course_pages.py and
test_regrade_page.py in tests/unit/hub, and test_results.py here."""
FOR_GIT_HOSTS = [("POST", "hooks/python")]
"""Webhooks, known by their signature: tests/unit/web/test_hooks.py."""
ROUTES = [route for route in routes() if route not in [("GET", "health"), *FOR_BROWSERS, *FOR_GIT_HOSTS]]


def test_the_routes_are_those_we_know() -> None:
    assert ROUTES == [
        ("GET", "api/courses/python/exercise"),
        ("GET", "api/submissions"),
        ("POST", "api/submissions"),
        ("GET", "api/submissions/python"),
        ("GET", "api/submissions/python/events"),
        ("GET", "api/submissions/python/notebook"),
        ("GET", "git/python.git/info/refs"),
        ("POST", "git/python.git/git-upload-pack"),
        ("GET", "api/passbacks"),
    ]
    assert {*FOR_BROWSERS, *FOR_GIT_HOSTS} <= set(routes())


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "token"},
        {"Authorization": "token unknown"},
        {"Authorization": "token token-of-ada and more"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dG9rZW4tb2YtYWRh"},
        {"Authorization": "Basic x"},
        {"Authorization": "Basic /////w=="},
        {"Authorization": "Negotiate token-of-ada"},
        {"Authorization": "token token-of-a-service"},
        {"Authorization": "token token-without-access"},
        {"Authorization": "token token-of-another-service"},
        {"Cookie": "jupyterhub-services=token-of-ada; openjupyter=token-of-ada; token=token-of-ada"},
        {"X-Forwarded-User": "ada", "Remote-User": "ada", "X-JupyterHub-User": "ada"},
    ],
    ids=lambda headers: str(headers)[:50],
)
async def test_without_a_learners_token_everything_is_refused(client: Client, headers: dict[str, str]) -> None:
    for method, path in ROUTES:
        answer = await client.fetch(path, method, token=None, headers=headers)
        if path.startswith("git/") and "Authorization" not in headers:
            refusal(answer, 401)
            assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
        else:
            sentence = refusal(answer, 403)
            assert "token" in sentence and "open the exercise from your course" in sentence
            assert "WWW-Authenticate" not in answer.headers
    assert client.course.submissions.for_learner("ada") == []


async def test_a_token_in_the_address_is_none(client: Client) -> None:
    token = "secret-of-ada"  # the log may hold addresses, so that this is none of those it is searched for
    TOKENS[token] = TOKENS["token-of-ada"]
    try:
        for method, path in ROUTES:
            answer = await client.fetch(f"{path}?token={token}&service=git-upload-pack", method, token=None)
            assert answer.code in (401, 403), path
    finally:
        del TOKENS[token]


@pytest.mark.parametrize("scheme", ["token", "Token", "Bearer", "bearer"])
async def test_a_learners_token_is_let_in(client: Client, scheme: str) -> None:
    answer = await client.fetch("api/submissions", token=None, headers={"Authorization": f"{scheme} token-of-ada"})
    assert data(answer) == {"submissions": []}


async def test_health_needs_no_token(client: Client) -> None:
    answer = await client.fetch("health", token=None)
    assert (answer.code, data(answer)) == (200, {"status": "ok"})


async def test_other_methods_are_not_allowed(client: Client) -> None:
    for path in sorted({path for _, path in ROUTES} | {"health"}):
        served = {method for method, where in [*ROUTES, ("GET", "health")] if where == path}
        for method in {*ALL_METHODS} - served - {"HEAD"}:
            answer = await client.fetch(path, method)
            assert refusal(answer, 405) == "Method Not Allowed", (method, path)
        assert (await client.fetch(path, "HEAD")).code == 405


NOWHERE = [
    *("", "api", "api/", "api/submissions/", "api/submissions/a/b", "api/submissions/../submissions"),
    *("api/submissions/%2e%2e", "api/submissions/a%00b", "api/submissions/" + "a" * 65, "api/courses/python"),
    *("api/courses/PYTHON/exercise", "api/courses/../exercise", "api/courses/%2e%2e/exercise"),
    *("git/python/info/refs", "git/python.git/HEAD", "git/python.git/objects/info/packs"),
    *("git/python.git/git-receive-pack", "git/../python.git/info/refs", "git/python.git/../../info/refs"),
    *("health/", "metrics", "static/x"),
]


async def test_everything_else_is_not_found(client: Client) -> None:
    for path in NOWHERE:
        for method in ("GET", "POST"):
            refusal(await client.fetch(path, method), 404)
            refusal(await client.fetch(path, method, token=None), 404)


async def test_outside_the_prefix_there_is_nothing(client: Client) -> None:
    root = client.url.removesuffix(PREFIX.removeprefix("/"))
    for path in ("", "health", "api/submissions", "services/other/health"):
        answer = await client.http.fetch(root + path, raise_error=False)
        refusal(answer, 404)


async def test_a_fault_of_ours_tells_nothing(client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(*_: Any) -> Any:
        raise RuntimeError(f"database at {tmp_path} is gone")

    monkeypatch.setattr(type(client.course.submissions), "for_learner", fails)
    assert refusal(await client.fetch("api/submissions"), 500) == "Internal Server Error"
    assert "is gone" in client.log.text


async def test_a_broken_exercise_is_told_to_staff_alone(client: Client) -> None:
    (client.course.private / "means" / "exercise.toml").write_text("title = ")
    for answer in (
        await client.fetch("api/courses/python/exercise?notebook=means/means.ipynb"),
        await client.fetch("api/submissions", "POST", body=client.course.body()),
    ):
        sentence = refusal(answer, 500)
        assert sentence == "the grading service has a fault; your course team can find it in the log"
    assert "exercise.toml, line 1: this is not TOML" in client.log.text


async def test_a_hub_that_fails_lets_nobody_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from tornado.web import HTTPError

    def broken(*_: Any, **__: Any) -> Any:
        async def answer() -> Any:
            raise HTTPError(502, "Failed to check authorization")

        return answer()

    for rule in client.app.wildcard_router.rules:
        monkeypatch.setattr(rule.target_kwargs["site"].hub_auth, "user_for_token", broken, raising=True)
    for method, path in ROUTES:
        assert refusal(await client.fetch(path, method), 502)


async def test_garbage_on_the_wire_is_an_error_and_no_more(client: Client) -> None:
    import asyncio

    port = int(client.url.split(":")[2].split("/")[0])
    for garbage in (b"\0\xff\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"POST x HTTP/9.9\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(garbage)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            assert b"Traceback" not in await asyncio.wait_for(reader.read(), 10)
        writer.close()
    assert (await client.fetch("health")).code == 200
