"""The page of the JupyterLab extension, built from TypeScript on this machine, so that no image needs Node.

Built pages are kept by the hash of their sources: an unchanged one is never built again.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from deploy.commands import run
from deploy.node import node_and_npm
from images.context import Context, content_hash, read_tree

SOURCES = ("package.json", "package-lock.json", "tsconfig.json", "src", "style", "schema")
"""What the page is made of, in labextension/."""
BUILT = "openjupyter/labextension"
"""Where its build puts it, and where the wheel's build looks for it, in labextension/."""

Say = Callable[[str], None]


def sources(labextension: Path) -> Context:
    """The files that the page is made of."""
    found = {}
    for name in SOURCES:
        if (labextension / name).exists():
            found.update(read_tree(labextension / name, name))
    return found


def built_page(labextension: Path, home: Path, log: Path, say: Say = lambda line: None) -> Path:
    """The folder with the built page, in `home`; built now, unless it was before.

    Raises:
        SetupError: Node or the page's packages could not be had, or the build failed.
    """
    wanted = sources(labextension)
    kept = home / content_hash(wanted)
    if not (kept / "package.json").is_file():
        say("building the JupyterLab extension")
        _build(wanted, home / "work", kept, log, say)
    return kept


def install_packages(folder: Path, home: Path, log: Path, say: Say = lambda line: None) -> list[str]:
    """Have node_modules in `folder` as its lock file says; gives a command that is npm.

    Raises:
        SetupError: Node or the packages could not be had.
    """
    node, npm = node_and_npm(home / "node", say)
    # What npm runs looks for a node on PATH, where one from the Python package index is not.
    npm = ["env", f"PATH={Path(node).parent}{os.pathsep}{os.environ['PATH']}", *npm]
    wanted = content_hash(read_tree(folder / "package-lock.json", "lock"))
    stamp = folder / "node_modules/.openjupyter"
    if not stamp.is_file() or stamp.read_text() != wanted:
        say("installing the packages of the JupyterLab extension")
        # No package's own scripts: none is needed here, and what does not run does no harm.
        arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        run([*npm, *arguments], "installing the packages of the JupyterLab extension", log, cwd=folder)
        stamp.write_text(wanted)
    return npm


def _build(wanted: Context, work: Path, kept: Path, log: Path, say: Say) -> None:
    shutil.rmtree(work, ignore_errors=True)
    for name, entry in wanted.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(entry.content)
    npm = install_packages(work, work.parent, log, say)
    run([*npm, "run", "build"], "building the JupyterLab extension", log, cwd=work)
    shutil.rmtree(kept, ignore_errors=True)
    # Renamed at once: a build that was broken off leaves nothing that looks finished.
    (work / BUILT).rename(kept)
    shutil.rmtree(work)  # half a gigabyte of packages, which npm has in its own cache
