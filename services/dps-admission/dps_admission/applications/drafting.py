"""Drafts: begin one, save it again and again, submit it. What is submitted is frozen."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.directory.client import Directory
from assay_contracts.directory.copies import Copies
from assay_contracts.directory.evidence import RelyingObject
from assay_contracts.dps_admission import ApplicationSubmitted
from assay_kit.calendar import WorkingDays, london_day
from assay_kit.etags import check_match
from assay_kit.events import tell
from assay_kit.freeze import content_hash
from assay_kit.identity import Principal
from assay_kit.problems import NotAllowed
from assay_kit.references import next_reference
from assay_kit.timeline import begin, take
from dps_admission.bars import Bar
from dps_admission.evidence import rely
from dps_admission.providers import bars_to_provider
from dps_admission.question_sets.errors import AnswersRefused
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.question_sets.rules import documents_in, errors_in
from dps_admission.schemes.profiles import ProfileContent
from dps_admission.schemes.repository import Schemes, dates_of
from dps_admission.schemes.rules import LotStatus, SchemeStatus, bars_to_receiving
from dps_admission.tables import Application, Lot, LotApplication

from .checking import run_checks_on
from .copying import begin_from, settle_previous
from .errors import ApplicationRefused, NotADraft
from .repository import Applications
from .rules import (
    APPLICATION_LIFE,
    LOT_APPLICATION_LIFE,
    ApplicationStatus,
    ApplicationStep,
    Choice,
    DueDate,
    bars_to_choices,
    due_date,
    due_soon_at,
)
from .schemas import ApplicationIn, ChoiceIn, DraftIn, SubmissionIn
from .stale import set_draft_clock


def start_application(
    session: Session, asked: ApplicationIn, *, copies: Copies, by: Principal, now: datetime
) -> Application:
    if by.org is None:
        raise NotAllowed("Only a provider applies.")
    schemes = Schemes(session)
    scheme = schemes.seen_by(asked.scheme_id, by)
    if scheme.status != SchemeStatus.OPEN:
        raise ApplicationRefused([Bar("scheme-not-open", "The DPS is not open.")])
    if copies.provider(by.org) is None:
        raise ApplicationRefused([Bar("provider-unknown", "The directory does not know this provider.")])
    ApplicationRefused.unless_clear(bars_to_provider(session, by.org))
    earlier = Applications(session).seen_by(asked.copy_from, by) if asked.copy_from else None
    application = Application(
        reference=next_reference(session, "APP", now),
        provider_id=by.org,
        scheme_id=scheme.id,
        started_at=now,
        started_by=by.subject,
        saved_at=now,
        expires_at=now,
    )
    set_draft_clock(application, scheme, schemes.profile_of(scheme).policy)
    if earlier is not None:
        begin_from(session, application, earlier)
    session.add(application)
    begin(session, application, APPLICATION_LIFE, by=by, now=now, provider_id=by.org)
    return application


def save_draft(
    session: Session,
    application_id: UUID,
    asked: DraftIn,
    *,
    copies: Copies,
    read_version: int | None,
    by: Principal,
    now: datetime,
) -> Application:
    application = Applications(session).seen_by(application_id, by, lock=True)
    _must_be_draft(application)
    check_match(read_version, application.version)
    choices = _choices(session, application, asked.choices, copies)
    contents = QuestionSets(session).contents(UUID(one["question_set_id"]) for one in choices)
    if contents and (errors := errors_in(list(contents.values()), asked.answers, complete=False)):
        raise AnswersRefused(errors)
    application.answers, application.choices = dict(asked.answers), choices
    application.version += 1
    application.saved_at, scheme = now, Schemes(session).get(application.scheme_id)
    set_draft_clock(application, scheme, Schemes(session).profile_of(scheme).policy)
    session.flush()
    return application


def _choices(
    session: Session, application: Application, asked: Sequence[ChoiceIn], copies: Copies
) -> list[dict[str, Any]]:
    """A lot keeps the question set with which it was first chosen: a new version never touches a draft."""
    schemes, kept = Schemes(session), {one["lot_id"]: one["question_set_id"] for one in application.choices}
    chosen = []
    for one in asked:
        lot = schemes.lot(one.lot_id)
        question_set = kept.get(str(lot.id)) or (str(lot.question_set_id) if lot.question_set_id else None)
        if lot.scheme_id != application.scheme_id or question_set is None:
            raise ApplicationRefused([Bar("wrong-lot", f"The lot {lot.name} cannot be applied to here.")])
        _must_own(copies, application.provider_id, one.care_service_ids)
        chosen.append(one.model_dump(mode="json") | {"question_set_id": question_set})
    return chosen


def _must_own(copies: Copies, provider_id: UUID, care_service_ids: Sequence[UUID]) -> None:
    bars = []
    for one in care_service_ids:
        found = copies.care_service(one)
        if found is None or found.provider_id != provider_id:
            bars.append(Bar("not-your-service", f"The service {one} is not one of yours."))
    ApplicationRefused.unless_clear(bars)


def submit(
    session: Session,
    application_id: UUID,
    asked: SubmissionIn,
    *,
    directory: Directory,
    read_version: int | None,
    by: Principal,
    now: datetime,
) -> Application:
    """Freeze the answers and their evidence, stamp the due date, run the automatic checks, tell the others."""
    application = Applications(session).seen_by(application_id, by, lock=True)
    _must_be_draft(application)
    check_match(read_version, application.version)
    _must_be_complete(session, application, now=now)
    settle_previous(session, application)
    application.evidence = _evidence_for(session, application, directory)
    application.content_hash = hash_of(application)
    application.submitted_at, application.submitted_by = now, by.subject
    application.declared_by = asked.declared_by
    take(session, application, ApplicationStep.SUBMIT, APPLICATION_LIFE, by=by, now=now, provider_id=by.org)
    parts = _open_parts(session, application, by=by, now=now)
    tell(
        session,
        ApplicationSubmitted(
            application_id=application.id,
            reference=application.reference,
            provider_id=application.provider_id,
            scheme_id=application.scheme_id,
            lot_ids=tuple(part.lot_id for part in parts),
            due_at=min(part.due_at for part in parts),
            at=now,
        ),
    )
    return application


def hash_of(application: Application) -> str:
    return content_hash(
        {"answers": application.answers, "choices": application.choices, "evidence": application.evidence}
    )


def _evidence_for(session: Session, application: Application, directory: Directory) -> list[dict[str, Any]]:
    """What the answers attach must be the provider's own, and cannot be removed from then on."""
    contents = QuestionSets(session).contents(UUID(one["question_set_id"]) for one in application.choices)
    named = documents_in(list(contents.values()), application.answers)
    by_object = RelyingObject("application", application.id)
    return rely(directory, named, provider_id=application.provider_id, by_object=by_object)


