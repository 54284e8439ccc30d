import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import make_assessment as make
import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord, CareServiceRecorded
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import Band, BandChanged
from assay_contracts.roles import Scope
from assay_kit.testing import NOON, Time, do_due, envelope_for, told
from assessment.assessments.rules import months_after
from assessment.main import SERVICE


@pytest.fixture
def post(client_as: make.ClientAs, people: make.People) -> TestClient:
    return client_as(scopes=(Scope.EVENTS_DELIVER,), name="directory")


def turn(
    post: TestClient,
    service: CareServiceRecord,
    band: Band,
    at: datetime = NOON,
    *,
    before: Band | None = None,
    alone: bool = False,
    was_alone: bool = False,
) -> None:
    event = BandChanged(
        care_service_id=service.id,
        provider_id=service.provider_id,
        band=band,
        computed_band=band,
        previous_band=before,
        reasons=("Two unexpected deaths in twelve months",),
        model_version=1,
        follows_rating_alone=alone,
        followed_rating_alone=was_alone,
        at=at,
    )
    envelope = envelope_for(event, source="risk", event_id=uuid4())
    make.ok(post.post("/events", json=envelope.model_dump(mode="json")))


def record(post: TestClient, service: CareServiceRecord) -> None:
    event = CareServiceRecorded(care_service=service, at=NOON)
    envelope = envelope_for(event, source="directory", event_id=uuid4())
    make.ok(post.post("/events", json=envelope.model_dump(mode="json")))


def dates(people: make.People, service: CareServiceRecord) -> list[tuple[str, str, bool]]:
    found = make.ok(people.officer.get(f"/v1/care-services/{service.id}/due-dates"))
    return [(each["due_on"], each["cause"], each["replaced_at"] is None) for each in found]


def reminders(session: Session) -> list[str]:
    said = [each for each in told(session, MessageRequested) if each.template == "self_assessment_due"]
    return [each.personalisation["days"] for each in said]


def test_reminders_go_out_28_14_and_3_days_before_each_once(people: make.People, session: Session) -> None:
    make.scheduled(people, session)
    for day in range(29):
        do_due(session, NOON + timedelta(days=day))
        do_due(session, NOON + timedelta(days=day))
        expected = ["28"] + ["14"] * (day >= 14) + ["3"] * (day >= 25)
        assert reminders(session) == expected, day


def test_an_assessment_scheduled_ahead_is_reminded_from_the_day_it_opens(people: make.People, session: Session) -> None:
    make.scheduled(people, session, opens_on="2026-06-01")
    do_due(session, datetime(2026, 5, 31, 22, 59, tzinfo=UTC))
    assert reminders(session) == []
    do_due(session, datetime(2026, 5, 31, 23, 0, tzinfo=UTC))
    assert reminders(session) == ["28"]


def test_who_has_submitted_is_not_reminded(people: make.People, session: Session) -> None:
    make.submitted(people, session)
    do_due(session, NOON + timedelta(days=40))
    assert reminders(session) == []


def test_the_next_due_instant_is_the_next_reminder(people: make.People, session: Session) -> None:
    make.scheduled(people, session)
    do_due(session, NOON)
    instants = [instant for work in SERVICE.due if (instant := work.next(session)) is not None]
    assert min(instants) == datetime(2026, 3, 16, tzinfo=UTC)


