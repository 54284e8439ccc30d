"""Which services deliver a membership changes by a report, a confirmation and its checks; embargoes follow."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from make_dps import (
    EVALUATORS,
    REASON,
    Applicant,
    House,
    applicant,
    care_service,
    evidence,
    ok,
    person,
    refused,
    sheet,
)
from sqlmodel import Session, select

from assay_contracts.dps_admission import MembershipChanged
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import EmbargoImposed, Extent
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.testing import Time, told
from dps_admission.tables import Offer

SAID = {"said": "We have opened a branch in the east.", "changed_on": "2026-03-01"}
WHY = {"reason": REASON}
NEPHEW = {"person": person("Ned Nephew"), "name": "Ned Nephew", "part": "evaluator"}


def branch(session: Session, who: Applicant, **about: Any) -> str:
    usual: dict[str, Any] = {"cqc_location_id": "1-100200300", "name": "East branch"}
    return str(care_service(session, who.provider_id, **usual | about).id)


def member(house: House, session: Session, **about: Any) -> tuple[Applicant, str]:
    who = applicant(session)
    return who, f"/v1/memberships/{house.admit(house.open_lot(**about), who)['id']}"


def report(house: House, who: Applicant, address: str, *services: str) -> Any:
    return house.provider(who).post(f"{address}/service-changes", json=SAID | {"care_service_ids": list(services)})


def confirm(house: House, asked: Mapping[str, Any], *accepts: str, by: TestClient | None = None) -> Any:
    """By a manager, who settled no check of it; the register of the CQC is not connected, so nobody else has looked."""
    body = WHY | {"accepts": ["cqc_register", *accepts]}
    return (by or house.manager()).post(f"/v1/service-changes/{asked['id']}/confirmation", json=body)


def relied_on(house: House) -> set[UUID]:
    return {file for file, by_object in house.directory.reliances if by_object.kind != "application"}


def embargo(house: House, who: Applicant, service: str, at: Time) -> None:
    about: dict[str, Any] = {"provider_id": who.provider_id, "care_service_id": service, "extent": Extent.WHOLE}
    house.deliver(EmbargoImposed(**about, intervention_id=uuid4(), imposed_on=london_day(at.now), at=at.now))


def test_other_services_deliver_once_the_council_has_confirmed_them(house: House, session: Session) -> None:
    who, address = member(house, session)
    new = branch(session, who)
    asked = ok(report(house, who, address, str(who.care_service_id), new))
    assert house.membership(who)["care_service_ids"] == [str(who.care_service_id)]
    [waiting] = ok(house.commissioner().get("/v1/service-changes"))["items"]
    assert waiting["id"] == asked["id"]

    confirmed = ok(confirm(house, asked))
    assert confirmed["is_confirmed"]
    assert {one["outcome"] for one in confirmed["checks"] if one["kind"] in ("services", "cqc_registration")} == {
        "passed"
    }
    assert house.membership(who)["care_service_ids"] == [str(who.care_service_id), new]
    assert told(session, MembershipChanged)[-1].step == "change_services"
    assert [str(one) for one in told(session, MembershipChanged)[-1].membership.care_service_ids][-1] == new
    [step] = ok(house.manager().get(f"{address}/timeline"))["items"][:1]
    assert (step["step"], step["reason"], step["to_status"]) == ("change_services", REASON, "active")
    assert (step["detail"]["service_change"], step["detail"]["after"]) == (asked["id"], asked["after"])
    assert told(session, MessageRequested)[-1].template == "service_change_answered"
    assert ok(house.commissioner().get("/v1/service-changes"))["items"] == []
    assert refused(confirm(house, asked)) == ["already-answered"]


def test_the_report_marks_the_decision_of_that_membership_alone(house: House, session: Session) -> None:
    who, address = member(house, session)
    other = house.open_lot()
    house.part(other, who)
    asked = ok(report(house, who, address, branch(session, who)))
    [mark] = ok(house.manager().get("/v1/changed-decisions"))["items"]
    assert (mark["change_id"], f"/v1/memberships/{mark['membership_id']}") == (asked["change_id"], address)
    change = ok(house.provider(who).get(f"/v1/changes-of-circumstances/{asked['change_id']}"))
    assert (change["kind"], change["said"]) == ("services", SAID["said"])
    ok(house.manager().post(f"/v1/changed-decisions/{mark['id']}/reconfirmation", json=WHY))


def test_a_declined_change_leaves_the_services_as_they_were(house: House, session: Session) -> None:
    who, address = member(house, session)
    asked = ok(report(house, who, address, branch(session, who)))
    declined = ok(house.commissioner().post(f"/v1/service-changes/{asked['id']}/declining", json=WHY))
    assert declined["is_confirmed"] is False
    assert house.membership(who)["care_service_ids"] == [str(who.care_service_id)]
    kept = ok(house.provider(who).get(f"{address}/service-changes"))["items"]
    assert [(one["is_confirmed"], one["reason"]) for one in kept] == [(False, REASON)]
    ok(report(house, who, address, branch(session, who)))


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"type": "day_opportunities", "is_regulated": False}, "services"),
        ({"ended_on": date(2026, 3, 1)}, "services"),
        ({"cqc_location_id": None}, "cqc_registration"),
    ],
)
def test_services_that_fail_the_checks_deliver_only_when_a_person_says_why(
    house: House, session: Session, about: dict[str, Any], kind: str
) -> None:
    who, address = member(house, session)
    asked = ok(report(house, who, address, branch(session, who, **about)))
    answer = confirm(house, asked)
    assert set(refused(answer)) == {"check-failed"}
    assert kind in answer.text
    assert house.membership(who)["care_service_ids"] == [str(who.care_service_id)]
    confirmed = ok(confirm(house, asked, "services", "cqc_registration"))
    assert "failed" in {one["outcome"] for one in confirmed["checks"] if one["kind"] == kind}


def test_a_check_that_cannot_run_waits_for_a_persons_word(house: House, session: Session) -> None:
    who, address = member(house, session)
    asked = ok(report(house, who, address, branch(session, who)))
    unseen = house.manager().post(f"/v1/service-changes/{asked['id']}/confirmation", json=WHY)
    assert refused(unseen) == ["check-cannot-run"]
    assert "cqc_register" in unseen.text
    assert house.membership(who)["care_service_ids"] == [str(who.care_service_id)]
    kept = {one["kind"]: (one["outcome"], one["is_accepted"]) for one in ok(confirm(house, asked))["checks"]}
    assert kept["cqc_register"] == ("cannot_run", True)
    assert kept["services"] == ("passed", False)


def test_who_evaluated_or_has_a_conflict_does_not_confirm_other_services(house: House, session: Session) -> None:
    who, lot = applicant(session), house.open_lot()
    part = house.part(lot, who)
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=NEPHEW))
    conflict = {"has_conflict": True, "detail": "The owner is my uncle."}
    ok(house.commissioner("Ned Nephew").post(f"/v1/lot-applications/{part}/declaration", json=conflict))
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    asked = ok(report(house, who, f"/v1/memberships/{house.membership(who)['id']}", branch(session, who)))
    for name, bar in ((EVALUATORS[0], "decider-was-involved"), ("Ned Nephew", "decider-has-conflict")):
        assert refused(confirm(house, asked, by=house.commissioner(name))) == [bar]
    declining = house.commissioner("Ned Nephew").post(f"/v1/service-changes/{asked['id']}/declining", json=WHY)
    assert refused(declining) == ["decider-has-conflict"]
    ok(confirm(house, asked, by=house.commissioner("Cleo Checker")))


def test_reporting_and_declining_are_on_the_timeline(house: House, session: Session) -> None:
    who, address = member(house, session)
    asked = ok(report(house, who, address, branch(session, who)))
    ok(house.commissioner().post(f"/v1/service-changes/{asked['id']}/declining", json=WHY))
    declined, reported, admitted = ok(house.manager().get(f"{address}/timeline"))["items"][:3]
    assert [(one["step"], one["reason"]) for one in (reported, declined)] == [
        ("report_services", SAID["said"]),
        ("decline_services", REASON),
    ]
    assert admitted["step"] == "take_effect"
    which = {"service_change": asked["id"], "before": asked["before"], "after": asked["after"]}
    assert (reported["detail"], declined["detail"]) == (which, which)


def test_no_file_is_relied_on_for_a_report_that_is_refused(house: House, session: Session) -> None:
    who, address = member(house, session)
    file = evidence(house.directory, who.provider_id)
    body = SAID | {"care_service_ids": [str(who.care_service_id)], "documents": [str(file.id)]}
    assert refused(house.provider(who).post(f"{address}/service-changes", json=body)) == ["nothing-changes"]
    assert relied_on(house) == set()
    ok(house.provider(who).post(f"{address}/service-changes", json=body | {"care_service_ids": [branch(session, who)]}))
    assert relied_on(house) == {file.id}


def test_what_cannot_be_reported(house: House, session: Session) -> None:
    who, address = member(house, session)
    own = str(who.care_service_id)
    assert refused(report(house, who, address, own)) == ["nothing-changes"]
    foreign = str(applicant(session).care_service_id)
    assert refused(report(house, who, address, foreign)) == ["not-your-service"]
    body = SAID | {"care_service_ids": [branch(session, who)], "changed_on": "2026-03-03"}
    assert refused(house.provider(who).post(f"{address}/service-changes", json=body)) == ["not-yet"]
    ok(report(house, who, address, branch(session, who)))
    assert refused(report(house, who, address, branch(session, who))) == ["asked-already"]


def test_an_embargo_follows_the_services_that_deliver(house: House, session: Session, at: Time) -> None:
    """A second service frees the membership, and leaving it to the embargoed one alone suspends it again."""
    who, address = member(house, session)
    first, second = str(who.care_service_id), branch(session, who)
    embargo(house, who, first, at)
    assert house.membership(who)["status"] == "suspended"

    at.now += timedelta(hours=1)
    asked = ok(report(house, who, address, first, second))
    assert house.membership(who)["status"] == "suspended"
    ok(confirm(house, asked))
    assert house.membership(who)["status"] == "active"

    at.now += timedelta(hours=1)
    asked = ok(report(house, who, address, first))
    ok(confirm(house, asked))
    assert house.membership(who)["status"] == "suspended"


def test_only_a_manager_confirms_what_frees_of_an_embargo_and_only_what_meets_the_checks(
    house: House, session: Session, at: Time
) -> None:
    who, address = member(house, session)
    embargo(house, who, str(who.care_service_id), at)
    other = branch(session, who, type="day_opportunities", is_regulated=False)
    asked = ok(report(house, who, address, other))
    assert refused(confirm(house, asked, by=house.commissioner("Cleo Checker"))) == ["manager-confirms"]
    assert refused(confirm(house, asked, "services")) == ["embargo-stands"]
    assert set(refused(confirm(house, asked))) == {"check-failed"}
    assert house.membership(who)["status"] == "suspended"


def test_a_service_of_another_type_keeps_no_embargo_off(house: House, session: Session, at: Time) -> None:
    """Of services that a person let in although none is of the lot's type, one that is embargoed suspends."""
    who, address = member(house, session)
    first, second = (branch(session, who, type="day_opportunities", is_regulated=False) for _ in range(2))
    asked = ok(report(house, who, address, first, second))
    ok(confirm(house, asked, "services", "cqc_registration"))
    embargo(house, who, first, at)
    assert house.membership(who)["status"] == "suspended"


