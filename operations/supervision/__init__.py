"""The ladder of domain.md §7: who presses whom, when, and what ends it."""
