"""The server half of the JupyterLab extension: it speaks with the grading service, so that no page holds a token."""

from typing import Any

__all__ = ["_jupyter_server_extension_points", "_load_jupyter_server_extension"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "openjupyter.server"}]


def _load_jupyter_server_extension(server_app: Any) -> None:
    """Add the handlers below /openjupyter/api/ to a Jupyter Server."""
    # Lazy, because Jupyter Server imports this module of every extension that it only lists.
    from openjupyter.server.routes import add_handlers

    add_handlers(server_app.web_app, server_app.root_dir)
