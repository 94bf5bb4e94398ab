"""How scores are shown and handed out."""

import math
from typing import Any

from deploy.demo_lms.catalogue import Course, Person
from deploy.demo_lms.lms import DemoLms


def percent(score: float) -> str:
    """Show a score (0..1) as percent with at most one decimal, rounded down: 0.9999 is not yet 100%."""
    return f"{math.floor(score * 1000 + 1e-9) / 10:g}%"


def gradebook_rows(lms: DemoLms, course: Course, viewer: Person | None) -> list[dict[str, Any]]:
    """Return the cells of a course that something arrived for, as plain data.

    A learner gets their own; the instructor, and a program on this machine (``viewer`` is None), get all. ``score`` is
    0..1, or null after deleteResult; ``updates`` counts accepted replaceResult and deleteResult requests.
    """
    results = lms.store.results()
    everybody = viewer is None or viewer.is_instructor
    return [
        {
            "user_id": learner.id,
            "name": learner.name,
            "resource_link_id": link.id,
            "exercise": link.exercise,
            "score": result.score,
            "comment": result.comment,
            "received_at": result.received_at,
            "updates": result.updates,
        }
        for learner in course.learners
        if everybody or learner == viewer
        for link in course.links
        if (result := results.get((learner.id, link.id))) is not None
    ]
