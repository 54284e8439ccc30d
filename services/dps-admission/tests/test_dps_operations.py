"""The walk over every operation of this service, and the service held to its own document."""

import pytest
from calls_dps import CALLS
from fastapi import FastAPI
from make_dps import CouncilDirectory
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
from dps_admission.main import SERVICE

OPERATIONS = operations_of(SERVICE)
OWN = [one for one in OPERATIONS if one.id not in INSIDE_CALLS]
GUARDED = [one for one in OWN if one.rights is not None]


@pytest.fixture(autouse=True)
def _directory(app: FastAPI) -> None:
    """Known to the council is whoever a call names."""
    app.state.directory = CouncilDirectory()


def test_every_own_operation_has_a_known_call() -> None:
    assert len(OWN) > 60
    assert {one.id for one in OWN} == set(CALLS)


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_stranger_is_turned_away(operation: Operation, client_as: ClientAs) -> None:
    turn_away_strangers(operation, client_as)


@pytest.mark.parametrize("operation", GUARDED, ids=str)
def test_a_wrong_role_is_turned_away(operation: Operation, client_as: ClientAs) -> None:
    turn_away_wrong_roles(operation, client_as, [str(role) for role in Role])


@pytest.mark.parametrize("operation", OWN, ids=str)
def test_another_provider_sees_nothing_of_it(operation: Operation, client_as: ClientAs, session: Session) -> None:
    hide_from_others(operation, client_as, session, CALLS, PROVIDER_ROLES)
