"""Articles become something searchable. Knows nothing of Telegram, of the environment or of printing."""
