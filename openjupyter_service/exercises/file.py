"""The keys of exercise.toml with their defaults and what each may hold; `title` alone is required."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from openjupyter_service.settings import parse_bytes

NOTEBOOK_SUFFIX = ".ipynb"


def check_relative(text: str) -> str:
    """A path below the course's root in its plainest form; ValueError for any other."""
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\0" in text or str(path) != text or text in ("", "."):
        raise ValueError(f"{text[:100]!r} is not a path inside the course")
    return text


def _check_notebook(text: str) -> str:
    if not text.endswith(NOTEBOOK_SUFFIX):
        raise ValueError(f"{text[:100]!r} is not a notebook; its name must end with {NOTEBOOK_SUFFIX}")
    return text


def _check_word(text: str) -> str:
    if not text or text != text.strip() or any(character.isspace() for character in text):
        raise ValueError(f"{text[:100]!r} is not a name; it must be one word")
    return text


def _check_deadline(value: object) -> object:
    if value is not None and not (isinstance(value, datetime) and value.tzinfo is not None):
        raise ValueError("write date, time and offset without quotes, such as 2026-12-01T23:59:00+01:00")
    return value


def _check_size(least: str) -> AfterValidator:
    def check(text: str) -> str:
        if parse_bytes(text) < parse_bytes(least):
            raise ValueError(f"{text} is too little; {least} is the least")
        return text

    return AfterValidator(check)


RelativePath = Annotated[str, AfterValidator(check_relative)]
NotebookPath = Annotated[RelativePath, AfterValidator(_check_notebook)]
Word = Annotated[str, AfterValidator(_check_word)]
RevealPolicy = Literal["none", "calls", "diff"]


class _Section(BaseModel):
    # Strict: a number in quotes is a mistake to tell its author of, not one to guess away.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Limits(_Section):
    """Limits of one grading: wall-clock seconds, memory of the sandbox, everything the notebook prints.

    `run_seconds` is for all tests together.
    """

    notebook_seconds: float = Field(default=60, gt=0, le=3600)
    test_seconds: float = Field(default=10, gt=0, le=600)
    run_seconds: float = Field(default=600, gt=0, le=7200)
    memory: Annotated[str, _check_size("64M")] = "512M"
    output: Annotated[str, _check_size("1K")] = "16M"

    @property
    def memory_bytes(self) -> int:
        """Memory of the sandbox container."""
        return parse_bytes(self.memory)

    @property
    def output_bytes(self) -> int:
        """All output of the notebook."""
        return parse_bytes(self.output)


class Style(_Section):
    """Style counts `weight` of the score; it starts at 1 and each finding of ruff takes `points_off` from it."""

    weight: float = Field(default=0.0, ge=0, le=1)
    select: list[Word] = ["E4", "E7", "E9", "F", "W"]
    ignore: list[Word] = []
    points_off: float = Field(default=0.1, ge=0, le=1)


class Sample(_Section):
    """A submission whose score is known: a notebook, or a folder laid over the notebook's folder."""

    path: RelativePath
    score: float = Field(ge=0, le=1)


class Variant(_Section):
    """A wrong submission, which must lose points: a notebook, or a folder laid over the notebook's folder."""

    path: RelativePath


class ExerciseFile(_Section):
    """The content of exercise.toml.

    `notebook`, `files` and `data` are relative to the public half's root; `solution` and the paths of samples and
    variants to the exercise's private folder.
    """

    title: str = Field(min_length=1, max_length=200)
    notebook: NotebookPath | None = None
    files: list[RelativePath] = []
    data: list[RelativePath] = []
    solution: RelativePath | None = None
    reveal: RevealPolicy = "none"
    counts: Literal["best", "latest"] = "best"
    deadline: Annotated[datetime, BeforeValidator(_check_deadline)] | None = None
    late_factor: float = Field(default=0.0, ge=0, le=1)
    attempts: int | None = Field(default=None, ge=1, le=10_000)
    image: Word | None = None
    runtime: Word | None = None
    limits: Limits = Limits()
    style: Style = Style()
    samples: list[Sample] = []
    variants: list[Variant] = []

    def late_factor_at(self, time: float) -> float:
        """What part of its score work counts that was handed in then (Unix seconds)."""
        return self.late_factor if self.deadline is not None and time > self.deadline.timestamp() else 1.0

    @model_validator(mode="after")
    def _each_file_once(self) -> Self:
        names = [*self.files, *self.data, *([self.notebook] if self.notebook else [])]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is named twice; a file is the notebook, one of `files`, or one of `data`")
        return self
