"""A web page's tree, so prepared that of its text only the story is left, and all of the story.

Trafilatura, which takes the main text, goes by names of elements. Here the tree itself decides: what holds most of the
text is the story, whatever it is called; bare text between blocks is a paragraph; what is hidden or struck out is no
text; and a box that opens with "Read also", or a block that is nothing but a link, is of another story.
"""

from __future__ import annotations

from index.articles.pages.elements import Element, drop, text_of, weights_of
from index.articles.pages.entries import keep_times
from index.articles.pages.other_stories import drop_other_stories
from index.articles.pages.paragraphs import keep_captions, mark_bare_paragraphs
from index.articles.pages.story import show_story, story_block

_STYLE = "translate(@style, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ', 'abcdefghijklmnopqrstuvwxyz')"
_UNSEEN = " or ".join(f"contains({_STYLE}, '{one}')" for one in ("display:none", "visibility:hidden", "line-through"))
_HIDDEN = f"//del | //s | //strike | //*[@hidden] | //*[@aria-hidden='true'] | //dialog[not(@open)] | //*[{_UNSEEN}]"


def prepare(page: Element, title: str | None = None) -> Element | None:
    """Make the tree of a page ready for whatever takes its main text, and give the element that holds the story.

    `title` is what the page declares as its own; None is given where there are no paragraphs.
    """
    elements = list(page.iter())  # noqa: F841  lxml makes them anew each time unless somebody holds them
    drop_unseen(page)
    marked = mark_bare_paragraphs(page)
    captions = keep_captions(page)
    weights = weights_of(page)
    if weights and drop_other_stories(page, weights, title):
        weights = weights_of(page)
    keep_times(page, weights)
    if not weights:
        return None
    story = story_block(page, weights)
    for paragraph in marked:
        if story not in paragraph.iterancestors() and paragraph.getparent() is not None:
            paragraph.drop_tag()
    show_story(page, story, weights, captions)
    return story


def drop_unseen(page: Element) -> None:
    """Take out what is struck out or hidden from readers."""
    unseen = page.xpath(_HIDDEN)
    # What holds the greater part of a page is shown by a script, when all is loaded or a dialogue is closed.
    most = len(text_of(page)) / 2 if unseen else 0
    for element in unseen:
        if element.tag not in {"html", "body"} and len(text_of(element)) < most:
            drop(element)
