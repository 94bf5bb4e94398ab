"""`%grade`: the grading cell in one word."""


def grade_magic(line: str) -> None:
    """Save this notebook, submit it, show the progress and then the report. Takes no arguments."""
    # Here, so that a kernel which only knows the magic has nothing to load.
    from openjupyter.client.grade import grade, refuse
    from openjupyter.client.language import _

    if line.partition("#")[0].strip():
        refuse(_("%grade takes no arguments: it submits the whole notebook. Nothing was submitted."))
    else:
        grade()
