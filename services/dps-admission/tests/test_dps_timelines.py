"""What is on the timelines of applications and memberships: who took each step, and why."""

from make_dps import EVALUATORS, REASON, House, applicant, ok, person, sheet
from sqlmodel import Session, col, select

from assay_contracts.roles import Role
from assay_kit.timeline import timeline_entry
from dps_admission.tables import Assignment

SECOND = "Because the first notice named the wrong visit."


def test_a_provider_and_the_council_read_the_steps_of_an_application(house: House, session: Session) -> None:
    who = applicant(session)
    submitted = house.submit(house.open_lot(), who)
    part = submitted["lot_applications"][0]["id"]
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/prolongation", json={"reason": REASON}))
    for reader in (house.provider(who), house.manager(), house.client_as(Role.AUDITOR)):
        application = ok(reader.get(f"/v1/applications/{submitted['id']}/timeline"))["items"]
        assert [one["step"] for one in application] == ["submit", "begin"]
        prolonged, begun = ok(reader.get(f"/v1/lot-applications/{part}/timeline"))["items"]
        assert (prolonged["step"], prolonged["by_name"], prolonged["reason"]) == ("prolong", "Col Commissioner", REASON)
        assert begun["step"] == "begin"
    stranger = house.provider(applicant(session))
    assert stranger.get(f"/v1/applications/{submitted['id']}/timeline").status_code == 404
    assert stranger.get(f"/v1/lot-applications/{part}/timeline").status_code == 404


def test_a_second_removal_notice_leaves_the_first_on_the_timeline(house: House, session: Session) -> None:
    who = applicant(session)
    membership = house.admit(house.open_lot(), who)
    address = f"/v1/memberships/{membership['id']}"
    ok(house.manager().post(f"{address}/removal-notice", json={"why": "breach", "reason": REASON}))
    ok(house.manager("Max Manager").post(f"{address}/removal-notice", json={"why": "breach", "reason": SECOND}))
    second, first = ok(house.manager().get(f"{address}/timeline"))["items"][:2]
    assert [(one["step"], one["by_name"], one["reason"]) for one in (first, second)] == [
        ("give_removal_notice", "Mia Manager", REASON),
        ("give_removal_notice", "Max Manager", SECOND),
    ]
    noticed = ok(house.manager().get(f"{address}/removal-notices"))["items"]
    [replaced] = [one["id"] for one in noticed if one["ended_as"] == "replaced"]
    assert (first["detail"].get("replaces"), second["detail"]["replaces"]) == (None, replaced)
    subjects = session.execute(
        select(timeline_entry.c.by_subject).where(timeline_entry.c.step == "give_removal_notice")
    ).scalars()
    assert set(subjects) == {person("Mia Manager"), person("Max Manager")}
    assert house.membership(who)["status"] == "active"


def test_a_report_names_people_as_they_are_called_and_not_as_the_assigner_wrote(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.settle_checks(part)
    for name in EVALUATORS:
        body = {"person": person(name), "name": "Somebody Else", "part": "evaluator"}
        ok(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body))
        house.declare(part, name)
        house.score(part, name, sheet(session, lot))
    report = ok(house.report(part))
    assert [one["name"] for one in report["content"]["people"]] == [*EVALUATORS]
    assigners = session.exec(select(Assignment.assigned_by_subject).where(col(Assignment.round) == 1))
    assert set(assigners) == {person("Col Commissioner")}
