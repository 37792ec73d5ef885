"""A web page's tree, so prepared that of its text only the story is left, and all of the story.

Trafilatura, which takes the main text, goes by names of elements. Here the tree itself decides: what holds most of the
text is the story, whatever it is called; bare text between blocks is a paragraph; what is hidden or struck out is no
text; and a box that opens with "Read also", or a block that is nothing but a link, is of another story.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from index.articles.lines import facts_of_line, is_read_also, is_read_also_label
from index.articles.pages.entries import keep_times
from index.days.dates import dateline, first_date

Element = Any
Weights = dict[Element, int]
"""Characters of paragraphs below each element that has any."""

_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr iframe li main menu nav noscript ol p pre script section style table tbody td"
    " template tfoot th thead tr ul video".split()
)
_HOLDERS = frozenset(["body", "div", "section", "article", "main", "center", "span", "font"])
"""What may hold bare text between its blocks."""
_APART = frozenset(
    ["nav", "header", "footer", "aside", "form", "script", "style", "noscript", "template", "button", "head"]
)
_HEADINGS = ("h2", "h3", "h4", "h5", "h6")
_PARAGRAPH = 40
"""Characters from which a sentence that stands bare is a paragraph; in scripts without spaces one counts for two."""
_PARTS = (*_HEADINGS, "p", "li", "div", "span", "strong", "b", "em", "i", "td", "header", "a", "table", "ul")
_STANDFIRST = 30
_CLOCK = re.compile(r"\d{1,2}[.:h]\d{2}\b")
_LABEL = 60
_CARD = 300
"""Characters of paragraphs; a longer block below a linked heading is a part of the story."""
_SENTENCE_END = re.compile(r"""[.!?…。！？؟।۔][\s"'”’»）)\]*]*$""")
_WITHOUT_STOPS = re.compile(r"[\u0e00-\u0eff]$")
_WIDE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_STYLE = "translate(@style, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ ', 'abcdefghijklmnopqrstuvwxyz')"
_UNSEEN = " or ".join(f"contains({_STYLE}, '{one}')" for one in ("display:none", "visibility:hidden", "line-through"))
_HIDDEN = f"//del | //s | //strike | //*[@hidden] | //*[@aria-hidden='true'] | //dialog[not(@open)] | //*[{_UNSEEN}]"


def prepare(page: Element, title: str | None = None) -> Element | None:
    """Make the tree of a page ready for whatever takes its main text, and give the element that holds the story.

    `title` is what the page declares as its own; None is given where there are no paragraphs.
    """
    elements = list(page.iter())  # noqa: F841  lxml makes them anew each time unless somebody holds them
    drop_unseen(page)
    marked = _mark_bare_paragraphs(page)
    captions = _keep_captions(page)
    weights = _weights(page)
    if weights and _drop_other_stories(page, weights, title):
        weights = _weights(page)
    keep_times(page, weights)
    if not weights:
        return None
    story = _story_block(page, weights)
    for paragraph in marked:
        if story not in paragraph.iterancestors() and paragraph.getparent() is not None:
            paragraph.drop_tag()
    _show_story(page, story, weights, captions)
    return story


def text_of(element: Element) -> str:
    """The text below an element, as one line."""
    return " ".join("".join(element.itertext()).split())


# --- what nobody sees -------------------------------------------------------------------------------------------


def drop_unseen(page: Element) -> None:
    """Take out what is struck out or hidden from readers."""
    unseen = page.xpath(_HIDDEN)
    # What holds the greater part of a page is shown by a script, when all is loaded or a dialogue is closed.
    most = len(text_of(page)) / 2 if unseen else 0
    for element in unseen:
        if element.tag not in {"html", "body"} and len(text_of(element)) < most:
            _drop(element)


def _drop(element: Element) -> None:
    if element.getparent() is not None:
        element.drop_tree()  # what follows it stays


# --- paragraphs that are not marked as such ---------------------------------------------------------------------


def _mark_bare_paragraphs(page: Element) -> list[Element]:
    """Make paragraphs of the sentences that stand between blocks, or between two line breaks, and give these."""
    marked: list[Element] = []
    told_like = set[tuple[Element, str]]()
    short: list[tuple[Element, list[_Run]]] = []
    for holder in [element for element in page.iter(*_HOLDERS) if not _is_apart(element)]:
        runs = list(_runs(holder))
        if any(run.is_told() for run in runs):
            told_like.add((holder.getparent(), holder.get("class") or ""))
            marked += _wrap(runs)
        elif runs and len(holder.getparent() if holder.getparent() is not None else holder) > 1:
            short.append((holder, runs))
    for holder, runs in short:  # a brief line of a dialogue, among others that are longer
        if (holder.getparent(), holder.get("class") or "") in told_like and len(runs) == 1 and len(holder) == 0:
            marked += _wrap(runs)
    return marked


