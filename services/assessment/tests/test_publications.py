from datetime import timedelta
from uuid import uuid4

import make_assessment as make
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.assessment import Rating, RatingPublished, RatingWithdrawn
from assay_kit.testing import NOON, Time, told

POOR = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}
REASON = "It rested on the records of another service."


def test_a_published_rating_cannot_change_whoever_asks(people: make.People, session: Session) -> None:
    assessment_id = make.published(people, session)
    for table, change in (
        ("assessment", "SET rating = 'excellent'"),
        ("assessment", "SET published_at = NULL, status = 'validating'"),
        ("assessment", "SET next_due_on = '2030-01-01'"),
        ("validated_answer", "SET rating = 'excellent'"),
        ("assessment_result", "SET trace = '{}'"),
    ):
        key = "id" if table == "assessment" else "assessment_id"
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"UPDATE {table} {change} WHERE {key} = '{assessment_id}'"))
    for step in ("publication", "draft", "validation", "cancellation"):
        body = {"reason": "It was not wanted after all."} if step == "cancellation" else {}
        again = people.officer.post(f"/v1/assessments/{assessment_id}/{step}", json=body)
        assert again.json()["type"] == "/problems/step-not-allowed", step


def test_requires_improvement_is_followed_up_after_six_months(people: make.People, session: Session) -> None:
    assessment_id = make.published(people, session, POOR)
    read = make.ok(people.provider.get(f"/v1/assessments/{assessment_id}"))
    assert (read["rating"], read["next_due_on"]) == ("requires_improvement", "2026-09-02")
    assert told(session, RatingPublished)[0].rating is Rating.REQUIRES_IMPROVEMENT
    due = make.ok(people.officer.get(f"/v1/care-services/{read['care_service_id']}/due-dates"))
    assert [(each["due_on"], each["cause"]) for each in due] == [("2026-09-02", "follow_up")]


def test_a_recomputation_agrees_and_shows_its_working(people: make.People, session: Session) -> None:
    but = {"1.1.1": "poor", "3.1.1": "poor", "3.1.2": "excellent", "3.1.3": "excellent"}
    assessment_id = make.published(people, session, but)
    found = make.ok(people.auditor.post(f"/v1/assessments/{assessment_id}/recomputation"))
    assert found["agrees"] is True
    assert found["stored_hash"] == found["recomputed_hash"]
    assert [bite["code"] for bite in found["recomputed"]["limiters"]] == ["critical_question_poor"] * 2
    assert found["recomputed"]["domains"][0]["standards"][0]["questions"][0]["weighted_points"] == "1"


def test_nothing_is_recomputed_before_the_draft(people: make.People, session: Session) -> None:
    assessment_id = make.validated(people, session)
    for person in (people.officer, people.manager, people.provider):
        refused = person.post(f"/v1/assessments/{assessment_id}/recomputation")
        assert refused.json()["type"] == "/problems/draft-not-issued"
        assert person.get(f"/v1/assessments/{assessment_id}/draft").status_code == 409
        assert person.get(f"/v1/assessments/{assessment_id}/report").status_code == 409


def test_a_rating_is_withdrawn_by_a_second_person_with_a_replacement_and_both_stay(
    people: make.People, session: Session, at: Time
) -> None:
    service = make.care_service(session)
    wrong = make.published(people, session, service=service)
    at.now = NOON + timedelta(days=1)
    url = f"/v1/assessments/{wrong}"
    unreplaced = {"replacement_id": str(uuid4()), "reason": REASON}
    assert people.manager.post(f"{url}/withdrawal-proposal", json=unreplaced).status_code == 409
    right = make.published(people, session, POOR, service=service)
    proposal = {"replacement_id": right, "reason": REASON}
    nothing = people.second_manager.post(f"{url}/withdrawal", json={"proposal_id": str(uuid4())})
    assert nothing.json()["type"] == "/problems/withdrawal-not-proposed"
    proposed = make.ok(people.manager.post(f"{url}/withdrawal-proposal", json=proposal))
    approving = {"proposal_id": proposed["id"]}
    twice = people.second_manager.post(f"{url}/withdrawal-proposal", json=proposal)
    assert twice.json()["type"] == "/problems/withdrawal-proposed"
    assert people.manager.post(f"{url}/withdrawal", json=approving).json()["bars"] == [
        "You proposed this withdrawal; another person approves it."
    ]
    withdrawn = make.ok(people.second_manager.post(f"{url}/withdrawal", json=approving))
    assert (withdrawn["status"], withdrawn["rating"], withdrawn["replacement_id"]) == ("withdrawn", "good", right)
    assert make.ok(people.provider.get(f"/v1/assessments/{right}"))["status"] == "published"
    assert told(session, RatingWithdrawn)[0].replaced_by.hex == right.replace("-", "")
    assert make.ok(people.viewer.get(f"/v1/care-services/{service.id}/rating"))["assessment_id"] == right


def test_withdrawing_in_favour_of_an_older_rating_tells_which_stands_and_when_the_next_is_due(
    people: make.People, session: Session
) -> None:
    service = make.care_service(session)
    wrong = make.published(people, session, service=service)
    older = {"care_service_id": str(service.id), "rating": "poor", "source": "Register", "published_on": "2025-11-03"}
    imported = make.ok(people.manager.post("/v1/imported-ratings", json=older))["id"]
    assert [str(event.assessment_id) for event in told(session, RatingPublished)] == [wrong]
    make.withdrawn(people, wrong, imported, REASON)
    event = told(session, RatingPublished)[-1]
    assert (str(event.assessment_id), event.rating, event.is_imported) == (imported, Rating.POOR, True)
    assert event.published_on.isoformat() == "2025-11-03"
    due = make.ok(people.officer.get(f"/v1/care-services/{service.id}/due-dates"))
    assert [(each["due_on"], each["cause"], each["replaced_at"] is None) for each in due] == [
        ("2026-05-03", "follow_up", True),
        ("2027-03-02", "annual", False),
    ]
    steps = make.ok(people.auditor.get(f"/v1/assessments/{wrong}/timeline"))["items"]
    assert [(each["step"], each["by_name"]) for each in steps[:2]] == [
        ("withdraw", "Mona Manager"),
        ("propose_withdrawal", "Mary Manager"),
    ]


