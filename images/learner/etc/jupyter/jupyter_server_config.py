"""JupyterLab in the learner's container."""

import os
from pathlib import Path

from openjupyter.workspace.first_to_go import SHELL

c = get_config()  # type: ignore[name-defined]  # noqa: F821

c.ServerApp.root_dir = "/home/learner"
c.ServerApp.terminals_enabled = True

# The grading cell saves the notebook through the page's own application object.
c.LabApp.expose_app_in_browser = True
# Packages are the image's; nothing is installed, updated or announced from within.
c.LabApp.extension_manager = "readonly"
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.news_url = None

# The language that the LMS told, until the learner chooses one in the settings. Each has a folder of defaults.
language = os.environ.get("OPENJUPYTER_LOCALE", "")[:2].lower()
defaults = Path(__file__).parent / "languages" / language
if language.isalpha() and defaults.is_dir():
    c.LabApp.app_settings_dir = str(defaults)

# openjupyter.workspace: what learners run goes before the server when memory runs out, and they are told.
c.ServerApp.jpserver_extensions = {
    "openjupyter.workspace": True,
    # Of jupyter-resource-usage only the status bar: openjupyter.workspace answers it.
    "jupyter_resource_usage": False,
}
c.ServerApp.kernel_websocket_connection_class = "openjupyter.workspace.connection.TellingConnection"
c.AsyncMappingKernelManager.kernel_manager_class = "openjupyter.workspace.kernels.WatchedKernel"
c.ServerApp.terminado_settings = {"shell_command": SHELL}
# A kernel that dies in its first ten seconds would else come back on other ports, which open pages do not learn.
c.KernelRestarter.random_ports_until_alive = False

# Kernels that nobody uses give their memory back, open tab or not; the notebook itself is on disk.
idle_seconds = int(os.environ.get("OPENJUPYTER_KERNEL_IDLE_SECONDS", "0"))
c.MappingKernelManager.cull_idle_timeout = idle_seconds
c.MappingKernelManager.cull_interval = max(10, min(300, idle_seconds // 4))
c.MappingKernelManager.cull_connected = True
c.MappingKernelManager.cull_busy = False
