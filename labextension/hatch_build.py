"""The wheel takes the built page along when there is one; without it, it is the Python half alone."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = "openjupyter/labextension"


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """What `[tool.hatch.build.targets.wheel.hooks.custom]` runs."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the built page to the data files, where JupyterLab looks for it."""
        if (Path(self.root) / BUILT / "package.json").is_file():
            build_data["shared_data"][BUILT] = "share/jupyter/labextensions/openjupyter"
