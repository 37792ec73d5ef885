"""Updates as they come, and none that could stop the others.

One that python-telegram-bot cannot read (of tomorrow's Telegram, or of an older server of one's own) would be fetched
again for ever, and everything behind it with it. It is passed by as an empty one instead.
"""

from __future__ import annotations

import logging
from typing import Any

from telegram import Bot, Update
from telegram.request import HTTPXRequest

logger = logging.getLogger(__name__)


def read_update(update: dict[str, Any], bot: Bot | None = None) -> Update:
    """The update, empty where it cannot be read."""
    try:
        return Update.de_json(update, bot)
    except (TypeError, ValueError, KeyError, AttributeError) as exc:
        kinds = ", ".join(sorted(update.keys() - {"update_id"}))
        logger.warning("An update (%s) could not be read and is passed by: %s", kinds, type(exc).__name__)
        return Update(int(update["update_id"]))


class PollRequest(HTTPXRequest):
    """Fetches updates, those that cannot be read as empty ones."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer of the server."""
        answer = HTTPXRequest.parse_json_payload(payload)
        if isinstance(answer.get("result"), list):
            answer["result"] = [
                update if len(read_update(update).to_dict()) > 1 else {"update_id": update["update_id"]}
                for update in answer["result"]
            ]
        return answer
