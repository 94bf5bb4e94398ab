"""What the page can be told instead of an answer."""


class Problem(Exception):
    """Something stands in the way. The text is one or two sentences with what to do next, in English.

    `code` is for the page, which has the same in the reader's language; `status` is the HTTP status.
    """

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


def unreachable() -> Problem:
    """The service was not reached, and got nothing."""
    return Problem(
        "unreachable",
        502,
        "The grading service cannot be reached just now, so nothing was submitted. Your work is saved; wait a minute "
        "and submit again.",
    )


def unclear() -> Problem:
    """The connection was lost after a submission had been sent, and before it was answered."""
    return Problem(
        "unclear",
        502,
        "The connection was lost while your notebook was sent. Look under earlier submissions whether it has arrived; "
        "if not, submit again.",
    )


def no_exercise() -> Problem:
    """A notebook outside of every exercise."""
    return Problem(
        "no-exercise",
        404,
        "This notebook belongs to no exercise, so nothing was submitted. Open the exercise from its link on your "
        "course page, and submit there.",
    )


def too_large(name: str, size: int, limit: int) -> Problem:
    """A notebook or file over its limit; sizes in bytes."""
    return Problem(
        "too-large",
        413,
        f"{name} has {size / 2**20:.1f} MB, and at most {limit // 2**20} MB can be submitted. Remove large data from "
        "it, save, and submit again.",
    )


def outputs_too_large(name: str, size: int) -> Problem:
    """A notebook that is too large to be looked at, most likely by its outputs; the size in bytes."""
    return Problem(
        "outputs-too-large",
        413,
        f"{name} has {size / 2**20:.0f} MB, most of it outputs. Choose Edit, Clear Outputs of All Cells, and submit "
        "again.",
    )
