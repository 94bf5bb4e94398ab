"""Where each handler stands: below /openjupyter/api/ of the learner's server."""

from pathlib import Path
from typing import Any

from jupyter_server.utils import url_path_join

from openjupyter.server.handlers import (
    EventsHandler,
    ExerciseHandler,
    Extension,
    Handler,
    NotebookHandler,
    SubmissionHandler,
    SubmissionsHandler,
)
from openjupyter.server.updates import UpdatesHandler

_ID = r"([0-9A-Za-z_-]{1,64})"


def add_handlers(web_app: Any, home: str) -> None:
    """Put the handlers into a Jupyter Server whose files are those of `home`."""
    arguments = {"extension": Extension(Path(home))}
    handlers: list[tuple[str, type[Handler]]] = [
        ("exercise", ExerciseHandler),
        ("submissions", SubmissionsHandler),
        (f"submissions/{_ID}", SubmissionHandler),
        (f"submissions/{_ID}/events", EventsHandler),
        (f"submissions/{_ID}/notebook", NotebookHandler),
        ("updates", UpdatesHandler),
    ]
    base = url_path_join(web_app.settings["base_url"], "openjupyter", "api")
    web_app.add_handlers(".*$", [(f"{base}/{path}", handler, arguments) for path, handler in handlers])
