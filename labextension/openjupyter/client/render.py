"""A submission's report as HTML and as plain text: the same facts in both."""

import datetime as dt
import re
from html import escape
from typing import Any

from openjupyter.client import details

Json = dict[str, Any]

_MARKS = {"passed": "✓", "partial": "◐", "not run": "–"}
_STATUS_WORDS = {
    "correct": "All tests passed",
    "wrong": "Some tests did not pass",
    "runtime error": "A cell of your notebook ended with an error",
    "syntax error": "A cell of your notebook has a syntax error",
    "time limit": "Your code took too long",
    "memory limit": "Your code used too much memory",
    "output limit": "Your notebook printed too much",
    "internal error": "Grading failed, and not through your fault",
}
_CELL = "padding:4px 12px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--jp-border-color2,#ccc)"
_GOOD = "color:var(--jp-success-color1,#2e7d32)"
_HALF = "color:var(--jp-warn-color1,#b26a00)"
_BAD = "color:var(--jp-error-color1,#c62828)"
_QUIET = "color:var(--jp-ui-font-color2,#616161)"


def report_text(submission: Json, note: str = "") -> str:
    """The report as plain text, one test a line; `note` is said before it."""
    report = submission["report"]
    lines = [note] if note else []
    lines.append(_headline(report))
    if cell := report.get("failing_cell"):
        lines.append(_cell_sentence(cell, report["status"]))
    for test in report["tests"]:
        lines.append(f"{_mark(test)} {test['title']}  {_points(test)}")
        if test["outcome"] != "passed":
            told = [_message(test), *details.as_text(test.get("details")), _hint(test)]
            lines += [f"    {line}" for text in told if text for line in text.split("\n")]
    if style := report.get("style"):
        lines.append(_style_headline(style))
        lines += [f"    {_finding(finding)}" for finding in style["findings"]]
    return "\n".join([*lines, *_notes(report), *policy_sentences(submission), *passback_sentences(submission)])


def report_html(submission: Json, note: str = "") -> str:
    """The report as HTML that follows JupyterLab's theme; every text in it is escaped; `note` is said before it."""
    report = submission["report"]
    parts = [f"<p>{escape(note)}</p>"] if note else []
    parts.append(f"<h3 style='margin:8px 0'>{escape(_headline(report))}</h3>")
    if cell := report.get("failing_cell"):
        colour = _QUIET if report["status"] == "correct" else _BAD
        parts.append(f"<p style='{colour}'>{escape(_cell_sentence(cell, report['status']))}</p>")
    if report["tests"]:
        heads = "".join(f"<th scope='col' style='{_CELL}'>{head}</th>" for head in ("Test", "Points", "What happened"))
        rows = "".join(_row(test) for test in report["tests"])
        parts.append(
            "<table style='border-collapse:collapse;font-size:inherit'>"
            f"<caption style='text-align:left'>Tests of this exercise</caption>"
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        )
    if style := report.get("style"):
        parts.append(_style_html(style))
    parts += [f"<p style='{_QUIET}'>{escape(sentence)}</p>" for sentence in _notes(report)]
    sentences = [*policy_sentences(submission), *passback_sentences(submission)]
    parts += [f"<p>{escape(sentence)}</p>" for sentence in sentences]
    return f"<div class='openjupyter-report'>{''.join(parts)}</div>"


def _row(test: Json) -> str:
    passed = test["outcome"] == "passed"
    told = ["Passed"] if passed else [_with_code(_message(test)), details.as_html(test.get("details"))]
    if _hint(test) and not passed:
        told.append(f"<em>{escape(_hint(test))}</em>")
    colour = {"passed": _GOOD, "partial": _HALF}.get(test["outcome"], _BAD)
    mark = f"<span style='{colour}' aria-hidden='true'>{_mark(test)}</span>"
    return (
        f"<tr><th scope='row' style='{_CELL};font-weight:normal'>{mark} {escape(test['title'])}</th>"
        f"<td style='{_CELL};white-space:nowrap'>{_points(test)}</td>"
        f"<td style='{_CELL}'>{'<br>'.join(filter(None, told))}</td></tr>"
    )


def _style_html(style: Json) -> str:
    findings = "".join(f"<li>{_with_code(_finding(finding))}</li>" for finding in style["findings"])
    return f"<p>{escape(_style_headline(style))}</p>" + (f"<ul style='margin:0'>{findings}</ul>" if findings else "")


def _with_code(sentence: str) -> str:
    return re.sub("`([^`]*)`", r"<code>\1</code>", escape(sentence))


def _headline(report: Json) -> str:
    words = _STATUS_WORDS.get(report["status"], report["status"])
    if report["score"] is None:
        return f"{words}."
    return f"{words}: {report['points']:g} of {report['max_points']:g} points ({report['score']:.0%})"


