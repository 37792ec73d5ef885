"""Snapshots of the index on disk."""
