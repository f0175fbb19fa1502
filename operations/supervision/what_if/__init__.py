"""推演: what other rules would have done to the last 90 days: who warned, supervised, told. Reads, never writes."""
