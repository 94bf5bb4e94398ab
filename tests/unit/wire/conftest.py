"""Hypothesis keeps no database here: a failing example prints the line that brings it back."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "openjupyter",
    deadline=None,
    database=None,
    max_examples=120,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("openjupyter")
