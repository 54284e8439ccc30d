"""A member is removed for what the law knows, after reasons that it could answer, by another person, and in time."""

from datetime import date, timedelta
from typing import Any

import pytest
from make_dps import REASON, House, applicant, evidence, ok, refused, set_of_2023_act
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from test_scheme_rules import FRAMEWORK, LIGHT_TOUCH, MARKET, REG34

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.calendar import Calendar, WorkingDays
from assay_kit.testing import Time, do_due, told
from dps_admission.memberships.removal_rules import (
    Notice,
    NoticeTimes,
    bars_to_answering_notice,
    bars_to_removal,
    bars_to_removal_notice,
    next_reminder,
    notice_times,
)
from dps_admission.memberships.rules import MembershipStatus, RemovalReason
from dps_admission.schemes.profiles import ProfileContent

NOTICE = {"why": "breach", "reason": REASON}
WHY = {"reason": REASON}
TODAY = date(2026, 3, 2)


def member(house: House, session: Session, **about: Any) -> tuple[Any, str]:
    who = applicant(session)
    return who, f"/v1/memberships/{house.admit(house.open_lot(**about), who)['id']}"


def templates(session: Session) -> list[str]:
    return [one.template for one in told(session, MessageRequested)]


@pytest.mark.parametrize(
    ("profile", "why", "expected"),
    [
        (REG34, RemovalReason.BREACH, []),
        (LIGHT_TOUCH, RemovalReason.CEASED_TRADING, []),
        (REG34, RemovalReason.MANDATORY_EXCLUSION_GROUND, []),
        (REG34, RemovalReason.DEBARRED, ["no-ground-of-removal"]),
        (LIGHT_TOUCH, RemovalReason.DEBARRED, ["no-ground-of-removal"]),
        (FRAMEWORK, RemovalReason.DEBARRED, []),
        (FRAMEWORK, RemovalReason.BREACH, []),
        (MARKET, RemovalReason.BREACH, ["no-ground-of-removal"]),
        (MARKET, RemovalReason.CEASED_TRADING, ["no-ground-of-removal"]),
        (MARKET, RemovalReason.DEBARRED, []),
        (MARKET, RemovalReason.MANDATORY_EXCLUSION_GROUND, []),
        (MARKET, RemovalReason.DISCRETIONARY_EXCLUSION_GROUND, []),
        (MARKET, RemovalReason.CRITERIA_NO_LONGER_MET, []),
    ],
)
def test_nobody_is_given_notice_for_what_the_regime_does_not_know(
    profile: ProfileContent, why: RemovalReason, expected: list[str]
) -> None:
    law = profile.removal, profile.exclusion_questions
    bars = bars_to_removal_notice(*law, MembershipStatus.ACTIVE, why)
    assert [bar.rule for bar in bars] == expected
    named = "section 37" if profile is MARKET else profile.exclusion_questions.source
    assert all(named in bar.source for bar in bars)
    ended = bars_to_removal_notice(*law, MembershipStatus.ENDED, why)
    assert ended[0].rule == "already-ended"


def stands(*, answered: bool = False) -> Notice:
    return Notice(given_by="mia", answer_by=TODAY, lapses_on=TODAY + timedelta(days=90), is_answered=answered)


@pytest.mark.parametrize(
    ("notice", "by", "days", "expected"),
    [
        (None, "max", 0, ["no-removal-notice"]),
        (stands(), "max", 0, ["answer-awaited"]),
        (stands(), "mia", 0, ["second-person", "answer-awaited"]),
        (stands(), "max", 1, []),
        (stands(answered=True), "max", 0, []),
        (stands(answered=True), "mia", 1, ["second-person"]),
        (stands(), "max", 90, []),
        (stands(answered=True), "max", 91, ["no-removal-notice"]),
    ],
)
def test_removal_waits_for_the_answer_or_its_time_and_never_for_ever(
    notice: Notice | None, by: str, days: int, expected: list[str]
) -> None:
    today = TODAY + timedelta(days=days)
    assert [bar.rule for bar in bars_to_removal(notice, by=by, today=today)] == expected


