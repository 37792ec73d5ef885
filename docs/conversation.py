"""Makes docs/conversation.png: a real conversation with the real bot, drawn as Telegram would show it.

    python docs/conversation.py [--browser chromium]

The bot runs as a process against the Bot API server of the tests, with the bundled models over the sample articles.
What it sends becomes a page of HTML, and a headless browser makes the picture.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from telegram_server import Message, TelegramServer  # noqa: E402

WIDTH, HEIGHT = 560, 1330
STYLE = """
body { margin: 0; padding: 18px; width: 524px; background: #dfe7d8; color: #111;
  font: 15px/1.38 "DejaVu Sans", "Noto Color Emoji", sans-serif }
.message { max-width: 430px; width: fit-content; margin: 0 0 10px; padding: 8px 12px; border-radius: 14px;
  background: #fff; white-space: pre-line; box-shadow: 0 1px 1px #0002 }
.mine { margin-left: auto; background: #e3fdd0 }
.reply { border-left: 3px solid #4b8fd2; padding: 0 8px; margin-bottom: 4px; color: #4b8fd2; font-size: 13px;
  white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
blockquote { margin: 0; padding: 5px 10px; border-left: 3px solid #5aa75a; background: #f0f7ef; border-radius: 4px }
a { color: #2a76c6; text-decoration: none }
.buttons { display: flex; gap: 6px; width: 454px; margin: -4px 0 10px }
.button { flex: 1; padding: 6px 8px; border-radius: 8px; background: #7f9a80; color: #fff; text-align: center;
  font-size: 13px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
"""


@contextmanager
def running(server: TelegramServer, folder: Path) -> Iterator[None]:
    """The bot over the sample articles."""
    settings = {
        "TELEGRAM_BOT_TOKEN": server.token, "TELEGRAM_API_BASE": server.url, "INDEX_DIR": str(folder / "index"),
        "ARTICLES_DIR": str(ROOT / "articles"), "STATE_DB": str(folder / "state.sqlite"), "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    environment = os.environ | settings
    build = [sys.executable, "-m", "bot.cli", "index", "build"]
    subprocess.run(build, env=environment, cwd=folder, check=True)
    bot = subprocess.Popen([sys.executable, "-m", "bot"], env=environment, cwd=folder)
    try:
        server.wait_for_call("getUpdates", timeout=60)
        yield
    finally:
        bot.terminate()
        bot.wait(timeout=60)


def conversation(server: TelegramServer) -> Iterator[str]:
    """What was said, as HTML, in order."""
    sari = server.user("Sari", language_code="en")

    def said(text: str, reply_to: Message | None = None) -> tuple[Message, str]:
        server.say(sari, text, reply_to=reply_to)
        answer = server.wait_for_message(sari, timeout=60)
        mine = _reply_html(reply_to.text) if reply_to else ""
        return answer, f'<div class="message mine">{mine}{escape(text)}</div>{_bubble(answer, text)}'

    answer, html = said("how many troops were sent to Kursk?")
    yield html
    yield said("who says so?", answer)[1]
    yield said("who won the World Cup in 2022?")[1]


def _bubble(message: Message, question: str) -> str:
    rows = (message.reply_markup or {}).get("inline_keyboard", [])
    buttons = "".join(
        '<div class="buttons">' + "".join(f'<div class="button">{escape(one["text"])}</div>' for one in row) + "</div>"
        for row in rows
    )
    html = (message.html or escape(message.text)).replace("\n\n<blockquote", "\n<blockquote")
    html = html.replace("</blockquote>\n", "</blockquote>")  # the block brings a line's end of its own
    return f'<div class="message">{_reply_html(question)}{html}</div>{buttons}'


def _reply_html(text: str) -> str:
    return f'<div class="reply">{escape(text.splitlines()[0])}</div>'


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--browser", default="chromium", help="A browser of the Chromium family.")
    browser = parser.parse_args().browser
    with TemporaryDirectory() as name, TelegramServer() as server, running(server, Path(name)):
        page = Path(name) / "page.html"
        body = "".join(conversation(server))
        page.write_text(f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{body}', encoding="utf-8")
        picture = Path(__file__).with_suffix(".png")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--force-device-scale-factor=1.5"]
        size = f"--window-size={WIDTH},{HEIGHT}"
        subprocess.run([browser, *options, size, f"--screenshot={picture}", page.as_uri()], check=True)


if __name__ == "__main__":
    main()
