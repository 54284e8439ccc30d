from datetime import timedelta

import make_assessment as make
from sqlmodel import Session

from assay_contracts.assessment import (
    AssessmentScheduled,
    DraftIssued,
    Rating,
    RatingPublished,
    SelfAssessmentSubmitted,
)
from assay_kit.testing import NOON, Time, told


def test_a_service_is_scheduled_assessed_validated_and_published(
    client_as: make.ClientAs, session: Session, at: Time
) -> None:
    people = make.People(client_as)
    service = make.care_service(session)
    assessment_id = make.scheduled(people, session, service=service)
    make.answered(people, assessment_id)
    submitted = make.ok(people.provider.post(f"/v1/assessments/{assessment_id}/submission", json=make.DECLARATION))
    assert submitted["status"] == "submitted"
    assert submitted["signed_name"] == "Pat Provider"
    assert len(submitted["answers_hash"]) == 64

    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/validation", json={}))
    visit = {"visited_on": "2026-03-02", "announced": False, "roles_met": ["registered manager", "carers"]}
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/visits", json=visit))
    for code in make.questions(people, assessment_id):
        url = f"/v1/assessments/{assessment_id}/validated-answers/{code}"
        make.ok(people.officer.put(url, json=make.finding(code, {"5.3.1": "excellent"})))

    drafted = make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/draft"))
    assert drafted["rating"] is None
    draft = make.ok(people.provider.get(f"/v1/assessments/{assessment_id}/draft"))
    assert draft["standing"]["rating"] == "good"
    assert draft["accuracy_closes_at"] == "2026-03-16T23:59:59.999999Z"

    at.now = NOON + timedelta(days=15)
    published = make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/publication"))
    assert (published["status"], published["rating"]) == ("published", "good")
    assert published["next_due_on"] == "2027-03-17"
    recomputed = make.ok(people.auditor.post(f"/v1/assessments/{assessment_id}/recomputation"))
    assert recomputed["agrees"] is True

    [scheduled] = told(session, AssessmentScheduled)
    assert scheduled.due_on.isoformat() == "2026-03-30"
    assert len(told(session, SelfAssessmentSubmitted)) == 1
    assert told(session, DraftIssued)[0].answer_by.isoformat() == "2026-03-16"
    [event] = told(session, RatingPublished)
    assert (event.care_service_id, event.rating, event.is_imported) == (service.id, Rating.GOOD, False)
    assert event.next_due_on.isoformat() == "2027-03-17"
    steps = make.ok(people.provider.get(f"/v1/assessments/{assessment_id}/timeline"))["items"]
    assert [entry["step"] for entry in reversed(steps)] == [
        "schedule",
        "begin_self_assessment",
        "submit",
        "begin_validation",
        "issue_draft",
        "publish",
    ]
    rating = make.ok(people.viewer.get(f"/v1/care-services/{service.id}/rating"))
    assert (rating["rating"], rating["next_due_on"]) == ("good", "2027-03-17")
