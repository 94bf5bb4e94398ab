"""What a learner can be told instead of a report."""

from openjupyter.client.language import _


class GradeProblem(Exception):
    """Grading could not go on; the text is one or two sentences with what to do next."""


def not_launched() -> GradeProblem:
    """This notebook belongs to no exercise of a course."""
    return GradeProblem(
        _(
            "This notebook was not opened from a course, so nothing was submitted. "
            "Open the exercise from its link on your course page, then run this cell there."
        )
    )
