"""JupyterHub's own pages that learners meet, in their language: a server that starts, or does not run."""

from collections.abc import Callable
from typing import Any

from openjupyter_service.language import Speech, chosen
from openjupyter_service.settings import Settings
from openjupyter_service.store import People, Store


def template_words(settings: Settings) -> dict[str, Callable[[Any], Any]]:
    """What JupyterHub hands to each of its templates: functions of the user who is signed in, or None.

    In the templates `_` translates, and `speech` is the language. Our own pages, which know of the request, have their
    own in place of these.
    """
    people = People(Store(settings.store_url))

    def speech(user: Any) -> Speech:
        # In the hub's loop, where JupyterHub asks for it: one row by its key.
        person = people.get(user.name) if user is not None else None
        return Speech(chosen(person.locale if person is not None else None))

    return {"speech": speech, "_": lambda user: speech(user).text}
