"""From a push to its status: a Git host over HTTP with tokens, its webhook, and what it is told in the end."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from openjupyter_service.courses import CourseSecrets, Half
from openjupyter_service.grading import follow
from openjupyter_service.grading.aside import running_aside
from openjupyter_service.grading.hooks import Hooks
from openjupyter_service.grading.statuses import Statuses
from openjupyter_service.store import VersionState
from tests.unit.exercises.deliveries import SECRET, delivery
from tests.unit.exercises.repositories import git_host
from tests.unit.grading.course import until
from tests.unit.grading.upstream import WRONG, Site, git

READ, WRITE = "read-t0ken", "status-t0ken"


async def test_a_webhook_has_a_push_checked_and_the_host_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "LOOK_SECONDS", 3600.0)  # nothing but the webhook wakes anybody
    site = Site(tmp_path)
    hosted = tmp_path / "hosted"
    statuses: list[dict[str, Any]] = []

    def push(**changes: str) -> tuple[str, str]:
        commits = site.upstream.push(**changes)
        for half, path in site.upstream.halves.items():
            bare = hosted / "team" / f"{half}.git"
            bare.mkdir(parents=True, exist_ok=True)
            git(bare, "init", "--quiet", "--bare", "--initial-branch=main")
            git(bare, "fetch", "--quiet", str(path), "+main:main")
        return commits

    def take_status(call: Any) -> bool:
        if not call.path.startswith("/api/v1/repos/team/"):
            return False
        assert call.headers["Authorization"] == f"token {WRITE}"
        data = json.loads(call.rfile.read(int(call.headers["Content-Length"])))
        statuses.append({"path": call.path, **data})
        call.refuse(201)
        return True

    good = push()
    with git_host(hosted) as host:
        host.basic, host.odd = f"oauth2:{READ}", take_status
        halves = {half: Half(url=f"{host.url}/team/{half}.git") for half in ("public", "private")}
        course = site.upstream.course("python").model_copy(update={**halves, "poll_seconds": 0, "host": "gitea"})
        token = SecretStr(READ)
        site.courses.replace(
            course,
            CourseSecrets(
                public_token=token,
                private_token=token,
                webhook_secret=SecretStr(SECRET),
                status_token=SecretStr(WRITE),
            ),
        )
        follower = site.follower(Statuses(site.courses.secrets, lambda name: f"https://lab.example.org/{name}"))
        hooks = Hooks(site.courses, follower.wake)
        async with running_aside(follower.run):
            await until(lambda: len(statuses) == 2)
            assert {each["path"].rpartition("/")[2] for each in statuses} == set(good)
            assert {each["state"] for each in statuses} == {"success"} and site.pulled() == good[0]
            statuses.clear()
            push(solution=WRONG)
            sent = delivery("gitea_push")
            await asyncio.to_thread(hooks.receive, "python", sent.lower, sent.body)
            await until(lambda: len(statuses) == 2)
        assert {each["state"] for each in statuses} == {"failure"} and site.pulled() == good[0]
        assert {each["description"] for each in statuses} == {"1 of 1 exercise has errors; see the course page"}
        assert {each["target_url"] for each in statuses} == {"https://lab.example.org/python"}
        states = [version.state for version in site.versions.of("python")]
        assert states == [VersionState.REFUSED, VersionState.PUBLISHED]
    site.store.close()
