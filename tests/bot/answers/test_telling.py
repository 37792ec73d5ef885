"""What is told about an answer's days."""

from __future__ import annotations

from datetime import date

import pytest

from bot.answers.telling import tell
from bot.answers.types import Finding, Quote
from bot.questions.understanding import understand
from index.types import Passage
