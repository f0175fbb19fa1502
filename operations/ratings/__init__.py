"""好差评 beyond the enterprise's own page: links, and later kiosks and campaigns."""
