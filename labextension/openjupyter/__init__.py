"""OpenJupyter in the notebook: `import openjupyter; openjupyter.grade()` submits the notebook and shows its report.

`%load_ext openjupyter` gives the magic `%grade`, which does the same.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openjupyter.client.grade import grade

__all__ = ["grade"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Lazy, because the judge takes the wire format of this package and none of what the client needs.
    if name == "grade":
        from openjupyter.client.grade import grade

        return grade
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext openjupyter` calls."""
    from openjupyter.client.magic import grade_magic

    ipython.register_magic_function(grade_magic, "line", "grade")
