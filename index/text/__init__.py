"""Sentences, chunks, and texts that say the same."""
