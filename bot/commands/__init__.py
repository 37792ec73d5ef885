"""What each `kabar …` does."""
