"""What a report says, sentence by sentence in the reader's language; HTML and plain text are made of the same ones."""

from typing import Any

from openjupyter.client.language import N_, _, ngettext, number, percent, rounded

Json = dict[str, Any]

_MARKS = {"passed": "✓", "partial": "◐", "not run": "–"}
_STATUS_WORDS = {
    "correct": N_("All tests passed"),
    "wrong": N_("Some tests did not pass"),
    "runtime error": N_("A cell of your notebook ended with an error"),
    "syntax error": N_("A cell of your notebook has a syntax error"),
    "time limit": N_("Your code took too long"),
    "memory limit": N_("Your code used too much memory"),
    "output limit": N_("Your notebook printed too much"),
    "internal error": N_("Grading failed, and not through your fault"),
}
_OUTCOME_WORDS = {
    "passed": N_("Passed."),
    "partial": N_("Partly passed."),
    "failed": N_("Not passed."),
    "error": N_("Not passed."),
    "crashed": N_("Not passed."),
    "time limit": N_("Took too long."),
    "memory limit": N_("Used too much memory."),
    "not run": N_("Not run."),
}
_STOPPED_WORDS = {
    "time limit": N_("time limit"),
    "memory limit": N_("memory limit"),
    "output limit": N_("output limit"),
    "kernel died": N_("Python ended"),
}
"""Reasons that are no exception of Python's, and so no code."""
STOPPED_SENTENCES = frozenset(
    [
        N_("The notebook printed more than this exercise allows."),
        N_("The notebook was still running when its time was up."),
        N_("The notebook used more memory than this exercise allows."),
        N_("Python itself ended here: a crash in compiled code, or a call such as os._exit()."),
        N_("When the last cell had run, the notebook's Python no longer answered."),
    ]
)
"""What the sandbox says of a notebook that was stopped; whatever else stands there is Python's own text."""


def headline(report: Json) -> str:
    """The verdict, with the points where there are any."""
    status = _translated(_STATUS_WORDS, report["status"])
    if report["score"] is None:
        return f"{status}."
    return _("{status}: {points} of {maximum} points ({percent})").format(
        status=status,
        points=number(report["points"]),
        maximum=number(report["max_points"]),
        percent=percent(report["score"]),
    )


def cell_sentence(cell: Json, status: str) -> str:
    """Where the notebook stopped, and why."""
    values = {"number": cell["number"], "line": cell.get("line")}
    where = _("Code cell {number}, line {line}") if cell.get("line") else _("Code cell {number}")
    error, message = _translated(_STOPPED_WORDS, cell["error"]), cell.get("message") or ""
    if message:
        message = f": {_(message) if message in STOPPED_SENTENCES else message}"
    sentence = f"{where.format(**values)}: {error}{message}"
    return _("{sentence} (this costs no points)").format(sentence=sentence) if status == "correct" else sentence


def mark(test: Json) -> str:
    """A sign for the eye; `outcome` says the same in words."""
    return _MARKS.get(test["outcome"], "✗")


def outcome(test: Json) -> str:
    """How a test ended, as a sentence."""
    return _translated(_OUTCOME_WORDS, test["outcome"])


def points(test: Json) -> str:
    """The points of a test, as "1.5 / 2"."""
    return f"{number(test['points'])} / {number(test['max_points'])}"


def hint(test: Json) -> str:
    """The author's hint; empty when there is none."""
    return _("Hint: {hint}").format(hint=test["hint"]) if test["hint"] else ""


def style_headline(style: Json) -> str:
    """What the style check found, and whether that counts."""
    count = len(style["findings"]) + style["more"]
    found = ngettext("{count} finding", "{count} findings", count) if count else _("nothing to improve")
    if style["more"]:
        found = _("{found}, of which the first {count} are listed").format(found=found, count=len(style["findings"]))
    if not style["weight"]:
        return _("Style: {found}. Style does not count for the score.").format(found=found)
    return _("Style: {score}, {found}. Style counts for {weight} of the score.").format(
        score=percent(style["score"]), found=found, weight=percent(style["weight"])
    )


def finding(found: Json) -> str:
    """One finding of the style check; its message is the checker's."""
    where = _("Code cell {number}, line {line}").format(number=found["number"], line=found["line"])
    return f"{where}: {found['message']} ({found['code']})"


def notes(report: Json) -> list[str]:
    """What else there is to know: tests that are not listed, the seed, and what was used."""
    told = []
    if left_out := report.get("tests_left_out"):
        told.append(
            ngettext(
                "{count} more test is not listed here, for want of room; its points count.",
                "{count} more tests are not listed here, for want of room; their points count.",
                left_out,
            )
        )
    if report.get("seed") is not None:
        told.append(_("Some tests drew their inputs at random, with the seed {seed}.").format(seed=report["seed"]))
    usage = report.get("usage") or {}
    if report["score"] is not None and usage.get("notebook_seconds"):
        used = [_("{seconds} s for your notebook").format(seconds=rounded(usage["notebook_seconds"], 1))]
        if usage.get("tests_seconds"):
            used.append(_("{seconds} s for the tests").format(seconds=rounded(usage["tests_seconds"], 1)))
        if usage.get("peak_memory_bytes"):
            used.append(_("{megabytes} MB of memory").format(megabytes=rounded(usage["peak_memory_bytes"] / 2**20, 0)))
        told.append(_("Used: {used}.").format(used=", ".join(used)))
    return told


def _translated(texts: dict[str, str], code: str) -> str:
    """The words for a code; a code of a newer service as it is."""
    return _(texts[code]) if code in texts else code
