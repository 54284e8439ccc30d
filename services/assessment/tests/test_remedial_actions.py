from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import make_assessment as make
import pytest
from fastapi import FastAPI
from make_plan import ACTION, WANTING, act_on_all, approve, asked_for, messages, url
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.assessment import RemedialActionOverdue
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.messages import MessageRequested
from assay_kit.testing import NOON, Time, do_due, told
from assay_kit.timeline import timeline_of


@pytest.fixture
def plan(people: make.People, session: Session) -> dict[str, Any]:
    return asked_for(people, session)


@pytest.fixture
def approved(people: make.People, plan: dict[str, Any]) -> dict[str, Any]:
    return approve(people, plan)


def test_every_question_found_wanting_becomes_an_issue(plan: dict[str, Any]) -> None:
    issues = {issue["question"]: issue for issue in plan["issues"]}
    assert {code: issue["rating"] for code, issue in issues.items()} == WANTING
    assert issues["1.1.1"]["finding"] == "What was seen about 1.1.1 does not bear out the answer."
    assert plan["due_at"] == "2026-03-16T23:59:59.999999Z"


def test_a_good_rating_asks_for_no_plan(people: make.People, session: Session) -> None:
    assessment_id = make.published(people, session, {"1.1.1": "requires_improvement"})
    assert make.ok(people.officer.get(f"/v1/remedial-plans?assessment_id={assessment_id}"))["items"] == []


def test_another_provider_finds_no_plan(people: make.People, plan: dict[str, Any]) -> None:
    assert people.other_provider.get(url(plan)).status_code == 404
    assert people.other_provider.post(f"{url(plan)}/submission").status_code == 404
    assert make.ok(people.other_provider.get("/v1/remedial-plans"))["items"] == []
    assert people.provider.post(f"{url(plan)}/approval").status_code == 403


def test_a_plan_needs_an_action_for_every_issue(people: make.People, plan: dict[str, Any]) -> None:
    first = plan["issues"][0]
    make.ok(people.provider.post(f"{url(plan)}/issues/{first['id']}/actions", json=ACTION))
    barred = people.provider.post(f"{url(plan)}/submission")
    assert barred.json()["bars"] == [f"Question {issue['question']} has no action." for issue in plan["issues"][1:]]
    unknown = people.provider.post(f"{url(plan)}/issues/{uuid4()}/actions", json=ACTION)
    assert unknown.status_code == 404
    past = people.provider.post(f"{url(plan)}/issues/{first['id']}/actions", json=ACTION | {"due_on": "2026-03-01"})
    assert past.json()["type"] == "/problems/due-at-no-good-time"


def test_a_returned_plan_is_changed_and_submitted_again(people: make.People, plan: dict[str, Any]) -> None:
    [action, *_] = act_on_all(people, plan)
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    change = f"{url(plan)}/actions/{action['id']}"
    assert people.provider.put(change, json=ACTION).json()["type"] == "/problems/plan-not-being-written"
    returned = make.ok(people.officer.post(f"{url(plan)}/return", json={"reason": "The measure cannot be checked."}))
    assert (returned["status"], returned["returned_because"]) == ("returned", "The measure cannot be checked.")
    changed = people.provider.put(change, json=ACTION | {"owner": "Quality lead"}, headers={"If-Match": '"1"'})
    assert (changed.json()["owner"], changed.headers["ETag"]) == ("Quality lead", '"2"')
    for stale in ({"If-Match": '"1"'}, {"If-Match": "*"}, {}):
        assert people.provider.put(change, json=ACTION, headers=stale).status_code == 412, stale
    assert make.ok(people.provider.post(f"{url(plan)}/submission"))["status"] == "submitted"
    assert make.ok(people.officer.post(f"{url(plan)}/approval"))["status"] == "approved"


