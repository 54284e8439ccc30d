"""What follows when a published rating is taken back, or was wrongly proposed to be."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import make_assessment as make
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session
from stage_assessment import MYSELF, OFFICER, Stage

from assay_contracts.assessment import Rating, RemedialActionOverdue
from assay_contracts.directory.copies import Copies
from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.testing import NOON, Time, do_due, told
from assessment.assessments.repository import Assessments
from assessment.main import SERVICE
from assessment.publications.actions import record_imported_rating
from assessment.publications.errors import AlreadyImported
from assessment.publications.withdrawing import refuse_withdrawal

POOR = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}
REASON = "It rested on the records of another service."


def two_ratings(people: make.People, session: Session, at: Time) -> tuple[str, str]:
    """A rating with its plan, and a newer one, of one service."""
    service = make.care_service(session)
    wrong = make.published(people, session, POOR, service=service)
    at.now = NOON + timedelta(days=1)
    return wrong, make.published(people, session, service=service)


def test_the_plan_goes_with_its_rating_and_nobody_is_chased(people: make.People, session: Session, at: Time) -> None:
    wrong, right = two_ratings(people, session, at)
    [plan] = make.ok(people.provider.get(f"/v1/remedial-plans?assessment_id={wrong}"))["items"]
    address = f"/v1/remedial-plans/{plan['id']}"
    action = {"description": "Train", "owner": "Manager", "due_on": "2026-03-10", "measure": "All trained"}
    for issue in make.ok(people.provider.get(address))["issues"]:
        make.ok(people.provider.post(f"{address}/issues/{issue['id']}/actions", json=action))
    make.ok(people.provider.post(f"{address}/submission"))
    make.ok(people.officer.post(f"{address}/approval"))
    make.withdrawn(people, wrong, right, REASON)
    assert make.ok(people.provider.get(address))["status"] == "withdrawn"
    do_due(session, NOON + timedelta(days=60))
    assert told(session, RemedialActionOverdue) == []
    letters = [each.template for each in told(session, MessageRequested)]
    assert "remedial_plan_overdue" not in letters
    assert letters.count("rating_withdrawn") == 1


def test_a_wrong_proposal_is_turned_down_or_taken_back_and_makes_room(
    people: make.People, session: Session, at: Time
) -> None:
    wrong, right = two_ratings(people, session, at)
    url = f"/v1/assessments/{wrong}/withdrawal-proposal"
    proposal, because = {"replacement_id": right, "reason": REASON}, {"reason": "The replacement is the wrong one."}
    assert people.manager.post(f"{url}/refusal", json=because).json()["type"] == "/problems/withdrawal-not-proposed"
    make.ok(people.officer.post(url, json=proposal))
    refused = people.second_officer.post(f"{url}/refusal", json=because)
    assert refused.json()["bars"] == [
        "A commissioning manager turns a withdrawal down, or whoever proposed it takes it back."
    ]
    assert make.ok(people.officer.post(f"{url}/refusal", json=because))["refused_name"] == "Oscar Officer"
    make.ok(people.officer.post(url, json=proposal))
    make.ok(people.manager.post(f"{url}/refusal", json=because))
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.connection().execute(text("UPDATE withdrawal SET refused_at = NULL"))
    assert because["reason"] not in people.provider.get(f"/v1/assessments/{wrong}/timeline").text
    make.withdrawn(people, wrong, right, REASON)
    assert make.ok(people.provider.get(f"/v1/assessments/{wrong}"))["status"] == "withdrawn"


def test_nothing_is_approved_but_the_proposal_that_was_looked_at(
    people: make.People, session: Session, at: Time
) -> None:
    wrong, right = two_ratings(people, session, at)
    url, proposal = f"/v1/assessments/{wrong}", {"replacement_id": right, "reason": REASON}
    read = make.ok(people.officer.post(f"{url}/withdrawal-proposal", json=proposal))
    make.ok(people.officer.post(f"{url}/withdrawal-proposal/refusal", json={"reason": "Its reason is the wrong one."}))
    another = make.ok(people.officer.post(f"{url}/withdrawal-proposal", json=proposal))
    refused = people.manager.post(f"{url}/withdrawal", json={"proposal_id": read["id"]})
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/another-withdrawal")
    make.ok(people.manager.post(f"{url}/withdrawal", json={"proposal_id": another["id"]}))
    letters = [each for each in told(session, MessageRequested) if each.template == "withdrawal_proposed"]
    assert [each.to.role for each in letters] == [Role.COMMISSIONING_MANAGER] * 2


def test_what_is_turned_down_while_its_approval_waits_is_not_approved(
    people: make.People, session: Session, at: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, right = two_ratings(people, session, at)
    url, proposal = f"/v1/assessments/{wrong}", {"replacement_id": right, "reason": REASON}
    read = make.ok(people.officer.post(f"{url}/withdrawal-proposal", json=proposal))

    def refused_meanwhile(assessments: Assessments, *_: UUID) -> None:
        refuse_withdrawal(assessments.session, UUID(wrong), reason=REASON, by=OFFICER, now=at.now)

    monkeypatch.setattr(Assessments, "lock_together", refused_meanwhile)
    late = people.manager.post(f"{url}/withdrawal", json={"proposal_id": read["id"]})
    assert late.json()["type"] == "/problems/withdrawal-not-proposed"


def test_where_a_rating_stands_now_the_newest_of_the_others_replaces_it(
    people: make.People, session: Session, at: Time
) -> None:
    service = make.care_service(session)
    oldest, middle, newest = (_published_on(day, people, session, at, service=service) for day in (0, 1, 2))
    url = f"/v1/assessments/{newest}/withdrawal-proposal"
    refused = people.manager.post(url, json={"replacement_id": oldest, "reason": REASON})
    assert refused.json()["bars"] == ["Another rating would stand: the replacement must be the newest of the others."]
    make.withdrawn(people, middle, oldest, REASON)
    make.withdrawn(people, newest, oldest, REASON)
    assert make.ok(people.viewer.get(f"/v1/care-services/{service.id}/rating"))["assessment_id"] == oldest


def _published_on(day: int, people: make.People, session: Session, at: Time, **about: Any) -> str:
    at.now = NOON + timedelta(days=day)
    return make.published(people, session, **about)


def test_documents_say_that_a_rating_was_superseded_or_withdrawn_and_by_what(
    people: make.People, session: Session, at: Time
) -> None:
    wrong, right = two_ratings(people, session, at)
    reference = make.ok(people.provider.get(f"/v1/assessments/{right}"))["reference"]
    stood = make.ok(people.provider.get(f"/v1/assessments/{right}/report"))
    assert stood["note"] is None
    superseded = make.ok(people.provider.get(f"/v1/assessments/{wrong}/report"))["note"]
    assert superseded == f"Superseded by {reference} (Good), published on 3 March 2026"
    assert people.provider.get(f"/v1/assessments/{wrong}/public-summary").json()["type"] == "/problems/not-published"
    make.ok(people.provider.get(f"/v1/assessments/{right}/public-summary"))
    make.withdrawn(people, wrong, right, REASON)
    note = make.ok(people.provider.get(f"/v1/assessments/{wrong}/report"))["note"]
    assert note == f"Withdrawn on 3 March 2026; replaced by {reference} (Good), published on 3 March 2026"


def test_of_two_imports_of_one_day_at_once_one_stands(own_database: Engine) -> None:
    def open_session() -> Session:
        return Session(own_database, info={"service": SERVICE}, expire_on_commit=False)

    with open_session() as session, session.begin():
        stage = Stage(session)
        service_id = stage.service().id

    def import_it() -> UUID:
        with open_session() as session, session.begin():
            return record_imported_rating(
                session,
                Copies(session),
                service_id,
                rating=Rating.GOOD,
                published_on=date(1999, 11, 3),
                source="Register of 1999",
                by=MYSELF,
                now=stage.now,
            ).id

    with ThreadPoolExecutor(2) as both:
        tried = [both.submit(import_it) for _ in range(2)]
        wait(tried, timeout=20)
    assert [type(error) for each in tried if (error := each.exception()) is not None] == [AlreadyImported]


def test_a_rating_imported_this_morning_is_not_published_at_noon(
    people: make.People, session: Session, at: Time
) -> None:
    at.now = NOON - timedelta(hours=3)
    about = {"rating": "good", "published_on": "2026-03-02", "source": "Register"}
    wanted = about | {"care_service_id": str(make.care_service(session).id)}
    imported = make.ok(people.manager.post("/v1/imported-ratings", json=wanted))
    assert imported["published_at"] == "2026-03-02T09:00:00Z"


def test_who_leads_and_for_whom_it_is_kept_is_on_the_timeline_for_the_council_alone(
    people: make.People, session: Session
) -> None:
    url = f"/v1/assessments/{make.scheduled(people, session, officer='person:oscar-officer', officer_name='Oscar')}"
    sam = {"officer": "person:sam-second", "officer_name": "Sam Second", "leads": True}
    make.ok(people.manager.post(f"{url}/officers", json=sam))
    make.ok(people.manager.post(f"{url}/restriction", json={"reason": "It concerns a colleague's family."}))
    make.ok(people.manager.post(f"{url}/restriction/lifting", json={"reason": "The colleague has left."}))
    steps = {each["step"]: each for each in make.ok(people.auditor.get(f"{url}/timeline"))["items"]}
    assert steps["change_lead"]["detail"] == {"from": "Oscar", "to": "Sam Second"}
    assert steps["restrict"]["reason"] == "It concerns a colleague's family."
    assert {"assign_officer", "lift_restriction"} <= set(steps)
    told_to_provider = make.ok(people.provider.get(f"{url}/timeline"))["items"]
    assert [each["step"] for each in told_to_provider] == ["schedule"]
