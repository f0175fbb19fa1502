"""互动: what stewards and enterprises say to each other."""
