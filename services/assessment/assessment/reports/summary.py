"""The public summary, and the action plan with its names."""

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.identity import SYSTEM
from assessment.assessments.repository import Assessments
from assessment.frameworks.rule_page import rule_page
from assessment.publications.errors import NotPublished
from assessment.rating.errors import NoResult
from assessment.rating.repository import Results
from assessment.rating.trace import RatingTrace
from assessment.rating.words import limited, named
from assessment.remedial_actions.schemas import PlanRead
from assessment.tables import Assessment

from .schemas import PlanReport, PublicSummary, SummaryDomain
from .standing import stands


def summary_of(session: Session, copies: Copies, assessment: Assessment) -> PublicSummary:
    """The public summary of a rating that is published and stands."""
    if assessment.imported:
        raise NoResult
    if assessment.published_at is None or not stands(session, assessment):
        raise NotPublished
    framework = Assessments(session).framework(assessment)
    trace = RatingTrace.model_validate(Results(session).latest(assessment.id).trace)
    service_name, provider_name = _names(copies, assessment)
    return PublicSummary(
        care_service_id=assessment.care_service_id,
        assessment_id=assessment.id,
        service_name=service_name,
        service_type=assessment.service_type,
        provider_name=provider_name,
        rating=trace.rating,
        sentence=_sentence(trace),
        limiters=[limited(bite) for bite in trace.limiters],
        published_on=london_day(assessment.published_at),
        next_due_on=assessment.next_due_on,
        domains=[SummaryDomain(code=each.code, name=each.name, rating=each.rating) for each in trace.domains],
        how=rule_page(framework).steps,
    )


def plan_report_of(session: Session, copies: Copies, plan: PlanRead) -> PlanReport:
    assessment = Assessments(session).get(plan.assessment_id, by=SYSTEM)
    service_name, provider_name = _names(copies, assessment)
    return PlanReport(
        **plan.model_dump(),
        reference=assessment.reference,
        rating=assessment.rating,
        service_name=service_name,
        provider_name=provider_name,
    )


def _names(copies: Copies, assessment: Assessment) -> tuple[str, str]:
    service, provider = copies.care_service(assessment.care_service_id), copies.provider(assessment.provider_id)
    return service.name if service else "", provider.name if provider else ""


def _sentence(trace: RatingTrace) -> str:
    if trace.rating is None:
        return "Nothing that the council assesses applies to this service, so it has no rating."
    standards = [each for domain in trace.domains for each in domain.standards if each.rating is not None]
    return (
        f"The council rates this service {named(trace.rating)}, from {len(standards)} standards in "
        f"{sum(domain.rating is not None for domain in trace.domains)} domains."
    )
