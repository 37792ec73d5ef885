"""Readers: they point at what may answer a question in a passage."""