def test_a_notice_is_answered_once_while_it_stands() -> None:
    assert [bar.rule for bar in bars_to_answering_notice(None, today=TODAY)] == ["no-removal-notice"]
    assert bars_to_answering_notice(stands(), today=TODAY + timedelta(days=90)) == []
    again = bars_to_answering_notice(stands(answered=True), today=TODAY)
    assert [bar.rule for bar in again] == ["already-answered"]


def test_the_time_to_answer_is_in_working_days() -> None:
    times = times_of(RemovalReason.BREACH)
    assert times.answer_by == date(2026, 4, 14)  # Good Friday and Easter Monday do not count
    assert times.lapses_on == date(2026, 7, 13)


def times_of(why: RemovalReason) -> NoticeTimes:
    return notice_times(why, date(2026, 3, 27), LIGHT_TOUCH.policy, WorkingDays(Calendar.ENGLAND_AND_WALES))


@pytest.mark.parametrize("why", RemovalReason)
def test_what_rests_on_a_mandatory_ground_never_lapses(why: RemovalReason) -> None:
    """Section 37(1) of the Procurement Act 2023: the council must remove whom such a ground has put on the list."""
    never = why in (RemovalReason.DEBARRED, RemovalReason.MANDATORY_EXCLUSION_GROUND)
    times = times_of(why)
    assert (times.lapses_on is None) is never
    notice = Notice(given_by="mia", answer_by=times.answer_by, lapses_on=times.lapses_on, is_answered=False)
    in_years = times.answer_by + timedelta(days=2_000)
    assert (bars_to_removal(notice, by="max", today=in_years) == []) is never
    assert (bars_to_answering_notice(notice, today=in_years) == []) is never


@pytest.mark.parametrize(
    ("why", "after", "expected"),
    [
        (RemovalReason.BREACH, date(2026, 3, 27), date(2026, 4, 15)),
        (RemovalReason.BREACH, date(2026, 4, 14), date(2026, 4, 15)),
        (RemovalReason.BREACH, date(2026, 4, 15), date(2026, 6, 29)),
        (RemovalReason.BREACH, date(2026, 6, 28), date(2026, 6, 29)),
        (RemovalReason.BREACH, date(2026, 6, 29), None),
        (RemovalReason.DEBARRED, date(2026, 3, 27), date(2026, 4, 15)),
        (RemovalReason.DEBARRED, date(2026, 4, 15), date(2026, 4, 29)),
        (RemovalReason.DEBARRED, date(2028, 4, 15), date(2028, 4, 29)),
    ],
)
def test_managers_are_reminded_after_the_time_to_answer_and_before_the_notice_lapses(
    why: RemovalReason, after: date, expected: date | None
) -> None:
    assert next_reminder(times_of(why), after=after, days=14) == expected


def test_removal_takes_reasons_first_time_to_answer_and_a_second_person(
    house: House, session: Session, at: Time
) -> None:
    who, address = member(house, session)
    assert refused(house.manager().post(f"{address}/removal")) == ["no-removal-notice"]
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    assert refused(house.manager("Max Manager").post(f"{address}/removal")) == ["answer-awaited"]
    [notice] = ok(house.provider(who).get(f"{address}/removal-notices"))["items"]
    assert (notice["answer_by"], notice["reason"], notice["answer"]) == ("2026-03-16", REASON, None)
    [letter] = [one for one in told(session, MessageRequested) if one.template == "removal_notice"]
    assert letter.personalisation["answer_by"] == "2026-03-16"

    at.now += timedelta(days=15)
    assert refused(house.manager().post(f"{address}/removal")) == ["second-person"]
    assert ok(house.manager("Max Manager").post(f"{address}/removal"))["status"] == "ended"
    assert refused(house.manager().post(f"{address}/removal-notice", json=NOTICE)) == ["already-ended"]
    [notice] = ok(house.provider(who).get(f"{address}/removal-notices"))["items"]
    assert notice["ended_as"] == "removed"
    [removed] = ok(house.provider(who).get(f"{address}/timeline"))["items"][:1]
    assert (removed["step"], removed["by_name"], removed["reason"]) == ("remove", "Max Manager", REASON)
    assert (removed["detail"]["why"], removed["detail"]["notice"]) == ("breach", notice["id"])


