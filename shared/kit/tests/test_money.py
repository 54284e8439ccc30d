"""Exact numbers: what is read, what is written, what the schema says."""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from assay_kit.money import Exact, Money, Percent, plain_digits, rounded_down


class Priced(BaseModel):
    price: Money = Decimal(0)
    score: Exact = Decimal(0)
    share: Percent = Decimal(0)


@pytest.mark.parametrize(
    ("field", "given_text", "number"),
    [
        ("price", "12.5", Decimal("12.5")),
        ("price", "-0.01", Decimal("-0.01")),
        ("price", "999999999999.99", Decimal("999999999999.99")),
        ("score", "59.96", Decimal("59.96")),
        ("score", "0.000000000001", Decimal("0.000000000001")),
        ("share", "0", Decimal(0)),
        ("share", "99.999999", Decimal("99.999999")),
        ("share", "100", Decimal(100)),
        ("share", "100.00", Decimal(100)),
    ],
)
def test_numbers_are_read_from_strings(field: str, given_text: str, number: Decimal) -> None:
    assert getattr(Priced.model_validate_json(f'{{"{field}": "{given_text}"}}'), field) == number


@pytest.mark.parametrize("field", ["price", "score", "share"])
@pytest.mark.parametrize(
    "wrong",
    [
        *("", " ", "1 ", "1\n", "+1", "1.", ".5", "1e3", "NaN", "Infinity", "-", "1,000", "1_0", "\u0661", "\x00"),
        *(1, 1.5, None, True, ["1"], "1" * 13, "0." + "1" * 13),
    ],
)
def test_anything_else_is_invalid(field: str, wrong: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Priced.model_validate({field: wrong})
    assert refused.value.errors()[0]["loc"] == (field,)


@pytest.mark.parametrize("wrong", ["100.01", "100.000001", "-1", "101", "1.2345678"])
def test_a_percentage_lies_between_0_and_100(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Priced.model_validate({"share": wrong})


@pytest.mark.parametrize("wrong", ["0.001", Decimal("0.001"), Decimal("NaN"), Decimal("1e12"), 0.5])
def test_money_has_no_more_than_two_places(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        Priced(price=wrong)


def test_a_number_from_the_database_is_taken_as_it_is() -> None:
    assert Priced(price=Decimal("12.500000")).price == Decimal("12.5")
    assert Priced(share=Decimal("1E+2")).share == 100


def test_json_has_strings() -> None:
    written = Priced(price=Decimal("12.5"), score=Decimal("59.9600"), share=Decimal("1E+2")).model_dump(mode="json")
    assert written == {"price": "12.50", "score": "59.96", "share": "100"}


def test_python_keeps_decimals() -> None:
    assert Priced(price=Decimal("12.5")).model_dump() == {
        "price": Decimal("12.5"),
        "score": Decimal(0),
        "share": Decimal(0),
    }


@pytest.mark.parametrize("mode", ["validation", "serialization"])
def test_the_schema_is_a_string_with_a_pattern_that_an_empty_one_does_not_match(mode: Any) -> None:
    properties = Priced.model_json_schema(mode=mode)["properties"]
    assert set(properties) == {"price", "score", "share"}
    for said in properties.values():
        assert said["type"] == "string"
        assert re.search(said["pattern"], "") is None
        assert all(re.search(said["pattern"], example) for example in said["examples"])


@given(st.data())
def test_what_the_schema_allows_is_read_and_written_and_read_again(data: st.DataObject) -> None:
    properties = Priced.model_json_schema()["properties"]
    sent = {
        name: data.draw(st.from_regex(said["pattern"].replace("$", r"\Z")), label=name)
        for name, said in properties.items()
    }
    read = Priced.model_validate(sent)
    assert Priced.model_validate_json(read.model_dump_json()) == read
    for name, said in properties.items():
        assert re.search(said["pattern"], read.model_dump(mode="json")[name])


@pytest.mark.parametrize(
    ("x", "places", "shown"),
    [
        (Decimal("59.96"), 0, "59"),
        (Decimal("59.96"), 1, "59.9"),
        (Decimal("60"), 1, "60.0"),
        (Fraction(2, 3), 2, "0.66"),
        (Fraction(-1, 3), 2, "-0.34"),
        (7, 2, "7.00"),
        (Decimal("59.9999999999999999999999999999999999999999"), 2, "59.99"),
    ],
)
def test_scores_are_shown_rounded_down(x: Decimal | Fraction | int, places: int, shown: str) -> None:
    assert str(rounded_down(x, places)) == shown


@given(st.fractions(), st.integers(0, 12))
def test_rounding_down_never_adds_and_takes_less_than_one_last_place(x: Fraction, places: int) -> None:
    lost = x - Fraction(rounded_down(x, places))
    assert 0 <= lost < Fraction(1, 10**places)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20))
def test_equal_numbers_are_written_alike(number: Decimal) -> None:
    assert Decimal(plain_digits(number)) == number
    text = f"{number:f}"
    padded = Decimal(f"{text}000" if "." in text else f"{text}.000")
    assert plain_digits(padded) == plain_digits(number)
