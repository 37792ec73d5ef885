"""The text of an e-mail. Imported only where it may crash: see index/sandbox/parent.py."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from index.text.characters import decode
from index.types import RefusedError


def read(data: bytes) -> dict[str, object]:
    """The text of an e-mail, and what its headers say."""
    message = message_from_bytes(data, policy=default)
    body = message.get_body(("plain", "html"))
    if not isinstance(body, EmailMessage):
        raise RefusedError("it has no text")
    payload = body.get_payload(decode=True)
    assert isinstance(payload, bytes)  # only of several parts it is a list
    return {
        "title": _first(message, "Subject", "Perihal", "Subjek"),
        "published": _first(message, "Date", "Sent", "Tanggal", "Terkirim", "Dikirim"),
        "author": parseaddr(_first(message, "From", "Dari"))[0],
        "text": decode(payload, declared=body.get_content_charset()) if payload.strip() else "",
        "is_html": body.get_content_type() == "text/html",
    }


def _first(message: EmailMessage, *names: str) -> str:
    return next((str(message[name]) for name in names if name in message), "")
