"""Every operation, for everybody: 401 to a stranger, 403 to a wrong role, 404 to another provider, 2xx to its owner."""

import pytest
from calls_assessment import CALLS
from sqlmodel import Session

from assay_contracts.roles import PROVIDER_ROLES, Role
from assay_kit.walk import (
    INSIDE_CALLS,
    ClientAs,
    Operation,
    hide_from_others,
    operations_of,
    turn_away_strangers,
    turn_away_wrong_roles,
)
from assessment.main import SERVICE

OPERATIONS = [operation for operation in operations_of(SERVICE) if operation.id not in INSIDE_CALLS]
GUARDED = [operation for operation in OPERATIONS if operation.rights is not None]


def test_every_operation_has_a_call_and_only_the_rule_is_public() -> None:
    assert set(CALLS) == {operation.id for operation in OPERATIONS}
    assert {operation.id for operation in OPERATIONS if operation.rights is None} == {"read_rule_page"}
    assert len(GUARDED) > 40


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_stranger_is_turned_away(operation: Operation, client_as: ClientAs) -> None:
    turn_away_strangers(operation, client_as)


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_wrong_role_is_turned_away(operation: Operation, client_as: ClientAs) -> None:
    turn_away_wrong_roles(operation, client_as, [str(role) for role in Role])


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_another_provider_finds_nothing_where_the_owner_is_answered(
    operation: Operation, client_as: ClientAs, session: Session
) -> None:
    hide_from_others(operation, client_as, session, CALLS, PROVIDER_ROLES)


def test_an_auditor_changes_nothing() -> None:
    changing = {each.id for each in GUARDED if each.method != "GET" and Role.AUDITOR.value in (each.rights or ())}
    assert changing == {"recompute_rating", "recompute_ratings"}  # which store nothing
