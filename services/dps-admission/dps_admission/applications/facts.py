"""Gathers what the automatic checks look at. Reads only; what it means is in checks.py."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from dps_admission.evidence import EvidenceRead
from dps_admission.memberships.repository import Memberships
from dps_admission.question_sets.content import Purpose, QuestionSetContent
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.question_sets.rules import answer_to, as_date, as_pounds
from dps_admission.schemes.profiles import Insurance, ProfileContent
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Application, LotApplication, Membership

from .checks import DeliveryFacts, DocumentFacts, Facts, InsuranceFacts, ServiceFacts
from .repository import Applications


def facts_about(session: Session, part: LotApplication, *, now: datetime) -> Facts:
    schemes, applications = Schemes(session), Applications(session)
    application = applications.get(part.application_id)
    lot, today = schemes.lot(part.lot_id), london_day(now)
    profile = schemes.profile_of(schemes.get(lot.scheme_id))
    content = QuestionSets(session).content(part.question_set_id)
    provider = Copies(session).provider(part.provider_id)
    not_company = answer_to(Purpose.HAS_NO_COMPANY_NUMBER, content, application.answers)
    return Facts(
        today=today,
        company_number=provider.company_number if provider else None,
        says_not_a_company=not_company is not None and not_company[1] is True,
        cqc_provider_id=provider.cqc_provider_id if provider else None,
        regulated_activity=lot.regulated_activity,
        services=services_of(session, _delivering(session, part), service_type=lot.service_type, today=today),
        insurance=_insurance(profile, content, application),
        documents=tuple(_document(one) for one in application.evidence),
        others_open=applications.others_here(part),
        price=part.price,
        ceiling=lot.price_ceiling,
    )


def delivery_of(session: Session, membership: Membership, named: Iterable[str], *, now: datetime) -> DeliveryFacts:
    """As if these services delivered a membership."""
    lot = Schemes(session).lot(membership.lot_id)
    provider = Copies(session).provider(membership.provider_id)
    return DeliveryFacts(
        cqc_provider_id=provider.cqc_provider_id if provider else None,
        regulated_activity=lot.regulated_activity,
        services=services_of(session, named, service_type=lot.service_type, today=london_day(now)),
    )


def _delivering(session: Session, part: LotApplication) -> list[str]:
    """Those that the application names; those of the membership that it made, where others were confirmed since."""
    made = Memberships(session).made_by(part.id, lock=False)
    return list(part.care_service_ids if made is None else made.care_service_ids)


def services_of(
    session: Session, care_service_ids: Iterable[str], *, service_type: str, today: date
) -> tuple[ServiceFacts, ...]:
    named = (Copies(session).care_service(UUID(one)) for one in care_service_ids)
    return tuple(
        ServiceFacts(
            id=str(one.id),
            is_regulated=one.is_regulated,
            cqc_location_id=one.cqc_location_id,
            is_of_type=one.type == service_type,
            has_ended=one.has_ended(today),
        )
        for one in named
        if one is not None
    )


def _insurance(profile: ProfileContent, content: QuestionSetContent, application: Application) -> InsuranceFacts:
    level = answer_to(Purpose.INSURANCE_LEVEL, content, application.answers)
    expires = answer_to(Purpose.INSURANCE_EXPIRES, content, application.answers)
    may_ask = profile.insurance.value == Insurance.MAY_BE_CRITERION
    return InsuranceFacts(
        asked=may_ask and (level is not None or expires is not None),
        level=as_pounds(level[1]) if level else None,
        level_needed=level[0].at_least if level else None,
        expires_on=as_date(expires[1]) if expires else None,
    )


def _document(kept: dict[str, Any]) -> DocumentFacts:
    file = EvidenceRead.model_validate(kept)
    return DocumentFacts(filename=file.filename, expires_on=file.expires_on)
