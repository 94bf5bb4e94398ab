"""What is graded of a notebook: whatever a learner can save becomes a valid notebook of format 4, without its outputs.

Only what holds no work at all is refused: a learner must not lose points for a tool that wrote odd metadata.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from openjupyter_service.errors import InvalidSubmission, TooLarge
from openjupyter_service.language import N_

MAX_NOTEBOOK_BYTES = 10 * 2**20
"""Cap of a notebook without its outputs."""

_CELL_TYPES = ("code", "markdown", "raw")
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in kinds


def _object(required: tuple[str, ...] = (), **rules: Callable[[Any], bool]) -> Callable[[Any], bool]:
    def check(value: Any) -> bool:
        return (
            isinstance(value, dict)
            and all(isinstance(value.get(key), str) for key in required)
            and all(rule(value[key]) for key, rule in rules.items() if key in value)
        )

    return check


# What the schema of format 4.5 demands of metadata it knows; everything else may be there, too.
_CELL_METADATA: dict[str, Callable[[Any], bool]] = {
    "tags": _is(list),
    "name": lambda value: isinstance(value, str) and value != "",
    "format": _is(str),
    "collapsed": _is(bool),
    "scrolled": lambda value: value == "auto" or type(value) is bool,
    "jupyter": _is(dict),
    "execution": lambda value: isinstance(value, dict) and all(isinstance(each, str) for each in value.values()),
}
_NOTEBOOK_METADATA: dict[str, Callable[[Any], bool]] = {
    "kernelspec": _object(required=("name", "display_name")),
    "language_info": _object(
        required=("name",),
        codemirror_mode=_is(str, dict), file_extension=_is(str), mimetype=_is(str), pygments_lexer=_is(str),
    ),
    "orig_nbformat": lambda value: False,  # of a conversion under way
    "title": _is(str),
    "authors": _is(list),
}  # fmt: skip


def clean_notebook(notebook: str | bytes | Mapping[str, Any]) -> bytes:
    """The notebook as it is graded, UTF-8 JSON of format 4.5: sources, ids, tags and metadata, and no outputs.

    NUL characters and byte order marks in sources are left out, since Python would refuse the whole cell; half a
    character (a lone surrogate), which can be written in JSON and nowhere else, becomes a question mark. Missing and
    repeated ids are made unique, the first cell of an id keeps it.

    Raises:
        InvalidSubmission: this is no notebook; the sentence says what to do
        TooLarge: sources and metadata are over 10 MB
    """
    try:
        values = notebook if isinstance(notebook, Mapping) else _parse(notebook)
        ids: set[str] = set()
        notebook = {
            "cells": [_clean_cell(cell, index, ids) for index, cell in enumerate(_cells(values))],
            "metadata": _valid(values.get("metadata"), _NOTEBOOK_METADATA),
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        content = json.dumps(notebook, ensure_ascii=False, indent=1).encode("utf-8", "replace")
    except InvalidSubmission:
        raise
    except Exception:  # nbformat's reasons are of many classes of other libraries
        raise InvalidSubmission(N_("the file is not a notebook; save it in JupyterLab and submit again")) from None
    if len(content) > MAX_NOTEBOOK_BYTES:
        raise TooLarge(
            N_(
                "the notebook is larger than {limit} MB without its outputs; "
                "take out what is large, such as pictures and long texts, and submit again"
            ),
            limit=MAX_NOTEBOOK_BYTES // 2**20,
        )
    return content


def _parse(notebook: str | bytes) -> Mapping[str, Any]:
    try:
        text = notebook if isinstance(notebook, str) else notebook.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidSubmission(N_("the notebook is not UTF-8 text; save it in JupyterLab and submit again")) from None
    try:
        values = json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        raise InvalidSubmission(N_("the notebook is not JSON; save it in JupyterLab and submit again")) from None
    if not isinstance(values, dict):
        raise InvalidSubmission(N_("the notebook is not JSON of a notebook; save it in JupyterLab and submit again"))
    return values


def _cells(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The cells, in format 4 but not yet valid; ValueError or TypeError when there are none to be found."""
    version = values.get("nbformat")
    if type(version) is not int or version < 1:
        raise InvalidSubmission(
            N_("the file is not a notebook: it does not say its format; save it in JupyterLab and submit again")
        )
    if version > 4:
        raise InvalidSubmission(
            N_(
                "the file is not a notebook of format 4 or older, but of format {version}; "
                "save it in JupyterLab and submit again"
            ),
            version=version,
        )
    cells = values["cells"] if version == 4 else _upgraded(values)
    if not isinstance(cells, list):
        raise TypeError
    return [dict(cell) for cell in cells]


def _upgraded(values: Mapping[str, Any]) -> list[Any]:
    """The cells of a notebook of format 1 to 3, which lack what format 4 demands."""
    import nbformat  # here, because it takes seconds where jsonschema's optional packages are installed

    # Outputs are left out anyway; converting those of a broken notebook could only fail.
    sheets = [
        {**sheet, "cells": [{"metadata": {}, **cell, "outputs": []} for cell in sheet["cells"]]}
        for sheet in values.get("worksheets", [])
    ]
    old = {"metadata": {}, "nbformat_minor": 0, **values, **({"worksheets": sheets} if sheets else {})}
    return list(nbformat.convert(nbformat.reader.reads(json.dumps(old)), 4).cells)


def _clean_cell(cell: dict[str, Any], index: int, ids: set[str]) -> dict[str, Any]:
    kind = cell["cell_type"]
    return {
        "id": _unique_id(cell.get("id"), index, ids),
        "cell_type": kind if kind in _CELL_TYPES else "raw",
        "metadata": _valid(cell.get("metadata"), _CELL_METADATA),
        "source": _source(cell["source"]),
        **({"outputs": [], "execution_count": None} if kind == "code" else {}),
    }


def _valid(metadata: Any, rules: Mapping[str, Callable[[Any], bool]]) -> dict[str, Any]:
    """The metadata without what the notebook format forbids; good tags of a list with bad ones stay."""
    if not isinstance(metadata, dict):
        return {}
    found = {key: value for key, value in metadata.items() if key not in rules or rules[key](value)}
    if "tags" in rules and isinstance(tags := metadata.get("tags"), list):
        good = [tag for tag in tags if isinstance(tag, str) and tag and "," not in tag]
        found["tags"] = list(dict.fromkeys(good))
    return found


def _source(source: Any) -> str:
    text = source if isinstance(source, str) else "".join(source)
    return text.replace("\0", "").removeprefix("\ufeff")


def _unique_id(wanted: Any, index: int, ids: set[str]) -> str:
    """The id that a cell has, if it is one and nobody else's; `ids` are those that are taken."""
    base = wanted if isinstance(wanted, str) and _ID.fullmatch(wanted) else f"cell-{index}"
    found, number = base, 2
    while found in ids:
        found, number = f"{base[:50]}-{index}-{number}", number + 1
    ids.add(found)
    return found