@pytest.mark.parametrize("role", [Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER])
def test_why_a_step_was_taken_is_for_those_who_work_on_the_case(house: House, session: Session, role: Role) -> None:
    who, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json={"why": "breach", "reason": REASON}))
    reader = house.client_as(role)
    for kept in ("removal-notices", "service-changes"):
        assert reader.get(f"{address}/{kept}").status_code == 403
        for party in (house.provider(who), house.commissioner(), house.client_as(Role.AUDITOR)):
            ok(party.get(f"{address}/{kept}"))
    steps = ok(reader.get(f"{address}/timeline"))["items"]
    assert steps[0]["step"] == "give_removal_notice"
    assert {(one["reason"], str(one["detail"])) for one in steps} == {(None, "{}")}
    for party in (house.provider(who), house.client_as(Role.AUDITOR)):
        [seen] = ok(party.get(f"{address}/timeline"))["items"][:1]
        assert (seen["reason"], seen["detail"]["why"]) == (REASON, "breach")


def test_the_checks_before_an_offer_look_at_the_services_that_deliver_now(house: House, session: Session) -> None:
    """The service that the application named has ended: another that was confirmed since keeps the place in line."""
    who, lot = applicant(session), house.open_lot(places=1)
    house.admit(lot, who)
    address = f"/v1/memberships/{house.membership(who)['id']}"
    asked = ok(report(house, who, address, branch(session, who)))
    ok(confirm(house, asked))
    care_service(session, who.provider_id, id=who.care_service_id, version=2, ended_on=date(2026, 3, 1))
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert house.membership(who)["status"] == "offered"


