"""What `make journey` says: a wrong answer of any kind in words, and names as they are."""

from typing import cast

import pytest
from rich.console import Console

from demonstration.driver import Caller, House, WrongAnswer
from demonstration.founding import Founders
from demonstration.main_job import Journey, show

BRACKETED = "Olive [/bold] Owner with a name that does not fit into one narrow column"


def test_an_answer_of_another_shape_is_a_wrong_answer() -> None:
    journey = Journey(cast(House, None), cast(Founders, None), cast(Caller, None), say=print)

    with pytest.raises(WrongAnswer, match="'items'"), journey.step("The provider finds an open lot"):
        dict[str, str]()["items"]

    assert journey.steps == 1


def test_the_timeline_says_names_whole_on_a_narrow_terminal() -> None:
    console = Console(width=80, record=True)
    entry = {
        "at": "2026-03-02T12:00:00Z",
        "object_kind": "assessment_of_a_very_long_kind_indeed",
        "step": "begin_validation",
        "to_status": "validating",
        "by_name": BRACKETED,
    }

    show(console, [entry])

    said = console.export_text()
    rows = [line.split("│") for line in said.splitlines() if "│" in line]
    assert "".join("".join(row[5].split()) for row in rows) == "".join(BRACKETED.split())
    assert "…" not in said
