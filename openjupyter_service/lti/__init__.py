"""LTI: verify launches, name learners, send scores. Knows no web framework and no database."""
