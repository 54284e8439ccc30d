"""What a model would do to the estate, today or on a past day: worked out beside the one in force, from the same
facts; nothing is kept."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Uuid, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, select

from assay_contracts.directory.copies import care_service_copy
from assay_kit.calendar import end_of_london_day, london_day
from risk.bands.hindsight import Veil
from risk.bands.nights import CHUNK
from risk.bands.repository import Bands, Known
from risk.bands.rules import Band
from risk.bands.working import Worked, work_out
from risk.scoring_models.errors import DayAhead, NoModelThen
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.scoring_models.schemas import BandCount, ColourChange, DryRun

LISTED = 200


@dataclass(frozen=True, kw_only=True)
class _Trial:
    """Two models on what was known at an instant. `started_by`: of a past day, only what had begun. `veil`: for whoever
    does not see what is restricted, and could draft a model that moves just the services with a death on record."""

    one: Policy
    other: Policy
    versions: tuple[int, int]
    at: datetime
    started_by: date | None
    veil: Veil | None

    def known(self, bands: Bands, ids: list[UUID]) -> list[Known]:
        return bands.known(ids, self.one, self.other, now=self.at, started_by=self.started_by)

    def both(self, known: Known) -> tuple[Worked, Worked]:
        facts = known.facts if self.veil is None else self.veil.facts(known, at=self.at)
        return (
            work_out(facts, self.one, model_version=self.versions[0]),
            work_out(facts, self.other, model_version=self.versions[1]),
        )


def dry_run(session: Session, version: int, *, on: date, now: datetime, in_full: bool, skip: int = 0) -> DryRun:
    """`skip`: so many of those that would change are left out, the gravest of them."""
    bands, trial = Bands(session), _trial(session, version, on=on, now=now, in_full=in_full)
    counts_now: Counter[Band] = Counter()
    counts_then: Counter[Band] = Counter()
    moved: dict[UUID, int] = {}
    reached = None
    while ids := bands.services_after(reached, limit=CHUNK):
        for known in trial.known(bands, ids):
            before, after = trial.both(known)
            counts_now[before.verdict.band] += 1
            counts_then[after.verdict.band] += 1
            if before.verdict.band is not after.verdict.band:
                moved[known.care_service_id] = after.verdict.band.rank
        reached = ids[-1]
    return DryRun(
        version=version,
        compared_with=trial.versions[0],
        worked_out_at=trial.at,
        services=counts_now.total(),
        counts=[BandCount(band=band, now=counts_now[band], then=counts_then[band]) for band in Band],
        change_count=len(moved),
        is_in_full=in_full,
        changes=_changes(session, trial, moved, skip=skip),
    )


def _trial(session: Session, version: int, *, on: date, now: datetime, in_full: bool) -> _Trial:
    today = london_day(now)
    if on > today:
        raise DayAhead(on, today)
    is_past = on < today
    at = end_of_london_day(on) if is_past else now
    models = ScoringModels(session)
    candidate, current = models.get(version), models.in_force_at(at) if is_past else models.published()
    if current is None:
        raise NoModelThen(f"Version 1 is not as old as {on.isoformat()}.")
    return _Trial(
        one=policy_of(current),
        other=policy_of(candidate),
        versions=(current.version, candidate.version),
        at=at,
        started_by=on if is_past else None,
        veil=None if in_full else Veil(session),
    )


def _changes(session: Session, trial: _Trial, moved: dict[UUID, int], *, skip: int) -> list[ColourChange]:
    """Those that moved, by where they would stand (`moved`), the gravest first, and by name."""
    table = care_service_copy
    wanted = select(table.c.id, table.c.name).where(table.c.id == any_(literal(list(moved), ARRAY(Uuid))))
    ranked = sorted(session.execute(wanted), key=lambda row: (-moved[row.id], row.name, row.id))
    names = {row.id: row.name for row in ranked[skip : skip + LISTED]}
    found = {known.care_service_id: known for known in trial.known(Bands(session), list(names))}
    changes = []
    for care_service_id, name in names.items():
        known = found[care_service_id]
        before, after = trial.both(known)
        changes.append(
            ColourChange(
                care_service_id=care_service_id,
                care_service_name=name,
                provider_id=known.provider_id,
                band_now=before.verdict.band,
                band_then=after.verdict.band,
                reasons_now=list(before.verdict.reasons),
                reasons_then=list(after.verdict.reasons),
            )
        )
    return changes
