"""Builds the images, with Docker's classic builder so that no engine and no client is too old.

An image is named by the hash of what goes into it: an unchanged one is never built again.
From the command line: `python -m images.build --help`.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import docker
from docker.errors import APIError, ImageNotFound

from deploy.commands import failure
from deploy.engine import connect
from deploy.errors import SetupError
from images.context import Context, archive, content_hash, read_tree
from images.host import host_context, proxy_arguments
from images.page import BUILT, built_page
from images.page import SOURCES as PAGE_SOURCES
from images.rootfs import root_image
from images.sizes import measure, table
from openjupyter_service.errors import OpenJupyterError

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
    has_page: bool = False
    """Does its build need the built page of the JupyterLab extension? It follows from the sources."""

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


_PYTHON_HALF = ("pyproject.toml", "hatch_build.py", "jupyter-config", "openjupyter")

IMAGES = (
    Image("base", None, (("", "images/base"),)),
    Image(
        "learner",
        "base",
        (
            ("", "images/learner"),
            *((f"labextension/{name}", f"labextension/{name}") for name in (*_PYTHON_HALF, *PAGE_SOURCES)),
        ),
        has_page=True,
    ),
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
    """Make the images (or only those named, with their parents) that do not exist yet; gives name → tag.

    Raises:
        SetupError: a build failed; the sentence tells the cause where it is known, `log` has all output.
    """
    wanted = tags(project)
    log.parent.mkdir(parents=True, exist_ok=True)
    asked = set(names) or {image.name for image in IMAGES}
    needed = asked | {str(image.parent) for image in IMAGES if image.name in asked}
    built = {}
    for image in IMAGES:
        if image.name in needed:
            tag = wanted[image.name]
            if (force and image.name in asked) or not _exists(engine, tag):
                _build(engine, image, wanted, log, say, cache=not force, project=project)
            engine.images.get(tag).tag(image.repository, "latest")
            built[image.name] = tag
    return built


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
    context = {**image.context(project), **host_context()}
    if image.has_page:
        page = built_page(project / "labextension", project / ".openjupyter/labextension", log, say)
        context.update(read_tree(page, f"labextension/{BUILT}"))
    output = []
    try:
        # The host's network: a pip index or a proxy that this machine reaches is then within reach of the build.
        progress = engine.api.build(
            fileobj=archive(context),
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


def main(arguments: list[str] | None = None) -> int:
    """The command line; 1 with a sentence when a build fails."""
    parser = argparse.ArgumentParser(prog="python -m images.build", description="Build the images that are missing.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="base, learner or judge, with what it builds on; all without a name"
    )
    parser.add_argument("--force", action="store_true", help="build them anew, without any cache")
    parser.add_argument("--sizes", action="store_true", help="afterwards, tell what each image's megabytes are for")
    options = parser.parse_args(arguments)
    if unknown := set(options.names) - {image.name for image in IMAGES}:
        parser.error(f"there is no image {', '.join(sorted(unknown))}")
    log = PROJECT / ".openjupyter/logs/images.log"
    try:
        engine = connect()
        if engine is None:
            raise SetupError("no Docker engine is running")
        built = build(engine, log, lambda line: print(line, flush=True), names=options.names, force=options.force)
        for name, tag in built.items():
            print(tag)
            if options.sizes:
                print(table(name, measure(engine, tag)))
    except OpenJupyterError as error:
        print(f"images.build: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
