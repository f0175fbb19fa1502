"""云州: a small fictional city to look around in. All its people and firms are invented."""