class _Run:
    """Text and elements of a line that follow each other in a block."""

    def __init__(self, holder: Element, before: Element | None) -> None:
        self.holder, self.before, self.elements = holder, before, list[Element]()

    @property
    def first_text(self) -> str:
        return (self.holder.text if self.before is None else self.before.tail) or ""

    def text(self) -> str:
        return " ".join((self.first_text + "".join(map(_with_tail, self.elements))).split())

    def is_told(self) -> bool:
        text = self.text()
        unlinked = len(text) - sum(len(text_of(link)) for element in self.elements for link in element.iter("a"))
        return _width(text) >= _PARAGRAPH and unlinked > len(text) / 3 and _ends_sentence(text)

    def wrap(self) -> Element:
        paragraph = self.holder.makeelement("p")
        paragraph.text = self.first_text
        if self.before is None:
            self.holder.text = None
            self.holder.insert(0, paragraph)
        else:
            self.before.tail = None
            self.before.addnext(paragraph)
        paragraph.extend(self.elements)
        return paragraph


def _ends_sentence(text: str) -> bool:
    return bool(_SENTENCE_END.search(text) or _WITHOUT_STOPS.search(text))


def _wrap(runs: Iterable[_Run]) -> list[Element]:
    return [run.wrap() for run in runs if any(map(str.isalnum, run.text()))]


def _runs(holder: Element) -> Iterator[_Run]:
    """The lines between the blocks of an element; a single line break does not end one."""
    run = _Run(holder, None)
    children = list(holder)
    for i, child in enumerate(children):
        if _is_block(child) or _ends_line(child, children[i + 1 : i + 2]):
            if run.text():
                yield run
            run = _Run(holder, child)
        else:
            run.elements.append(child)
    if run.text():
        yield run


def _ends_line(element: Element, following: list[Element]) -> bool:
    """Whether it is the first or the last of several line breaks."""
    before = element.getprevious()
    doubled = (following and not (element.tail or "").strip() and following[0].tag == "br") or (
        before is not None and before.tag == "br" and not (before.tail or "").strip()
    )
    return bool(element.tag == "br" and doubled)


def _is_block(element: Element) -> bool:
    return element.tag in _BLOCKS or any(below.tag in _BLOCKS for below in element.iterdescendants())


def _is_apart(element: Element) -> bool:
    return any(above.tag in _APART for above in element.iterancestors())


def _with_tail(element: Element) -> str:
    return "".join(element.itertext()) + (element.tail or "")


def _width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))


def _keep_captions(page: Element) -> list[Element]:
    """Make paragraphs of captions: trafilatura leaves out figures, and whatever calls itself a caption."""
    captions = list(page.iter("figcaption"))
    for element in page.xpath("//*[contains(@class, 'caption')]"):
        del element.attrib["class"]
        if not any(below in captions for below in element.iter()) and not any(
            above in captions for above in element.iterancestors()
        ):
            captions.append(element)
    for element in list(page.iter("figure", "figcaption")):
        element.tag = "div" if element.tag == "figure" or element.find(".//p") is not None else "p"
    return captions


# --- other stories ----------------------------------------------------------------------------------------------


def _weights(page: Element) -> Weights:
    weights: Weights = {}
    for paragraph in page.iter("p"):
        width = _width(text_of(paragraph))
        if width >= _PARAGRAPH:
            for element in (paragraph, *paragraph.iterancestors()):
                weights[element] = weights.get(element, 0) + width
    return weights


def _drop_other_stories(page: Element, weights: Weights, title: str | None) -> bool:
    """Drop headlines that are links, with what they are over, and in the story boxes that open with a label.

    Gives whether there were any.
    """
    own_title, dropped = _letters(title or ""), False
    for element in [*page.iter(*_HEADINGS, "p", "strong"), *_story_block(page, weights).iterdescendants(*_PARTS)]:
        raw = "".join(element.itertext())
        text = " ".join(raw.split()) if len(raw) <= 2 * _CARD else ""
        if not text or len(text) > _CARD or not (len(text) <= _LABEL or element.find(".//a") is not None):
            continue
        if element.getroottree().getroot() is not page or (own_title and _letters(text) in own_title):
            continue  # it went with a box, or it is the page's own headline
        unwanted = _other_story(element, text, weights)
        dropped |= unwanted is not None
        if unwanted is not None:
            _drop(unwanted)
    return dropped


