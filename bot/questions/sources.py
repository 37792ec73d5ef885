"""Questions for the source of the answer before, such as "who says so?", and nothing else."""

from __future__ import annotations

import re

_ASKED = re.compile(
    r"""(?:(?:and|but|dan|tapi|lalu|terus)\s+)?(?:
        who\s+(?:says?|said|claims?|claimed|told|reported|reports|estimated|estimates)\s+(?:so|that|this|it)
      | says\s+who | according\s+to\s+whom? | (?:who|what)(?:\s+is|'s|’s)\s+(?:the|their|your|its)\s+source
      | (?:menurut|kata|ujar|versi|klaim)\s+siapa(?:kah)?
      | siapa(?:kah)?\s+(?:yang\s+)?(?:bilang|ngomong|mengatakan|menyatakan|menyebut|menyebutkan|mengklaim|melaporkan
        |memperkirakan)
      | siapa\s+sumbernya | apa\s+sumbernya | sumbernya\s+(?:siapa|apa)
    )(?:\s*nya\b)?(?:\s+(?:begitu|demikian|itu|hal\s+itu|hal\s+tersebut|tadi|sih|ya|then))*""",
    re.IGNORECASE | re.VERBOSE,
)


def asks_for_source(question: str) -> bool:
    """Whether a question is nothing but "who says so?"."""
    return bool(_ASKED.fullmatch(question.strip().rstrip("?!. ")))
