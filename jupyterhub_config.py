"""JupyterHub's configuration: the settings file decides, jupyterhub_config.d/*.py has the last word.

Those files may stand beside this one or in the data folder; they are loaded in the order of their names.
"""

import sys
from pathlib import Path

from openjupyter_service.errors import OpenJupyterError
from openjupyter_service.hub.config import apply, prepare
from openjupyter_service.settings import load_settings, settings_path

c = get_config()  # type: ignore[name-defined]  # noqa: F821

try:
    settings = load_settings()
    apply(c, settings, prepare(settings), settings_path())
except OpenJupyterError as error:
    sys.exit(f"jupyterhub: {error}")

for folder in (Path(__file__).parent, settings.data_dir):
    for file in sorted((folder / "jupyterhub_config.d").glob("*.py")):
        load_subconfig(str(file.resolve()))  # type: ignore[name-defined]  # noqa: F821
