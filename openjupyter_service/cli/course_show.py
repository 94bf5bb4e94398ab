"""A followed course as commands show it, as JSON and as words; never a secret."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from openjupyter_service.cli.report import plain
from openjupyter_service.cli.site import CommandSite
from openjupyter_service.courses import Course, FollowedCourse

if TYPE_CHECKING:
    from openjupyter_service.store import CourseVersion

MAX_FINDINGS = 40
_SHORT = 12


def webhook_address(site: CommandSite, name: str) -> str:
    """Where Git hosts say that somebody has pushed."""
    return f"{site.tool.hub_url.removesuffix('hub/')}services/openjupyter/hooks/{name}"


def record(site: CommandSite, course: FollowedCourse) -> dict[str, Any]:
    """A followed course as JSON: where from, what is published, and how the following goes."""
    sync, published = site.courses.sync(course.name), site.versions.published(course.name)
    newest = next(iter(site.versions.of(course.name, limit=1)), None)
    return {
        **course.model_dump(mode="json"),
        "where": "store",
        "published": version_record(published, findings=False) if published is not None else None,
        "newest": version_record(newest, findings=False) if newest is not None else None,
        "sync": {
            "wanted_at": sync.wanted_at,
            "began_at": sync.synced_at,
            "ended_at": sync.ended_at,
            "problem": sync.problem,
        },
    }


def local_record(course: Course) -> dict[str, Any]:
    """A course of the settings file as JSON."""
    return {**course.model_dump(mode="json"), "where": "settings file"}


def version_record(version: "CourseVersion", findings: bool = True) -> dict[str, Any]:
    """A version as JSON; times are Unix seconds."""
    names = ("id", "public_commit", "private_commit", "served_commit", "created_at", "started_at", "finished_at")
    values: dict[str, Any] = {name: getattr(version, name) for name in names}
    values["state"] = version.state.value
    return values | ({"report": version.report} if findings else {})


def state(found: dict[str, Any]) -> str:
    """How following a course goes, in a few words."""
    newest, sync = found["newest"], found["sync"]
    if sync["problem"]:
        return "cannot be fetched"
    if newest is None:
        return "not fetched yet"
    if newest["state"] == "published":
        return "published"
    kept = "; learners have the last published one" if found["published"] else ""
    return {"refused": "newest version refused", "checking": "newest version is being checked"}.get(
        newest["state"], "newest version waits for its check"
    ) + kept


def findings(version: "CourseVersion") -> Iterator[str]:
    """What the check of a version has found, a line each."""
    report = version.report or {}
    if problem := report.get("problem"):
        yield plain(str(problem))
    lines = [
        f"{exercise.get('name')}: {finding.get('level')}: {finding.get('text')}"
        for exercise in report.get("exercises") or []
        for finding in exercise.get("findings") or []
        if finding.get("level") in ("error", "warning")
    ]
    for line in lines[:MAX_FINDINGS]:
        yield plain(line)
    if len(lines) > MAX_FINDINGS:
        yield f"and {len(lines) - MAX_FINDINGS} more; all are in --json"


def half(values: dict[str, Any]) -> str:
    """Where one half comes from."""
    folder = f", folder {values['folder']}" if values["folder"] else ""
    return f"{values['url']}, branch {values['branch']}{folder}"


def pair(version: "dict[str, Any] | None") -> str:
    """The commits of a version at the Git host: public and private half."""
    if version is None:
        return "nothing yet"
    return f"{version['public_commit'][:_SHORT]} with {version['private_commit'][:_SHORT]}"


def moment(seconds: float | None) -> str:
    """A time as people read it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC") if seconds is not None else "never"
