"""What somebody who types into a search box means. Pure."""

import re

MOST_WORDS = 8
_WORD = re.compile(r"\w+")


def prefixes(typed: str) -> str:
    """A PostgreSQL text query in which every word typed begins a word found: `lark car` → `lark:* & car:*`.

    Empty where nothing that could be found was typed. Letters and digits only: nothing of the query language gets in.
    """
    words = _WORD.findall(typed.replace("_", " "))[:MOST_WORDS]
    return " & ".join(f"{word}:*" for word in words)
