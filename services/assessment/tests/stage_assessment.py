"""Brings an assessment to any stage through the service's own actions, quicker than through its front door.

It plays some months after the present: windows are open and dates ahead when the call is made that a stage is set for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import make_assessment as make
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.clock import business_now
from assay_kit.identity import Principal
from assay_kit.settings import Mode, Settings
from assessment.assessments import actions as scheduling
from assessment.assessments.repository import Assessments
from assessment.assessments.rules import Cause
from assessment.assignments import actions as assigning
from assessment.colleagues import Colleagues
from assessment.corrections import actions as correcting
from assessment.corrections.rules import CorrectionOutcome
from assessment.corrections.tables import Correction
from assessment.drafts import actions as drafting
from assessment.drafts.findings import Change
from assessment.drafts.rules import CommentOutcome, ReviewOutcome
from assessment.evidence import Evidence
from assessment.first_data import put_first_data
from assessment.frameworks.repository import Frameworks
from assessment.programme.actions import set_due_date
from assessment.publications import actions as publishing
from assessment.rating.answers import AnswerRating
from assessment.reassessments import actions as reassessing
from assessment.reassessments.tables import ReassessmentRequest
from assessment.remedial_actions import actions as remedying
from assessment.remedial_actions.repository import Plans
from assessment.remedial_actions.rules import Outcome
from assessment.sections import actions as sectioning
from assessment.self_assessments import actions as answering
from assessment.tables import AccuracyComment, Assessment, RemedialPlan
from assessment.validations import actions as validating
from assessment.validations.rules import EvidenceKind

_DEMONSTRATION = Settings(mode=Mode.DEMONSTRATION, database_url="")
NONE = Evidence(None)
LONG_AGO = datetime(1999, 12, 31, tzinfo=UTC)
REASON = "It was seen on both visits and in the records."
ME = "Known Caller"
WANTING = {"1.1.1": "poor", "2.1.1": "poor", "3.1.1": "poor"}


def somebody(role: Role, name: str, org: UUID | None = None) -> Principal:
    return Principal(subject=f"person:{name.lower().replace(' ', '-')}", name=name, org=org, roles=frozenset({role}))


OFFICER = somebody(Role.COMPLIANCE_OFFICER, "Oscar Officer")
MYSELF = somebody(Role.COMMISSIONING_MANAGER, ME)


@dataclass
class Stage:
    session: Session
    provider_id: UUID = field(default_factory=uuid4)
    with_small_framework: bool = True

    def __post_init__(self) -> None:
        self.now = business_now(self.session, _DEMONSTRATION) + timedelta(days=200)
        frameworks = Frameworks(self.session)
        if frameworks.find(1) is None:
            put_first_data(self.session, None, now=self.now)  # type: ignore[arg-type]  # it asks for no setting
        if self.with_small_framework and frameworks.find(2) is None:
            make.small_framework(self.session)

    @property
    def later(self) -> date:
        return london_day(self.now) + timedelta(days=100)

    @property
    def later_still(self) -> date:
        return self.later + timedelta(days=30)

    @property
    def provider(self) -> Principal:
        return somebody(Role.PROVIDER_USER, "Pat Provider", self.provider_id)

    @property
    def next_version(self) -> int:
        return Frameworks(self.session).all()[0].version + 1

    def service(self) -> CareServiceRecord:
        return make.care_service(self.session, self.provider_id)

    def scheduled(self, service: CareServiceRecord | None = None) -> Assessment:
        care_service_id = (service or self.service()).id
        copies = Copies(self.session)
        return scheduling.schedule(self.session, copies, care_service_id, cause=Cause.ANNUAL, by=OFFICER, now=self.now)

    def opened(self) -> Assessment:
        """An assessment that opened long before whatever the present is."""
        found = self.scheduled()
        found.opens_on = LONG_AGO.date()
        self.session.flush()
        return found

    def assessing(self, service: CareServiceRecord | None = None) -> Assessment:
        found = self.scheduled(service)
        return answering.begin_self_assessment(self.session, found.id, by=self.provider, now=self.now)

    def answered(self, service: CareServiceRecord | None = None) -> Assessment:
        found = self.assessing(service)
        page = [
            answering.Answer(
                question=question.code,
                rating=AnswerRating.GOOD,
                narrative="With an example.",
                evidence_ids=[],
                read_version=None,
            )
            for question in Assessments(self.session).questions(found)
        ]
        answering.save_answers(self.session, found.id, page, by=self.provider, now=self.now)
        return found

    def answered_with_evidence(self) -> Assessment:
        found = self.answered()
        named = answering.Answer(
            question="1.1.1", rating=AnswerRating.GOOD, narrative="See it.", evidence_ids=[uuid4()], read_version=1
        )
        answering.save_answers(self.session, found.id, [named], by=self.provider, now=self.now)
        return found

    def again(self) -> Assessment:
        """A self-assessment of a service that was assessed before."""
        service = self.service()
        self.published(service=service)
        return self.assessing(service)

    def again_with_evidence(self) -> Assessment:
        """A self-assessment of a service of which another was submitted, with evidence, and then called off."""
        service = self.service()
        called_off = self.answered(service)
        file = make.evidence(self.provider_id)
        named = answering.Answer(
            question="1.1.1", rating=AnswerRating.GOOD, narrative="See it.", evidence_ids=[file.id], read_version=1
        )
        answering.save_answers(self.session, called_off.id, [named], by=self.provider, now=self.now)
        evidence = Evidence(FakeDirectory(evidence=[file]))
        about: dict[str, Any] = {"name": "Pat Provider", "position": "Manager", "evidence": evidence}
        answering.submit(self.session, called_off.id, **about, by=self.provider, now=self.now)
        scheduling.cancel(self.session, called_off.id, reason=REASON, by=OFFICER, now=self.now)
        return self.assessing(service)

    def delegated(self) -> Assessment:
        """A self-assessment of which one section is somebody's to answer."""
        found = self.assessing()
        mine = somebody(Role.PROVIDER_USER, ME, self.provider_id)
        return sectioning.delegate(
            self.session,
            found.id,
            "1.1",
            subject=mine.subject,
            answer_by=None,
            colleagues=Colleagues(None),
            by=mine,
            now=self.now,
        )

    def restricted(self) -> Assessment:
        found = self.scheduled()
        assigning.restrict(self.session, found.id, reason=REASON, by=MYSELF, now=self.now)
        return found

    def awaited(self, care_service_id: UUID | None = None) -> UUID:
        """A service, known or not, of which an assessment is due."""
        service_id = care_service_id or self.service().id
        set_due_date(
            self.session,
            care_service_id=service_id,
            provider_id=self.provider_id,
            due_on=self.later,
            cause=Cause.ANNUAL,
            because="A year on.",
            now=self.now,
        )
        return service_id

    def submitted(self, service: CareServiceRecord | None = None) -> Assessment:
        found = self.answered(service)
        return answering.submit(
            self.session,
            found.id,
            name="Pat Provider",
            position="Manager",
            evidence=NONE,
            by=self.provider,
            now=self.now,
        )

    def validating(self, service: CareServiceRecord | None = None) -> Assessment:
        found = self.submitted(service)
        return validating.begin_validation(
            self.session, found.id, not_self_assessed=None, reason=None, by=OFFICER, now=self.now
        )

    def validated(self, but: Mapping[str, str] | None = None, service: CareServiceRecord | None = None) -> Assessment:
        found = self.validating(service)
        given = {code: AnswerRating(rating) for code, rating in (but or {}).items()}
        page = [
            validating.Found(
                question=question.code,
                agrees=question.code not in given,
                rating=given.get(question.code),
                reason=REASON if question.code in given else None,
                evidence_kinds=[EvidenceKind.RECORDS],
                good_practice=None,
                read_version=None,
            )
            for question in Assessments(self.session).questions(found)
        ]
        validating.record_findings(self.session, found.id, page, by=OFFICER, now=self.now)
        return found

    def drafted(self, but: Mapping[str, str] | None = None, service: CareServiceRecord | None = None) -> Assessment:
        return validating.issue_draft(self.session, self.validated(but, service).id, by=OFFICER, now=self.now)

    def comment(self) -> AccuracyComment:
        found = self.drafted()
        return drafting.comment(
            self.session,
            found.id,
            question="1.1.1",
            comment=REASON,
            evidence_ids=[],
            evidence=NONE,
            by=self.provider,
            now=self.now,
        )

    def disputed(self) -> Assessment:
        return drafting.dispute(self.session, self.drafted().id, reason=REASON, by=self.provider, now=self.now)

    def reviewing(self) -> Assessment:
        """A senior review that I have taken on."""
        return drafting.begin_senior_review(self.session, self.disputed().id, by=MYSELF, now=self.now)

    def reviewed(self) -> Assessment:
        return drafting.conclude_senior_review(
            self.session,
            self.reviewing().id,
            outcome=ReviewOutcome.UPHELD,
            reason=REASON,
            changes=[],
            by=MYSELF,
            now=self.now,
        )

    def published_after_review(self) -> Assessment:
        """Published after everything that can happen on the way: a visit, a comment, a dispute, a changed finding."""
        session, now = self.session, self.now
        found = self.validated()
        validating.record_visit(
            session,
            found.id,
            visited_on=london_day(now),
            announced=True,
            roles_met=["carer"],
            note=None,
            by=OFFICER,
            now=now,
        )
        validating.issue_draft(session, found.id, by=OFFICER, now=now)
        about: dict[str, Any] = {"question": "1.1.1", "comment": REASON, "evidence_ids": [], "evidence": NONE}
        said = drafting.comment(session, found.id, **about, by=self.provider, now=now)
        accepted: dict[str, Any] = {"outcome": CommentOutcome.ACCEPTED, "reason": REASON}
        worse = accepted | {"new_rating": AnswerRating.REQUIRES_IMPROVEMENT}
        drafting.decide_comment(session, found.id, said.id, **worse, by=OFFICER, now=now)
        self._corrected(found)
        drafting.dispute(session, found.id, reason=REASON, by=self.provider, now=now)
        drafting.begin_senior_review(session, found.id, by=MYSELF, now=now)
        change = Change(question="1.1.1", rating=AnswerRating.GOOD, reason=REASON)
        changed: dict[str, Any] = {"outcome": ReviewOutcome.CHANGED, "reason": REASON, "changes": [change]}
        drafting.conclude_senior_review(session, found.id, **changed, by=MYSELF, now=now)
        return publishing.publish(session, found.id, by=MYSELF, now=now)

    def correction(self, found: Assessment | None = None) -> Correction:
        """A correction that an officer proposed."""
        found = found or self.drafted()
        slip: dict[str, Any] = {"question": "1.1.1", "rating": AnswerRating.EXCELLENT, "reason": REASON}
        return correcting.propose(self.session, found.id, **slip, by=OFFICER, now=self.now)

    def _corrected(self, found: Assessment) -> None:
        other, agreed = somebody(Role.COMMISSIONING_MANAGER, "Mona Manager"), CorrectionOutcome.AGREED
        about: dict[str, Any] = {"outcome": agreed, "reason": REASON, "by": other, "now": self.now}
        correcting.decide(self.session, found.id, self.correction(found).id, **about)

    def confirmed(self, but: Mapping[str, str] | None = None, service: CareServiceRecord | None = None) -> Assessment:
        """A draft that the provider has nothing against, and said so long before whatever the present is."""
        found = self.drafted(but, service)
        return drafting.confirm_accuracy(self.session, found.id, by=self.provider, now=LONG_AGO)

    def published(self, but: Mapping[str, str] | None = None, service: CareServiceRecord | None = None) -> Assessment:
        return publishing.publish(self.session, self.confirmed(but, service).id, by=OFFICER, now=self.now)

    def replaced(self) -> tuple[Assessment, Assessment]:
        """Two published assessments of one service."""
        service = self.service()
        return self.published(service=service), self.published(service=service)

    def plan(self) -> RemedialPlan:
        """A plan that is awaited."""
        found = self.published(WANTING)
        page = Plans(self.session).page(make.ANY_PAGE, by=self.provider, assessment_id=found.id, status=None)
        return page.items[0]

    def issue_id(self, plan: RemedialPlan) -> UUID:
        return Plans(self.session).issues(plan.id)[0].id

    def action_id(self, plan: RemedialPlan) -> UUID:
        return Plans(self.session).actions(plan.id)[0].id

    def written_plan(self) -> RemedialPlan:
        plan = self.plan()
        for issue in Plans(self.session).issues(plan.id):
            remedying.add_action(
                self.session,
                plan.id,
                issue.id,
                description="Train everybody.",
                owner="Manager",
                due_on=self.later,
                measure="All trained.",
                by=self.provider,
                now=self.now,
            )
        return plan

    def submitted_plan(self) -> RemedialPlan:
        return remedying.submit_plan(self.session, self.written_plan().id, by=self.provider, now=self.now)

    def approved_plan(self) -> RemedialPlan:
        return remedying.approve_plan(self.session, self.submitted_plan().id, by=OFFICER, now=self.now)

    def verified_plan(self) -> RemedialPlan:
        plan = self.approved_plan()
        for issue in Plans(self.session).issues(plan.id):
            remedying.verify_issue(
                self.session,
                plan.id,
                issue.id,
                outcome=Outcome.COMPLETELY,
                reason=REASON,
                by=OFFICER,
                now=self.now,
            )
        return plan

    def closed_plan(self) -> RemedialPlan:
        return remedying.close_plan(self.session, self.verified_plan().id, by=OFFICER, now=self.now)

    def request(self) -> ReassessmentRequest:
        """An early reassessment that was asked for."""
        return reassessing.ask(self.session, self.closed_plan().id, reason=REASON, by=self.provider, now=self.now)
