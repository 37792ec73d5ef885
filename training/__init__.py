"""How the reader is made: a small span extractor on the embedding model's trunk. See README.md beside this file."""
