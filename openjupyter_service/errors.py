"""Errors that people read. Each carries a sentence with the next step; the web layer maps them to HTTP statuses."""

from openjupyter_service.language import Speech, filled


class OpenJupyterError(Exception):
    """Base of every error that is meant to be shown; its text is one clear sentence.

    What learners may read is marked with `N_` and translated where it is shown: `text` is then the English sentence
    with {placeholders}, and `values` are for these.
    """

    status = 500
    """HTTP status that the web layer answers with."""

    def __init__(self, text: str = "", **values: object) -> None:
        super().__init__(filled(text, values))
        self._text, self._values = text, values

    def said(self, speech: Speech) -> str:
        """The sentence in somebody's language, or in English where it is not for learners."""
        return speech.text(self._text, **self._values)


class SettingsError(OpenJupyterError):
    """The settings file is missing or wrong."""


class InvalidSubmission(OpenJupyterError):
    """What was sent is not a submission: no JSON, no notebook, a wrong file."""

    status = 400


class TooLarge(OpenJupyterError):
    """What was sent is larger than a submission may be."""

    status = 413


class NotFound(OpenJupyterError):
    """There is no such course, exercise or submission, or it is somebody else's."""

    status = 404


class Forbidden(OpenJupyterError):
    """The caller is known, or not, but may not do this."""

    status = 403


class LaunchRefused(OpenJupyterError):
    """An LTI launch that does not hold. Its text is for the log only, never for the page."""

    status = 401


class PlatformError(OpenJupyterError):
    """A platform cannot be registered or changed so; the text says what stands in the way."""

    status = 409


class CourseError(OpenJupyterError):
    """A course cannot be followed so; the text says what stands in the way."""

    status = 409


class RegradeError(OpenJupyterError):
    """A regrade cannot be begun, applied or dropped so; the text says what stands in the way."""

    status = 409


class RemoteError(OpenJupyterError):
    """A repository of a followed course cannot be fetched, or holds what no course may; says what to do about it."""

    status = 502


class RemoteTrouble(RemoteError):
    """Nothing is wrong with the course, but this machine could not do it now: a full disk, no time. Tried again."""

    status = 503


class AttemptsUsedUp(OpenJupyterError):
    """The exercise allows no further submission of this learner."""

    status = 409


class StoreError(OpenJupyterError):
    """The database cannot be reached, or is none; the text never holds its address, which may carry a password."""


class ExerciseError(OpenJupyterError):
    """A course or an exercise is broken; the text tells its author what to mend."""


class ExchangeError(OpenJupyterError):
    """What is to be imported or exported is broken, hostile or of no known format; the text says what to do."""


class SandboxError(OpenJupyterError):
    """A grading container failed: our fault or the engine's, never the learner's. Retried."""
