from datetime import datetime, timedelta
from uuid import uuid4

import make_assessment as make
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.messages import MessageRequested
from assay_kit.calendar import end_of_london_day
from assay_kit.testing import NOON, Time, do_due, told
from assessment.drafts.rules import dispute_closes_at
from assessment.frameworks.reading import shipped

COMMENT = {"question": "1.1.1", "comment": "The plan was signed in January; see the attached page."}
REASON = "The signed page was seen and is dated."


@pytest.fixture
def draft(people: make.People, session: Session) -> str:
    return f"/v1/assessments/{make.drafted(people, session, {'1.1.1': 'poor', '1.1.2': 'requires_improvement'})}"


def test_the_provider_comments_by_question_and_the_officer_answers_each(people: make.People, draft: str) -> None:
    before = make.ok(people.provider.get(f"{draft}/draft"))["standing"]["trace"]["percent"]["exact"]
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    other = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT | {"question": "1.1.2"}))
    accepted = {"outcome": "accepted", "reason": REASON, "new_rating": "good"}
    make.ok(people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=accepted))
    rejected = {"outcome": "rejected", "reason": "The page is of another service."}
    make.ok(people.officer.post(f"{draft}/accuracy-comments/{other['id']}/decision", json=rejected))

    listed = make.ok(people.provider.get(f"{draft}/accuracy-comments"))
    assert [each["outcome"] for each in listed] == ["accepted", "rejected"]
    after = make.ok(people.provider.get(f"{draft}/draft"))
    changes = [(c["question"], c["before"], c["rating"], c["reason"]) for c in after["changes"]]
    assert changes == [("1.1.1", "poor", "good", REASON)]
    assert (after["standing"]["number"], after["standing"]["cause"]) == (2, "factual_accuracy")
    assert after["earlier"][0]["trace"]["percent"]["exact"] == before
    assert after["standing"]["trace"]["percent"]["exact"] != before
    again = people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=accepted)
    assert again.json()["type"] == "/problems/comment-decided"


def test_a_rejected_comment_changes_no_rating(people: make.People, draft: str) -> None:
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    both = {"outcome": "rejected", "reason": REASON, "new_rating": "good"}
    refused = people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=both)
    assert refused.json()["bars"] == ["A rejected comment leaves the rating as it is."]


def test_a_change_that_is_none_is_refused(people: make.People, draft: str) -> None:
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    same = {"outcome": "accepted", "reason": REASON, "new_rating": "poor"}
    refused = people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=same)
    assert refused.json()["bars"] == ["The rating of the comment's question is that already: leave it out."]
    without = same | {"new_rating": None}
    make.ok(people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=without))
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    make.ok(people.manager.post(f"{draft}/senior-review"))
    changes = [{"question": "1.1.1", "rating": "poor", "reason": REASON}]
    again = people.manager.post(
        f"{draft}/senior-review/outcome", json={"outcome": "changed", "reason": REASON, "changes": changes}
    )
    assert again.json()["bars"] == ["The rating of question 1.1.1 is that already: leave it out."]


def test_a_finding_that_was_changed_twice_says_from_what_each_time(people: make.People, draft: str) -> None:
    for rating in ("good", "excellent"):
        comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
        accepted = {"outcome": "accepted", "reason": REASON, "new_rating": rating}
        make.ok(people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=accepted))
    changes = make.ok(people.provider.get(f"{draft}/draft"))["changes"]
    assert [(each["before"], each["rating"]) for each in changes] == [("poor", "good"), ("good", "excellent")]


