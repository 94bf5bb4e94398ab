"""`deploy/test`: every check, in sections; one that fails does not keep the others from running."""

import argparse
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from deploy.steps import Steps

PROJECT = Path(__file__).resolve().parent.parent
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")


def parse_arguments(arguments: list[str] | None = None) -> tuple[argparse.Namespace, list[str]]:
    """Read the command line; what is not ours is pytest's."""
    parser = argparse.ArgumentParser(
        prog="deploy/test",
        description="Run ruff, mypy, pytest, and where Node.js is at hand the checks of the JupyterLab extension;"
        " further arguments are pytest's (such as -k NAME or a path). Installs or builds what the tests need first, as"
        " deploy/try does.",
    )
    parser.add_argument("--quick", action="store_true", help="leave out the tests that need Docker or a browser")
    return parser.parse_known_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Run all sections; 1 if any failed."""
    options, rest = parse_arguments(arguments)

    from deploy.prepare import HOME, ensure_program, prepared
    from deploy.steps import Steps
    from openjupyter_service.errors import OpenJupyterError

    steps = Steps()

    @contextlib.contextmanager
    def needed() -> Iterator[None]:
        if options.quick:
            yield
            return
        with prepared(steps):
            if not any(shutil.which(name) for name in CHROMIUMS):
                with steps.step("Chromium for the browser tests"):
                    ensure_program("chromium", "chromium", HOME)
            yield

    try:
        with needed():
            sections = [*_sections(options.quick, rest), *_page_sections(steps)]
            failed = [name for name, command in sections if not _passes(name, command)]
    except OpenJupyterError as error:
        print(f"deploy/test: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    steps.line(f"\nFAILED: {', '.join(failed)}" if failed else "\nAll checks passed")
    return 1 if failed else 0


def _sections(quick: bool, rest: list[str]) -> list[tuple[str, list[str]]]:
    python = [sys.executable, "-m"]
    chosen = ["-m", "not docker and not browser"] if quick else []
    return [
        ("ruff check", [*python, "ruff", "check", "."]),
        ("ruff format", [*python, "ruff", "format", "--check", "."]),
        ("mypy", [*python, "mypy"]),
        ("pytest", [*python, "pytest", *chosen, *rest]),
    ]


def _page_sections(steps: "Steps") -> list[tuple[str, list[str]]]:
    """Those of the JupyterLab extension's TypeScript."""
    from deploy.node import find_node
    from deploy.prepare import HOME
    from images.page import install_packages

    if find_node() is None:
        steps.line("No Node.js is at hand: the checks of the JupyterLab extension's TypeScript are left out")
        return []
    folder = PROJECT / "labextension"
    with steps.step("Packages of the JupyterLab extension") as say:
        npm = install_packages(folder, HOME / "labextension", HOME / "logs/labextension.log", say)
    return [
        ("TypeScript", [*npm, "--prefix", str(folder), "run", "check"]),
        ("vitest", [*npm, "--prefix", str(folder), "test"]),
    ]


def _passes(name: str, command: list[str]) -> bool:
    print(f"\n=== {name}", flush=True)
    return subprocess.run(command, cwd=PROJECT, check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
