"""Works bands out again, keeps what is new, and tells the others: for one service at once, for the estate at night."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from assay_contracts.messages import MessageRequested, Recipient
from assay_contracts.risk import Band as ToldBand
from assay_contracts.risk import BandChanged
from assay_contracts.roles import Role
from assay_kit.events import tell
from assay_kit.identity import SYSTEM
from assay_kit.timeline import begin, take
from risk.bands.life import LIFE, TURNS
from risk.bands.repository import Bands, Known
from risk.bands.rules import Band
from risk.bands.working import Worked, stored, stored_levels, work_out
from risk.interventions.rules import Extent
from risk.overrides.rules import LIFE as OVERRIDE_LIFE
from risk.overrides.rules import Step as OverrideStep
from risk.overrides.rules import must_lapse
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.tables import BandResult, Override, ServiceBand


@dataclass
class _Standing:
    """A service's band as the timeline knows it."""

    id: UUID
    status: Band


def refresh(session: Session, care_service_ids: Iterable[UUID], *, now: datetime) -> int:
    """Work the bands of these services out again; returns how many changed. Doing it again changes nothing.

    Facts that come late (an event of yesterday, heard today) do not turn the clock back: a service is never worked
    out for an earlier instant than before.
    """
    bands = Bands(session)
    ids = bands.lock(care_service_ids)
    if not ids:
        return 0
    model = ScoringModels(session).published()
    policy = policy_of(model)
    standing = bands.standing(ids)
    now = max([now, *(band.refreshed_at for band, _ in standing.values())])
    overrides = bands.overrides_in_force(ids)
    changed = 0
    for known in bands.known(ids, policy, now=now):
        worked = work_out(known.facts, policy, model_version=model.version)
        before = standing.get(known.care_service_id)
        override = overrides.get(known.care_service_id)
        if override is not None and before is not None and _has_got_worse(before[1], worked):
            _lapse(session, override, now=now)
            override = None
        changed += _keep(session, known, worked, before, override, model_version=model.version, now=now)
    session.flush()
    return changed


def refresh_provider(session: Session, provider_id: UUID, *, now: datetime) -> int:
    """What is known of a provider reaches all its services."""
    return refresh(session, Bands(session).services_of(provider_id), now=now)


def _has_got_worse(before: BandResult, worked: Worked) -> bool:
    return must_lapse(
        band_before=Band(before.band),
        levels_before=stored_levels(before.readings),
        band_now=worked.verdict.band,
        levels_now=worked.levels,
    )


def _lapse(session: Session, override: Override, *, now: datetime) -> None:
    override.ended_at = now
    take(
        session,
        override,
        OverrideStep.LAPSE,
        OVERRIDE_LIFE,
        by=SYSTEM,
        now=now,
        reason="The computed result got worse.",
        provider_id=override.provider_id,
        care_service_id=override.care_service_id,
    )


def _keep(
    session: Session,
    known: Known,
    worked: Worked,
    before: tuple[ServiceBand, BandResult] | None,
    override: Override | None,
    *,
    model_version: int,
    now: datetime,
) -> bool:
    result = before[1] if before else None
    if result is None or result.digest != worked.digest:
        result = _result(known, worked, model_version=model_version, now=now)
        session.add(result)
        session.flush()
    shown = Band(override.band) if override else worked.verdict.band
    if before is not None and not _differs(before[0], result, shown, override, known):
        return False

    band_before = Band(before[0].band) if before else None
    computed_before = Band(before[0].computed_band) if before else None
    band = _stand(before[0] if before else None, known, result, shown, override, now=now)
    session.add(band)
    if (band_before, computed_before) != (shown, worked.verdict.band):
        _tell_of_change(session, band, band_before, now=now)
    if worked.verdict.band is Band.RED and computed_before is not Band.RED:
        _propose_to_act(session, band, now=now)
    return True


def _result(known: Known, worked: Worked, *, model_version: int, now: datetime) -> BandResult:
    return BandResult(
        care_service_id=known.care_service_id,
        computed_at=now,
        model_version=model_version,
        band=worked.verdict.band,
        points=worked.verdict.points,
        readings=[stored(reading) for reading in worked.readings],
        reasons=list(worked.verdict.reasons),
        open_reasons=list(worked.verdict.open_reasons),
        inputs=known.facts.model_dump(mode="json", exclude_defaults=True),
        digest=worked.digest,
    )


def _differs(band: ServiceBand, result: BandResult, shown: Band, override: Override | None, known: Known) -> bool:
    stands = (band.result_id, band.band, band.override_id, band.provider_id, band.embargo_limits)
    return stands != (result.id, shown, override.id if override else None, known.provider_id, _limits(known))


def _limits(known: Known) -> list[str]:
    return [each.limit_text for each in known.facts.embargoes if each.limit_text]


def _stand(
    before: ServiceBand | None,
    known: Known,
    result: BandResult,
    shown: Band,
    override: Override | None,
    *,
    now: datetime,
) -> ServiceBand:
    """What the dashboard shows of a service from now on."""
    embargoes = known.facts.embargoes
    extents = {each.extent for each in embargoes}
    stands: dict[str, Any] = {
        "provider_id": known.provider_id,
        "result_id": result.id,
        "band": shown,
        "computed_band": Band(result.band),
        "since": before.since if before and before.band == shown else now,
        "open_reasons": list(result.open_reasons),
        "override_id": override.id if override else None,
        "embargo": None if not embargoes else Extent.WHOLE if Extent.WHOLE in extents else Extent.PART,
        "embargo_limits": _limits(known),
        "embargo_since": min((each.since for each in embargoes), default=None),
        "has_default_notice": bool(known.facts.default_notices),
        "model_version": result.model_version,
        "refreshed_at": now,
    }
    band = before or ServiceBand(care_service_id=known.care_service_id, **stands)
    for column, value in stands.items():
        setattr(band, column, value)
    return band


def _tell_of_change(session: Session, band: ServiceBand, before: Band | None, *, now: datetime) -> None:
    shown = Band(band.band)
    about: dict[str, Any] = {"provider_id": band.provider_id, "care_service_id": band.care_service_id}
    reason = " ".join(band.open_reasons) or None
    record = _Standing(band.care_service_id, before or Band.NOT_ENOUGH_INFORMATION)
    detail = {"computed_band": band.computed_band, "model_version": band.model_version}
    if before is None:
        begin(session, record, LIFE, by=SYSTEM, now=now, **about)
    if record.status is not shown:
        take(session, record, TURNS[shown], LIFE, by=SYSTEM, now=now, reason=reason, detail=detail, **about)
    tell(
        session,
        BandChanged(
            at=now,
            care_service_id=band.care_service_id,
            provider_id=band.provider_id,
            band=ToldBand(shown),
            computed_band=ToldBand(band.computed_band),
            previous_band=ToldBand(before) if before else None,
            reasons=tuple(band.open_reasons),
            model_version=band.model_version,
        ),
    )


def _propose_to_act(session: Session, band: ServiceBand, *, now: datetime) -> None:
    """Red proposes; it never imposes."""
    tell(
        session,
        MessageRequested(
            at=now,
            about=band.care_service_id,
            reference=f"turned-red-{band.result_id}",
            template="service_turned_red",
            to=Recipient(role=Role.COMPLIANCE_OFFICER),
            personalisation={"care_service_id": str(band.care_service_id), "reasons": " ".join(band.open_reasons)},
        ),
    )
