"""Which month activity may be recorded for. Pure."""

from datetime import date

MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"


def first_of(month: str) -> date:
    """`2026-02` as its first day. `month` has the shape MONTH."""
    return date.fromisoformat(f"{month}-01")


def has_begun(month: date, *, on: date) -> bool:
    """Activity of a month can be told from its first day on; a later figure replaces it."""
    return month <= on
