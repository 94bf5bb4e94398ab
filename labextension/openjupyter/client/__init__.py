"""The grading cell: find the notebook, save it, submit it, show the way and the report."""