def test_an_answer_is_kept_with_its_files_and_managers_are_told(house: House, session: Session) -> None:
    who, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    file = evidence(house.directory, who.provider_id)
    said = {"statement": "It was put right in June.", "evidence_ids": [str(file.id)]}
    ok(house.provider(who).post(f"{address}/removal-notice/answer", json=said))
    assert "removal_notice_answered" in templates(session)
    again = house.provider(who).post(f"{address}/removal-notice/answer", json=said)
    assert refused(again) == ["already-answered"]
    [notice] = ok(house.commissioner().get(f"{address}/removal-notices"))["items"]
    assert (notice["answer"], [one["id"] for one in notice["evidence"]]) == (said["statement"], [str(file.id)])
    assert ok(house.manager("Max Manager").post(f"{address}/removal"))["status"] == "ended"


def test_a_notice_is_withdrawn_and_the_member_told(house: House, session: Session, at: Time) -> None:
    _, address = member(house, session)
    assert refused(house.commissioner().post(f"{address}/removal-notice/withdrawal", json=WHY)) == ["no-removal-notice"]
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    ok(house.commissioner().post(f"{address}/removal-notice/withdrawal", json=WHY))
    assert templates(session)[-1] == "removal_notice_ended"
    at.now += timedelta(days=30)
    assert refused(house.manager("Max Manager").post(f"{address}/removal")) == ["no-removal-notice"]


def test_a_notice_of_two_years_ago_removes_nobody(house: House, session: Session, at: Time) -> None:
    _, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    lapses = date.fromisoformat(ok(house.manager().get(f"{address}/removal-notices"))["items"][0]["lapses_on"])
    assert lapses == date(2026, 6, 14)
    at.now += lapses - at.now.date()
    do_due(session, at.now)
    assert "removal_notice_ended" not in templates(session)
    at.now += timedelta(days=1)
    do_due(session, at.now)
    assert templates(session).count("removal_notice_ended") == 1
    do_due(session, at.now)
    assert templates(session).count("removal_notice_ended") == 1
    assert refused(house.manager("Max Manager").post(f"{address}/removal")) == ["no-removal-notice"]
    [step] = ok(house.manager().get(f"{address}/timeline"))["items"][:1]
    assert step["step"] == "let_removal_notice_lapse"


def reminders(session: Session) -> list[dict[str, str]]:
    return [one.personalisation for one in told(session, MessageRequested) if one.template == "removal_notice_waits"]


def pass_days(session: Session, at: Time, until: date) -> int:
    """What falls due on each day is done, and once more: how often managers have been reminded by then."""
    while at.now.date() < until:
        at.now += timedelta(days=1)
        do_due(session, at.now)
    do_due(session, at.now)
    return len(reminders(session))


def test_managers_are_told_once_that_nobody_answered_and_once_that_the_notice_will_lapse(
    house: House, session: Session, at: Time
) -> None:
    _, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    about = {"answer_by": "2026-03-16", "answered_on": "", "lapses_on": "2026-06-14"}
    assert [pass_days(session, at, date(2026, 3, day)) for day in (16, 17, 30)] == [0, 1, 1]
    assert [pass_days(session, at, date(2026, *day)) for day in ((5, 30), (5, 31), (6, 16))] == [1, 2, 2]
    assert reminders(session) == [about, about]
    assert templates(session).count("removal_notice_ended") == 1


def test_of_a_notice_that_was_answered_managers_hear_before_it_lapses(house: House, session: Session, at: Time) -> None:
    who, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    ok(house.provider(who).post(f"{address}/removal-notice/answer", json={"statement": "We are sorry."}))
    assert [pass_days(session, at, date(2026, 3, day)) for day in (16, 17, 18)] == [0, 0, 0]
    at.now += date(2026, 6, 1) - at.now.date()
    do_due(session, at.now)
    do_due(session, at.now)
    assert [one["answered_on"] for one in reminders(session)] == ["2026-03-02"]


def test_a_notice_on_a_mandatory_ground_stands_and_comes_back_to_managers_until_somebody_decides(
    house: House, session: Session, at: Time
) -> None:
    _, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE | {"why": "mandatory_exclusion_ground"}))
    for days, times in ((15, 1), (13, 1), (1, 2), (200, 3), (1, 3)):
        at.now += timedelta(days=days)
        do_due(session, at.now)
        assert len(reminders(session)) == times
    assert {one["lapses_on"] for one in reminders(session)} == {""}
    assert ok(house.manager("Max Manager").post(f"{address}/removal"))["status"] == "ended"
    at.now += timedelta(days=30)
    do_due(session, at.now)
    assert len(reminders(session)) == 3


