"""A believable life in the demonstration city."""


def live() -> int:
    """To come."""
    return 0
