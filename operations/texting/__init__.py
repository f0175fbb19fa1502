"""短信: an outbox that is written with what happened, limits, and the adapters that carry a message away."""
