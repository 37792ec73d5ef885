"""`python -m bot` is `kabar bot`."""

import sys

from bot.cli import app

app(["bot", *sys.argv[1:]])