def test_nobody_is_reminded_of_a_notice_that_was_withdrawn(house: House, session: Session, at: Time) -> None:
    _, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    ok(house.commissioner().post(f"{address}/removal-notice/withdrawal", json=WHY))
    at.now += timedelta(days=20)
    do_due(session, at.now)
    assert reminders(session) == []


def test_the_notices_that_stand_are_listed_for_those_who_work_on_them(house: House, session: Session) -> None:
    (who, first), (_, second) = (member(house, session) for _ in range(2))
    for address in (first, second):
        ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    listed = house.client_as(Role.AUDITOR)
    both = ok(listed.get("/v1/removal-notices"))["items"]
    assert [f"/v1/memberships/{one['membership']['id']}" for one in both] == [first, second]
    assert (both[0]["why"], both[0]["membership"]["provider_name"]) == ("breach", "Larkfield Care Ltd")
    for narrow in ({"provider_id": str(who.provider_id)}, {"lot_id": both[0]["membership"]["lot_id"]}):
        assert ok(listed.get("/v1/removal-notices", params=narrow))["items"] == both[:1]
    ok(house.commissioner().post(f"{first}/removal-notice/withdrawal", json=WHY))
    assert ok(listed.get("/v1/removal-notices"))["items"] == both[1:]
    for stranger in (house.provider(who), house.client_as(Role.SOCIAL_CARE_ASSESSOR)):
        assert stranger.get("/v1/removal-notices").status_code == 403


def test_no_file_is_relied_on_for_an_answer_to_no_notice(house: House, session: Session) -> None:
    who, address = member(house, session)
    file = evidence(house.directory, who.provider_id)
    said = {"statement": "We are sorry.", "evidence_ids": [str(file.id)]}
    assert refused(house.provider(who).post(f"{address}/removal-notice/answer", json=said)) == ["no-removal-notice"]
    assert file.id not in {one for one, _ in house.directory.reliances}


def test_another_notice_gives_its_own_time_to_answer(house: House, session: Session, at: Time) -> None:
    _, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    at.now += timedelta(days=15)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE | {"why": "ceased_trading"}))
    assert refused(house.manager("Max Manager").post(f"{address}/removal")) == ["answer-awaited"]
    kept = ok(house.manager().get(f"{address}/removal-notices"))["items"]
    assert [(one["why"], one["ended_as"]) for one in kept] == [("ceased_trading", None), ("breach", "replaced")]


def test_a_notice_ends_with_the_membership_whatever_ended_it(house: House, session: Session, at: Time) -> None:
    who, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    ok(house.provider(who).post(f"{address}/departure", json=WHY))
    at.now += timedelta(days=40)
    do_due(session, at.now)
    [notice] = ok(house.manager().get(f"{address}/removal-notices"))["items"]
    assert notice["ended_as"] == "overtaken"
    [left] = ok(house.manager().get(f"{address}/timeline"))["items"][:1]
    assert (left["step"], left["detail"]["overtaken_notice"]) == ("leave", notice["id"])
    assert "removal_notice_ended" not in templates(session)


def test_a_dynamic_market_removes_only_for_its_grounds(house: House, session: Session) -> None:
    scheme = {"regime": "pa2023_dynamic_market", "noticed_on": "2025-03-03", "valid_from": "2025-03-10"}
    _, address = member(house, session, scheme=scheme, question_set_id=set_of_2023_act(session))
    said = house.manager().post(f"{address}/removal-notice", json=NOTICE)
    assert refused(said) == ["no-ground-of-removal"]
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE | {"why": "discretionary_exclusion_ground"}))


@pytest.mark.parametrize("change", ["reason = 'Another.'", "answer_by = answer_by - 9", "lapses_on = '2099-01-01'"])
def test_the_database_keeps_what_was_given(house: House, session: Session, change: str) -> None:
    _, address = member(house, session)
    ok(house.manager().post(f"{address}/removal-notice", json=NOTICE))
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.execute(text(f"UPDATE removal_notice SET {change}"))