def test_the_provider_is_told_what_was_answered_and_how_long_it_may_dispute(
    people: make.People, session: Session, draft: str, at: Time
) -> None:
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    at.now = NOON + timedelta(days=20)
    do_due(session, at.now)
    read = make.ok(people.provider.get(f"{draft}/draft"))
    assert (read["is_open_for_comment"], read["is_open_to_dispute"]) == (False, True)
    rejected = {"outcome": "rejected", "reason": "The page is of another service."}
    make.ok(people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=rejected))
    [letter] = [each for each in told(session, MessageRequested) if each.template == "accuracy_comment_answered"]
    assert letter.to.provider_id == make.PROVIDER
    assert (letter.personalisation["outcome"], letter.personalisation["dispute_by"]) == ("rejected", "2026-03-29")
    early = people.officer.post(f"{draft}/publication")
    assert early.json()["bars"] == ["The provider may still dispute what was answered to its comments."]
    read = make.ok(people.provider.get(f"{draft}/draft"))
    assert (read["dispute_closes_at"], read["is_open_to_dispute"]) == ("2026-03-29T22:59:59.999999Z", True)
    at.now = NOON + timedelta(days=28)
    late = people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."})
    assert late.json()["bars"] == ["The time to dispute the draft is over."]
    assert make.ok(people.officer.post(f"{draft}/publication"))["status"] == "published"


def test_whoever_has_confirmed_what_was_answered_disputes_it_no_more(people: make.People, draft: str) -> None:
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    rejected = {"outcome": "rejected", "reason": "The page is of another service."}
    make.ok(people.officer.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=rejected))
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    assert make.ok(people.officer.post(f"{draft}/publication"))["status"] == "published"


@pytest.mark.parametrize(
    ("closed", "decided", "ends"),
    [
        (None, None, 14),
        (None, 3, 14),
        (None, 10, 17),
        (14, 20, 27),
        (5, None, 5),
        (5, 4, 5),
        (5, 8, 15),
    ],
)
def test_the_time_to_dispute(closed: int | None, decided: int | None, ends: int) -> None:
    def end_of(days: int) -> datetime:
        return end_of_london_day(NOON.date() + timedelta(days=days))

    found = dispute_closes_at(
        shipped().policy,
        closes_at=end_of(14),
        closed_at=None if closed is None else end_of(closed),
        decided_at=None if decided is None else NOON + timedelta(days=decided),
    )
    is_confirmed = ends == closed == 5
    assert found == end_of(ends) - timedelta(microseconds=is_confirmed)


def test_a_comment_of_another_assessment_is_not_found(people: make.People, draft: str) -> None:
    decision = {"outcome": "accepted", "reason": REASON}
    assert people.officer.post(f"{draft}/accuracy-comments/{uuid4()}/decision", json=decision).status_code == 404


def test_the_window_is_open_until_the_end_of_the_fourteenth_day(
    people: make.People, session: Session, draft: str, at: Time
) -> None:
    at.now = NOON + timedelta(days=14, hours=11, minutes=59)
    assert people.provider.post(f"{draft}/accuracy-comments", json=COMMENT).status_code == 201
    early = people.officer.post(f"{draft}/publication")
    assert early.json()["bars"] == [
        "The factual accuracy window is still open.",
        "1 comments on factual accuracy await a decision.",
    ]
    at.now = NOON + timedelta(days=14, hours=12)
    late = people.provider.post(f"{draft}/accuracy-comments", json=COMMENT)
    assert late.json()["bars"] == ["The factual accuracy window is over."]


def test_the_window_closes_by_itself_and_the_officer_is_told_once(
    people: make.People, session: Session, draft: str
) -> None:
    def said() -> list[MessageRequested]:
        return [each for each in told(session, MessageRequested) if each.template == "factual_accuracy_window_closed"]

    do_due(session, NOON + timedelta(days=14))
    assert said() == []
    do_due(session, NOON + timedelta(days=15))
    do_due(session, NOON + timedelta(days=16))
    assert [each.to.person for each in said()] == ["person:oscar-officer"]
    read = make.ok(people.provider.get(f"{draft}/draft"))
    assert read["accuracy_closed_at"] == read["accuracy_closes_at"]
    assert read["is_open_for_comment"] is False
    [closed, *_] = make.ok(people.provider.get(f"{draft}/timeline"))["items"]
    assert (closed["step"], closed["by_name"]) == ("close_accuracy_window", "Assay")


def test_the_provider_may_close_the_window_early(people: make.People, draft: str) -> None:
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    late = people.provider.post(f"{draft}/accuracy-comments", json=COMMENT)
    assert late.json()["bars"] == ["The factual accuracy window has been closed."]
    assert make.ok(people.officer.post(f"{draft}/publication"))["status"] == "published"