def test_a_plan_whose_days_are_past_is_neither_submitted_nor_approved(
    people: make.People, plan: dict[str, Any], at: Time
) -> None:
    [action, *_] = act_on_all(people, plan)
    late = "Question 1.1.1 has an action that was due on 2026-03-10, which is past: "
    about = {"headers": {"If-Match": '"1"'}, "json": ACTION | {"due_on": "2026-03-10"}}
    make.ok(people.provider.put(f"{url(plan)}/actions/{action['id']}", **about))
    at.now = NOON + timedelta(days=9)
    barred = people.provider.post(f"{url(plan)}/submission").json()
    assert barred["bars"] == [late + "give it a day that is ahead."]
    at.now = NOON + timedelta(days=8)
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    at.now = NOON + timedelta(days=9)
    barred = people.officer.post(f"{url(plan)}/approval").json()
    assert barred["bars"] == [late + "return the plan, so that the provider gives it a day that is ahead."]


def test_a_plan_closes_only_when_every_issue_is_verified(people: make.People, approved: dict[str, Any]) -> None:
    action = approved["issues"][0]["actions"][0]
    progress = {"progress": "done", "note": "All plans are rewritten."}
    make.ok(people.provider.post(f"{url(approved)}/actions/{action['id']}/progress", json=progress))
    verified = {"outcome": "completely_remedied", "reason": "Ten plans were read with the people."}
    for issue in approved["issues"]:
        early = people.officer.post(f"{url(approved)}/closure")
        assert f"Question {issue['question']} is not verified." in early.json()["bars"]
        make.ok(people.officer.post(f"{url(approved)}/issues/{issue['id']}/verification", json=verified))
    again = f"{url(approved)}/issues/{approved['issues'][0]['id']}/verification"
    assert people.officer.post(again, json=verified).json()["type"] == "/problems/issue-verified"
    late = people.provider.post(f"{url(approved)}/actions/{action['id']}/progress", json=progress)
    assert late.json()["type"] == "/problems/issue-verified"
    assert make.ok(people.officer.post(f"{url(approved)}/closure"))["status"] == "closed"
    whole = make.ok(people.provider.get(url(approved)))
    assert whole["issues"][0]["outcome"] == "completely_remedied"
    assert whole["issues"][0]["actions"][0]["notes"][0]["note"] == "All plans are rewritten."


def test_nothing_is_verified_before_approval(people: make.People, plan: dict[str, Any]) -> None:
    verified = {"outcome": "partly_remedied", "reason": "Some plans were read."}
    early = people.officer.post(f"{url(plan)}/issues/{plan['issues'][0]['id']}/verification", json=verified)
    assert early.json()["type"] == "/problems/plan-not-approved"


def test_an_overdue_action_is_told_once_and_again_after_an_extension(
    people: make.People, session: Session, approved: dict[str, Any], at: Time
) -> None:
    done = approved["issues"][0]["actions"][0]
    progress = {"progress": "done", "note": "All plans are rewritten."}
    make.ok(people.provider.post(f"{url(approved)}/actions/{done['id']}/progress", json=progress))
    do_due(session, NOON.replace(month=3, day=31, hour=22, minute=59))
    assert told(session, RemedialActionOverdue) == []
    late = NOON.replace(month=4, day=1)
    do_due(session, late)
    do_due(session, late + timedelta(days=1))
    others = [issue["actions"][0]["id"] for issue in approved["issues"][1:]]
    assert [str(event.action_id) for event in told(session, RemedialActionOverdue)] == others

    at.now = late
    extension = {"due_on": "2026-04-10", "reason": "The trainer was ill for two weeks."}
    extended = make.ok(people.officer.post(f"{url(approved)}/actions/{others[0]}/extension", json=extension))
    assert (extended["due_on"], extended["is_overdue"]) == ("2026-04-10", False)
    do_due(session, NOON.replace(month=4, day=11))
    assert [str(event.action_id) for event in told(session, RemedialActionOverdue)][3:] == [others[0]]


