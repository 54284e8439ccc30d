"""What keeps a membership good: declarations renewed in time or not, evidence verified, suspensions looked at again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from make_dps import REASON, Applicant, House, applicant, evidence, ok, refused
from sqlalchemy import Engine
from sqlmodel import Session
from stage_dps import NOW, Stage
from test_dps_page_queries import statements

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.due import next_due
from assay_kit.testing import Time, do_due, told
from dps_admission.main import SERVICE
from dps_admission.memberships.affirming import remind_members

DECLARED = {"declared_by": "Olive Owner", "is_true_and_complete": True}
WHY = {"reason": REASON}


def letters(session: Session, *templates: str) -> list[tuple[str, date]]:
    return [(one.template, london_day(one.at)) for one in told(session, MessageRequested) if one.template in templates]


def daily(session: Session, at: Time, *, until: datetime) -> None:
    """Everything at its due instant, and then again: doing it twice changes nothing."""
    while (due := next_due(session, SERVICE.due)) is not None and due <= until:
        at.now = max(at.now, due)
        assert do_due(session, at.now) > 0
        assert do_due(session, at.now) == 0
    at.now = until


def member(house: House, session: Session) -> tuple[Applicant, str]:
    who = applicant(session)
    return who, f"/v1/memberships/{house.admit(house.open_lot(), who)['id']}"


def suspend(house: House, who: Applicant, address: str, cause: str) -> str:
    ok(house.manager().post(f"{address}/suspensions", json={"cause": cause, "reason": REASON}))
    return str(house.membership(who)["suspensions"][0]["id"])


def remedies(house: House, address: str) -> Any:
    return ok(house.commissioner().get(f"{address}/upkeep"))["remedies"]


def test_a_declaration_that_is_not_renewed_lapses_after_three_reminders(
    house: House, session: Session, at: Time
) -> None:
    who, _ = member(house, session)
    start = at.now
    assert house.membership(who)["affirm_by"] == "2027-03-02"
    daily(session, at, until=start + timedelta(days=364))
    kinds = ("affirmation_reminder", "declaration_lapsed")
    assert letters(session, *kinds) == [
        ("affirmation_reminder", date(2027, 2, 2)),
        ("affirmation_reminder", date(2027, 2, 16)),
        ("affirmation_reminder", date(2027, 2, 27)),
    ]
    assert house.membership(who)["status"] == "active"

    daily(session, at, until=start + timedelta(days=366))
    seen = house.membership(who)
    assert (seen["status"], [one["cause"] for one in seen["suspensions"]]) == ("suspended", ["lapsed_declaration"])
    assert seen["effects"]["new_placements"] is False
    assert seen["effects"]["existing_placements"] is True
    assert letters(session, *kinds)[3:] == [("declaration_lapsed", date(2027, 3, 3))]


def test_a_declaration_renewed_in_time_holds_for_another_year(house: House, session: Session, at: Time) -> None:
    who, address = member(house, session)
    daily(session, at, until=at.now + timedelta(days=340))
    ok(house.provider(who).post(f"{address}/affirmations", json=DECLARED))
    assert house.membership(who)["affirm_by"] == "2028-02-05"
    daily(session, at, until=at.now + timedelta(days=60))
    assert house.membership(who)["status"] == "active"
    assert len(letters(session, "affirmation_reminder")) == 1
    [kept] = ok(house.provider(who).get(f"{address}/upkeep"))["affirmations"]
    assert (kept["due_on"], kept["declared_by"]) == ("2027-03-02", "Olive Owner")


def test_a_late_declaration_lifts_the_suspension_once_it_is_verified(house: House, session: Session, at: Time) -> None:
    who, address = member(house, session)
    daily(session, at, until=at.now + timedelta(days=370))
    ok(house.provider(who).post(f"{address}/affirmations", json=DECLARED))
    assert house.membership(who)["status"] == "suspended"
    assert refused(house.provider(who).post(f"{address}/affirmations", json=DECLARED)) == ["awaits-verification"]
    [remedy] = remedies(house, address)
    verdict = {"is_sufficient": True, "reason": REASON}
    ok(house.commissioner().post(f"/v1/remedies/{remedy['id']}/verification", json=verdict))
    seen = house.membership(who)
    assert (seen["status"], seen["affirm_by"]) == ("active", "2028-03-07")
    again = house.commissioner().post(f"/v1/remedies/{remedy['id']}/verification", json=verdict)
    assert refused(again) == ["already-verified"]


def test_a_renewed_declaration_on_request_is_due_within_five_working_days(
    house: House, session: Session, at: Time
) -> None:
    who, address = member(house, session)
    at.now = at.now.replace(month=4, day=1)  # the Wednesday before Good Friday 2026
    asked = ok(house.commissioner().post(f"{address}/affirmation-request", json=WHY))
    assert asked["affirm_by"] == "2026-04-10"
    daily(session, at, until=at.now + timedelta(days=9))
    assert house.membership(who)["status"] == "active"
    assert letters(session, "affirmation_reminder") == [("affirmation_reminder", date(2026, 4, 7))]
    daily(session, at, until=at.now + timedelta(days=1))
    assert house.membership(who)["status"] == "suspended"
    again = house.commissioner().post(f"{address}/affirmation-request", json=WHY)
    assert refused(again) == ["declaration-lapsed"]


def test_a_request_shortly_before_the_yearly_day_gives_the_days_of_the_law(
    house: House, session: Session, at: Time
) -> None:
    """Due on 2 March 2027 and asked for on the day before: five working days from the request all the same."""
    who, address = member(house, session)
    daily(session, at, until=at.now + timedelta(days=364))
    assert house.membership(who)["affirm_by"] == "2027-03-02"
    assert ok(house.commissioner().post(f"{address}/affirmation-request", json=WHY))["affirm_by"] == "2027-03-08"
    [asked] = [one for one in told(session, MessageRequested) if one.template == "declaration_asked_for"]
    assert asked.personalisation["affirm_by"] == "2027-03-08"
    daily(session, at, until=at.now + timedelta(days=7))
    assert house.membership(who)["status"] == "active"
    daily(session, at, until=at.now + timedelta(days=1))
    assert house.membership(who)["status"] == "suspended"


def test_insufficient_evidence_lifts_nothing_and_more_may_follow(house: House, session: Session) -> None:
    who, address = member(house, session)
    cause = suspend(house, who, address, "late_document")
    put = f"/v1/suspensions/{cause}/remedies"
    bare = {"statement": REASON, "evidence_ids": []}
    assert refused(house.provider(who).post(put, json=bare)) == ["evidence-missing"]
    file = {"statement": REASON, "evidence_ids": [str(evidence(house.directory, who.provider_id).id)]}
    ok(house.provider(who).post(put, json=file))
    assert refused(house.provider(who).post(put, json=file)) == ["awaits-verification"]
    stranger = house.provider(applicant(session))
    assert stranger.post(put, json=bare).status_code == 404

    judge = f"/v1/remedies/{remedies(house, address)[0]['id']}/verification"
    ok(house.commissioner().post(judge, json={"is_sufficient": False, "reason": REASON}))
    assert house.membership(who)["status"] == "suspended"
    ok(house.provider(who).post(put, json=file))
    judge = f"/v1/remedies/{remedies(house, address)[0]['id']}/verification"
    ok(house.commissioner().post(judge, json={"is_sufficient": True, "reason": REASON}))
    assert house.membership(who)["status"] == "active"


@pytest.mark.parametrize("role", [Role.SOCIAL_CARE_ASSESSOR, Role.ADULT_CARE_VIEWER])
def test_what_people_wrote_is_for_the_member_and_for_those_who_work_on_its_case(
    house: House, session: Session, at: Time, role: Role
) -> None:
    who, address = member(house, session)
    file = {"evidence_ids": [str(evidence(house.directory, who.provider_id).id)]}
    ok(house.provider(who).post(f"{address}/affirmations", json=DECLARED | file | {"statement": REASON}))
    checked = {"expires_on": "2027-03-31", "reason": REASON}
    ok(house.commissioner().post(f"{address}/insurance-checks", json=checked | file))
    cause = suspend(house, who, address, "late_document")
    ok(house.provider(who).post(f"/v1/suspensions/{cause}/remedies", json={"statement": REASON} | file))
    standing = f"/v1/lots/{house.membership(who)['lot_id']}/providers/{who.provider_id}/standing"
    for page in (f"{address}/upkeep", f"{address}/timeline", f"{standing}?on={at.now.date()}"):
        seen = house.client_as(role).get(page)
        assert ok(seen)
        assert REASON not in seen.text
        assert file["evidence_ids"][0] not in seen.text
        for party in (house.provider(who), house.commissioner(), house.client_as(Role.AUDITOR)):
            assert REASON in party.get(page).text
    [check] = ok(house.client_as(role).get(f"{address}/upkeep"))["insurance_checks"]
    assert (check["expires_on"], check["reason"], check["evidence"]) == ("2027-03-31", None, [])


def test_who_put_evidence_forward_for_a_member_does_not_verify_it(house: House, session: Session) -> None:
    who, address = member(house, session)
    cause = suspend(house, who, address, "lapsed_declaration")
    ok(house.commissioner().post(f"/v1/suspensions/{cause}/remedies", json={"statement": REASON}))
    judge = f"/v1/remedies/{remedies(house, address)[0]['id']}/verification"
    verdict = {"is_sufficient": True, "reason": REASON}
    assert refused(house.commissioner().post(judge, json=verdict)) == ["second-person"]
    ok(house.manager().post(judge, json=verdict))


def test_a_suspension_is_looked_at_again_and_does_not_lift_by_time(house: House, session: Session, at: Time) -> None:
    who, address = member(house, session)
    cause = suspend(house, who, address, "council_decision")
    daily(session, at, until=at.now + timedelta(days=40))
    assert letters(session, "suspension_review_due") == [("suspension_review_due", date(2026, 3, 30))]
    assert house.membership(who)["status"] == "suspended"
    review = f"/v1/suspensions/{cause}/review"
    assert refused(house.manager().post(review, json=WHY | {"next_in_days": 29})) == ["review-too-late"]
    ok(house.manager().post(review, json=WHY | {"next_in_days": 10}))
    daily(session, at, until=at.now + timedelta(days=15))
    assert len(letters(session, "suspension_review_due")) == 2
    ok(house.manager().post(f"/v1/suspensions/{cause}/lifting", json=WHY))
    assert house.membership(who)["status"] == "active"


def test_what_a_member_may_do_is_what_its_state_allows(house: House, session: Session, at: Time) -> None:
    """The effect matrix: a suspended member edits and applies elsewhere, keeps its placements, is on the register."""
    lot, who = house.open_lot(), applicant(session)
    address = f"/v1/memberships/{house.admit(lot, who)['id']}"
    suspend(house, who, address, "council_decision")
    elsewhere = house.open_lot()
    ok(house.provider(who).post("/v1/applications", json={"scheme_id": elsewhere["scheme_id"]}))
    register = ok(house.client_as().get(f"/v1/register/lots/{lot['id']}"))
    assert [one["provider_id"] for one in register["members"]] == [str(who.provider_id)]
    assert "suspend" not in str(register)
    ok(house.provider(who).post(f"{address}/departure", json=WHY))
    steps = [one["step"] for one in ok(house.manager().get(f"{address}/timeline"))["items"]]
    assert steps[:2] == ["give_notice", "suspend"]
    at.now += timedelta(days=29)
    do_due(session, at.now)
    assert ok(house.client_as().get(f"/v1/register/lots/{lot['id']}"))["members"] == []


def test_a_night_takes_no_more_queries_for_more_members(house: House, session: Session, engine: Engine) -> None:
    """Of all who went live on one day the declarations lapse in one night."""
    stage, counted = Stage(session), list[int]()
    lot = stage.lot()
    for night, members in enumerate((2, 5)):
        instant = NOW + timedelta(days=10 * night)
        found = [stage.member(lot)[0] for _ in range(members)]
        for one in found:
            one.affirm_by, one.remind_on = london_day(instant) - timedelta(days=1), london_day(instant)
        session.flush()
        session.expunge_all()
        with statements(engine) as asked:
            assert remind_members(session, instant) == members
        lapsed = letters(session, "declaration_lapsed", "membership_suspended")
        assert lapsed.count(("declaration_lapsed", london_day(instant))) == members
        assert lapsed.count(("membership_suspended", london_day(instant))) == members
        counted.append(len(asked))
    assert counted[0] == counted[1]