def test_a_dispute_is_reviewed_and_published_by_somebody_who_did_not_validate(people: make.People, draft: str) -> None:
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    assert people.officer.post(f"{draft}/publication").json()["type"] == "/problems/step-not-allowed"
    own = people.officer.post(f"{draft}/senior-review")
    assert own.json()["bars"] == ["You took part in the validation; another person reviews the dispute."]
    assert make.ok(people.manager.post(f"{draft}/senior-review"))["status"] == "senior_review"
    assert people.manager.post(f"{draft}/publication").json()["bars"] == ["The senior review has no outcome yet."]

    changed = {
        "outcome": "changed",
        "reason": "The rotas as worked bear the provider out on one question.",
        "changes": [{"question": "1.1.1", "rating": "good", "reason": "The rota shows the calls were made."}],
    }
    by_another = people.second_manager.post(f"{draft}/senior-review/outcome", json=changed)
    assert by_another.json()["bars"] == ["Mary Manager has taken this review on."]
    make.ok(people.manager.post(f"{draft}/senior-review/outcome", json=changed))
    assert people.second_officer.post(f"{draft}/publication").status_code == 409
    published = make.ok(people.manager.post(f"{draft}/publication"))
    assert published["status"] == "published"
    read = make.ok(people.provider.get(f"{draft}/draft"))
    assert (read["standing"]["cause"], read["dispute"]["outcome"]) == ("senior_review", "changed")
    assert make.ok(people.provider.post(f"{draft}/recomputation"))["agrees"]


@pytest.mark.parametrize(
    ("outcome", "changes", "bar"),
    [
        ("changed", [], "Name at least one finding"),
        ("upheld", [{"question": "1.1.1", "rating": "good", "reason": REASON}], "upheld changes nothing"),
        ("changed", [{"question": "1.1.1", "rating": "good", "reason": REASON}] * 2, "changed once"),
    ],
)
def test_the_outcome_of_a_review_says_what_it_changed(
    people: make.People, draft: str, outcome: str, changes: list[dict[str, str]], bar: str
) -> None:
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    make.ok(people.manager.post(f"{draft}/senior-review"))
    said = {"outcome": outcome, "reason": REASON, "changes": changes}
    refused = people.manager.post(f"{draft}/senior-review/outcome", json=said)
    assert [bar in each for each in refused.json()["bars"]] == [True]


@pytest.fixture
def disputed(people: make.People, session: Session) -> str:
    """A draft that two people worked on, of whom the second saved over the first, disputed by the provider."""
    draft = f"/v1/assessments/{make.validated(people, session)}"
    first = make.finding("1.1.1", {"1.1.1": "poor"})
    saved = people.second_officer.put(f"{draft}/validated-answers/1.1.1", json=first, headers={"If-Match": '"1"'})
    make.ok(saved)
    again = people.officer.put(
        f"{draft}/validated-answers/1.1.1", json=make.finding("1.1.1"), headers={"If-Match": '"2"'}
    )
    make.ok(again)
    make.ok(people.officer.post(f"{draft}/draft"))
    comment = make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    accepted = {"outcome": "accepted", "reason": REASON, "new_rating": "excellent"}
    make.ok(people.manager.post(f"{draft}/accuracy-comments/{comment['id']}/decision", json=accepted))
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    return draft


def test_nobody_who_validated_in_any_way_takes_the_review(people: make.People, disputed: str) -> None:
    for person in (people.officer, people.second_officer, people.manager):
        refused = person.post(f"{disputed}/senior-review")
        assert refused.json()["bars"] == ["You took part in the validation; another person reviews the dispute."]
    assert make.ok(people.second_manager.post(f"{disputed}/senior-review"))["status"] == "senior_review"


