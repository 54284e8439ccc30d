"""The council corrects its own draft: two people, a reason, and the provider may comment anew."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import make_assessment as make
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.assessment import DraftCorrected
from assay_contracts.messages import MessageRequested
from assay_kit.testing import NOON, Time, do_due, told

SLIP = {"question": "1.1.1", "rating": "good", "reason": "The page was read of another service: this one is signed."}
AGREED = {"outcome": "agreed", "reason": "I looked at both pages, and it is as the officer says."}
REFUSED = {"outcome": "refused", "reason": "The page that was looked at first is the right one."}


@pytest.fixture
def draft(people: make.People, session: Session) -> str:
    return f"/v1/assessments/{make.drafted(people, session, {'1.1.1': 'poor', '1.1.2': 'requires_improvement'})}"


def proposed(people: make.People, draft: str, **about: Any) -> str:
    made = make.ok(people.officer.post(f"{draft}/corrections", json=SLIP | about))
    return f"{draft}/corrections/{made['id']}/decision"


def bars(client: TestClient, url: str, body: Any = None) -> list[str]:
    refused = client.post(url, json=body)
    assert refused.status_code == 409, refused.text
    return list(refused.json()["bars"])


def test_an_agreed_correction_changes_the_finding_and_opens_the_window_again(
    people: make.People, session: Session, draft: str, at: Time
) -> None:
    before = make.ok(people.provider.get(f"{draft}/draft"))
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    at.now = NOON + timedelta(days=3)
    decision = proposed(people, draft)
    assert make.ok(people.provider.get(f"{draft}/draft")) | {"is_open_to_dispute": True} == before | {
        "accuracy_closed_at": make.ok(people.officer.get(draft))["accuracy_closed_at"],
        "is_open_for_comment": False,
        "dispute_closes_at": make.ok(people.officer.get(f"{draft}/draft"))["dispute_closes_at"],
    }, "nothing changes before another person agrees"
    agreed = make.ok(people.manager.post(decision, json=AGREED))
    assert (agreed["outcome"], agreed["decided_name"]) == ("agreed", "Mary Manager")

    after = make.ok(people.provider.get(f"{draft}/draft"))
    [change] = after["changes"]
    assert (change["question"], change["before"], change["rating"], change["cause"], change["reason"]) == (
        "1.1.1", "poor", "good", "correction", SLIP["reason"],
    )  # fmt: skip
    assert (after["standing"]["number"], after["standing"]["cause"]) == (2, "correction")
    assert (after["accuracy_closed_at"], after["is_open_for_comment"], after["is_open_to_dispute"]) == (
        None,
        True,
        True,
    )
    # fourteen London days from the correction
    assert after["accuracy_closes_at"] == agreed["window_closes_at"] == "2026-03-19T23:59:59.999999Z"
    make.ok(people.provider.post(f"{draft}/accuracy-comments", json={"question": "1.1.2", "comment": SLIP["reason"]}))
    assert told(session, DraftCorrected)[-1].answer_by.isoformat() == "2026-03-19"
    [letter] = [each for each in told(session, MessageRequested) if each.template == "draft_report_corrected"]
    said = letter.personalisation
    assert letter.to.provider_id == make.PROVIDER
    assert (said["before"], said["after"], said["reason"]) == ("poor", "good", SLIP["reason"])


def test_a_window_that_was_opened_again_closes_by_itself_and_the_officer_hears_of_it_again(
    people: make.People, session: Session, draft: str, at: Time
) -> None:
    def told_of_windows() -> list[MessageRequested]:
        return [each for each in told(session, MessageRequested) if each.template == "factual_accuracy_window_closed"]

    at.now = NOON + timedelta(days=15)
    do_due(session, at.now)
    assert len(told_of_windows()) == 1
    make.ok(people.manager.post(proposed(people, draft), json=AGREED))
    assert bars(people.officer, f"{draft}/publication") == ["The factual accuracy window is still open."]
    at.now = NOON + timedelta(days=30)
    do_due(session, at.now)
    assert len({each.reference for each in told_of_windows()}) == 2
    assert make.ok(people.officer.post(f"{draft}/publication"))["status"] == "published"


def test_only_somebody_who_did_not_validate_agrees(people: make.People, draft: str) -> None:
    decision = proposed(people, draft)
    own = ["You proposed this correction; another person agrees to it."]
    assert bars(people.officer, decision, AGREED) == own
    by_manager = proposed_by(people.manager, draft, question="1.1.3", rating="excellent")
    assert bars(people.manager, by_manager, AGREED) == own
    # who proposes a finding has part in the validation: two who did never agree with each other
    took_part = ["You took part in the validation, or work on it; somebody who does not decides."]
    assert bars(people.officer, by_manager, AGREED) == took_part
    assert bars(people.manager, decision, REFUSED) == took_part
    make.ok(people.second_officer.post(decision, json=AGREED))
    assert make.ok(people.second_manager.post(by_manager, json=REFUSED))["outcome"] == "refused"


def test_neither_the_lead_nor_an_assigned_officer_agrees(people: make.People, draft: str) -> None:
    decision = proposed(people, draft)
    for person, leads in (("sam-second", True), ("mona-manager", False)):
        assigned = {"officer": f"person:{person}", "officer_name": person, "leads": leads}
        make.ok(people.manager.post(f"{draft}/officers", json=assigned))
    for client in (people.second_officer, people.second_manager):
        [bar] = bars(client, decision, AGREED)
        assert bar == "You took part in the validation, or work on it; somebody who does not decides."


def proposed_by(client: TestClient, draft: str, **about: Any) -> str:
    made = make.ok(client.post(f"{draft}/corrections", json=SLIP | about))
    return f"{draft}/corrections/{made['id']}/decision"


@pytest.mark.parametrize("decision", [AGREED, REFUSED])
def test_who_decided_on_a_correction_does_not_review_the_dispute(
    people: make.People, draft: str, decision: dict[str, str]
) -> None:
    make.ok(people.manager.post(proposed(people, draft), json=decision))
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    took_part = ["You took part in the validation; another person reviews the dispute."]
    assert bars(people.manager, f"{draft}/senior-review") == took_part
    make.ok(people.second_manager.post(f"{draft}/senior-review"))


def test_commissioning_managers_hear_of_a_proposed_correction(
    people: make.People, session: Session, draft: str
) -> None:
    proposed(people, draft)
    [letter] = [each for each in told(session, MessageRequested) if each.template == "draft_correction_proposed"]
    assert (letter.to.role, letter.personalisation["question"]) == ("commissioning_manager", "1.1.1")


def test_nothing_is_published_over_a_correction_that_awaits_its_answer(people: make.People, draft: str) -> None:
    decision = proposed(people, draft)
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    assert bars(people.officer, f"{draft}/publication") == ["1 corrections await another person's agreement."]
    make.ok(people.officer.post(decision, json=REFUSED))
    decided = people.manager.post(decision, json=AGREED)
    assert decided.json()["type"] == "/problems/correction-decided"
    assert make.ok(people.officer.post(f"{draft}/publication"))["status"] == "published"
    late = people.officer.post(f"{draft}/corrections", json=SLIP)
    assert late.json()["type"] == "/problems/step-not-allowed"


def test_a_correction_that_is_none_and_a_second_of_one_question_are_refused(people: make.People, draft: str) -> None:
    same = people.officer.post(f"{draft}/corrections", json=SLIP | {"rating": "poor"})
    assert same.json()["bars"] == ["The rating of the question is that already."]
    proposed(people, draft)
    again = people.second_officer.post(f"{draft}/corrections", json=SLIP | {"rating": "excellent"})
    assert again.json()["bars"] == ["A correction of this question awaits an answer."]
    nowhere = people.officer.post(f"{draft}/corrections", json=SLIP | {"question": "9.9.9"})
    assert nowhere.json()["type"] == "/problems/question-not-found"
    unknown = people.manager.post(f"{draft}/corrections/{uuid4()}/decision", json=AGREED)
    assert unknown.json()["type"] == "/problems/correction-not-found"


def test_a_correction_that_a_comment_came_before_is_not_agreed_to(people: make.People, draft: str) -> None:
    decision = proposed(people, draft)
    said = {"question": "1.1.1", "comment": "The page is signed, as we wrote."}
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=said))
    accepted = {"outcome": "accepted", "reason": SLIP["reason"], "new_rating": "good"}
    make.ok(people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=accepted))
    assert bars(people.manager, decision, AGREED) == ["The rating of the question is that already."]


def test_a_dispute_overtakes_what_awaited_an_answer(people: make.People, draft: str) -> None:
    decision = proposed(people, draft)
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    [overtaken] = make.ok(people.officer.get(f"{draft}/corrections"))["items"]
    assert overtaken["outcome"] == "overtaken"
    assert people.manager.post(decision, json=AGREED).json()["type"] == "/problems/correction-decided"
    make.ok(people.manager.post(f"{draft}/senior-review"))
    upheld = {"outcome": "upheld", "reason": SLIP["reason"]}
    make.ok(people.manager.post(f"{draft}/senior-review/outcome", json=upheld))
    assert make.ok(people.manager.post(f"{draft}/publication"))["status"] == "published"


def test_what_is_only_proposed_is_the_councils_own(people: make.People, draft: str) -> None:
    decision = proposed(people, draft)
    assert people.provider.get(f"{draft}/corrections").status_code == 403
    steps = [each["step"] for each in make.ok(people.provider.get(f"{draft}/timeline"))["items"]]
    assert not {"propose_correction", "refuse_correction", "correct_draft"} & set(steps)
    make.ok(people.manager.post(decision, json=AGREED))
    newest = make.ok(people.provider.get(f"{draft}/timeline"))["items"][0]
    assert (newest["step"], newest["by_name"], newest["reason"]) == ("correct_draft", "Mary Manager", SLIP["reason"])


def test_a_window_is_opened_again_by_nothing_else(people: make.People, session: Session, draft: str) -> None:
    """By SQL from the service's own role: not without a correction, nor a second time for the same one."""
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    reopen = "UPDATE assessment SET accuracy_closed_at = NULL"
    longer = "UPDATE assessment SET accuracy_closes_at = accuracy_closes_at + interval '30 days'"
    own_hand = "UPDATE correction SET outcome = NULL, decided_at = NULL"

    def frozen(statement: str) -> None:
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(statement))

    frozen(reopen)
    frozen(longer)
    make.ok(people.manager.post(proposed(people, draft), json=AGREED))
    frozen(longer)
    frozen(own_hand)
    frozen("DELETE FROM correction")
    do_due(session, NOON + timedelta(days=20))
    assert make.ok(people.officer.get(draft))["accuracy_closed_at"] is not None
    frozen(reopen)
