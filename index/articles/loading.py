"""Files become Articles: finding them, and one table of the kinds that are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from index.articles import opening
from index.articles.documents import read_docx, read_pdf
from index.articles.feeds import read_feed
from index.articles.html import read_html
from index.articles.ids import ItemIds
from index.articles.json_lines import Item, read_lines
from index.articles.markdown import read_markdown
from index.articles.opening import LARGEST, content, opened, shown
from index.articles.plain_text import read_text
from index.articles.story import story
from index.articles.types import ArticleFile, Draft
from index.text.characters import one_line
from index.text.language import detect_language
from index.types import Article, LoadError, RefusedError

VERSION = 1
"""Raised whenever the same file could give another article."""

STORIES: dict[str, Callable[[bytes], Draft]] = {
    ".txt": read_text,
    ".md": read_markdown,
    ".markdown": read_markdown,
    ".html": read_html,
    ".htm": read_html,
    ".pdf": read_pdf,
    ".docx": read_docx,
}
"""What reads a file that holds one article, by its name's last part in lower case."""
FEEDS: dict[str, Callable[[bytes], Iterable[Item | LoadError]]] = {
    ".rss": read_feed,
    ".atom": read_feed,
    ".xml": read_feed,
}
"""What reads one that holds several."""
LINES = (".jsonl", ".ndjson")
"""Those that hold one in each line, and may be of any size."""
SUFFIXES = (*STORIES, *FEEDS, *LINES)

LONGEST_TITLE = 300
"""Characters, of an author's name too."""
NAMED = 100
"""Of the items in a file that give no article, so many are named; the others are only counted."""


def load(file: ArticleFile, article_id: str) -> Iterator[Article | LoadError]:
    """The articles of a file as they are read, with a LoadError in the place of each that cannot be.

    `article_id` is the file's among all (see `article_ids`); if it holds several, theirs stand below it. A file of
    JSON Lines that changes meanwhile gives, after the articles, an error that says so.
    """
    suffix = file.relative.suffix.lower()
    try:
        if suffix in STORIES:
            yield _article(file, article_id, "", lambda: STORIES[suffix](_content(file.path)))
        elif suffix in FEEDS or suffix in LINES:
            yield from _collection(file, article_id)
        else:
            raise LoadError(shown(file.path), _refusal(file.path, suffix))
    except LoadError as exc:
        yield exc


def checksum(path: Path) -> str:
    """XXH3 of a file's bytes, by which one can tell that it gives what it gave; LoadError where it gives nothing."""
    return opening.checksum(path, None if path.suffix.lower() in LINES else LARGEST)


def _article(file: ArticleFile, article_id: str, place: str, read: Callable[[], Draft]) -> Article:
    """The article of a draft; LoadError, with the reason in a few words, where there is none."""
    with _explained(file, place):
        draft = story(read())
        if not draft.paragraphs:
            raise RefusedError("it holds no story")
        text, facts = "\n\n".join(draft.paragraphs), draft.facts
        return Article(
            id=article_id,
            title=_short(facts.title) or _name(file.relative),
            text=text,
            path=shown(file.path),
            published=facts.published,
            author=_short(facts.author),
            url=facts.url,
            language=detect_language(text, facts.language),
        )


@contextmanager
def _explained(file: ArticleFile, place: str = "") -> Iterator[None]:
    """Say of whatever happens in here why the file, or that place in it, gives no article."""
    path = shown(file.path) + place
    try:
        yield
    except (LoadError, ImportError):  # the latter is no fault of the file's, and would lose all of its kind
        raise
    except RefusedError as exc:
        raise LoadError(path, str(exc)) from exc
    except UnicodeError as exc:
        raise LoadError(path, "it is not text") from exc
    except Exception as exc:  # whatever a library trips over in a hostile file, the others are still read
        raise LoadError(path, f"it cannot be read as {file.relative.suffix.lower()}") from exc


def _content(path: Path) -> bytes:
    data = content(path)
    if not data.strip(b" \t\r\n\f\v\xef\xbb\xbf\xfe\xff"):  # blanks, and the byte order marks
        raise RefusedError("it is empty")
    return data


def _refusal(path: Path, suffix: str) -> str:
    if path.is_dir():
        return "a folder that cannot be opened"
    return f"not a kind of article Kabar reads ({suffix or 'no suffix'})"


def _short(said: str | None) -> str | None:
    """A title is given to the model with each passage; one of a megabyte would take it a day."""
    return f"{said[: LONGEST_TITLE - 1]}…" if said and len(said) > LONGEST_TITLE else said


def _name(relative: PurePosixPath) -> str:
    """For an article without a headline: what its file is called."""
    return one_line(re.sub(r"[-_\s]+", " ", relative.stem)) or "article"


# --- files that hold several articles ---------------------------------------------------------------------


def _collection(file: ArticleFile, article_id: str) -> Iterator[Article | LoadError]:
    ids, count, unnamed = ItemIds(article_id), 0, 0
    for item in _items(file):
        count += 1
        found = item if isinstance(item, LoadError) else _item_article(file, item, ids)
        if isinstance(found, LoadError):
            unnamed += 1
        if isinstance(found, Article) or unnamed <= NAMED:
            yield found
    if unnamed > NAMED:
        yield LoadError(shown(file.path), f"{unnamed - NAMED:,} more of its {count:,} items give no article")
    if not count:
        yield LoadError(shown(file.path), "it is empty")


def _items(file: ArticleFile) -> Iterator[Item | LoadError]:
    suffix = file.relative.suffix.lower()
    with _explained(file):
        if suffix in FEEDS:
            yield from FEEDS[suffix](_content(file.path))
            return
        with opened(file.path) as stream:
            yield from read_lines(stream, shown(file.path))


def _item_article(file: ArticleFile, item: Item, ids: ItemIds) -> Article | LoadError:
    names = (item.id, item.facts.url or "", item.facts.title or "")
    article_id = ids.next(names, "\0".join([*names, str(item.facts.published), item.text]))
    try:
        return _article(file, article_id, item.place, item.draft)
    except LoadError as exc:
        return exc