def test_what_is_said_and_decided_about_a_draft_is_on_the_timeline_with_its_person(
    people: make.People, session: Session, draft: str, disputed: str
) -> None:
    make.ok(people.second_manager.post(f"{disputed}/senior-review"))
    upheld = {"outcome": "upheld", "reason": "The findings rest on what was seen."}
    make.ok(people.second_manager.post(f"{disputed}/senior-review/outcome", json=upheld))
    steps = make.ok(people.provider.get(f"{disputed}/timeline"))["items"]
    by = {each["step"]: each["by_name"] for each in steps}
    assert (by["decide_comment"], by["conclude_senior_review"]) == ("Mary Manager", "Mona Manager")
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    [confirmed, *_] = make.ok(people.provider.get(f"{draft}/timeline"))["items"]
    assert (confirmed["step"], confirmed["by_name"], confirmed["to_status"]) == (
        "confirm_accuracy",
        "Pat Provider",
        "draft_issued",
    )


def test_the_officer_hears_of_each_comment_and_of_an_early_confirmation(
    people: make.People, session: Session, draft: str
) -> None:
    for _ in range(2):
        make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    wanted = {"accuracy_comment_made", "accuracy_confirmed"}
    letters = [each for each in told(session, MessageRequested) if each.template in wanted]
    assert [(each.template, each.to.person) for each in letters] == [
        ("accuracy_comment_made", "person:oscar-officer"),
        ("accuracy_comment_made", "person:oscar-officer"),
        ("accuracy_confirmed", "person:oscar-officer"),
    ]
    assert len({each.reference for each in letters}) == 3


def test_a_comment_names_only_evidence_that_is_the_providers_own(people: make.People, draft: str) -> None:
    strange = uuid4()
    refused = people.provider.post(f"{draft}/accuracy-comments", json=COMMENT | {"evidence_ids": [str(strange)]})
    assert refused.json()["bars"] == [f"The comment names evidence {strange}, which the provider has not uploaded."]


def test_a_comment_beyond_what_is_shown_is_refused(
    people: make.People, draft: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.drafts.actions.MOST_COMMENTS", 1)
    make.ok(people.provider.post(f"{draft}/accuracy-comments", json=COMMENT))
    assert people.provider.post(f"{draft}/accuracy-comments", json=COMMENT).json()["type"] == "/problems/too-many"


def test_what_was_said_and_decided_stays_before_publication_too(
    people: make.People, session: Session, disputed: str
) -> None:
    make.ok(people.second_manager.post(f"{disputed}/senior-review"))
    assessment_id = disputed.rsplit("/", 1)[-1]
    for table, change in (
        ("accuracy_comment", "SET comment = 'We agree with everything.'"),
        ("accuracy_comment", "SET outcome = NULL, decided_at = NULL"),
        ("dispute", "SET reason = 'There is none.'"),
        ("dispute", "SET reviewer = 'person:oscar-officer'"),
        ("validating_person", "SET subject = 'nobody'"),
        ("assessment", "SET draft_issued_at = NULL"),
        ("assessment", "SET accuracy_closes_at = now()"),
    ):
        key = "id" if table == "assessment" else "assessment_id"
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"UPDATE {table} {change} WHERE {key} = '{assessment_id}'"))
    for table in ("accuracy_comment", "dispute", "validating_person", "assessment"):
        key = "id" if table == "assessment" else "assessment_id"
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"DELETE FROM {table} WHERE {key} = '{assessment_id}'"))


def test_a_window_that_was_closed_stays_closed(people: make.People, session: Session, draft: str) -> None:
    make.ok(people.provider.post(f"{draft}/accuracy-confirmation"))
    assessment_id = draft.rsplit("/", 1)[-1]
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.connection().execute(
            text(f"UPDATE assessment SET accuracy_closed_at = NULL WHERE id = '{assessment_id}'")
        )


def test_an_upheld_draft_is_published_as_it_was(people: make.People, draft: str) -> None:
    make.ok(people.provider.post(f"{draft}/dispute", json={"reason": "The rota was read wrongly throughout."}))
    make.ok(people.manager.post(f"{draft}/senior-review"))
    upheld = {"outcome": "upheld", "reason": "The findings rest on what was seen."}
    make.ok(people.manager.post(f"{draft}/senior-review/outcome", json=upheld))
    twice = people.manager.post(f"{draft}/senior-review/outcome", json=upheld)
    assert twice.json()["bars"] == ["The review has its outcome."]
    assert make.ok(people.manager.post(f"{draft}/publication"))["rating"] == "good"
