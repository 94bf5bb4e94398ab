"""Which exercises of a version need not be graded again: those that were sound before, with all that they depend on.

That is everything in the exercise's own folder, the public files that it names, the images that grade, the site's
settings for grading, and this release. All else that a check looks at is looked at again each time.
"""

import hashlib
import importlib.metadata
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from openjupyter_service.errors import OpenJupyterError
from openjupyter_service.exercises.course import load_exercise
from openjupyter_service.exercises.layout import CourseFolders
from openjupyter_service.settings import GradingSettings
from openjupyter_service.store.records import CourseVersion

FINGERPRINT = "fingerprint"
"""Key of an exercise's result in a version's report."""


def surroundings(settings: GradingSettings, images: Sequence[str]) -> str:
    """What all gradings of a site depend on; `images` are the ids of its two images."""
    release = importlib.metadata.version("openjupyter-service")
    pool = ("workers", "pool", "pool_max", "pool_max_age_seconds")
    return json.dumps([release, *images, {k: v for k, v in settings.model_dump().items() if k not in pool}])


def fingerprints(course: CourseFolders, around: str) -> dict[str, str]:
    """A digest of all that an exercise depends on, by its name; none for one with an image of its own, which may move.

    Args:
        course: where the exercises are; its public half is named
        around: what `surroundings` gave
    """
    found = {}
    for name in course.names:
        try:
            exercise = load_exercise(course.private, name)
            public = course.public_of(exercise)
            digest = hashlib.sha256(around.encode())
            if exercise.image is None:
                for label, root, paths in (
                    ("private", exercise.folder, sorted(path for path in exercise.folder.rglob("*") if path.is_file())),
                    (
                        "public",
                        public,
                        [public / path for path in (exercise.notebook, *exercise.files, *exercise.data)],
                    ),
                ):
                    _add(digest, label, root, paths)
                found[name] = digest.hexdigest()
        except (OpenJupyterError, OSError):  # its check tells what is wrong
            continue
    return found


def known(versions: Iterable[CourseVersion], now: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Results, by exercise, that hold for what is there now.

    Args:
        versions: of the course, newest first
        now: what `fingerprints` gave
    """
    found: dict[str, dict[str, Any]] = {}
    for version in versions:
        for result in (version.report or {}).get("exercises", []):
            name = result["name"]
            if result["sound"] and name in now and result.get(FINGERPRINT) == now[name]:
                found.setdefault(name, result)
    return found


def taken_over(result: dict[str, Any], earlier: dict[str, Any]) -> dict[str, Any]:
    """The result of a check without gradings, with those of an earlier one."""
    findings = [*result["findings"], *(each for each in earlier["findings"] if each not in result["findings"])]
    return {**earlier, "findings": findings, "sound": result["sound"]}


def _add(digest: Any, label: str, root: Path, paths: Iterable[Path]) -> None:
    for path in paths:
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(json.dumps([label, path.relative_to(root).as_posix(), content]).encode())
