"""A tag of very many attributes costs no more than its length, however they are written."""

from __future__ import annotations

import pytest

from index.articles.formats.html import fragment_paragraphs
from index.articles.pages.crowds import MOST, without_crowds

CROWD = range(MOST * 40)
FORMS = {
    "bare": "{}",
    "unquoted": "a{}=1",
    "double": 'a{}="x > <p>"',
    "single": "a{}='\"'",
    "spaced": "a{} = b",
    "slashes": "/a{}/",
    "quote within": 'a{}=b"c',
    "no value": "a{}=",
    "signs first": "={}",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_is_crowded_becomes_a_bare_tag(form: str) -> None:
    crowd = " ".join(form.format(number) for number in CROWD)
    found = without_crowds(f"<div class='a'><p {crowd}>Lowen opens.</p></div>")
    assert len(found) < 100
    assert found.startswith("<div class='a'><p")
    assert found.endswith("Lowen opens.</p></div>")
    assert "Lowen opens." in fragment_paragraphs(f"<p {crowd}>Lowen opens.</p>")[0]


@pytest.mark.parametrize("source", [
    '<p title="1 < 2 > 0" data-x=\'"\'>Ada</p>', "<p a = b c>Ada", "a < b and c > d", "<a href=x?y=1&z=2>z</a><br/>",
    f'<img src="data:image/png;base64,{"A" * 100_000}"><p>Ada</p>', '<p title="never ends> Ada', "<", "<p", "",
])  # fmt: skip
def test_all_else_stays_as_it_is(source: str) -> None:
    assert without_crowds(source) == source
