"""What a test shows beyond its sentence, as HTML and as plain text: the call, what came back, what was expected."""

from html import escape
from typing import Any

from openjupyter.client.language import N_, _, ngettext

Json = dict[str, Any]

_LABELS = {
    "called": N_("Called"),
    "returned": N_("Returned"),
    "raised": N_("Raised"),
    "printed": N_("Printed"),
    "changed": N_("Changed the argument to"),
    "expected": N_("Expected"),
    "compared": N_("Compared"),
}
_CELL = (
    "padding:2px 12px 2px 0;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--jp-border-color2,currentColor)"
)
_CODE = "font-family:var(--jp-code-font-family,monospace);white-space:pre-wrap;overflow-wrap:anywhere"
_DIFFERS = "font-weight:bold"


def as_text(details: Json | None) -> list[str]:
    """Lines of plain text; none when nothing may be shown."""
    lines: list[str] = []
    for label, value in _facts(details):
        lines.append(f"{label}: {value}" if "\n" not in value else f"{label}:\n{_indented(value)}")
    if table := (details or {}).get("table"):
        lines += [f"{_caption()}:", f"    {' | '.join(['', *table['columns']]).strip()}"]
        for row in table["rows"]:
            lines.append(f"    {' | '.join([row['label'], *(_cell_words(cell) for cell in row['cells'])])}")
        lines += [f"    {words}" for words in _table_notes(table)]
    return lines


def as_html(details: Json | None) -> str:
    """HTML in which every text is escaped; empty when nothing may be shown."""
    facts = "".join(
        f"<div>{escape(label)}: <span style='{_CODE}'>{escape(value)}</span></div>" for label, value in _facts(details)
    )
    table = (details or {}).get("table")
    return facts + (_table_html(table) if table else "")


def _facts(details: Json | None) -> list[tuple[str, str]]:
    found = details or {}
    return [(_(label), str(found[name])) for name, label in _LABELS.items() if found.get(name) is not None]


def _caption() -> str:
    return _("Your values and the expected ones")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.rstrip("\n").split("\n"))


def _cell_words(cell: Json) -> str:
    if cell["same"]:
        return str(cell["got"])
    return _("yours {got}, expected {expected}").format(got=cell["got"] or "–", expected=cell["expected"] or "–")


def _table_notes(table: Json) -> list[str]:
    notes = []
    if not table["more"] and all(cell["same"] for row in table["rows"] for cell in row["cells"]):
        notes.append(_("These values are equal: the difference is in their types, names or order."))
    if table["more"]:
        notes.append(ngettext("{count} more row is not shown.", "{count} more rows are not shown.", table["more"]))
    return notes


def _table_html(table: Json) -> str:
    heads = "".join(f"<th scope='col' style='{_CELL}'>{escape(column)}</th>" for column in table["columns"])
    rows = "".join(
        f"<tr><th scope='row' style='{_CELL};font-weight:normal'>{escape(row['label'])}</th>"
        + "".join(_cell_html(cell) for cell in row["cells"])
        + "</tr>"
        for row in table["rows"]
    )
    notes = "".join(f"<div>{escape(words)}</div>" for words in _table_notes(table))
    return (
        "<table style='border-collapse:collapse;font-size:inherit'>"
        f"<caption style='text-align:left'>{escape(_caption())}:</caption>"
        f"<thead><tr><td style='{_CELL}'></td>{heads}</tr></thead><tbody>{rows}</tbody></table>{notes}"
    )


def _cell_html(cell: Json) -> str:
    differs = "" if cell["same"] else f";{_DIFFERS}"
    return f"<td style='{_CELL};{_CODE}{differs}'>{escape(_cell_words(cell))}</td>"
