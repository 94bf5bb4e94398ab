"""Builds the images, with Docker's classic builder so that no engine and no client is too old.

An image is named by the hash of what goes into it: an unchanged one is never built again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import APIError, ImageNotFound

from deploy.commands import failure
from images.context import Context, archive, content_hash, read_tree
from images.host import host_context, proxy_arguments
from images.rootfs import root_image

PROJECT = Path(__file__).resolve().parent.parent
BUILD_SECONDS = 3600

Say = Callable[[str], None]


@dataclass(frozen=True)
class Image:
    """One image: its parent, and which of the project's files its build sees."""

    name: str
    parent: str | None
    sources: tuple[tuple[str, str], ...]
    """(place in the build context, path in the project)."""

    @property
    def repository(self) -> str:
        """The image's name at the engine, without tag."""
        return f"openjupyter-{self.name}"

    def context(self, project: Path = PROJECT) -> Context:
        """Everything the Dockerfile may copy, but what comes from the building machine."""
        entries = {}
        for place, path in self.sources:
            if (project / path).exists():
                entries.update(read_tree(project / path, place))
        return entries


IMAGES = (
    Image("base", None, (("", "images/base"),)),
    Image("learner", "base", (("", "images/learner"), ("labextension", "labextension"))),
    Image(
        "judge",
        "base",
        (
            ("", "images/judge"),
            ("packages/openjupyter/__init__.py", "labextension/openjupyter/__init__.py"),
            ("packages/openjupyter/wire", "labextension/openjupyter/wire"),
            ("packages/openjupyter_service/__init__.py", "openjupyter_service/__init__.py"),
            ("packages/openjupyter_service/judge", "openjupyter_service/judge"),
        ),
    ),
)
"""All images, parents first."""


def tags(project: Path = PROJECT) -> dict[str, str]:
    """Image name → tag that its present content gives, whether it is built or not."""
    found: dict[str, str] = {}
    for image in IMAGES:
        parents = [found[image.parent]] if image.parent else []
        found[image.name] = f"{image.repository}:{content_hash(image.context(project), *parents)}"
    return found


def missing(engine: docker.DockerClient, project: Path = PROJECT) -> list[str]:
    """Names of the images that a build would have to make."""
    return [name for name, tag in tags(project).items() if not _exists(engine, tag)]


def build(
    engine: docker.DockerClient,
    log: Path,
    say: Say = lambda line: None,
    *,
    names: Sequence[str] = (),
    force: bool = False,
    project: Path = PROJECT,
) -> dict[str, str]:
    """Make the images (or only those named, with their parents) that do not exist yet; returns name → tag.

    Raises:
        SetupError: a build failed; the sentence tells the cause where it is known, `log` has all output.
    """
    wanted = tags(project)
    log.parent.mkdir(parents=True, exist_ok=True)
    for image in IMAGES:
        needed = not names or image.name in names or any(i.parent == image.name and i.name in names for i in IMAGES)
        asked = not names or image.name in names
        if needed and ((force and asked) or not _exists(engine, wanted[image.name])):
            _build(engine, image, wanted, log, say, cache=not force, project=project)
        if needed:
            engine.images.get(wanted[image.name]).tag(image.repository, "latest")
    return wanted


def _exists(engine: docker.DockerClient, tag: str) -> bool:
    try:
        engine.images.get(tag)
    except ImageNotFound:
        return False
    return True


def _build(
    engine: docker.DockerClient,
    image: Image,
    wanted: dict[str, str],
    log: Path,
    say: Say,
    *,
    cache: bool,
    project: Path,
) -> None:
    arguments = proxy_arguments()
    if image.parent:
        arguments["BASE"] = wanted[image.parent]
    else:
        setup = project / "images/base/setup.sh"
        arguments["ROOT"] = root_image(engine, setup, f"{image.repository}:root", log, say)
    output = []
    try:
        # The host's network: a pip index or a proxy that this machine reaches is then within reach of the build.
        progress = engine.api.build(
            fileobj=archive({**image.context(project), **host_context()}),
            custom_context=True,
            tag=wanted[image.name],
            buildargs=arguments,
            network_mode="host",
            nocache=not cache,
            rm=True,
            forcerm=True,
            decode=True,
            timeout=BUILD_SECONDS,
        )
        with log.open("a") as file:
            for item in progress:
                text = str(item.get("stream") or item.get("error") or "")
                output.append(text)
                file.write(text)
                if line := _headline(text):
                    say(f"{image.name}: {line}")
                if "error" in item:
                    raise failure(f"building the image {image.name}", "".join(output[-50:]), log)
    except APIError as error:
        raise failure(f"building the image {image.name}", str(error.explanation or error), log) from None


def _headline(text: str) -> str:
    """The part of a line of build output that people may want to see, or nothing."""
    line = text.strip()
    if line.startswith(("Step ", "Collecting ", "Downloading ", "Installing collected")):
        return line if len(line) <= 90 else f"{line[:87]}..."
    return ""