def _other_story(element: Element, text: str, weights: Weights) -> Element | None:
    """What has to go because of an element with this text, if anything."""
    if len(text) <= _LABEL and is_read_also_label(text):
        box = _box(element, text, weights)
        if text_of(box) == text:
            _drop_list_below(box)
        return box
    if element.tag in {"strong", "b", "em", "i", "span"}:
        return element if is_read_also(text) and element.find(".//a") is not None else None
    if element.tag in {"table", "ul"}:
        return element if _is_menu(element, text) else None
    if element.tag == "a" or not _is_only_a_link(element, text):
        return None
    if len(text) > 2 * _PARAGRAPH and _SENTENCE_END.search(text):
        for link in list(element.iter("a")):
            link.drop_tag()  # a sentence that is told, of which trafilatura would see the link alone
        return None
    return _card(element, text, weights) if element.tag in _HEADINGS else element


def _drop_list_below(label: Element) -> None:
    """Drop the list or the links that follow a label which has no box of its own."""
    while not _text(label.tail) and (following := label.getnext()) is not None and _is_list_of_links(following):
        _drop(following)
        if following.tag in {"ul", "ol"}:
            return


def _text(text: str | None) -> str:
    return (text or "").strip()


def _box(inner: Element, opening: str, weights: Weights) -> Element:
    """The largest element that opens with these words and is no greater part of the page."""
    box, most = inner, max(weights.values()) * 0.4
    for above in inner.iterancestors():
        if above.tag in {"body", "html", "main"} or weights.get(above, 0) > most or above.find(".//h1") is not None:
            break
        if not text_of(above).startswith(opening):
            break
        box = above
    return box


def _card(heading: Element, text: str, weights: Weights) -> Element:
    card = _box(heading, text, weights)
    return card if weights.get(card, 0) <= _CARD else heading


def _is_menu(element: Element, text: str) -> bool:
    """Whether it is nothing but links, and they are several."""
    links = list(element.iter("a"))
    return len(links) >= 3 and len(_letters(" ".join(map(text_of, links)))) > 0.9 * len(_letters(text))


def _is_list_of_links(element: Element) -> bool:
    if element.tag in {"ul", "ol", "table"} or element.tag in _HEADINGS or element.tag == "a":
        return True
    text = text_of(element)
    if element.tag in {"div", "section", "aside", "blockquote"} and any(element.iter(*_HEADINGS)):
        return _width(text) <= _CARD
    return _is_only_a_link(element, text)


def _is_only_a_link(element: Element, text: str) -> bool:
    """Whether a block is a headline that leads elsewhere, but for a label before it."""
    links = list(element.iter("a"))
    if not links or any(_is_block(child) for child in element):
        return False
    linked = " ".join(text_of(link) for link in links)
    others = text.replace(linked, "", 1) if len(links) == 1 else ""
    if len(links) > 1 and len(linked) < len(text) - 2 * len(links):
        return False
    if _letters(others) and not (
        len(others) <= _LABEL and others.rstrip(" \"'“”").endswith((":", "|", "»", ">", "："))
    ):
        return False
    is_headline = _width(linked) >= 20 and (len(linked.split()) >= 4 or _width(linked) > len(linked))
    return is_headline and "://" not in linked and not facts_of_line(text, at_edge=True) and not dateline(text)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


# --- the story, whatever it is called ---------------------------------------------------------------------------


def _show_story(page: Element, block: Element, weights: Weights, captions: list[Element]) -> None:
    """Let trafilatura find the story: nothing that holds most of it may bear a name that it throws away."""
    if block.tag in {"body", "html"}:
        return
    holders = [element for element in (block, *block.iterancestors()) if element.tag not in {"body", "html"}]
    unlucky = [element for element in holders if _is_unlucky(element)]
    for element in unlucky:
        _unname(element)
        element.tag = "div"
    _rename_paragraphs(block, weights)
    taken = _let_be_found(page, block, weights, surely=bool(unlucky))
    _drop_lists_of_stories(block)
    _move_into(taken, page, captions)


def _drop_lists_of_stories(block: Element) -> None:
    """Drop the lists behind the story whose items have headings."""
    for behind in block.xpath("following::*[self::ul or self::ol][.//h2 or .//h3 or .//h4 or .//h5]"):
        _drop(behind)


def _is_unlucky(element: Element) -> bool:
    """Whether trafilatura leaves out an element of that kind or of that name, whatever it holds."""
    if element.tag not in {"main", "article", "div", "section", "span", "center"}:
        return True
    return _is_thrown_away(element.tag, element.get("class"), element.get("id"))


def _rename_paragraphs(block: Element, weights: Weights) -> None:
    """A name that most of a story's own paragraphs bear says nothing against them."""
    for element in [element for element in block.iterdescendants() if element in weights]:
        if _is_thrown_away(element.tag, element.get("class"), element.get("id")):
            alike = [sibling for sibling in element.getparent() if sibling.get("class") == element.get("class")]
            if sum(weights.get(sibling, 0) for sibling in alike) > weights[block] / 2:
                for sibling in alike:
                    _unname(sibling)


def _unname(element: Element) -> None:
    for name in ("class", "id", "role", "itemprop"):
        element.attrib.pop(name, None)


