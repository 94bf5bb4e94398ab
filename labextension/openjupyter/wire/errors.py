"""What can be wrong with data from the other side of a border."""


class WireError(ValueError):
    """The data is malformed, of an unknown kind, or over a limit; the text says which."""
