"""A message becomes what is asked."""
