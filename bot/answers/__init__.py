"""What the articles say to a question, with its proof."""
