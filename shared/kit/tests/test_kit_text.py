"""What counts as having said something."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from assay_kit.text import Line, Name, Reason, Subject, Text

BLANK = ["", " ", "   ", "\t", " \u00a0\u2003", "\u3000" * 12, " " * 50]


def is_taken(kind: Any, said: str) -> bool:
    try:
        TypeAdapter(kind).validate_python(said)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("kind", [Name, Line, Text, Reason, Subject], ids=["Name", "Line", "Text", "Reason", "Subject"])
@pytest.mark.parametrize("blank", BLANK)
def test_blanks_say_nothing(kind: Any, blank: str) -> None:
    assert not is_taken(kind, blank)


@pytest.mark.parametrize(
    ("kind", "said", "taken"),
    [
        (Name, "Å", True),
        (Name, " O'Neil ", True),
        (Name, "two\nlines", False),
        (Name, "x" * 201, False),
        (Text, "two\nlines", True),
        (Text, "\n a \n", True),
        (Text, "nul \x00", False),
        (Subject, "0190c7a0-0000-7000-8000-000000000000", True),
        (Subject, "x" * 101, False),
        (Reason, "ten signs!", True),
        (Reason, "nine sign", False),
        (Reason, "  nine sign  ", False),
        (Reason, "a        b", True),
        (Reason, "a       b ", False),
        (Reason, "It was late.\nIt was wrong.", True),
    ],
)
def test_what_is_said_counts_from_its_first_to_its_last_sign(kind: Any, said: str, taken: bool) -> None:
    assert is_taken(kind, said) is taken


@given(st.text(max_size=30))
def test_a_reason_has_ten_signs_once_stripped(said: str) -> None:
    assert is_taken(Reason, said) is ("\x00" not in said and len(said.strip()) >= 10)


@pytest.mark.parametrize("kind", [Name, Line, Text, Reason], ids=["Name", "Line", "Text", "Reason"])
@given(said=st.text(alphabet=st.sampled_from(" \x1c\x1f\x85\u00a0\u2028\u3000a\n"), max_size=14))
def test_the_schema_says_the_same_to_readers_of_other_dialects(kind: Any, said: str) -> None:
    schema = TypeAdapter(kind).json_schema()
    fits = schema["minLength"] <= len(said) <= schema["maxLength"] and re.fullmatch(schema["pattern"], said) is not None
    assert is_taken(kind, said) is fits
