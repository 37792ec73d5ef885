"""Web pages are fetched, from public addresses alone."""
