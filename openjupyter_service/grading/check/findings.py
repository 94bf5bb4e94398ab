"""What a check found: errors and warnings, each one sentence with the next step, and the figures of an exercise."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """An error makes the exercise unsound, a warning is for its author to decide on."""

    ERROR = "error"
    WARNING = "warning"


class Subject(StrEnum):
    """What a finding is about."""

    EXERCISE_FILE = "exercise.toml"
    SOURCE = "source"
    TESTS = "tests"
    SOLUTION = "solution"
    STARTER = "starter"
    WRONG_WORK = "wrong work"
    LIMITS = "limits"
    HIDDEN_FILES = "hidden files"
    GRADING = "grading"


@dataclass(frozen=True)
class Finding:
    """One thing to mend or to look at."""

    level: Level
    subject: Subject
    text: str


@dataclass(frozen=True)
class WrongWork:
    """A wrong submission and what it got: "variant", "sample" or "mutant", score 0..1, None if not graded."""

    kind: str
    name: str
    score: float | None
    lost_points: bool


@dataclass(frozen=True)
class SlowestTest:
    """The test of the solution that came nearest to its limit, in seconds of wall clock."""

    title: str
    seconds: float
    limit: float


@dataclass
class ExerciseResult:
    """All that is known of one exercise; scores are 0..1, None where a grading failed."""

    name: str
    title: str = ""
    solution_scores: list[float | None] = field(default_factory=list)
    starter_score: float | None = None
    wrong_work: list[WrongWork] = field(default_factory=list)
    slowest_test: SlowestTest | None = None
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def sound(self) -> bool:
        """Is there no error?"""
        return not any(finding.level is Level.ERROR for finding in self.findings)

    def error(self, subject: Subject, text: str) -> None:
        """Note something that must be mended."""
        self._add(Level.ERROR, subject, text)

    def warn(self, subject: Subject, text: str) -> None:
        """Note something that its author should look at."""
        self._add(Level.WARNING, subject, text)

    def _add(self, level: Level, subject: Subject, text: str) -> None:
        finding = Finding(level, subject, " ".join(text.split()))
        if finding not in self.findings:
            self.findings.append(finding)

    def as_data(self) -> dict[str, Any]:
        """The result as JSON data."""
        return {**asdict(self), "sound": self.sound, "seconds": round(self.seconds, 3)}
