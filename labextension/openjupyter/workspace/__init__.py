"""The learner's Jupyter Server: kernels go before it when memory runs out, learners are told, usage is shown.

Loaded by images/learner/etc/jupyter/jupyter_server_config.py. It is a server extension; nothing of it runs in a kernel.
"""

from typing import Any

__all__ = ["_jupyter_server_extension_points", "_load_jupyter_server_extension"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "openjupyter.workspace"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    """Add the handler of resource usage and the event of kernels that died of memory to a Jupyter Server."""
    # Lazy, because Jupyter Server imports this module of every extension that it only lists.
    from openjupyter.workspace.death import SCHEMA_PATH
    from openjupyter.workspace.usage import add_handler

    # Registered before the first kernel starts, so that pages may look for it.
    server_app.event_logger.register_event_schema(SCHEMA_PATH)
    add_handler(server_app.web_app)
