"""Real containers: the images are built (or found by their content hash) once per run."""

import os
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from images.build import build
from openjupyter_service.sandbox.engine import ROLE_LABEL, SITE_LABEL
from openjupyter_service.settings import GradingSettings

SITE = f"openjupyter-tests-{os.getpid()}"
"""Of this run alone: another one on the same engine has containers of its own."""


@pytest.fixture(scope="session")
def grading_settings(tmp_path_factory: pytest.TempPathFactory) -> GradingSettings:
    """Settings that name today's images."""
    tags = build(docker.from_env(), Path(tmp_path_factory.mktemp("build")) / "build.log")
    return GradingSettings(sandbox_image=tags["learner"], judge_image=tags["judge"])


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """A test leaves no grading container behind."""
    yield
    containers = docker.from_env().containers.list(all=True, filters={"label": f"{SITE_LABEL}={SITE}"})
    left = [item.labels[ROLE_LABEL] for item in containers]
    for item in containers:
        item.remove(force=True)
    assert left == []
