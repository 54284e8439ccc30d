"""What suspends a membership is known on every day: each cause that comes or goes is a step, is told and is written."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from make_dps import REASON, Applicant, House, applicant, ok
from sqlmodel import Session
from stage_dps import Stage
from test_members import embargo, lift
from test_membership_letters import letters

from assay_contracts.dps_admission import MembershipChanged
from assay_contracts.messages import MessageRequested
from assay_kit.calendar import london_day
from assay_kit.testing import Time, do_due, told

EMBARGO = "An embargo on new placements is in force."
OTHER = "The manager has left and nobody took over."


def changes(session: Session) -> list[tuple[str, str, tuple[str, ...]]]:
    found = [one for one in told(session, MembershipChanged) if one.membership.status != "admitted"]
    return [(one.step, str(one.membership.status), one.membership.suspension_causes) for one in found]


def why(house: House, lot: Mapping[str, Any], who: Applicant, day: datetime) -> list[tuple[str, str]]:
    address = f"/v1/lots/{lot['id']}/providers/{who.provider_id}/standing"
    found = ok(house.manager().get(address, params={"on": london_day(day).isoformat()}))
    return [(one["cause"], one["reason"]) for one in found["causes"]]


def suspend(house: House, who: Applicant, cause: str = "council_decision") -> Any:
    address = f"/v1/memberships/{house.membership(who)['id']}/suspensions"
    suspended = ok(house.manager().post(address, json={"cause": cause, "reason": OTHER}))
    return next(one["id"] for one in suspended["suspensions"] if one["cause"] == cause)


def test_causes_that_overlap_are_told_written_and_known_on_each_day(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(name="Home care, tier 2"), applicant(session)
    address = f"/v1/memberships/{house.admit(lot, who)['id']}"
    about = embargo(house, who, at)
    first = at.now
    at.now += timedelta(days=4)
    cause = suspend(house, who)
    assert letters(session, who)[-2:] == [("membership_suspended", EMBARGO), ("suspension_cause_added", OTHER)]
    at.now += timedelta(days=5)
    lift(house, about, at)
    at.now += timedelta(days=5)
    ok(house.manager().post(f"/v1/suspensions/{cause}/lifting", json={"reason": REASON}))

    assert changes(session)[-4:] == [
        ("suspend", "suspended", ("embargo",)),
        ("add_cause", "suspended", ("council_decision", "embargo")),
        ("end_cause", "suspended", ("council_decision",)),
        ("lift", "active", ()),
    ]
    steps = ok(house.provider(who).get(f"{address}/timeline"))["items"][:4]
    assert [(one["step"], one["reason"], one["detail"].get("cause")) for one in steps] == [
        ("lift", REASON, None),
        ("end_cause", "The embargo no longer stands against this membership.", "embargo"),
        ("add_cause", OTHER, "council_decision"),
        ("suspend", EMBARGO, None),
    ]
    assert letters(session, who)[-1] == ("membership_resumed", REASON)
    at.now += timedelta(days=1)
    both = [("embargo", EMBARGO), ("council_decision", OTHER)]
    known = {day: why(house, lot, who, first + timedelta(days=day)) for day in (-1, 0, 3, 4, 8, 9, 13, 14)}
    assert known == {-1: [], 0: both[:1], 3: both[:1], 4: both, 8: both, 9: both[1:], 13: both[1:], 14: []}


def test_one_of_several_causes_that_a_person_ends_is_written(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    membership = house.admit(lot, who)
    suspend(house, who, "lapsed_declaration")
    decided = suspend(house, who)
    ok(house.manager().post(f"/v1/suspensions/{decided}/lifting", json={"reason": REASON}))
    assert letters(session, who)[-1] == ("suspension_cause_ended", REASON)
    assert house.membership(who)["status"] == "suspended"

    suspend(house, who)
    declared = {"declared_by": "Olive Owner", "is_true_and_complete": True}
    ok(house.provider(who).post(f"/v1/memberships/{membership['id']}/affirmations", json=declared))
    [remedy] = ok(house.commissioner().get(f"/v1/memberships/{membership['id']}/upkeep"))["remedies"]
    verdict = {"is_sufficient": True, "reason": REASON}
    ok(house.commissioner().post(f"/v1/remedies/{remedy['id']}/verification", json=verdict))
    looked_at = [one for one in told(session, MessageRequested) if one.template == "evidence_verified"]
    assert [one.personalisation["outcome"] for one in looked_at] == [
        "It is sufficient. The membership stays suspended for another reason."
    ]


def test_a_declaration_that_lapses_during_a_suspension_is_told(session: Session, at: Time) -> None:
    membership, _ = Stage(session).suspended()
    assert membership.affirm_by is None
    at.now = membership.admitted_at + timedelta(days=10)
    membership.affirm_by, membership.remind_on = london_day(membership.admitted_at), london_day(at.now)
    session.flush()
    do_due(session, at.now)
    assert changes(session)[-1] == ("add_cause", "suspended", ("council_decision", "lapsed_declaration"))


def test_an_embargo_on_one_who_waits_is_on_its_timeline(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(places=1), applicant(session)
    house.admit(lot, who)
    about = embargo(house, who, at)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert why(house, lot, who, at.now) == [("embargo", EMBARGO)]
    lift(house, about, at)
    steps = [
        one["step"]
        for one in ok(house.manager().get(f"/v1/memberships/{house.membership(who)['id']}/timeline"))["items"]
    ]
    assert steps == ["offer", "end_cause", "wait", "add_cause", "admit"]
