"""What was authorised and is not issued yet: it can be given up, and its days are asked again when it is issued."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make_risk import TODAY, ClientAs, green_service, rules_of
from sqlmodel import Session, select

from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoImposed
from assay_contracts.roles import Role
from assay_kit.testing import do_due, told
from assay_kit.timeline import timeline_entry
from risk.interventions.rules import Bar, Dates, Kind, bars_to_dating
from risk.tables import Intervention

WHY = {"reason": "Recorded after the case meeting."}
NOTICE = {"notice_text": "From today, for the reasons given."}
SOON = {"response_due_on": "2026-03-05", "review_on": "2026-03-10"}
ANEW = {"response_due_on": "2026-03-25", "review_on": "2026-04-01"}
MANAGER = frozenset({Role.COMMISSIONING_MANAGER})
OFFICER = frozenset({Role.COMPLIANCE_OFFICER})
TOO_LATE = ["review-not-ahead", "response-not-ahead"]


def proposed(client_as: ClientAs, session: Session, kind: str, **more: Any) -> str:
    service = green_service(session)
    about = {"provider_id": str(service.provider_id), "care_service_id": str(service.id), "kind": kind}
    extent = {"extent": "whole"} if kind == "embargo" else {}
    made = client_as(Role.COMPLIANCE_OFFICER, name="Olga").post(
        "/v1/interventions", json=about | extent | SOON | WHY | more
    )
    assert made.status_code == 201, made.text
    return f"/v1/interventions/{made.json()['id']}"


def authorised(client_as: ClientAs, session: Session, kind: str = "improvement_plan") -> str:
    path = proposed(client_as, session, kind)
    answer = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"{path}/authorisation", json={})
    assert answer.json()["status"] == "authorised", answer.text
    return path


def test_a_manager_gives_up_what_was_authorised_and_is_no_longer_wanted(session: Session, client_as: ClientAs) -> None:
    path = authorised(client_as, session, "embargo")
    officer, mary = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    service = officer.get(path).json()["care_service_id"]
    owner = {"owner": "person:olga", "owner_name": "Olga", "review_on": "2026-03-30"}
    case = officer.post("/v1/case-files", json={"care_service_id": service} | owner | WHY).json()["id"]
    closing = f"/v1/case-files/{case}/closing"
    assert rules_of(officer.post(closing, json=WHY)) == ["intervention-under-way"]
    assert officer.post(f"{path}/rejection", json=WHY).status_code == 403
    given_up = mary.post(f"{path}/rejection", json=WHY).json()
    assert (given_up["status"], given_up["ending_reason"]) == ("rejected", WHY["reason"])
    assert officer.post(f"{path}/issue", json=NOTICE).status_code == 409
    assert officer.post(closing, json=WHY).json()["status"] == "closed"
    assert told(session, EmbargoImposed) == []


def test_who_proposed_it_does_not_give_it_up_either(session: Session, client_as: ClientAs) -> None:
    path = authorised(client_as, session)
    row = session.exec(select(Intervention)).one()
    row.proposed_by = "person:mary"
    session.flush()
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary", subject="person:mary")
    assert rules_of(mary.post(f"{path}/rejection", json=WHY)) == ["proposed-by-you"]


def test_what_is_issued_late_asks_for_nothing_by_a_day_that_is_over(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    path = authorised(client_as, session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    at.now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    assert rules_of(officer.post(f"{path}/issue", json=NOTICE)) == TOO_LATE
    assert officer.get(path).json()["status"] == "authorised"
    issued = officer.post(f"{path}/issue", json=NOTICE | ANEW).json()
    assert {name: issued[name] for name in ANEW} == ANEW
    at.now = datetime(2026, 3, 21, 9, tzinfo=UTC)
    do_due(session, at.now)
    [sent] = [each for each in told(session, MessageRequested) if each.template.startswith("intervention")]
    assert (sent.template, sent.personalisation["answer_by"]) == ("intervention_issued", "2026-03-25")
    details = session.scalars(select(timeline_entry.c.detail).where(timeline_entry.c.step == "issue"))
    assert [{name: each[name] for name in ANEW} for each in details] == [ANEW]


def test_a_manager_authorises_a_late_proposal_with_other_days(session: Session, client_as: ClientAs, at: Any) -> None:
    path = proposed(client_as, session, "improvement_plan")
    mary = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    at.now = datetime(2026, 3, 20, 9, tzinfo=UTC)
    assert rules_of(mary.post(f"{path}/authorisation", json=NOTICE)) == TOO_LATE
    issued = mary.post(f"{path}/authorisation", json=NOTICE | ANEW).json()
    assert (issued["status"], issued["review_on"]) == ("issued", ANEW["review_on"])


def test_an_officer_issues_an_embargo_with_the_review_that_was_authorised(
    session: Session, client_as: ClientAs
) -> None:
    path = authorised(client_as, session, "embargo")
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    assert rules_of(officer.post(f"{path}/issue", json=NOTICE | ANEW)) == ["needs-a-commissioning-manager"]
    same = {"response_due_on": "2026-03-25", "review_on": SOON["review_on"]}
    assert officer.post(f"{path}/issue", json=NOTICE | same).json()["status"] == "issued"
    [detail] = session.scalars(select(timeline_entry.c.detail).where(timeline_entry.c.step == "issue"))
    assert {name: day for name, day in detail.items() if name in SOON} == {"response_due_on": "2026-03-25"}


def test_a_day_that_no_letter_could_wait_for_is_refused(session: Session, client_as: ClientAs) -> None:
    path = authorised(client_as, session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    answer = officer.post(f"{path}/issue", json=NOTICE | {"response_due_on": "9999-12-31"})
    assert rules_of(answer) == ["response-too-far"]


@pytest.mark.parametrize(("kind", "roles"), [(Kind.EMBARGO, MANAGER), (Kind.DEFAULT_NOTICE, OFFICER)])
@given(st.dates(), st.none() | st.dates(), st.booleans())
def test_days_stand_where_they_are_ahead_whoever_gave_them(
    kind: Kind, roles: frozenset[str], review_on: date, response_due_on: date | None, is_another: bool
) -> None:
    dates = Dates(review_on=review_on, response_due_on=response_due_on, is_another_review=is_another)
    bars = bars_to_dating(kind, dates, roles=roles, today=TODAY)
    assert (review_on <= TODAY) == (Bar.REVIEW_NOT_AHEAD in bars)
    assert (response_due_on is not None and response_due_on < TODAY) == (Bar.RESPONSE_NOT_AHEAD in bars)
    assert Bar.NEEDS_A_COMMISSIONING_MANAGER not in bars
