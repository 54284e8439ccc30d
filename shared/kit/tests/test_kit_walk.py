"""The walk itself: it passes where every operation asks who, and fails where one does not."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from sample_service.main import SERVICE
from sample_service.tables import Parcel
from sqlmodel import Session

from assay_kit.walk import (
    Call,
    ClientAs,
    KnownCalls,
    Operation,
    hide_from_others,
    operations_of,
    turn_away_strangers,
    turn_away_wrong_roles,
)

OPERATIONS = operations_of(SERVICE)
SIGNED = [operation for operation in OPERATIONS if operation.rights is not None]
OWN = [operation for operation in OPERATIONS if operation.path.startswith("/v1/")]


def parcel_of(session: Session) -> UUID:
    owner = uuid4()
    session.add(Parcel(label=str(owner), org=owner))
    session.flush()
    return owner


def sending(session: Session) -> Call:
    owner = uuid4()
    parcel = Parcel(label=str(owner), org=owner)
    session.add(parcel)
    session.flush()
    return Call(path={"parcel_id": parcel.id}, roles=["packer"], org=owner, hidden_from_others=True)


CALLS: KnownCalls = {
    "count_parcels": lambda _: Call(),
    "list_labels": lambda _: Call(roles=["driver"]),
    "make_parcel": lambda _: Call(body={"label": "new", "org": str(uuid4())}, roles=["packer"]),
    "send_parcel": sending,
}


@pytest.mark.parametrize("operation", SIGNED, ids=str)
def test_a_stranger_gets_401(operation: Operation, client_as: ClientAs) -> None:
    turn_away_strangers(operation, client_as)


@pytest.mark.parametrize("operation", SIGNED, ids=str)
def test_a_wrong_role_gets_403(operation: Operation, client_as: ClientAs) -> None:
    turn_away_wrong_roles(operation, client_as, ["driver"])


@pytest.mark.parametrize("operation", OWN, ids=str)
def test_another_provider_gets_404_where_the_owner_succeeds(
    operation: Operation, client_as: ClientAs, session: Session
) -> None:
    hide_from_others(operation, client_as, session, CALLS, ["packer"])


def test_an_operation_without_a_known_call_fails_the_walk(client_as: ClientAs, session: Session) -> None:
    with pytest.raises(AssertionError, match="no known call"):
        hide_from_others(OWN[0], client_as, session, {}, ["packer"])


def test_an_object_that_is_not_hidden_fails_the_walk(client_as: ClientAs, session: Session) -> None:
    [operation] = [each for each in OWN if each.id == "send_parcel"]
    careless = {"send_parcel": lambda session: replace(sending(session), hidden_from_others=False)}
    with pytest.raises(AssertionError, match="prove it"):
        hide_from_others(operation, client_as, session, careless, ["packer"])


def test_it_is_who_may_call_and_not_who_made_the_known_call_that_asks_for_hiding(
    client_as: ClientAs, session: Session
) -> None:
    [operation] = [each for each in OWN if each.id == "send_parcel"]

    def by_the_council(session: Session) -> Call:
        return replace(sending(session), org=None, hidden_from_others=False)

    with pytest.raises(AssertionError, match="prove it"):
        hide_from_others(operation, client_as, session, {"send_parcel": by_the_council}, ["packer"])
    shared = {"send_parcel": lambda session: replace(by_the_council(session), shared_because="parcels are everybody's")}
    hide_from_others(operation, client_as, session, shared, ["packer"])
    hide_from_others(operation, client_as, session, {"send_parcel": by_the_council}, ["driver"])


def test_what_is_said_to_be_hidden_and_is_not_fails_the_walk(client_as: ClientAs, session: Session) -> None:
    [operation] = [each for each in OWN if each.id == "count_parcels"]
    boast = {"count_parcels": lambda _: Call(roles=["packer"], org=uuid4(), hidden_from_others=True)}
    with pytest.raises(AssertionError, match="200"):
        hide_from_others(operation, client_as, session, boast, ["packer"])
