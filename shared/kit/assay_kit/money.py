"""Exact numbers as they cross the wire: strings in JSON, `Decimal` in Python, never a float.

Pure: rules may use it. A plain `Decimal` field admits "" and bare numbers in its generated schema; these do not.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

_CENT = Decimal("0.01")


def rounded_down(x: Decimal | Fraction | int, places: int) -> Decimal:
    """`x` to `places` decimal places, towards minus infinity: how scores are shown, so that 59.96 is never "60".

    Exact: no intermediate rounding, however long `x` is.
    """
    return Decimal(f"{floor(Fraction(x) * 10**places)}E-{places}")


def plain_digits(number: Decimal) -> str:
    """`number` without an exponent or idle zeros, so that equal numbers are written alike: "1.5", "100", "0"."""
    text = f"{number:f}"
    short = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if short in {"", "-0"} else short


def _reader(pattern: str) -> Callable[[Any], Decimal]:
    """Reads what `pattern` matches. Decimals from our own side (a NUMERIC column) must look the same once written."""
    shape = re.compile(pattern)

    def read(given: Any) -> Decimal:
        text = plain_digits(given) if isinstance(given, Decimal) and given.is_finite() else given
        if not isinstance(text, str) or shape.fullmatch(text) is None:
            raise ValueError(f"must be a string that matches {pattern}")
        return Decimal(text)

    return read


def _written_money(number: Decimal) -> str:
    return f"{number.quantize(_CENT):f}"


def _schema(pattern: str, *, meaning: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern, "description": meaning, "examples": [example]})


_MONEY = r"^-?[0-9]{1,12}(\.[0-9]{1,2})?$"
_EXACT = r"^-?[0-9]{1,12}(\.[0-9]{1,12})?$"
_PERCENT = r"^(100(\.0{1,6})?|[0-9]{1,2}(\.[0-9]{1,6})?)$"

# Pounds sterling, at most 12 digits before the point and 2 after it; always written with two: "12.50".
Money = Annotated[
    Decimal,
    BeforeValidator(_reader(_MONEY)),
    PlainSerializer(_written_money, return_type=str, when_used="json"),
    _schema(_MONEY, meaning="Pounds sterling.", example="12.50"),
]

# A score, weight or rate with at most 12 digits on either side of the point: "59.96".
Exact = Annotated[
    Decimal,
    BeforeValidator(_reader(_EXACT)),
    PlainSerializer(plain_digits, return_type=str, when_used="json"),
    _schema(_EXACT, meaning="An exact decimal number.", example="59.96"),
]

# From 0 to 100 with at most 6 decimal places: "62.5".
Percent = Annotated[
    Decimal,
    BeforeValidator(_reader(_PERCENT)),
    PlainSerializer(plain_digits, return_type=str, when_used="json"),
    _schema(_PERCENT, meaning="A percentage from 0 to 100.", example="62.5"),
]
