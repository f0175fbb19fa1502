"""评价墙: ratings placed, anonymous ones grouped, and all of it counted, so that a page has only to add up."""
