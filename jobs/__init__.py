"""Time in: when something recurs, not what it is."""
