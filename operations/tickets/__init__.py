"""The loop of domain.md §4, act by act."""
