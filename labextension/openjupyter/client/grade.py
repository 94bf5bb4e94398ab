"""`openjupyter.grade()`: what the grading cell of every exercise calls."""

import os
import time
from typing import Any

from openjupyter.client import render
from openjupyter.client.language import _
from openjupyter.client.notebook import SaveWatch, find_notebook, place_in_course, saving_script, unsaved_note
from openjupyter.client.problems import GradeProblem
from openjupyter.client.service import Service

SANDBOX_VARIABLE = "OPENJUPYTER_SANDBOX"
PASSBACK_SECONDS = 10.0
"""How long the cell waits for the LMS to take the score before it says that it is on its way."""

Json = dict[str, Any]


def grade() -> None:
    """Save this notebook, submit it, show the progress and then the report.

    Outside an exercise that was opened from a course it says what to do. While a submission is being graded it does
    nothing, because the grading cell is part of the notebook.
    """
    if os.environ.get(SANDBOX_VARIABLE):
        return
    view = _View()
    try:
        _grade(view)
    except GradeProblem as problem:
        view.show(str(problem))
    except KeyboardInterrupt:
        view.show(_("Stopped. If your notebook was submitted already, it is graded all the same."))
        raise


def refuse(text: str) -> None:
    """Show a sentence instead of grading; nothing in the sandbox."""
    if not os.environ.get(SANDBOX_VARIABLE):
        _View().show(text)


def _grade(view: "_View") -> None:
    service = Service.from_environment()
    notebook = find_notebook()
    course, path = place_in_course(notebook)
    exercise = service.exercise(course, path)
    watch = SaveWatch(notebook)
    view.run_script(saving_script(notebook), _("Saving the notebook …"))
    saved = watch.wait()
    view.show(_("Submitting …"))
    root = notebook.parents[len(path.split("/")) - 1]
    files = {name: root / name for name in exercise["files"] if (root / name).is_file()}
    submission = service.submit(course, exercise["name"], notebook, files)
    for event in service.events(submission["id"]):
        view.show(_progress_words(event))
    result = _with_passbacks(service, submission["id"])
    note = "" if saved else unsaved_note(notebook)
    view.show(render.report_text(result, note), render.report_html(result, note))


def _with_passbacks(service: Service, submission: str) -> Json:
    deadline = time.monotonic() + PASSBACK_SECONDS
    while True:
        result = service.submission(submission)
        waiting = any(p["state"] == "pending" and not p["last_error"] for p in result["passbacks"])
        if not waiting or time.monotonic() > deadline:
            return result
        time.sleep(0.3)


def _progress_words(event: Json) -> str:
    match event.get("state"):
        case "queued":
            return _("Submitted. In the queue: place {position} …").format(position=event.get("position", 1))
        case "reconnecting":
            return _("The grading service is restarting. Your submission is stored; waiting for its report …")
        case "running":
            done, total = event.get("done"), event.get("total")
            if event.get("step") == "cell":
                return _("Running your notebook: cell {done} of {total} …").format(done=done, total=total)
            if event.get("step") == "test":
                return _("Running the hidden tests: test {done} of {total} …").format(done=done, total=total)
            return _("Starting a sandbox for your notebook …")
    return _("Graded. Sending the score …")


class _View:
    """One output below the cell, replaced at every step."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, text: str, html: str | None = None) -> None:
        """Replace what is shown; the plain text says the same as the HTML."""
        self._display({"text/plain": text, "text/html": html or render.message_html(text)})

    def run_script(self, script: str, text: str) -> None:
        """Have the browser run a script once; the next `show` takes it out of the notebook again."""
        self._display({"text/plain": text, "application/javascript": script})

    def _display(self, bundle: dict[str, str]) -> None:
        try:
            from IPython import get_ipython
            from IPython.display import display
        except ImportError:
            print(bundle["text/plain"])
            return
        if get_ipython() is None:  # plain Python, where nothing can be replaced
            print(bundle["text/plain"])
        elif self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)
