"""What people do to schemes and lots: load, ask the rules, change, tell."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.etags import check_match
from assay_kit.identity import Principal
from assay_kit.timeline import begin, take
from assay_kit.versions import publish
from dps_admission.bars import Bar
from dps_admission.question_sets.repository import QuestionSets
from dps_admission.tables import Lot, ProcedureProfile, Scheme

from . import rules
from .errors import LotRefused, SchemeRefused
from .profiles import ProfileContent
from .repository import Schemes, dates_of
from .rules import LOT_LIFE, SCHEME_LIFE, LotShape, LotStep, SchemeStatus, SchemeStep
from .schemas import LotIn, SchemeIn


def publish_profile(session: Session, content: ProfileContent, *, by: Principal, now: datetime) -> ProcedureProfile:
    """Publish the next version of a regime's profile; schemes keep the version that they were made with.

    The law stays what it is: of the version before it, only what is the council's policy can change.
    """
    before = [one for one in Schemes(session).profiles() if one.regime == content.regime]
    if before:
        last = ProfileContent.model_validate(before[-1].content)
        SchemeRefused.unless_clear(rules.bars_to_profile(last, content))
    versions = [one.version for one in before]
    profile = ProcedureProfile(
        regime=content.regime,
        version=max(versions, default=0) + 1,
        title=content.title,
        content=content.model_dump(mode="json"),
    )
    publish(profile, content=profile.content, by=by, now=now)
    session.add(profile)
    session.flush()
    return profile


def create_scheme(session: Session, asked: SchemeIn, *, by: Principal, now: datetime) -> Scheme:
    schemes = Schemes(session)
    profile = schemes.profile(asked.profile_id)
    scheme = Scheme(name=asked.name, profile_id=profile.id, created_at=now)
    _write_dates(scheme, asked)
    _check_dates(schemes, scheme, asked)
    session.add(scheme)
    begin(session, scheme, SCHEME_LIFE, by=by, now=now)
    return scheme


def edit_scheme(session: Session, scheme_id: UUID, asked: SchemeIn, *, read_version: int | None) -> Scheme:
    """Only a draft is edited; an open scheme changes by recorded changes."""
    schemes = Schemes(session)
    scheme = schemes.get(scheme_id, lock=True)
    _must_be_draft(schemes, scheme)
    check_match(read_version, scheme.version)
    scheme.name, scheme.profile_id = asked.name, schemes.profile(asked.profile_id).id
    _write_dates(scheme, asked)
    _check_dates(schemes, scheme, asked)
    SchemeRefused.unless_clear(_bars_to_lots(schemes, scheme))
    scheme.version += 1
    session.flush()
    return scheme


def open_scheme(session: Session, scheme_id: UUID, *, by: Principal, now: datetime) -> Scheme:
    schemes = Schemes(session)
    scheme = schemes.get(scheme_id, lock=True)
    if SCHEME_LIFE.after(scheme.status, SchemeStep.OPEN):
        bars = rules.bars_to_opening(
            schemes.profile_of(scheme),
            dates_of(scheme),
            ready_lots=schemes.ready_lots(scheme.id),
            today=london_day(now),
        )
        SchemeRefused.unless_clear(bars + _bars_to_lots(schemes, scheme))
    take(session, scheme, SchemeStep.OPEN, SCHEME_LIFE, by=by, now=now)
    return scheme


def create_lot(session: Session, scheme_id: UUID, asked: LotIn, *, by: Principal, now: datetime) -> Lot:
    schemes = Schemes(session)
    scheme = schemes.get(scheme_id, lock=True)
    _must_be_draft(schemes, scheme)
    LotRefused.unless_clear(rules.bars_to_another_lot(lots=schemes.count_lots(scheme.id)))
    lot = Lot(
        scheme_id=scheme.id,
        name=asked.name,
        created_at=now,
        quality_threshold=asked.quality_threshold,
        service_type=asked.service_type,
    )
    _write_lot(schemes, scheme, lot, asked)
    session.add(lot)
    begin(session, lot, LOT_LIFE, by=by, now=now)
    schemes.replace_zones(lot, asked.zones)
    return lot


def edit_lot(session: Session, lot_id: UUID, asked: LotIn, *, read_version: int | None) -> Lot:
    schemes = Schemes(session)
    scheme = schemes.get(schemes.lot(lot_id).scheme_id, lock=True)
    lot = schemes.lot(lot_id, lock=True)
    _must_be_draft(schemes, scheme)
    check_match(read_version, lot.version)
    _write_lot(schemes, scheme, lot, asked)
    schemes.replace_zones(lot, asked.zones)
    lot.version += 1
    session.flush()
    return lot


def open_lot(session: Session, lot_id: UUID, *, by: Principal, now: datetime) -> Lot:
    schemes = Schemes(session)
    lot = schemes.lot(lot_id, lock=True)
    if LOT_LIFE.after(lot.status, LotStep.OPEN):
        scheme, sets = schemes.get(lot.scheme_id), QuestionSets(session)
        bars = rules.bars_to_opening_lot(
            scheme=SchemeStatus(scheme.status), has_question_set=sets.is_final(lot.question_set_id)
        )
        asks = sets.asks(lot.question_set_id)
        LotRefused.unless_clear(bars + rules.bars_to_questions(schemes.profile_of(scheme), asks))
    take(session, lot, LotStep.OPEN, LOT_LIFE, by=by, now=now)
    return lot


def pause_lot(session: Session, lot_id: UUID, *, reason: str, by: Principal, now: datetime) -> Lot:
    return _stop(session, lot_id, LotStep.PAUSE, _pausing, reason=reason, by=by, now=now)


def close_lot(session: Session, lot_id: UUID, *, reason: str, by: Principal, now: datetime) -> Lot:
    return _stop(session, lot_id, LotStep.CLOSE, rules.bars_to_closing_lot, reason=reason, by=by, now=now)


def resume_lot(session: Session, lot_id: UUID, *, by: Principal, now: datetime) -> Lot:
    lot = Schemes(session).lot(lot_id, lock=True)
    take(session, lot, LotStep.RESUME, LOT_LIFE, by=by, now=now)
    return lot


def _pausing(profile: ProfileContent, _: SchemeStatus) -> list[Bar]:
    return rules.bars_to_pausing(profile)


def _stop(
    session: Session,
    lot_id: UUID,
    step: LotStep,
    bars_to: Callable[[ProfileContent, SchemeStatus], list[Bar]],
    *,
    reason: str,
    by: Principal,
    now: datetime,
) -> Lot:
    schemes = Schemes(session)
    lot = schemes.lot(lot_id, lock=True)
    scheme = schemes.get(lot.scheme_id)
    LotRefused.unless_clear(bars_to(schemes.profile_of(scheme), SchemeStatus(scheme.status)))
    take(session, lot, step, LOT_LIFE, by=by, now=now, reason=reason)
    return lot


def _must_be_draft(schemes: Schemes, scheme: Scheme) -> None:
    profile = schemes.profile_of(scheme)
    SchemeRefused.unless_clear(rules.bars_to_changing_conditions(profile, SchemeStatus(scheme.status)))


def _bars_to_lots(schemes: Schemes, scheme: Scheme) -> list[Bar]:
    """What the profile forbids of the lots that are there, whenever they were made."""
    profile, lots = schemes.profile_of(scheme), schemes.lots_of(scheme.id)
    zones = schemes.zones_of_lots([lot.id for lot in lots])
    sets = QuestionSets(schemes.session)
    shapes = [LotShape(zones=zones[lot.id], places=lot.places, asks=sets.asks(lot.question_set_id)) for lot in lots]
    return list(dict.fromkeys(bar for shape in shapes for bar in rules.bars_to_lot(profile, shape)))


def _write_dates(scheme: Scheme, asked: SchemeIn) -> None:
    scheme.notice_reference = asked.notice_reference
    scheme.noticed_on = asked.noticed_on
    scheme.award_on, scheme.go_live_on = asked.award_on, asked.go_live_on
    scheme.valid_from, scheme.valid_until = asked.valid_from, asked.valid_until
    scheme.tender_period_calendar_days = asked.tender_period_calendar_days
    scheme.windows = [window.model_dump(mode="json") for window in asked.windows]
    scheme.is_open_framework = asked.is_open_framework


def _check_dates(schemes: Schemes, scheme: Scheme, asked: SchemeIn) -> None:
    charges = asked.applicant_fee is not None and asked.applicant_fee > 0
    profile = schemes.profile_of(scheme)
    bars = rules.bars_to_scheme(profile, dates_of(scheme), charges_fee=charges)
    SchemeRefused.unless_clear(bars + rules.bars_to_open_framework(profile, is_asked_for=asked.is_open_framework))


def _write_lot(schemes: Schemes, scheme: Scheme, lot: Lot, asked: LotIn) -> None:
    asks = QuestionSets(schemes.session).asks(asked.question_set_id)
    shape = LotShape(zones=asked.zones, places=asked.places, asks=asks)
    LotRefused.unless_clear(rules.bars_to_lot(schemes.profile_of(scheme), shape))
    lot.name, lot.tier, lot.places = asked.name, asked.tier, asked.places
    lot.quality_threshold = asked.quality_threshold
    lot.service_type, lot.client_groups = asked.service_type, [*asked.client_groups]
    lot.regulated_activity = asked.regulated_activity
    lot.price_ceiling, lot.price_unit = asked.price_ceiling, asked.price_unit
    lot.question_set_id = asked.question_set_id