def test_a_returned_plan_has_as_long_again_and_only_then_is_late(
    people: make.People, session: Session, plan: dict[str, Any], at: Time
) -> None:
    act_on_all(people, plan)
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    at.now = NOON + timedelta(days=20)
    reason = "The measure cannot be checked."
    returned = make.ok(people.officer.post(f"{url(plan)}/return", json={"reason": reason}))
    assert returned["due_at"] == "2026-04-05T22:59:59.999999Z"
    [written] = messages(session, "remedial_plan_returned")
    assert written.to.provider_id == make.PROVIDER
    assert written.personalisation == {"reason": reason, "due_on": "2026-04-05"}
    do_due(session, NOON + timedelta(days=34))
    assert messages(session, "remedial_plan_overdue") == []
    do_due(session, NOON + timedelta(days=35))
    assert len(messages(session, "remedial_plan_overdue")) == 2


def test_a_plan_that_is_late_twice_is_told_of_twice(
    people: make.People, session: Session, plan: dict[str, Any], at: Time
) -> None:
    do_due(session, NOON + timedelta(days=15))
    at.now = NOON + timedelta(days=16)
    act_on_all(people, plan)
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    make.ok(people.officer.post(f"{url(plan)}/return", json={"reason": "The measure cannot be checked."}))
    do_due(session, NOON + timedelta(days=31))
    references = [each.reference for each in messages(session, "remedial_plan_overdue")]
    assert len(references) == len(set(references)) == 4


def test_verifying_and_extending_are_steps_with_a_person(
    people: make.People, session: Session, approved: dict[str, Any]
) -> None:
    first, second = approved["issues"][:2]
    verified = {"outcome": "completely_remedied", "reason": "Ten plans were read with the people."}
    make.ok(people.officer.post(f"{url(approved)}/issues/{first['id']}/verification", json=verified))
    extension = {"due_on": "2026-04-10", "reason": "The trainer was ill for two weeks."}
    make.ok(people.officer.post(f"{url(approved)}/actions/{second['actions'][0]['id']}/extension", json=extension))
    extended, checked = timeline_of(session, object_id=UUID(approved["id"]))[:2]
    assert (checked.step, checked.by_name, checked.reason) == ("verify_issue", "Oscar Officer", verified["reason"])
    assert checked.detail == {"question": first["question"], "outcome": "completely_remedied"}
    assert (extended.step, extended.reason) == ("extend_action", extension["reason"])
    assert (extended.detail["from"], extended.detail["to"]) == ("2026-03-31", "2026-04-10")


