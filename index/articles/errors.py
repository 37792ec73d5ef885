"""Why a file, or an item of one, gives no article: said in a few words, in one place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from index.articles.opening import display_path
from index.articles.types import ArticleFile
from index.types import LoadError, RefusedError

T = TypeVar("T")


def attempt(file: ArticleFile, place: str, make: Callable[[], T]) -> T | LoadError:
    """What is made of a place in a file, or why nothing is; see `load_error`."""
    try:
        return make()
    except Exception as exc:  # whatever a library trips over in a hostile item, the others are still read
        return load_error(file, exc, place)


def load_error(file: ArticleFile, exc: Exception, place: str = "") -> LoadError:
    """The reason why a file, or that place in it, gives no article; raises what is no fault of the file's."""
    if isinstance(exc, LoadError):
        return exc
    if isinstance(exc, ImportError):  # all files of its kind would be lost
        raise exc
    return LoadError(display_path(file.path) + place, _reason(file, exc))


def _reason(file: ArticleFile, exc: Exception) -> str:
    if isinstance(exc, RefusedError):
        return str(exc)
    if isinstance(exc, UnicodeError):
        return "it is not text"
    return f"it cannot be read as {file.relative.suffix.lower()}"