def _cell_sentence(cell: Json, status: str) -> str:
    line = f", line {cell['line']}" if cell.get("line") else ""
    message = f": {cell['message']}" if cell.get("message") else ""
    harm = " (this costs no points)" if status == "correct" else ""
    return f"Code cell {cell['number']}{line}: {cell['error']}{message}{harm}"


def _mark(test: Json) -> str:
    return _MARKS.get(test["outcome"], "✗")


def _points(test: Json) -> str:
    return f"{test['points']:g} / {test['max_points']:g}"


def _message(test: Json) -> str:
    return f"Partly passed. {test['message']}".strip() if test["outcome"] == "partial" else str(test["message"])


def _hint(test: Json) -> str:
    return f"Hint: {test['hint']}" if test["hint"] else ""


def _style_headline(style: Json) -> str:
    count = len(style["findings"]) + style["more"]
    found = "nothing to improve" if not count else "1 finding" if count == 1 else f"{count} findings"
    listed = f", of which the first {len(style['findings'])} are listed" if style["more"] else ""
    if not style["weight"]:
        return f"Style: {found}{listed}. Style does not count for the score."
    return f"Style: {style['score']:.0%}, {found}{listed}. Style counts for {style['weight']:.0%} of the score."


def _finding(finding: Json) -> str:
    return f"Code cell {finding['number']}, line {finding['line']}: {finding['message']} ({finding['code']})"


def _notes(report: Json) -> list[str]:
    """What else there is to know: tests that are not listed, the seed, and what was used."""
    notes = []
    if left_out := report.get("tests_left_out"):
        notes.append(f"{left_out} more tests are not listed here, for want of room; their points count.")
    if report.get("seed") is not None:
        notes.append(f"Some tests drew their inputs at random, with the seed {report['seed']}.")
    usage = report.get("usage") or {}
    if report["score"] is not None and usage.get("notebook_seconds"):
        used = [f"{usage['notebook_seconds']:.1f} s for your notebook"]
        if usage.get("tests_seconds"):
            used.append(f"{usage['tests_seconds']:.1f} s for the tests")
        if usage.get("peak_memory_bytes"):
            used.append(f"{usage['peak_memory_bytes'] / 2**20:.0f} MB of memory")
        notes.append(f"Used: {', '.join(used)}.")
    return notes


def policy_sentences(submission: Json) -> list[str]:
    """What of the score counts, where not simply all of it does, and how many attempts are left."""
    policy, sentences = submission.get("policy") or {}, []
    score, credit = submission["report"]["score"], submission.get("credit")
    if score is not None and policy.get("deadline") and submission["created_at"] > policy["deadline"]:
        if credit is None:
            sentences.append("This was handed in after the deadline, so it does not count; you see how good it is.")
        else:
            sentences.append(f"This was handed in after the deadline: it counts {credit:.0%}.")
    left = policy.get("attempts_left")
    if left is not None:
        sentences.append("This was your last attempt." if left == 0 else f"Attempts left: {left}.")
    return sentences


def passback_sentences(submission: Json) -> list[str]:
    """What happens with the score, a sentence for each LMS that waits for it."""
    report, passbacks = submission["report"], submission["passbacks"]
    if report["score"] is None:
        return ["No score was sent. Please submit again; if it happens once more, tell your course team."]
    if not passbacks:
        return [
            "No LMS waits for this score. Open this exercise from your course page: "
            "your best score is then sent there by itself."
        ]
    return [_passback_sentence(passback, submission) for passback in passbacks]


def _passback_sentence(passback: Json, submission: Json) -> str:
    name = passback["context_title"] or passback["platform"]
    score = f"{passback['score']:.0%}"
    if passback["state"] == "sent":
        at = dt.datetime.fromtimestamp(passback["sent_at"], dt.UTC)
        latest = (submission.get("policy") or {}).get("counts") == "latest"
        which = "the score of your latest submission" if latest else "your best score so far"
        return f"Sent to {name} at {at:%H:%M:%S} UTC: {score} ({which})."
    if passback["state"] == "failed":
        return f"{name} does not take the score ({score}). It is stored here; tell your course team."
    if passback["state"] == "dropped":
        return f"Your course team has decided not to send this score ({score}) to {name}."
    if passback.get("last_error") and passback.get("next_attempt_at"):
        at = dt.datetime.fromtimestamp(passback["next_attempt_at"], dt.UTC)
        return (
            f"{name} did not take your score ({score}) yet. It is sent again at {at:%H:%M} UTC, and then until it "
            "arrives. You need not wait."
        )
    return f"Your score ({score}) is on its way to {name}; it is sent again until it arrives. You need not wait."