def _story_block(page: Element, weights: Weights) -> Element:
    """The smallest element that holds the story's paragraphs, all of them if they stand in several of one kind."""
    block = page
    while True:
        held = [child for child in block if child in weights]
        heaviest = max(held, key=weights.__getitem__, default=None)
        if heaviest is None or heaviest.tag == "p" or weights[heaviest] < 0.6 * weights[block]:
            return block
        if weights[heaviest] < 0.9 * weights[block] and any(
            _alike(heaviest, other) for other in held if other is not heaviest
        ):
            return block
        block = heaviest


def _alike(element: Element, other: Element) -> bool:
    names = [one.get("class") or one.get("id") or "" for one in (element, other)]
    return other.tag == "p" or (other.tag == element.tag and (not all(names) or names[0] == names[1]))


def _let_be_found(page: Element, block: Element, weights: Weights, *, surely: bool) -> Element:
    """Have the element that trafilatura takes hold the story; gives the smaller one of that and the story's block."""
    if surely:
        block.set("class", "article-body")
    while (taken := _taken_by_name(page)) is not None:
        if weights.get(taken, 0) >= weights[block] / 2:
            return taken if block in taken.iterancestors() else block
        _unname(taken)
        taken.tag = "div"
    block.set("class", "article-body")
    return block


def _taken_by_name(page: Element) -> Element | None:
    from trafilatura.xpaths import BODY_XPATH

    return next((found for expression in BODY_XPATH for found in expression(page)[:1]), None)


@cache
def _is_thrown_away(tag: str, name: str | None, id_: str | None) -> bool:
    """Whether trafilatura leaves out an element of that name, whatever it holds."""
    from lxml.html import fragment_fromstring
    from trafilatura.xpaths import OVERALL_DISCARD_XPATH, REMOVE_COMMENTS_XPATH, TEASER_DISCARD_XPATH

    if not name and not id_:
        return False
    holder = fragment_fromstring("<div></div>")
    holder.append(holder.makeelement(tag, {key: value for key, value in (("class", name), ("id", id_)) if value}))
    expressions = (*OVERALL_DISCARD_XPATH, *REMOVE_COMMENTS_XPATH, *TEASER_DISCARD_XPATH)
    return any(expression(holder) for expression in expressions)


def _move_into(block: Element, page: Element, captions: list[Element]) -> None:
    """Put what stands between headline and story, a standfirst and captions, at the story's head."""
    heading = page.find(".//h1")
    if heading is None:
        heading = block.getprevious() if block.getprevious() is not None else block
    between = list(_between(heading, block))
    above = [caption for caption in captions if caption in between]
    if (standfirst := _standfirst(page, [element for element in between if element not in above])) is not None:
        above.insert(0, standfirst)
    for element in reversed(above):
        paragraph = block.makeelement("p")
        paragraph.text = _line_of(element)
        _drop(element)
        block.insert(0, paragraph)


def _line_of(element: Element) -> str:
    """Its text, where a line break or the end of a sentence divides two words that are not divided otherwise."""
    for line_break in element.iter("br"):
        line_break.tail = f" {line_break.tail or ''}"
    return re.sub(r"(?<=[.!?…])(?=\()", " ", text_of(element))


def _between(heading: Element, block: Element) -> Iterator[Element]:
    """The elements behind a heading and before a block, in their order."""
    behind = False
    for element in block.getroottree().iter():
        if element is block:
            return
        if behind and heading not in element.iterancestors() and element not in block.iterancestors():
            yield element
        behind = behind or element is heading


def _standfirst(page: Element, between: list[Element]) -> Element | None:
    """Of the blocks below the headline the one that tells the story in brief."""
    titles = page.xpath("//title/text() | //meta[@property='og:title']/@content")
    descriptions = page.xpath("//meta[@name='description' or @property='og:description']/@content")
    blocks = [one for one in between if one.tag in {"p", "div", *_HEADINGS} and not any(map(_is_block, one))]
    lines = [(block, text) for block in blocks if (text := text_of(block))][:4]
    for place, (block, text) in enumerate(lines):
        if any(_letters(text) in _letters(title) for title in titles):
            continue  # the headline itself, below a logo
        if _letters(text) in set(map(_letters, descriptions)) or _tells_in_brief(block, text, is_first=place == 0):
            return block
    return None


def _tells_in_brief(block: Element, text: str, *, is_first: bool) -> bool:
    ends = bool(_SENTENCE_END.search(text))
    if _width(text) < _STANDFIRST or not (ends or is_first) or (not ends and first_date(text)):
        return False
    linked = sum(len(text_of(link)) for link in block.iter("a", "button"))
    tells_facts = _CLOCK.search(text) or dateline(text) or facts_of_line(text, at_edge=True)
    return linked < len(text) / 3 and not tells_facts
