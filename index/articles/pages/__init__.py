"""Web pages: what on them is the story, what its headline is, and what is no article."""