def test_a_red_band_brings_the_next_assessment_forward_and_history_stays(
    people: make.People, session: Session, post: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    turn(post, service, Band.AMBER)
    assert dates(people, service) == [("2027-03-02", "annual", True)]
    turn(post, service, Band.RED)
    assert dates(people, service) == [("2026-03-30", "red_band", True), ("2027-03-02", "annual", False)]
    turn(post, service, Band.RED, NOON + timedelta(days=2))
    assert len(dates(people, service)) == 2


def test_a_service_that_stays_red_is_not_brought_forward_again(
    people: make.People, session: Session, post: TestClient
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    turn(post, service, Band.RED, before=Band.RED)
    assert dates(people, service) == [("2027-03-02", "annual", True)]


def test_a_service_leaves_the_programme_the_day_after_its_last(
    people: make.People, session: Session, post: TestClient
) -> None:
    make.provider(session)
    service = make.care_service_record(first_placement_on=date(2025, 8, 31))
    record(post, service)
    record(post, service.model_copy(update={"version": 2, "ended_on": date(2026, 6, 30)}))
    assert dates(people, service) == [("2026-02-28", "new_service", True)]
    do_due(session, datetime(2026, 6, 30, 22, 59, tzinfo=UTC))
    assert dates(people, service) == [("2026-02-28", "new_service", True)]
    instants = [instant for work in SERVICE.due if (instant := work.next(session)) is not None]
    assert instants == [datetime(2026, 6, 30, 23, tzinfo=UTC)]
    do_due(session, datetime(2026, 6, 30, 23, tzinfo=UTC))
    assert dates(people, service) == [("2026-02-28", "new_service", False)]


def test_a_provider_is_never_told_that_its_service_is_red(
    people: make.People, session: Session, post: TestClient, client_as: make.ClientAs
) -> None:
    service = make.care_service(session)
    make.published(people, session, service=service)
    turn(post, service, Band.RED)
    reason = "The service turned Red after two deaths."
    assessment_id = make.drafted(people, session, service=service, cause="red_band", reason=reason)
    said = {
        path: people.provider.get(f"/v1/{path}").text
        for path in (
            "programme",
            f"care-services/{service.id}/due-dates",
            f"care-services/{service.id}/rating",
            "assessments",
            *(
                f"assessments/{assessment_id}{rest}"
                for rest in ("", "/timeline", "/answers", "/validated-answers", "/draft", "/report", "/visits")
            ),
        )
    }
    said["confirmation"] = people.provider.post(f"/v1/assessments/{assessment_id}/accuracy-confirmation").text
    for path, text in said.items():
        assert "problems/" not in text, path
        assert re.search(r"(?i)\bred\b|red_band|brought forward", text) is None, path
    assert {each["cause"] for each in make.ok(people.provider.get("/v1/programme"))["items"]} == {None}
    [date_told] = make.ok(people.provider.get(f"/v1/care-services/{service.id}/due-dates"))
    assert date_told == {"due_on": "2026-03-30", "cause": None, "because": None, "set_at": None, "replaced_at": None}
    assert "red_band_days" not in people.provider.get("/v1/frameworks/2/rule").text
    assert make.ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["cause"] == "red_band"
    assert reason in people.officer.get(f"/v1/assessments/{assessment_id}/timeline").text
    machine = client_as(scopes=(Scope.RATINGS_READ,), name="regulator")
    rating = f"/v1/care-services/{service.id}/rating"
    assert make.ok(machine.get(rating))["next_due_cause"] is None
    assert make.ok(people.viewer.get(rating))["next_due_cause"] == "red_band"


def test_a_new_service_is_due_six_months_after_its_first_placement(
    people: make.People, post: TestClient, session: Session
) -> None:
    make.provider(session)
    service = make.care_service_record(first_placement_on=date(2025, 8, 31))
    record(post, service)
    record(post, service.model_copy(update={"version": 2, "people_supported": 9}))
    assert dates(people, service) == [("2026-02-28", "new_service", True)]
    [entry] = make.ok(people.officer.get("/v1/programme?overdue=true"))["items"]
    assert (entry["service_name"], entry["is_overdue"], entry["assessment_id"]) == ("Invented Home Care", True, None)
    record(post, service.model_copy(update={"version": 3, "ended_on": date(2026, 3, 1)}))
    assert make.ok(people.officer.get("/v1/programme"))["items"] == []


@pytest.mark.parametrize("about", [{"is_contracted": False, "first_placement_on": date(2025, 8, 31)}, {}])
def test_a_service_without_a_contract_or_a_placement_is_not_in_the_programme(
    people: make.People, post: TestClient, session: Session, about: dict[str, Any]
) -> None:
    make.provider(session)
    service = make.care_service_record(**about)
    record(post, service)
    assert dates(people, service) == []


def test_the_programme_lists_the_earliest_first_with_what_is_under_way(
    people: make.People, session: Session, post: TestClient
) -> None:
    make.provider(session)
    later = make.care_service_record(name="Later", first_placement_on=date(2025, 12, 1))
    sooner = make.care_service_record(name="Sooner", first_placement_on=date(2025, 10, 1))
    for service in (later, sooner):
        record(post, service)
    assessment_id = make.scheduled(people, session, service=sooner, cause="new_service")
    entries = make.ok(people.provider.get("/v1/programme"))["items"]
    assert [(e["service_name"], e["due_on"], e["assessment_id"]) for e in entries] == [
        ("Sooner", "2026-04-01", assessment_id),
        ("Later", "2026-06-01", None),
    ]
    assert make.ok(people.other_provider.get("/v1/programme"))["items"] == []
    before = make.ok(people.officer.get("/v1/programme?due_before=2026-05-01"))["items"]
    assert [entry["service_name"] for entry in before] == ["Sooner"]
    first = make.ok(people.officer.get("/v1/programme?limit=1"))
    rest = make.ok(people.officer.get(f"/v1/programme?limit=1&cursor={first['next_cursor']}"))
    assert [entry["service_name"] for entry in rest["items"]] == ["Later"]


def test_a_service_has_one_assessment_under_way(people: make.People, session: Session) -> None:
    service = make.care_service(session)
    first = make.scheduled(people, session, service=service)
    again = people.officer.post("/v1/assessments", json={"care_service_id": str(service.id)})
    assert again.json()["type"] == "/problems/assessment-under-way"
    called_off = {"reason": "The service moves to another provider."}
    make.ok(people.officer.post(f"/v1/assessments/{first}/cancellation", json=called_off))
    make.scheduled(people, session, service=service)


def test_what_cannot_be_scheduled_is_refused(people: make.People, session: Session, at: Time) -> None:
    unknown = people.officer.post("/v1/assessments", json={"care_service_id": str(uuid4())})
    assert unknown.status_code == 404
    ended = make.care_service(session, ended_on=date(2026, 3, 1))
    assert people.officer.post("/v1/assessments", json={"care_service_id": str(ended.id)}).status_code == 409
    service = make.care_service(session)
    past = {"care_service_id": str(service.id), "opens_on": "2026-03-01"}
    assert people.officer.post("/v1/assessments", json=past).json()["type"] == "/problems/opens-at-no-good-time"
    imported = {"care_service_id": str(service.id), "cause": "imported"}
    assert people.officer.post("/v1/assessments", json=imported).status_code == 422


def test_an_officer_who_could_not_be_written_to_is_refused_when_it_is_scheduled(
    people: make.People, session: Session
) -> None:
    wanted = {"care_service_id": str(make.care_service(session).id)}
    too_long = people.officer.post("/v1/assessments", json=wanted | {"officer": "p" * 101})
    assert (too_long.status_code, too_long.json()["errors"][0]["field"]) == (422, "officer")
    longest = make.submitted(people, session, officer="p" * 100)
    assert make.ok(people.officer.get(f"/v1/assessments/{longest}"))["status"] == "submitted"


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2025, 8, 31), 6, date(2026, 2, 28)),
        (date(2023, 8, 31), 6, date(2024, 2, 29)),
        (date(2026, 3, 2), 12, date(2027, 3, 2)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_are_counted_to_the_same_day_or_the_last_of_the_month(day: date, months: int, then: date) -> None:
    assert months_after(day, months) == then
