"""What a model would do to today's estate: worked out beside the one in force, from the same facts; nothing is kept."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from assay_contracts.directory.copies import care_service_copy
from risk.bands.nights import CHUNK
from risk.bands.repository import Bands, Known
from risk.bands.rules import Band
from risk.bands.working import Worked, work_out
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.scoring_models.schemas import BandCount, ColourChange, DryRun
from risk.tables import ScoringModel

LISTED = 200


def dry_run(session: Session, version: int, *, now: datetime, in_full: bool) -> DryRun:
    models, bands = ScoringModels(session), Bands(session)
    candidate, current = models.get(version), models.published()
    counts_now: Counter[Band] = Counter()
    counts_then: Counter[Band] = Counter()
    moved: list[tuple[Known, Worked, Worked]] = []
    reached = None
    while ids := bands.services_after(reached, limit=CHUNK):
        for known, before, after in _both(bands, ids, current, candidate, now=now):
            counts_now[before.verdict.band] += 1
            counts_then[after.verdict.band] += 1
            if before.verdict.band is not after.verdict.band:
                moved.append((known, before, after))
        reached = ids[-1]
    return DryRun(
        version=version,
        compared_with=current.version,
        worked_out_at=now,
        services=counts_now.total(),
        counts=[BandCount(band=band, now=counts_now[band], then=counts_then[band]) for band in Band],
        change_count=len(moved),
        changes=_changes(session, moved, in_full=in_full),
    )


def _both(
    bands: Bands, ids: list[UUID], current: ScoringModel, candidate: ScoringModel, *, now: datetime
) -> list[tuple[Known, Worked, Worked]]:
    one, other = policy_of(current), policy_of(candidate)
    return [
        (
            known,
            work_out(known.facts, one, model_version=current.version),
            work_out(known.facts, other, model_version=candidate.version),
        )
        for known in bands.known(ids, one, other, now=now)
    ]


def _changes(session: Session, moved: list[tuple[Known, Worked, Worked]], *, in_full: bool) -> list[ColourChange]:
    ids = [known.care_service_id for known, _, _ in moved]
    table = care_service_copy
    names = {row.id: row.name for row in session.execute(select(table.c.id, table.c.name).where(table.c.id.in_(ids)))}
    changes = [
        ColourChange(
            care_service_id=known.care_service_id,
            care_service_name=names[known.care_service_id],
            provider_id=known.provider_id,
            band_now=before.verdict.band,
            band_then=after.verdict.band,
            reasons_now=list(before.verdict.reasons if in_full else before.verdict.open_reasons),
            reasons_then=list(after.verdict.reasons if in_full else after.verdict.open_reasons),
        )
        for known, before, after in moved
    ]
    return sorted(changes, key=lambda each: (each.care_service_name, each.care_service_id))[:LISTED]
