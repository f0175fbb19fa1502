"""Tables that somebody sends: opened with care, read row by row, given back with what was wrong."""
