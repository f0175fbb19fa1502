"""The staff's page of one ticket: what is read, and how it is told. Each module tells one part of the page."""