def _must_be_draft(application: Application) -> None:
    if application.status != ApplicationStatus.DRAFT:
        raise NotADraft(f"This application is {application.status}; it can no longer be changed.")


def _must_be_complete(session: Session, application: Application, *, now: datetime) -> None:
    """Every bar to receiving it, and then every answer that is missing or wrong."""
    schemes = Schemes(session)
    scheme = schemes.get(application.scheme_id)
    profile, dates = schemes.profile_of(scheme), dates_of(scheme)
    bars = bars_to_provider(session, application.provider_id)
    lots = {lot.id: lot for lot in schemes.lots_of(scheme.id)}
    for lot_id in {UUID(one["lot_id"]) for one in application.choices}:
        bars += bars_to_receiving(
            profile,
            dates,
            scheme=SchemeStatus(scheme.status),
            lot=LotStatus(lots[lot_id].status),
            today=london_day(now),
        )
    zones = schemes.zones_of_lots(list(lots))
    bars += bars_to_choices(
        [_choice(session, application, one, lots[UUID(one["lot_id"])], zones) for one in application.choices]
    )
    ApplicationRefused.unless_clear(list(dict.fromkeys(bars)))
    contents = QuestionSets(session).contents(UUID(one["question_set_id"]) for one in application.choices)
    if errors := errors_in(list(contents.values()), application.answers, complete=True):
        raise AnswersRefused(errors)


def _choice(
    session: Session, application: Application, chosen: dict[str, Any], lot: Lot, zones: dict[UUID, list[str]]
) -> Choice:
    applications = Applications(session)
    zone = chosen["zone"]
    return Choice(
        lot=lot.name,
        zone=zone,
        lot_zones=zones[lot.id],
        price_needed=lot.price_ceiling is not None,
        has_price=chosen["price"] is not None,
        services=len(chosen["care_service_ids"]),
        is_member=applications.live_memberships_here(application.provider_id, lot_id=lot.id, zone=zone) > 0,
        is_open_already=applications.open_here(application.provider_id, lot_id=lot.id, zone=zone) > 0,
    )


def _open_parts(session: Session, application: Application, *, by: Principal, now: datetime) -> list[LotApplication]:
    schemes = Schemes(session)
    profile = schemes.profile_of(schemes.get(application.scheme_id))
    due = _due(profile, now)
    parts = []
    for chosen in application.choices:
        lot_id, zone = UUID(chosen["lot_id"]), chosen["zone"]
        lot_zone = next(one for one in schemes.zones_of(lot_id) if one.zone == zone)
        part = LotApplication(
            application_id=application.id,
            provider_id=application.provider_id,
            lot_id=lot_id,
            lot_zone_id=lot_zone.id,
            zone=zone,
            question_set_id=UUID(chosen["question_set_id"]),
            care_service_ids=chosen["care_service_ids"],
            price=None if chosen["price"] is None else Decimal(chosen["price"]),
            received_at=now,
            counted_from=now,
            due_on=due.day,
            due_at=due.instant,
            due_soon_at=due_soon_at(now, due.instant, percent=profile.policy.alert_percent),
        )
        session.add(part)
        begin(session, part, LOT_APPLICATION_LIFE, by=by, now=now, provider_id=part.provider_id)
        run_checks_on(session, part, now=now)
        parts.append(part)
    return parts


def _due(profile: ProfileContent, now: datetime) -> DueDate:
    calendar = WorkingDays(profile.calendar.value)
    return due_date(london_day(now), days=profile.evaluation_days.value, calendar=calendar)
