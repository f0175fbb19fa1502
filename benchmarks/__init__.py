"""What the site's figures are measured with; the tests borrow its throw-away PostgreSQL server."""
