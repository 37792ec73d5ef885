"""Long messages in parts, each of which Telegram takes."""

from __future__ import annotations

import re
from html import escape

from hypothesis import given
from hypothesis import strategies as st
from telegram_server.html import parse_html, utf16_length

from bot.telegram.splitting import LONGEST, length, split


def shown(html: str) -> str:
    return parse_html(html).text


def test_what_fits_is_one_part() -> None:
    html = f"<b>{'x' * LONGEST}</b>"
    assert split(html) == [html]


def test_a_text_is_parted_at_the_best_border_that_is_near() -> None:
    paragraph, sentence, word = "a. " * 20 + "\n\n", "Here is one. ", "word "
    assert split(paragraph + sentence * 3, 80)[0] == paragraph.strip()
    assert split(sentence * 10, 40) == ["Here is one. Here is one. Here is one."] * 3 + ["Here is one."]
    assert split(word * 10, 22) == ["word word word word"] * 2 + ["word word"]
    assert split("x" * 25, 10) == ["x" * 10, "x" * 10, "x" * 5]


def test_open_tags_are_closed_and_opened_again() -> None:
    html = '<b>one <a href="https://x.org/">two three</a></b> four'
    assert split(html, 8) == [
        '<b>one <a href="https://x.org/">two</a></b>',
        '<b><a href="https://x.org/">three</a></b>',
        "four",
    ]


TEXT = st.text(st.sampled_from("ab. \n😀<&é漢"), max_size=60)
HTML = st.recursive(
    TEXT.map(lambda text: escape(text, quote=False)),
    lambda inner: (
        st.builds(
            lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag.split()[0]}>",
            st.sampled_from(["b", "i", "blockquote expandable"]),
            st.lists(inner, max_size=3),
        )
        | st.lists(inner, max_size=4).map("".join)
    ),
    max_leaves=12,
)


@given(HTML, st.integers(4, 50))
def test_the_parts_are_whole_and_hold_everything(html: str, longest: int) -> None:
    html = re.sub(r"(</?blockquote[^>]*>)", "", html) if html.count("<blockquote") > 1 else html
    parts = split(html, longest)
    assert length(html) == utf16_length(re.sub(r"<[^>]+>", "", html).replace("&lt;", "<").replace("&amp;", "&"))
    for part in parts:
        assert utf16_length(shown(part)) <= longest
    joined = "".join(shown(part) for part in parts)
    assert re.sub(r"\s", "", joined) == re.sub(r"\s", "", shown(html))
