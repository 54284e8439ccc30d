"""What happens when two people press the button at once: real transactions on a database of the test's own."""

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import make_assessment as make
import pytest
from sqlalchemy import Engine
from sqlmodel import Session
from stage_assessment import MYSELF, NONE, OFFICER, REASON, Stage, somebody

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_contracts.directory.evidence import EvidenceRecord
from assay_contracts.roles import Role
from assay_kit.calendar import end_of_london_day
from assay_kit.identity import Principal
from assay_kit.problems import StepNotAllowed
from assessment.assessments.actions import schedule
from assessment.assessments.errors import Barred
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import Cause
from assessment.evidence import Evidence
from assessment.main import SERVICE
from assessment.programme.bulk import schedule_many
from assessment.publications.actions import publish
from assessment.publications.withdrawing import propose_withdrawal, withdraw
from assessment.rating.answers import AnswerRating
from assessment.remedial_actions.actions import extend_action
from assessment.remedial_actions.due import tell_of_late_actions
from assessment.remedial_actions.repository import Plans
from assessment.self_assessments.actions import Answer, hash_of, save_answers, submit
from assessment.self_assessments.repository import SelfAnswers
from assessment.tables import Assessment, RemedialAction
from assessment.validations.actions import Found, record_findings
from assessment.validations.repository import Validations
from assessment.validations.rules import EvidenceKind

LAST_WORD = "Saved while the submission was waiting."


def open_session(engine: Engine) -> Session:
    return Session(engine, info={"service": SERVICE}, expire_on_commit=False)


def test_a_submission_waits_for_an_answer_that_is_being_saved(own_database: Engine) -> None:
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        assessment_id = stage.answered().id

    def submit_it() -> str | None:
        with open_session(own_database) as session, session.begin():
            by, now = stage.provider, stage.now
            return submit(
                session, assessment_id, name="Pat", position="Manager", evidence=NONE, by=by, now=now
            ).answers_hash

    with ThreadPoolExecutor(1) as other, open_session(own_database) as saving:
        changed = Answer(
            question="1.1.1", rating=AnswerRating.POOR, narrative=LAST_WORD, evidence_ids=[], read_version=1
        )
        save_answers(saving, assessment_id, [changed], by=stage.provider, now=stage.now)
        submitting = other.submit(submit_it)
        assert not wait([submitting], timeout=0.5).done
        saving.commit()
        answers_hash = submitting.result(timeout=10)

    with open_session(own_database) as session:
        answers = SelfAnswers(session).of(assessment_id)
        assert answers["1.1.1"].narrative == LAST_WORD
        assert answers_hash == hash_of(answers, {})


def test_answers_are_saved_while_the_directory_is_asked(own_database: Engine) -> None:
    """The directory may take its time: a submission holds nothing that others wait for meanwhile."""
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        found = stage.answered_with_evidence()
        assessment_id, provider, now = found.id, stage.provider, stage.now

    class Slow(FakeDirectory):
        def rely_on_evidence(self, evidence_ids: Iterable[UUID], **about: Any) -> Sequence[EvidenceRecord]:
            assert about["provider_id"] == provider.org
            with open_session(own_database) as other, other.begin():
                one = Answer(
                    question="1.1.2", rating=AnswerRating.POOR, narrative="Later.", evidence_ids=[], read_version=1
                )
                save_answers(other, assessment_id, [one], by=provider, now=now)
            return [make.evidence(about["provider_id"]).model_copy(update={"id": each}) for each in evidence_ids]

    with open_session(own_database) as session, session.begin():
        about: dict[str, Any] = {"name": "Pat", "position": "Manager", "evidence": Evidence(Slow())}
        submit(session, assessment_id, **about, by=provider, now=now)
        answers = SelfAnswers(session).of(assessment_id)
        assert answers["1.1.2"].narrative == "Later.", "what is signed is what stood when it was locked"


def test_of_two_who_publish_at_once_one_is_told_that_it_is_done(own_database: Engine) -> None:
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        assessment_id = stage.confirmed().id

    def publish_it() -> UUID:
        with open_session(own_database) as session, session.begin():
            return publish(session, assessment_id, by=OFFICER, now=stage.now).id

    with ThreadPoolExecutor(2) as both:
        tried: list[Future[UUID]] = [both.submit(publish_it) for _ in range(2)]
        wait(tried, timeout=20)
    failed = [future.exception() for future in tried if future.exception() is not None]
    assert [type(error) for error in failed] == [StepNotAllowed]
    with open_session(own_database) as session:
        published: Assessment = Assessments(session).get(assessment_id, by=OFFICER)
        assert published.status == "published"


@pytest.mark.parametrize("read_version", [None, 0])
def test_two_first_answers_to_one_question_never_both_stand(own_database: Engine, read_version: int | None) -> None:
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        assessment_id = stage.assessing().id

    def save(rating: AnswerRating) -> int:
        with open_session(own_database) as session, session.begin():
            first = Answer(question="1.1.1", rating=rating, narrative="", evidence_ids=[], read_version=read_version)
            [saved] = save_answers(session, assessment_id, [first], by=stage.provider, now=stage.now)
            return saved.version

    with ThreadPoolExecutor(2) as both:
        tried = [both.submit(save, rating) for rating in (AnswerRating.GOOD, AnswerRating.POOR)]
        wait(tried, timeout=20)
    assert sorted(future.exception() is None for future in tried) == [False, True]