@pytest.mark.parametrize(
    ("since", "status", "kept"),
    [({}, "offered", [("failed", "pass")]), ({"is_regulated": False}, "waiting", [])],
)
def test_what_was_accepted_of_other_services_costs_no_place_while_the_facts_are_those(
    house: House, session: Session, since: dict[str, Any], status: str, kept: list[tuple[str, str]]
) -> None:
    who, lot = applicant(session), house.open_lot(places=1)
    house.admit(lot, who)
    new = branch(session, who, cqc_location_id=None)
    asked = ok(report(house, who, f"/v1/memberships/{house.membership(who)['id']}", new))
    ok(confirm(house, asked, "cqc_registration"))
    branch(session, who, id=UUID(new), version=2, cqc_location_id=None, **since)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert house.membership(who)["status"] == status
    seen = [check for offer in session.exec(select(Offer)) for check in offer.checks]
    assert [(one["outcome"], one["finding"]) for one in seen if one["kind"] == "cqc_registration"] == kept


def test_a_change_ends_with_the_membership(house: House, session: Session) -> None:
    who, address = member(house, session)
    asked = ok(report(house, who, address, branch(session, who)))
    house.remove(who)
    assert ok(house.commissioner().get("/v1/service-changes"))["items"] == []
    [ended] = ok(house.commissioner().get(f"{address}/timeline"))["items"][:1]
    assert (ended["step"], ended["detail"]["overtaken_service_change"]) == ("remove", asked["id"])
    assert refused(confirm(house, asked)) == ["already-answered"]
    assert refused(report(house, who, address, branch(session, who))) == ["already-ended"]
