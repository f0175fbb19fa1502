"""时限：working time – the calendar, and the clocks that run on it."""
