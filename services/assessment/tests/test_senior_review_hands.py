"""A senior review is a commissioning manager's, or whoever's one hands it to; it does not die with its reviewer."""

from typing import Any

import make_assessment as make
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_contracts.roles import Role
from assay_kit.testing import told

UPHELD = {"outcome": "upheld", "reason": "The findings rest on what was seen."}


@pytest.fixture
def disputed(people: make.People, session: Session) -> str:
    draft = f"/v1/assessments/{make.drafted(people, session)}"
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    return draft


def handing(subject: str, name: str) -> dict[str, Any]:
    return {"reviewer": subject, "reviewer_name": name, "reason": "The reviewer is away for some weeks."}


SECOND = handing("person:sam-second", "Sam Second")


def test_an_officer_takes_a_review_on_only_where_a_manager_handed_it_over(
    people: make.People, session: Session, disputed: str
) -> None:
    refused = people.second_officer.post(f"{disputed}/senior-review").json()
    assert refused["bars"] == ["A commissioning manager takes the review on, or hands it to you."]
    make.ok(people.manager.post(f"{disputed}/senior-review/handover", json=SECOND))
    [letter] = [each for each in told(session, MessageRequested) if each.template == "senior_review_handed_over"]
    assert letter.to.person == "person:sam-second"
    assert people.manager.post(f"{disputed}/senior-review").json()["bars"] == ["This review was handed to Sam Second."]
    make.ok(people.second_officer.post(f"{disputed}/senior-review"))
    make.ok(people.second_officer.post(f"{disputed}/senior-review/outcome", json=UPHELD))


def test_a_review_goes_on_in_other_hands_and_is_published_by_another_manager(
    people: make.People, session: Session, disputed: str
) -> None:
    make.ok(people.manager.post(f"{disputed}/senior-review"))
    assert people.second_manager.post(f"{disputed}/senior-review/outcome", json=UPHELD).status_code == 409
    mona = handing("person:mona-manager", "Mona Manager")
    make.ok(people.second_manager.post(f"{disputed}/senior-review/handover", json=mona))
    assert make.ok(people.provider.get(f"{disputed}/draft"))["dispute"]["reviewer_name"] == "Mona Manager"
    told_to_provider = people.provider.get(f"{disputed}/timeline").text
    assert "hand_review_over" in told_to_provider
    assert mona["reason"] not in told_to_provider
    make.ok(people.second_manager.post(f"{disputed}/senior-review/outcome", json=UPHELD))
    late = people.manager.post(f"{disputed}/senior-review/handover", json=SECOND)
    assert late.json()["bars"] == ["The review has its outcome."]
    assert people.officer.post(f"{disputed}/publication").json()["bars"] == [
        "Whoever reviewed it publishes it, or a commissioning manager who took no part in the validation."
    ]
    assert make.ok(people.manager.post(f"{disputed}/publication"))["status"] == "published"
    for change in ("UPDATE review_handover SET reason = 'another'", "DELETE FROM review_handover"):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(change))


def test_what_is_undecided_of_a_disputed_draft_is_the_reviewers_and_not_its_officers(
    people: make.People, session: Session
) -> None:
    draft = f"/v1/assessments/{make.drafted(people, session)}"
    decisions = []
    for code in ("1.1.1", "1.1.2"):
        said = {"question": code, "comment": "The page is signed, as we wrote."}
        comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=said))
        decisions.append(f"{draft}/accuracy-comments/{comment['id']}/decision")
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    changed = {"outcome": "accepted", "reason": "The page is signed.", "new_rating": "excellent"}
    barred = ["The draft is disputed, and you worked on it; whoever reviews the dispute decides what is left."]
    assert people.officer.post(decisions[0], json=changed).json()["bars"] == barred
    make.ok(people.manager.post(f"{draft}/senior-review/handover", json=SECOND))
    make.ok(people.second_officer.post(decisions[0], json=changed))
    make.ok(people.second_officer.post(f"{draft}/senior-review"))
    assert people.officer.post(decisions[1], json=changed).json()["bars"] == barred
    make.ok(people.second_officer.post(decisions[1], json=changed))
    make.ok(people.second_officer.post(f"{draft}/senior-review/outcome", json=UPHELD))
    make.ok(people.second_officer.post(f"{draft}/publication"))


def test_neither_the_lead_nor_an_assigned_officer_reviews(
    people: make.People, client_as: make.ClientAs, disputed: str
) -> None:
    both = [("person:lee-lead", "Lee Lead", True), ("person:abe-assigned", "Abe Assigned", False)]
    for subject, name, leads in both:
        assigned = {"officer": subject, "officer_name": name, "leads": leads}
        make.ok(people.manager.post(f"{disputed}/officers", json=assigned))
    for subject, name in [(each[0], each[1]) for each in both] + [("person:oscar-officer", "Oscar Officer")]:
        refused = people.manager.post(f"{disputed}/senior-review/handover", json=handing(subject, name))
        assert refused.json()["bars"] == [
            "They took part in the validation, or work on it; another person reviews the dispute."
        ]
    lead = client_as(Role.COMMISSIONING_MANAGER, name="Lee Lead")
    assert lead.post(f"{disputed}/senior-review").status_code == 409
