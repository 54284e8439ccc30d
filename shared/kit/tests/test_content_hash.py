"""Equal content has equal hashes, and different content does not."""

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from fractions import Fraction
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from assay_kit.freeze import content_hash


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@dataclass(frozen=True)
class Weight:
    of: str
    points: Decimal


class Question(BaseModel):
    text: str
    weight: Weight


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def test_the_canonical_form_is_what_the_documentation_says() -> None:
    content = {"b": [1.0, None, True], "a": "Café"}
    assert content_hash(content) == sha256('{"a":"Café","b":[1,null,true]}'.encode()).hexdigest()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"x": 1, "y": 2}, OrderedDict([("y", 2), ("x", 1)])),
        ([1, 2], (1, 2)),
        (1, 1.0),
        (Decimal("1.50"), Decimal("1.5")),
        (Decimal("1E+2"), Decimal(100)),
        (Decimal("-0.00"), Decimal(0)),
        ({"b", "a"}, frozenset(["a", "b"])),
        ({"b", "a"}, ["a", "b"]),
        (Colour.RED, "red"),
        ({Colour.RED: 1}, {"red": 1}),
        (Level.HIGH, 3),
        (datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=timezone(timedelta(hours=1)))),
        (UUID("0" * 32), "00000000-0000-0000-0000-000000000000"),
        (date(2026, 3, 2), "2026-03-02"),
        (Fraction(2, 6), "1/3"),
        (Weight("care", Decimal("2.0")), {"points": Decimal(2), "of": "care"}),
        (
            Question(text="?", weight=Weight("care", Decimal(2))),
            {"text": "?", "weight": {"of": "care", "points": "2"}},
        ),
    ],
)
def test_the_same_content_has_the_same_hash(a: Any, b: Any) -> None:
    assert content_hash(a) == content_hash(b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ([1, 2], [2, 1]),
        ({"x": 1}, {"x": "1"}),
        ({"x": None}, {}),
        (True, 1),
        ("a", "A"),
        ("a", "a "),
        (Decimal("1.5"), Decimal("1.51")),
        ([["a"], "b"], ["a", ["b"]]),
        (0.1, 0.2),
    ],
)
def test_other_content_has_another_hash(a: Any, b: Any) -> None:
    assert content_hash(a) != content_hash(b)


@given(json_values)
def test_saving_as_json_and_reading_back_keeps_the_hash(content: Any) -> None:
    assert content_hash(json.loads(json.dumps(content))) == content_hash(content)


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(content: dict[str, int]) -> None:
    assert content_hash(dict(reversed(content.items()))) == content_hash(content)


@given(st.dictionaries(st.text(), st.integers(), min_size=1), st.data())
def test_a_change_anywhere_changes_the_hash(content: dict[str, int], data: st.DataObject) -> None:
    changed = dict(content)
    changed[data.draw(st.sampled_from(sorted(content)))] += 1
    assert content_hash(changed) != content_hash(content)


@pytest.mark.parametrize("strange", [object(), b"bytes", Weight, {1: "x"}, {(1, 2): "x"}, [object()]])
def test_what_has_no_canonical_form_is_refused(strange: Any) -> None:
    with pytest.raises(TypeError):
        content_hash(strange)


@pytest.mark.parametrize("strange", [float("nan"), float("inf"), Decimal("NaN"), datetime(2026, 3, 2)])  # noqa: DTZ001
def test_what_is_no_value_is_refused(strange: Any) -> None:
    with pytest.raises(ValueError, match=r"canonical|JSON|time zone"):
        content_hash(strange)