def test_a_withdrawal_stays_as_it_was_proposed_and_approved(people: make.People, session: Session, at: Time) -> None:
    service = make.care_service(session)
    wrong = make.published(people, session, service=service)
    at.now = NOON + timedelta(days=1)
    right = make.published(people, session, service=service)
    proposal = {"replacement_id": right, "reason": REASON}
    proposed = make.ok(people.manager.post(f"/v1/assessments/{wrong}/withdrawal-proposal", json=proposal))

    def refuse(*statements: str) -> None:
        for statement in statements:
            with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
                session.connection().execute(text(statement))

    refuse("UPDATE withdrawal SET proposed_by = 'person:mona-manager'", "DELETE FROM withdrawal")
    assert REASON not in people.provider.get(f"/v1/assessments/{wrong}/timeline").text
    assert REASON in people.manager.get(f"/v1/assessments/{wrong}/timeline").text
    approving = {"proposal_id": proposed["id"]}
    make.ok(people.second_manager.post(f"/v1/assessments/{wrong}/withdrawal", json=approving))
    refuse(
        "UPDATE withdrawal SET approved_by = 'person:somebody'",
        f"UPDATE assessment SET status = 'published' WHERE id = '{wrong}'",
        f"UPDATE assessment SET replacement_id = NULL WHERE id = '{wrong}'",
        f"UPDATE assessment SET draft_issued_at = NULL WHERE id = '{wrong}'",
    )
    steps = make.ok(people.provider.get(f"/v1/assessments/{wrong}/timeline"))["items"]
    assert (steps[0]["step"], steps[0]["reason"]) == ("withdraw", REASON)


def test_an_imported_rating_is_marked_and_cannot_be_recomputed(people: make.People, session: Session) -> None:
    service = make.care_service(session)
    wanted = {
        "care_service_id": str(service.id),
        "rating": "requires_improvement",
        "published_on": "2025-11-03",
        "source": "Register of assessments 2025, row 14",
    }
    imported = make.ok(people.manager.post("/v1/imported-ratings", json=wanted))
    assert (imported["imported"], imported["framework_version"], imported["steps"]) == (True, None, [])
    assert imported["next_due_on"] == "2026-05-03"
    url = f"/v1/assessments/{imported['id']}"
    assert people.officer.post(f"{url}/recomputation").status_code == 409
    rating = make.ok(people.provider.get(f"/v1/care-services/{service.id}/rating"))
    assert (rating["rating"], rating["sentence"]) == ("requires_improvement", "Imported, not recomputable.")
    [event] = told(session, RatingPublished)
    assert (event.is_imported, event.framework_version) == (True, None)
    assert event.published_on.isoformat() == "2025-11-03"
    steps = make.ok(people.provider.get(f"{url}/timeline"))["items"]
    assert [(entry["step"], entry["to_status"]) for entry in steps] == [("record_imported", "published")]
    twice = people.manager.post("/v1/imported-ratings", json=wanted)
    assert twice.json()["type"] == "/problems/already-imported"


def test_an_older_imported_rating_is_history_and_is_not_announced(people: make.People, session: Session) -> None:
    service = make.care_service(session)
    wanted = {"care_service_id": str(service.id), "rating": "good", "source": "Register", "published_on": "2025-11-03"}
    make.ok(people.manager.post("/v1/imported-ratings", json=wanted))
    make.ok(people.manager.post("/v1/imported-ratings", json=wanted | {"published_on": "2024-11-03", "rating": "poor"}))
    assert make.ok(people.viewer.get(f"/v1/care-services/{service.id}/rating"))["rating"] == "good"
    assert len(told(session, RatingPublished)) == 1
    ahead = people.manager.post("/v1/imported-ratings", json=wanted | {"published_on": "2026-03-03"})
    assert ahead.json()["bars"] == ["An imported rating was published in the past."]


def test_a_new_service_has_no_rating_and_that_is_said(people: make.People, session: Session) -> None:
    service = make.care_service(session)
    rating = make.ok(people.viewer.get(f"/v1/care-services/{service.id}/rating"))
    assert (rating["rating"], rating["is_new"], rating["sentence"]) == (None, True, "New: not yet assessed.")
    assert people.viewer.get(f"/v1/care-services/{uuid4()}/rating").status_code == 404
    assert people.other_provider.get(f"/v1/care-services/{service.id}/rating").status_code == 404


def test_an_assessment_in_which_nothing_applies_is_published_without_a_rating(
    people: make.People, session: Session
) -> None:
    assessment_id = make.scheduled(people, session)
    make.answered(people, assessment_id, "not_applicable")
    url = f"/v1/assessments/{assessment_id}"
    make.ok(people.provider.post(f"{url}/submission", json=make.DECLARATION))
    make.ok(people.officer.post(f"{url}/validation", json={}))
    for code in make.questions(people, assessment_id):
        make.ok(people.officer.put(f"{url}/validated-answers/{code}", json={"agrees": True}))
    make.ok(people.officer.post(f"{url}/draft"))
    make.ok(people.provider.post(f"{url}/accuracy-confirmation"))
    published = make.ok(people.officer.post(f"{url}/publication"))
    assert (published["status"], published["rating"], published["next_due_on"]) == ("published", None, "2027-03-02")
