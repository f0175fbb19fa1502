"""12345: the messages of the hotline come in as tickets, and walk again on a simulated clock."""
