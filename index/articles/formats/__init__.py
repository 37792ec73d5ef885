"""One module for each kind of file, which makes drafts of it."""
