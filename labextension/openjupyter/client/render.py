"""A submission's report as HTML and as plain text: the same facts in both.

The HTML works wherever a notebook is shown (JupyterLab, Notebook 7, nbconvert): it has no script and loads nothing.
Its colours are JupyterLab's, for a light or a dark theme, and those of the text around it where there is none.
"""

import re
from html import escape
from typing import Any

from openjupyter.client import details, words
from openjupyter.client.language import _, language
from openjupyter.client.outlook import passback_sentences, policy_sentences

Json = dict[str, Any]

_CELL = (
    "padding:4px 12px 4px 8px;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--jp-border-color2,currentColor)"
)
# A stripe beside the words: colours of text would not have the contrast in every theme.
_STRIPE = "border-left:3px solid var(--jp-{}-color1,transparent)"
_STRIPES = {"passed": "success", "partial": "warn"}
_WRAP = "overflow-wrap:anywhere"


def report_text(submission: Json, note: str = "") -> str:
    """The report as plain text, one test a line; `note` is said before it."""
    report = submission["report"]
    lines = [note] if note else []
    lines.append(words.headline(report))
    if cell := report.get("failing_cell"):
        lines.append(words.cell_sentence(cell, report["status"]))
    for test in report["tests"]:
        lines.append(f"{words.mark(test)} {test['title']}  {words.points(test)}")
        if test["outcome"] != "passed":
            told = [_told(test), *details.as_text(test.get("details")), words.hint(test)]
            lines += [f"    {line}" for text in told if text for line in text.split("\n")]
    if style := report.get("style"):
        lines.append(words.style_headline(style))
        lines += [f"    {words.finding(finding)}" for finding in style["findings"]]
    return "\n".join([*lines, *words.notes(report), *policy_sentences(submission), *passback_sentences(submission)])


def report_html(submission: Json, note: str = "") -> str:
    """The report as HTML that follows JupyterLab's theme; every text in it is escaped; `note` is said before it."""
    report = submission["report"]
    parts = [f"<p>{escape(note)}</p>"] if note else []
    # No heading: it would stand in the notebook's own outline, and be of the wrong level there.
    parts.append(f"<p style='margin:8px 0;font-size:1.2em'><strong>{escape(words.headline(report))}</strong></p>")
    if cell := report.get("failing_cell"):
        parts.append(f"<p>{escape(words.cell_sentence(cell, report['status']))}</p>")
    if report["tests"]:
        parts.append(_tests(report["tests"]))
    if style := report.get("style"):
        parts.append(_style_html(style))
    sentences = [*words.notes(report), *policy_sentences(submission), *passback_sentences(submission)]
    parts += [f"<p>{escape(sentence)}</p>" for sentence in sentences]
    return f"<div class='openjupyter-report' lang='{language()}'>{''.join(parts)}</div>"


def message_html(text: str) -> str:
    """One sentence instead of a report; screen readers hear it, as progress, through the live region."""
    return f"<p role='status' lang='{language()}'>{escape(text)}</p>"


def _tests(tests: list[Json]) -> str:
    heads = "".join(
        f"<th scope='col' style='{_CELL}'>{escape(head)}</th>" for head in (_("Test"), _("Points"), _("What happened"))
    )
    rows, caption = "".join(_row(test) for test in tests), _("Tests of this exercise")
    return (
        "<table style='border-collapse:collapse;font-size:inherit'>"
        f"<caption style='text-align:left'>{escape(caption)}</caption>"
        f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(test: Json) -> str:
    told = [_with_code(_told(test))]
    if test["outcome"] != "passed":
        told.append(details.as_html(test.get("details")))
        told.append(f"<em>{escape(words.hint(test))}</em>" if words.hint(test) else "")
    stripe = _STRIPE.format(_STRIPES.get(test["outcome"], "error"))
    mark = f"<span aria-hidden='true'>{words.mark(test)}</span>"
    return (
        f"<tr><th scope='row' style='{_CELL};{stripe};{_WRAP};font-weight:normal'>{mark} {escape(test['title'])}</th>"
        f"<td style='{_CELL};white-space:nowrap'>{words.points(test)}</td>"
        f"<td style='{_CELL};{_WRAP}'>{'<br>'.join(filter(None, told))}</td></tr>"
    )


def _told(test: Json) -> str:
    """How a test ended, and what it has to say of that."""
    message = test["message"] if test["outcome"] != "passed" else ""
    return f"{words.outcome(test)} {message}".strip()


def _style_html(style: Json) -> str:
    findings = "".join(f"<li>{_with_code(words.finding(finding))}</li>" for finding in style["findings"])
    headline = f"<p>{escape(words.style_headline(style))}</p>"
    return headline + (f"<ul style='margin:0'>{findings}</ul>" if findings else "")


def _with_code(sentence: str) -> str:
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(sentence))
