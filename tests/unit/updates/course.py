"""A course and a learner's copy of it, by real Git and real nbgitpuller, with the merge driver that the image has."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

from nbgitpuller.pull import GitPuller

from openjupyter.updates.repository import Repository

ROOT = Path(__file__).parents[3]
NOTEBOOK = "warm-up/warm-up.ipynb"

Cells = list[dict[str, Any]]


def git_config(folder: Path) -> Path:
    """The image's own settings of Git, with this machine's Python and folders."""
    image = ROOT / "images/learner/etc"
    places = {
        "/opt/venv/bin/python": sys.executable,
        "/etc/gitattributes": str(image / "gitattributes"),
        "/etc/git-hooks": str(folder / "hooks"),
        "/usr/local/bin/git-credential-openjupyter": "",
    }
    (folder / "hooks").mkdir()
    hook = folder / "hooks/post-merge"
    for source, target in ((image / "git-hooks/post-merge", hook), (image / "gitconfig", folder / "gitconfig")):
        text = source.read_text()
        for place, here in places.items():
            text = text.replace(place, here)
        target.write_text(text)
    hook.chmod(0o755)
    return folder / "gitconfig"


def cell(text: str, name: str | None = None, kind: str = "code", **metadata: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"cell_type": kind, "metadata": metadata, "source": text.splitlines(keepends=True)}
    if kind == "code":
        made |= {"outputs": [], "execution_count": None}
    return made | ({"id": name} if name else {})


def notebook(cells: Cells, minor: int = 5, **metadata: Any) -> dict[str, Any]:
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": minor}


class Course:
    """`origin` is the instructor's, `home` the learner's."""

    def __init__(self, folder: Path, notebook: str = NOTEBOOK) -> None:
        self.notebook = notebook
        self.origin, self.home = folder / "origin", folder / "home"
        self.copy = self.home / "sample"
        self.origin.mkdir(parents=True)
        self.home.mkdir()
        self._git("init", "-q", "-b", "main")

    def publish(self, cells: Cells, minor: int = 5, files: dict[str, bytes] | None = None, **metadata: Any) -> None:
        """Commit a new state of the course."""
        contents = {self.notebook: (json.dumps(notebook(cells, minor, **metadata), indent=1) + "\n").encode()}
        for name, data in (contents | (files or {})).items():
            (self.origin / name).parent.mkdir(parents=True, exist_ok=True)
            (self.origin / name).write_bytes(data)
        self._git("add", "-A")
        self._git("commit", "-q", "-m", "course", "--allow-empty")

    def pull(self) -> None:
        """A launch, as far as Git is concerned."""
        for _ in GitPuller(str(self.origin), str(self.copy), branch="main").pull():
            pass

    @property
    def repository(self) -> Repository:
        return Repository(self.copy)

    def read(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.copy / self.notebook).read_bytes())
        return value

    def texts(self) -> list[str]:
        return ["".join(each["source"]) for each in self.read()["cells"]]

    def save(self, content: dict[str, Any], **style: Any) -> None:
        """The learner saves; JupyterLab writes with an indent of 1 and sorted keys."""
        style = {"indent": 1, "sort_keys": True, "ensure_ascii": False} | style
        (self.copy / self.notebook).write_text(json.dumps(content, **style) + "\n")

    def edit(self, number: int, text: str) -> None:
        content = self.read()
        content["cells"][number]["source"] = text.splitlines(keepends=True)
        self.save(content)

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", str(self.origin), *arguments], check=True, capture_output=True)


def environment(config: Path) -> dict[str, str]:
    return {"GIT_CONFIG_SYSTEM": str(config), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}


def word(source: random.Random) -> str:
    return "".join(source.choice("abcdefghij") for _ in range(8))
