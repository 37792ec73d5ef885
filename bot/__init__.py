"""Answers from the articles, and the faces that show them."""