def test_what_a_plan_could_not_show_is_refused(
    people: make.People, plan: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.remedial_actions.actions.MOST_ACTIONS", len(plan["issues"]))
    monkeypatch.setattr("assessment.remedial_actions.actions.MOST_NOTES", 1)
    [action, *_] = act_on_all(people, plan)
    more = people.provider.post(f"{url(plan)}/issues/{plan['issues'][0]['id']}/actions", json=ACTION)
    assert more.json()["type"] == "/problems/too-many"
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    make.ok(people.officer.post(f"{url(plan)}/approval"))
    progress = {"progress": "under_way", "note": "Half of the plans are rewritten."}
    note = f"{url(plan)}/actions/{action['id']}/progress"
    make.ok(people.provider.post(note, json=progress))
    assert people.provider.post(note, json=progress).json()["type"] == "/problems/too-many"


def test_a_note_of_progress_relies_on_the_providers_own_evidence(
    people: make.People, approved: dict[str, Any], app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = make.evidence(make.PROVIDER)
    directory = FakeDirectory(evidence=[own])
    monkeypatch.setattr(app.state, "directory", directory, raising=False)
    note = f"{url(approved)}/actions/{approved['issues'][0]['actions'][0]['id']}/progress"
    strange = uuid4()
    progress = {"progress": "done", "note": "See the sample."}
    refused = people.provider.post(note, json=progress | {"evidence_ids": [str(strange)]})
    assert refused.json()["bars"] == [f"The note names evidence {strange}, which the provider has not uploaded."]
    make.ok(people.provider.post(note, json=progress | {"evidence_ids": [str(own.id)]}))
    assert directory.reliances == {(own.id, RelyingObject("remedial_plan", UUID(approved["id"])))}


def test_nothing_is_locked_while_the_directory_answers(
    people: make.People, session: Session, approved: dict[str, Any], app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = f"/v1/assessments/{make.drafted(people, session)}"
    own = make.evidence(make.PROVIDER)
    directory, locks = FakeDirectory(evidence=[own]), list[list[str]]()
    rely = directory.rely_on_evidence
    monkeypatch.setattr(app.state, "directory", directory, raising=False)
    note = f"{url(approved)}/actions/{approved['issues'][0]['actions'][0]['id']}/progress"
    comment = {"question": "1.1.1", "comment": "The plan was signed in January."}
    progress = {"progress": "done", "note": "See the sample."}
    with make.statements(session) as sent:

        def watched(*about: Any, **more: Any) -> Any:
            locks.append(_locking(sent))
            return rely(*about, **more)

        monkeypatch.setattr(directory, "rely_on_evidence", watched)
        for address, body in ((note, progress), (f"{draft}/accuracy-comments", comment)):
            sent.clear()
            make.ok(people.provider.post(address, json=body | {"evidence_ids": [str(own.id)]}))
            assert _locking(sent)
    assert locks == [[], []]


def _locking(sent: list[str]) -> list[str]:
    return [each for each in sent if "FOR UPDATE" in each]


def test_a_verified_issue_stays_whoever_asks(people: make.People, session: Session, approved: dict[str, Any]) -> None:
    issue = approved["issues"][0]
    verified = {"outcome": "completely_remedied", "reason": "Ten plans were read with the people."}
    make.ok(people.officer.post(f"{url(approved)}/issues/{issue['id']}/verification", json=verified))
    for statement in ("UPDATE remedial_issue SET outcome = NULL", "DELETE FROM remedial_issue"):
        with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
            session.connection().execute(text(f"{statement} WHERE id = '{issue['id']}'"))


def test_both_sides_are_told_once_that_a_plan_has_not_come(session: Session, plan: dict[str, Any]) -> None:
    def said() -> list[MessageRequested]:
        return [each for each in told(session, MessageRequested) if each.template == "remedial_plan_overdue"]

    do_due(session, NOON + timedelta(days=14))
    assert said() == []
    do_due(session, NOON + timedelta(days=15))
    do_due(session, NOON + timedelta(days=16))
    assert [each.to.provider_id for each in said()] == [make.PROVIDER, None]


def test_an_action_added_by_mistake_is_taken_back_while_the_plan_is_written(
    people: make.People, plan: dict[str, Any]
) -> None:
    act_on_all(people, plan)
    [slip, *_] = act_on_all(people, plan)
    address, read = f"{url(plan)}/actions/{slip['id']}", {"If-Match": '"1"'}
    assert people.provider.delete(address).status_code == 412
    assert people.other_provider.delete(address, headers=read).status_code == 404
    assert people.provider.delete(address, headers=read).status_code == 204
    assert [len(each["actions"]) for each in make.ok(people.provider.get(url(plan)))["issues"]] == [1, 2, 2, 2]
    make.ok(people.provider.post(f"{url(plan)}/submission"))
    late = people.provider.delete(f"{url(plan)}/actions/{slip['id']}", headers=read)
    assert late.json()["type"] == "/problems/plan-not-being-written"


def test_an_extension_gives_more_time_to_what_is_open(people: make.People, approved: dict[str, Any]) -> None:
    finished, verified, open_ = (issue["actions"][0]["id"] for issue in approved["issues"][:3])
    done = {"progress": "done", "note": "All plans are rewritten."}
    make.ok(people.provider.post(f"{url(approved)}/actions/{finished}/progress", json=done))
    outcome = {"outcome": "partly_remedied", "reason": "Half of the plans were rewritten."}
    make.ok(people.officer.post(f"{url(approved)}/issues/{approved['issues'][1]['id']}/verification", json=outcome))
    refused = {}
    for action, due_on in ((finished, "2026-04-10"), (verified, "2026-04-10"), (open_, "2026-03-31")):
        wanted = {"due_on": due_on, "reason": "The trainer was ill for two weeks."}
        refused[action] = people.officer.post(f"{url(approved)}/actions/{action}/extension", json=wanted).json()["bars"]
    assert refused == {
        finished: ["The action is done."],
        verified: ["The issue has been verified."],
        open_: ["More time ends after 2026-03-31, when the action is due."],
    }
