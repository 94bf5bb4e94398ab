"""What a peer made of one notebook."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Score 0..1, and what has cost points: names of tests, or what kept the tool from grading."""

    score: float
    note: str = ""


def from_tests(points: dict[str, tuple[float, float]]) -> Result:
    """The result of tests, by name: points earned, and points there are."""
    lost = [name for name, (earned, most) in points.items() if earned < most]
    score = sum(earned for earned, _ in points.values()) / sum(most for _, most in points.values())
    return Result(score, "all tests" if len(lost) == len(points) else ", ".join(lost))
