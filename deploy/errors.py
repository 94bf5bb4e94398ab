"""The one error of everything under deploy/ and images/."""

from openjupyter_service.errors import OpenJupyterError


class SetupError(OpenJupyterError):
    """The machine lacks something; the text is one sentence that says what, and what to do about it."""