@pytest.mark.parametrize("read_version", [None, 0, 1])
def test_two_officers_who_save_one_finding_at_once_never_overwrite_each_other(
    own_database: Engine, read_version: int | None
) -> None:
    """Whether it is the first finding of the question, or a change of one that both have read."""
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        assessment_id = stage.validating().id
        if read_version:
            record_findings(session, assessment_id, [found(AnswerRating.EXCELLENT, None)], by=OFFICER, now=stage.now)

    def save(by: Principal, rating: AnswerRating) -> int:
        with open_session(own_database) as session, session.begin():
            [saved] = record_findings(session, assessment_id, [found(rating, read_version)], by=by, now=stage.now)
            return saved.version

    second = somebody(Role.COMPLIANCE_OFFICER, "Sam Second")
    with ThreadPoolExecutor(2) as both:
        tried = [
            both.submit(save, OFFICER, AnswerRating.REQUIRES_IMPROVEMENT),
            both.submit(save, second, AnswerRating.POOR),
        ]
        wait(tried, timeout=20)
    assert sorted(future.exception() is None for future in tried) == [False, True]
    with open_session(own_database) as session:
        assert Validations(session).of(assessment_id)["1.1.1"].version == (read_version or 0) + 1


def found(rating: AnswerRating, read_version: int | None) -> Found:
    return Found(
        question="1.1.1",
        agrees=False,
        rating=rating,
        reason=REASON,
        evidence_kinds=[EvidenceKind.RECORDS],
        good_practice=None,
        read_version=read_version,
    )


def test_an_action_that_is_given_more_time_meanwhile_is_not_told_of_as_late(own_database: Engine) -> None:
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        plan = stage.approved_plan()
        plan_id, action_id = plan.id, stage.action_id(plan)
        others = len(Plans(session).actions(plan_id)) - 1
    late = end_of_london_day(stage.later) + timedelta(days=1)

    def tell() -> int:
        with open_session(own_database) as session, session.begin():
            return tell_of_late_actions(session, late)

    with ThreadPoolExecutor(1) as other, open_session(own_database) as extending:
        about: dict[str, Any] = {"due_on": stage.later_still, "reason": REASON}
        extend_action(extending, plan_id, action_id, **about, by=OFFICER, now=stage.now)
        telling = other.submit(tell)
        assert not wait([telling], timeout=0.5).done
        extending.commit()
        assert telling.result(timeout=10) == others

    with open_session(own_database) as session:
        assert session.get_one(RemedialAction, action_id).overdue_told_at is None


def test_a_service_that_is_scheduled_meanwhile_does_not_undo_the_others(own_database: Engine) -> None:
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        contested, other_service = stage.awaited(), stage.awaited()
    about: dict[str, Any] = {"due_before": date(9999, 1, 1), "officers": [], "days_to_validate": 28}
    about |= {"care_service_ids": [contested, other_service], "only_plan": False, "by": OFFICER, "now": stage.now}

    def schedule_both() -> dict[UUID, str | None]:
        with open_session(own_database) as session, session.begin():
            plan = schedule_many(session, Copies(session), **about)
            return {each.waiting.due.care_service_id: each.refused for each in plan.items}

    with ThreadPoolExecutor(1) as other, open_session(own_database) as first:
        schedule(first, Copies(first), contested, cause=Cause.ANNUAL, by=OFFICER, now=stage.now)
        scheduling = other.submit(schedule_both)
        assert not wait([scheduling], timeout=0.5).done
        first.commit()
        refused = scheduling.result(timeout=10)
    assert refused == {contested: "An assessment of this service was scheduled meanwhile.", other_service: None}
    with open_session(own_database) as session:
        assert Assessments(session).under_way(other_service) is not None


def test_of_two_ratings_withdrawn_in_favour_of_each_other_one_stands(own_database: Engine) -> None:
    with open_session(own_database) as session, session.begin():
        stage = Stage(session)
        pair = stage.replaced()
        proposals = {}
        for one, other in (pair, reversed(pair)):
            about: dict[str, Any] = {"replacement_id": other.id, "reason": REASON}
            proposals[one.id] = propose_withdrawal(session, one.id, **about, by=OFFICER, now=stage.now).id
        ids = [each.id for each in pair]

    def withdraw_it(assessment_id: UUID) -> UUID:
        with open_session(own_database) as session, session.begin():
            approving: dict[str, Any] = {"proposal_id": proposals[assessment_id], "by": MYSELF}
            return withdraw(session, assessment_id, **approving, now=stage.now).id

    with ThreadPoolExecutor(2) as both:
        tried = [both.submit(withdraw_it, assessment_id) for assessment_id in ids]
        wait(tried, timeout=20)
    assert [type(error) for each in tried if (error := each.exception()) is not None] == [Barred]
    with open_session(own_database) as session:
        statuses = sorted(Assessments(session).get(each, by=OFFICER).status for each in ids)
    assert statuses == ["published", "withdrawn"]
