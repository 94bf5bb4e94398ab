"""Set-up and demonstration programs, run from a checkout."""
