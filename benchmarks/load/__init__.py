"""A working day of a whole city, by locust, on a site as it is deployed: ``make load``. See docs/operations.md."""
