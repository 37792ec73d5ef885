"""Figures, days and times: found in texts, compared, and told in the asker's notation."""
