"""What keeps a due date and what moves it: Red bands, publications, mistaken ends, and two people at once."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, date, datetime, timedelta

import make_assessment as make
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session
from stage_assessment import Stage
from test_programme import dates, record, reminders, turn

from assay_contracts.messages import MessageRequested
from assay_contracts.risk import Band
from assay_contracts.roles import Scope
from assay_kit.testing import NOON, Time, do_due, told
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import Cause
from assessment.main import SERVICE
from assessment.programme.actions import set_due_date

POOR = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}
LEFT = [{"ended_on": date(2026, 2, 1)}, {"is_contracted": False}]


@pytest.fixture
def post(client_as: make.ClientAs, people: make.People) -> TestClient:
    return client_as(scopes=(Scope.EVENTS_DELIVER,), name="directory")


def test_red_for_nothing_but_the_rating_just_published_brings_nothing_forward(
    people: make.People, session: Session, post: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, POOR, service=service)
    turn(post, service, Band.RED, alone=True)
    assert dates(people, service) == [("2026-09-02", "follow_up", True)]
    turn(post, service, Band.AMBER, before=Band.RED)
    turn(post, service, Band.RED, before=Band.AMBER)
    assert dates(people, service)[0] == ("2026-03-30", "red_band", True)


def test_red_for_more_than_the_rating_brings_forward_what_the_rating_alone_did_not(
    people: make.People, session: Session, post: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, POOR, service=service)
    turn(post, service, Band.RED, alone=True)
    turn(post, service, Band.RED, before=Band.RED)
    assert dates(people, service) == [("2026-09-02", "follow_up", True)]
    turn(post, service, Band.RED, before=Band.RED, was_alone=True)
    assert dates(people, service)[0] == ("2026-03-30", "red_band", True)
    [newest, *_] = make.ok(people.officer.get(f"/v1/care-services/{service.id}/due-dates"))
    assert newest["because"].endswith("was Red for nothing but its rating, and is Red for more now.")


@pytest.mark.parametrize(("red_after", "stands"), [(1, "red_band"), (-1, "annual")])
def test_a_publication_keeps_the_date_of_a_red_band_that_came_after_its_draft(
    *, people: make.People, session: Session, post: TestClient, at: Time, red_after: int, stands: str
) -> None:
    service = make.care_service(session)
    draft = f"/v1/assessments/{make.drafted(people, session, service=service)}"
    turn(post, service, Band.RED, NOON + timedelta(days=red_after))
    at.now = NOON + timedelta(days=18)
    do_due(session, at.now)
    make.ok(people.officer.post(f"{draft}/publication"))
    assert [cause for _, cause, is_standing in dates(people, service) if is_standing] == [stands]


def test_an_imported_rating_answers_no_red_band(people: make.People, session: Session, post: TestClient) -> None:
    service = make.care_service(session)
    turn(post, service, Band.RED)
    about = {"rating": "good", "published_on": "2025-11-03", "source": "Register"}
    make.ok(people.manager.post("/v1/imported-ratings", json=about | {"care_service_id": str(service.id)}))
    assert dates(people, service) == [("2026-03-30", "red_band", True)]


@pytest.mark.parametrize("mistake", LEFT)
def test_a_service_that_was_taken_out_by_mistake_is_back_with_its_date(
    people: make.People, session: Session, post: TestClient, mistake: dict[str, object]
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    record(post, service.model_copy(update={"version": 2, **mistake}))
    assert [standing for *_, standing in dates(people, service)] == [False]
    record(post, service.model_copy(update={"version": 3}))
    record(post, service.model_copy(update={"version": 2, **mistake}))
    assert dates(people, service) == [("2027-03-02", "annual", True), ("2027-03-02", "annual", False)]


@pytest.mark.parametrize("left", LEFT)
def test_a_service_that_has_left_the_programme_is_due_neither_for_red_nor_after_a_publication(
    *, people: make.People, session: Session, post: TestClient, at: Time, left: dict[str, object]
) -> None:
    service = make.care_service(session)
    draft = f"/v1/assessments/{make.drafted(people, session, service=service)}"
    record(post, service.model_copy(update={"version": 2, **left}))
    turn(post, service, Band.RED)
    at.now = NOON + timedelta(days=18)
    do_due(session, at.now)
    make.ok(people.officer.post(f"{draft}/publication"))
    assert [standing for *_, standing in dates(people, service)] == [False, False]
    assert make.ok(people.officer.get("/v1/programme"))["items"] == []
    assert not [each for each in told(session, MessageRequested) if each.template == "assessment_brought_forward"]
    record(post, service.model_copy(update={"version": 3}))
    assert dates(people, service)[0] == ("2027-03-20", "annual", True)


def test_after_an_outage_one_reminder_goes_out_with_the_days_that_are_left(
    people: make.People, session: Session
) -> None:
    make.scheduled(people, session)
    do_due(session, NOON + timedelta(days=26))
    assert reminders(session) == ["2"]
    do_due(session, NOON + timedelta(days=28))
    assert reminders(session) == ["2"]


def test_nobody_is_reminded_of_what_is_past(people: make.People, session: Session) -> None:
    make.scheduled(people, session)
    do_due(session, NOON + timedelta(days=40))
    assert reminders(session) == []


def test_what_a_service_that_has_ended_was_asked_is_called_off(
    people: make.People, session: Session, post: TestClient
) -> None:
    service = make.care_service(session)
    assessment_id = make.scheduled(people, session, service=service)
    record(post, service.model_copy(update={"version": 2, "ended_on": date(2026, 3, 10)}))
    do_due(session, datetime(2026, 3, 10, 23, 59, tzinfo=UTC))
    read = f"/v1/assessments/{assessment_id}"
    assert make.ok(people.officer.get(read))["status"] == "scheduled"
    do_due(session, datetime(2026, 3, 20, tzinfo=UTC))
    assert make.ok(people.officer.get(read))["status"] == "cancelled"
    assert reminders(session) == ["20"]
    [letter] = [each for each in told(session, MessageRequested) if each.template == "assessment_cancelled"]
    assert letter.personalisation["reason"] == "The service ended on 10 March 2026."


def test_who_waits_for_a_due_date_reads_the_one_that_was_set_meanwhile(own_database: Engine) -> None:
    def open_session() -> Session:
        return Session(own_database, info={"service": SERVICE}, expire_on_commit=False)

    with open_session() as session, session.begin():
        stage = Stage(session)
        service_id = stage.awaited()

    def read_it() -> str | None:
        with open_session() as session, session.begin():
            standing = Assessments(session).due_date(service_id, lock=True)
            return standing.cause if standing else None

    with ThreadPoolExecutor(1) as other, open_session() as setting:
        set_due_date(
            setting,
            care_service_id=service_id,
            provider_id=stage.provider_id,
            due_on=date(2026, 3, 30),
            cause=Cause.RED_BAND,
            because="Brought forward: the service turned Red.",
            now=stage.now,
        )
        reading = other.submit(read_it)
        assert not wait([reading], timeout=0.3).done
        setting.commit()
        assert reading.result(timeout=10) == Cause.RED_BAND
