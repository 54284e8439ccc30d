"""What is generated follows the code: `make openapi` would change nothing."""

from assay.members import SERVICES
from assay.openapi import ROOT, generated, lives


def test_every_service_has_step_tables() -> None:
    assert {name for name in SERVICES if lives(name)} == set(SERVICES)


def test_no_step_table_has_a_state_that_cannot_be_reached() -> None:
    every = [life for name in SERVICES for life in lives(name)]
    assert len(every) > 10

    # A life may use part of a thing's states: what it does not mention it need not reach.
    unreachable = {
        life.name: states for life in every if (states := life.unreachable & {state for state, _ in life.steps})
    }

    assert unreachable == {}


def test_generated_files_are_up_to_date() -> None:
    files = generated()
    assert len(files) >= 2 * len(SERVICES) + 1

    stale = [
        str(path.relative_to(ROOT)) for path, text in files.items() if not path.exists() or path.read_text() != text
    ]

    assert stale == []
