"""How right the answers are, over a file of cases."""
