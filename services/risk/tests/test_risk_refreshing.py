"""What is heard from other services reaches the band at once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from make_risk import (
    ClientAs,
    about_service,
    care_service,
    feeds_heard,
    green_service,
    provider,
    rating,
    register_fact,
    withdrawal,
)
from sqlalchemy import event, text
from sqlmodel import Session, select

from assay_contracts.directory import ActivityRecord, ActivityRecorded, CareServiceRecord, CareServiceRecorded
from assay_contracts.directory.copies import keep_care_service
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import BandChanged
from assay_contracts.roles import Role
from assay_kit.database import new_id
from assay_kit.testing import NOON, hear, told
from assay_kit.timeline import timeline_of
from risk.bands.actions import refresh
from risk.bands.nights import next_refresh, refresh_estate
from risk.main import SERVICE
from risk.registers.rules import Register
from risk.tables import AssessmentRating, BandResult, EstateRefresh, ServiceBand


def band_of(session: Session, care_service_id: object) -> str:
    [band] = session.exec(select(ServiceBand.band).where(ServiceBand.care_service_id == care_service_id))
    return str(band)


def results(session: Session) -> int:
    return len(session.exec(select(BandResult)).all())


def test_a_service_nobody_assessed_is_not_green(session: Session) -> None:
    feeds_heard(session)
    new = care_service(session)
    assert band_of(session, new.id) == "not_enough_information"
    [change] = told(session, BandChanged)
    assert change.previous_band is None
    assert change.reasons == ("New: not yet assessed by the council.",)


def test_a_published_rating_changes_the_band_and_the_others_hear_of_it(session: Session) -> None:
    service = green_service(session)
    assert band_of(session, service.id) == "green"
    rating(session, service, "poor", published_on=date(2026, 3, 1))
    assert band_of(session, service.id) == "red"
    last = told(session, BandChanged)[-1]
    assert (last.previous_band, last.band, last.computed_band) == ("green", "red", "red")
    assert last.reasons == ("Quality assessment rated Poor, published on 1 March 2026.",)
    assert last.follows_rating_alone
    [message] = told(session, MessageRequested)
    assert (message.template, message.to.role) == ("service_turned_red", Role.COMPLIANCE_OFFICER)


def test_red_for_its_rating_alone_is_told_again_once_when_it_is_red_for_more(session: Session) -> None:
    of = provider(session, company_number="00006408")
    service = green_service(session, of)
    rating(session, service, "poor", published_on=date(2026, 3, 1))
    before, steps = len(told(session, BandChanged)), len(timeline_of(session, object_id=service.id))
    register_fact(session, Register.COMPANIES, "00006408", {"status": "administration"})
    for _ in range(2):
        refresh(session, [service.id], now=NOON + timedelta(hours=1))
    [more] = told(session, BandChanged)[before:]
    assert (more.previous_band, more.band, more.follows_rating_alone, more.followed_rating_alone) == (
        "red",
        "red",
        False,
        True,
    )
    assert len(timeline_of(session, object_id=service.id)) == steps, "it is the colour that it was"
    assert [each.followed_rating_alone for each in told(session, BandChanged)[:before]] == [False] * before


def test_an_event_heard_twice_changes_nothing(session: Session) -> None:
    service = green_service(session)
    before = results(session), len(told(session, BandChanged))
    rating(session, service, "good")
    refresh(session, [service.id], now=NOON)
    assert (results(session), len(told(session, BandChanged))) == before


def test_a_withdrawn_rating_no_longer_counts_whichever_is_heard_first(session: Session) -> None:
    service = green_service(session)
    poor = rating(session, service, "poor", published_on=date(2026, 3, 1))
    withdrawal(session, poor)
    assert band_of(session, service.id) == "green"

    other = green_service(session)
    late = poor.model_copy(update={"assessment_id": new_id(), "care_service_id": other.id})
    withdrawal(session, late)
    hear(session, late, source="assessment")
    assert band_of(session, other.id) == "green"


def test_an_older_rating_heard_late_does_not_stand_over_a_newer_one(session: Session) -> None:
    service = green_service(session)
    rating(session, service, "poor", published_on=date(2025, 2, 1))
    assert band_of(session, service.id) == "green"


def test_a_rating_heard_before_its_service_is_kept(session: Session) -> None:
    feeds_heard(session)
    unknown = care_service(session)
    later = unknown.model_copy(update={"id": new_id()})
    rating(session, later)
    hear(session, CareServiceRecorded(at=NOON, care_service=later))
    assert band_of(session, later.id) == "green"


def test_what_is_known_of_a_company_reaches_all_its_services(session: Session) -> None:
    of = provider(session, company_number="00006408")
    one, two = green_service(session, of), green_service(session, of, name="Harbour Day Centre")
    register_fact(session, Register.COMPANIES, "00006408", {"status": "administration"})
    refresh(session, [one.id, two.id], now=NOON)
    assert [band_of(session, each.id) for each in (one, two)] == ["red", "red"]


def test_the_people_supported_come_from_the_latest_months_activity(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    month = date(2026, 2, 1)
    for commissioner, people in (("council", 80), ("integrated_care_board", 21)):
        activity = ActivityRecord(
            care_service_id=service.id,
            provider_id=service.provider_id,
            commissioner=commissioner,
            month=month,
            people=people,
            hours=10,
            recorded_at=NOON,
        )
        hear(session, ActivityRecorded(at=NOON, activity=activity))
    refresh(session, [service.id], now=NOON + timedelta(days=1))
    read = client_as(Role.COMPLIANCE_OFFICER).get(f"/v1/care-services/{service.id}/band").json()
    working = {each["indicator"]: each["working"] for each in read["result"]["readings"]}
    assert working["contracting_concerns"]["people_supported"] == 40  # as when the answer was last another one
    rating(session, service, "requires_improvement", published_on=date(2026, 3, 1))
    read = client_as(Role.COMPLIANCE_OFFICER).get(f"/v1/care-services/{service.id}/band").json()
    working = {each["indicator"]: each["working"] for each in read["result"]["readings"]}
    assert working["contracting_concerns"]["people_supported"] == 101


def test_a_stored_result_recomputes_to_the_same_answer(session: Session, client_as: ClientAs) -> None:
    service = green_service(session)
    rating(session, service, "poor", published_on=date(2026, 3, 1))
    auditor = client_as(Role.AUDITOR)
    history = auditor.get(f"/v1/care-services/{service.id}/band-results").json()["items"]
    assert [each["band"] for each in history] == ["red", "green", "not_enough_information"]
    for each in history:
        again = auditor.get(f"/v1/band-results/{each['id']}/recomputation").json()
        assert again["agrees"] is True
        assert again["recomputed_band"] == each["band"]


def test_the_night_works_the_estate_out_once_and_a_rerun_changes_nothing(session: Session) -> None:
    service = green_service(session)
    night = datetime(2026, 3, 3, 2, tzinfo=UTC)
    assert next_refresh(session) == night
    assert refresh_estate(session, night - timedelta(seconds=1)) == 0
    assert refresh_estate(session, night) == 1
    assert refresh_estate(session, night) == 0
    [done] = session.exec(select(EstateRefresh)).all()
    assert (done.refreshed_count, done.changed_count, done.finished_at) == (1, 0, night)
    assert next_refresh(session) == night + timedelta(days=1)

    silent = datetime(2026, 3, 17, 2, tzinfo=UTC)  # fifteen days after the feeds were heard from
    refresh_estate(session, silent)
    assert band_of(session, service.id) == "not_enough_information"


def statements_of_scoring(session: Session, count: int) -> int:
    """How many statements the first scoring of so many services takes; their ratings turn them red."""
    of = provider(session)
    unscored = [CareServiceRecord(**about_service(of)) for _ in range(count)]
    for each in unscored:
        keep_care_service(session, each)
        poor: dict[str, Any] = {
            "assessment_id": new_id(),
            "care_service_id": each.id,
            "rating": "poor",
            "published_on": NOON.date(),
            "heard_at": NOON,
        }
        session.add(AssessmentRating(**poor))
    session.flush()
    said: list[str] = []
    connection = session.connection()

    def note(*about: Any) -> None:
        said.append(about[2])

    event.listen(connection, "before_cursor_execute", note)
    assert refresh(session, [each.id for each in unscored], now=NOON) == count
    event.remove(connection, "before_cursor_execute", note)
    assert {band_of(session, each.id) for each in unscored} == {"red"}
    return len(said)


def test_the_first_scoring_of_many_services_takes_no_more_statements_than_that_of_one(session: Session) -> None:
    few, many = statements_of_scoring(session, 1), statements_of_scoring(session, 30)
    assert many == few
    changes, messages = told(session, BandChanged), told(session, MessageRequested)
    assert (len(changes), len(messages)) == (31, 31)
    for each in changes:
        steps = [step.step for step in timeline_of(session, care_service_id=each.care_service_id)]
        assert steps == ["turn_red", "begin"]
    about = [str(each.care_service_id) for each in changes]
    jobs = session.execute(text("SELECT args ->> 'subscriber', lock FROM procrastinate_jobs ORDER BY id")).all()
    for subscriber in SERVICE.tells[BandChanged.TYPE]:
        asked = [lock for told_to, lock in jobs if told_to == subscriber]
        assert len([lock for lock in asked if lock in {f"{subscriber}:{each}" for each in about}]) >= len(about)
