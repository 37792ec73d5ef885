"""Days as the news writes them, and by which clocks."""
