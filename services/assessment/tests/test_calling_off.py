"""Once a rating can be seen, whoever found it cannot make it go away, nor find another one blind."""

from typing import Any

import make_assessment as make
import pytest
from sqlmodel import Session

from assay_contracts.assessment import AssessmentCancelled
from assay_contracts.directory import CareServiceRecord
from assay_contracts.messages import MessageRequested
from assay_kit.testing import told

WHY = {"reason": "The rating was not what had been expected."}
DISPUTE = {"reason": "The rota was read wrongly throughout."}


@pytest.fixture
def service(session: Session) -> CareServiceRecord:
    return make.care_service(session)


@pytest.fixture
def draft(people: make.People, session: Session, service: CareServiceRecord) -> str:
    return f"/v1/assessments/{make.drafted(people, session, {'1.1.1': 'poor'}, service=service)}"


def bars(answer: Any) -> list[str]:
    assert answer.json()["type"] == "/problems/barred"
    found: list[str] = answer.json()["bars"]
    return found


def test_after_the_draft_only_a_manager_who_took_no_part_calls_it_off(people: make.People, draft: str) -> None:
    assert len(bars(people.officer.post(f"{draft}/cancellation", json=WHY))) == 2
    assert bars(people.second_officer.post(f"{draft}/cancellation", json=WHY)) == [
        "After the draft a commissioning manager calls an assessment off."
    ]
    comment = {"question": "1.1.1", "comment": "The plan was signed in January."}
    made = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=comment))
    rejected = {"outcome": "rejected", "reason": "The page is of another service."}
    make.ok(people.manager.post(f"{draft}/accuracy-comments/{made['id']}/decision", json=rejected))
    assert bars(people.manager.post(f"{draft}/cancellation", json=WHY)) == [
        "You took part in the validation; another person calls it off."
    ]
    assert make.ok(people.second_manager.post(f"{draft}/cancellation", json=WHY))["status"] == "cancelled"


def test_who_saw_a_rating_that_was_called_off_does_not_validate_again(
    people: make.People, session: Session, draft: str, service: CareServiceRecord
) -> None:
    make.ok(people.manager.post(f"{draft}/cancellation", json=WHY))
    again = f"/v1/assessments/{make.scheduled(people, session, service=service, cause='responsive')}"
    without = {"not_self_assessed": "responsive_visit", "reason": "A responsive visit was made."}
    seen = ["You saw the rating of a draft that was called off; another officer validates."]
    assert bars(people.officer.post(f"{again}/validation", json=without)) == seen
    make.ok(people.second_officer.post(f"{again}/validation", json=without))
    assert bars(people.officer.put(f"{again}/validated-answers/1.1.1", json=make.finding("1.1.1"))) == seen
    visit = {"visited_on": "2026-03-02", "announced": True, "roles_met": ["carer"]}
    assert bars(people.officer.post(f"{again}/visits", json=visit)) == seen
    assert bars(people.officer.post(f"{again}/draft")) == seen


def test_a_dispute_stays_readable_when_the_assessment_is_called_off(
    people: make.People, session: Session, draft: str
) -> None:
    make.ok(people.provider.post(f"{draft}/dispute", json=DISPUTE))
    assert people.officer.post(f"{draft}/cancellation", json=WHY).status_code == 409
    make.ok(people.manager.post(f"{draft}/senior-review"))
    assert people.officer.post(f"{draft}/cancellation", json=WHY).status_code == 409
    make.ok(people.manager.post(f"{draft}/cancellation", json=WHY))
    assert make.ok(people.provider.get(f"{draft}/draft"))["dispute"]["reason"] == DISPUTE["reason"]
    for rest in ("report", "validated-answers", "visits", "accuracy-comments"):
        make.ok(people.provider.get(f"{draft}/{rest}"))
    assert make.ok(people.provider.get(f"{draft}/report"))["note"] == "Called off after the draft: there is no rating"


def test_everybody_who_waits_is_told_that_it_is_called_off(people: make.People, session: Session) -> None:
    assessment_id = make.scheduled(people, session)
    make.ok(people.officer.post(f"/v1/assessments/{assessment_id}/cancellation", json=WHY))
    [event] = told(session, AssessmentCancelled)
    assert (str(event.assessment_id), event.provider_id) == (assessment_id, make.PROVIDER)
    [letter] = [each for each in told(session, MessageRequested) if each.template == "assessment_cancelled"]
    assert (letter.to.provider_id, letter.personalisation["reason"]) == (make.PROVIDER, WHY["reason"])
