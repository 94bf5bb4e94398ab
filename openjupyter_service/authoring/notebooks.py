"""Write the notebooks that are built: only what is known to be harmless of a cell goes into them.

No outputs, no execution counts, and of metadata what JupyterLab shows: anything else could hold what learners must not
see, and would change with every run.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from openjupyter_service.authoring.roles import Tag
from openjupyter_service.authoring.source import Cell, Source

GRADING_CALL = "openjupyter.grade("
GRADING_CELL = "import openjupyter\nopenjupyter.grade()"
GRADING_ID = "grade"

_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_IMAGE = re.compile(r"image/[a-z0-9.+-]{1,40}")
_KERNEL = re.compile(r"[\w.() +-]{1,80}")
_SLIDES = ("slide", "subslide", "fragment", "skip", "notes", "-")
_PYTHON = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


def make_notebook(source: Source, texts: Mapping[int, str]) -> dict[str, Any]:
    """A notebook of format 4.5 of the cells whose number is in `texts`, each with its text; a grading cell at its end.

    A cell keeps the id that it has in the source; where it has none, it gets one made from its text.
    """
    taken: set[str] = set()
    cells = []
    for cell in source.cells:
        if cell.number in texts:
            cells.append(_cell(cell, texts[cell.number], taken))
    if not any(cell["cell_type"] == "code" and GRADING_CALL in "".join(cell["source"]) for cell in cells):
        cells.append(_code(_unique(GRADING_ID, taken), {}, GRADING_CELL))
    return {"cells": cells, "metadata": _notebook_metadata(source.metadata), "nbformat": 4, "nbformat_minor": 5}


def _cell(cell: Cell, text: str, taken: set[str]) -> dict[str, Any]:
    # Of the text that is written, never of the source, whose hidden parts a fingerprint could be used to guess.
    wanted = cell.id if _ID.fullmatch(cell.id) else hashlib.sha256(f"{cell.kind}\n{text}".encode()).hexdigest()[:8]
    cell_id = _unique(wanted, taken)
    metadata = _metadata(cell.metadata, cell.tags)
    if cell.kind == "code":
        return _code(cell_id, metadata, text)
    found = {"cell_type": cell.kind, "id": cell_id, "metadata": metadata, "source": _lines(text)}
    if attachments := _attachments(cell, text):
        found["attachments"] = attachments
    return found


def _code(cell_id: str, metadata: dict[str, Any], text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": cell_id,
        "metadata": metadata,
        "outputs": [],
        "source": _lines(text),
    }


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _unique(wanted: str, taken: set[str]) -> str:
    found, number = wanted, 2
    while found in taken:
        found, number = f"{wanted[:56]}-{number}", number + 1
    taken.add(found)
    return found


def _metadata(values: Mapping[str, Any], tags: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: values[name] for name in ("editable", "deletable", "collapsed") if isinstance(values.get(name), bool)
    }
    if isinstance(values.get("jupyter"), dict):
        hidden = {name: values["jupyter"].get(name) for name in ("source_hidden", "outputs_hidden")}
        if hidden := {name: value for name, value in hidden.items() if isinstance(value, bool)}:
            found["jupyter"] = hidden
    if isinstance(values.get("slideshow"), dict) and values["slideshow"].get("slide_type") in _SLIDES:
        found["slideshow"] = {"slide_type": values["slideshow"]["slide_type"]}
    if kept := [tag for tag in tags if tag and "," not in tag and tag not in set(Tag)]:
        found["tags"] = kept
    return found


def _attachments(cell: Cell, text: str) -> dict[str, dict[str, str]]:
    """Pictures that the text shows; those of a text that is left out stay out, too."""
    shown = {unquote(name) for name in re.findall(r"attachment:([^\s)\"'>]+)", text)}
    found: dict[str, dict[str, str]] = {}
    for name, bundle in cell.attachments.items():
        if name in shown and isinstance(bundle, dict):
            pictures = {
                kind: "".join(data) for kind, data in bundle.items() if _IMAGE.fullmatch(kind) and _is_text(data)
            }
            if pictures:
                found[name] = pictures
    return found


def _is_text(data: Any) -> bool:
    return isinstance(data, str) or (isinstance(data, list) and all(isinstance(each, str) for each in data))


def _notebook_metadata(values: Mapping[str, Any]) -> dict[str, Any]:
    kernel, language = values.get("kernelspec"), values.get("language_info")
    found = dict(_PYTHON)
    if isinstance(kernel, dict) and all(_is_word(kernel.get(name)) for name in ("name", "display_name")):
        found = {name: kernel[name] for name in _PYTHON if _is_word(kernel.get(name))}
    name = language.get("name") if isinstance(language, dict) else None
    return {"kernelspec": found, "language_info": {"name": name if _is_word(name) else "python"}}


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and _KERNEL.fullmatch(value) is not None
