"""Works a chunk of a trial out. Nothing that is shown of a service changes by it."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlmodel import Session

from assay_kit.calendar import end_of_london_day, london_day
from risk.bands.hindsight import Veil
from risk.bands.repository import Bands, Known
from risk.bands.rules import Band
from risk.bands.working import work_out
from risk.indicators.facts import Facts
from risk.model_runs.repository import Runs
from risk.model_runs.rules import LEADS, Measure, days_of, first_within, warnings
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.tables import ModelRun

Tally = dict[str, Counter[str]]


def dry_run_chunk(session: Session, run: ModelRun, ids: Sequence[UUID]) -> Tally:
    """Both models on what was known at an instant. What differs is kept as rows."""
    assert run.compared_with is not None, "a dry run is beside a model"
    one, other = policy_of(ScoringModels(session).get(run.compared_with)), Policy.model_validate(run.policy)
    veil = _veil(session, run)
    tally: Tally = {"now": Counter(), "then": Counter(), "changed": Counter()}
    moved = []
    for known in Bands(session).known(ids, one, other, now=run.at, started_by=run.started_by):
        facts = _facts(known, veil, run.at)
        before = work_out(facts, one, model_version=run.compared_with).verdict
        after = work_out(facts, other, model_version=run.version).verdict
        tally["now"][before.band] += 1
        tally["then"][after.band] += 1
        if before.band is not after.band:
            tally["changed"]["services"] += 1
            moved.append((known, before, after))
    names = Runs(session).names([known.care_service_id for known, _, _ in moved])
    Runs(session).add_changes(
        [
            {
                "run_id": run.id,
                "care_service_id": known.care_service_id,
                "care_service_name": names[known.care_service_id],
                "provider_id": known.provider_id,
                "band_now": before.band,
                "band_then": after.band,
                "gravity": after.band.gravity,
                "reasons_now": list(before.reasons),
                "reasons_then": list(after.reasons),
            }
            for known, before, after in moved
        ]
    )
    return tally


def outcome_check_chunk(session: Session, run: ModelRun, ids: Sequence[UUID]) -> Tally:
    """What the model would have warned of, and what came of it, from what was known on the days in question."""
    model = _Model(session, run)
    measures = Runs(session).measures(ids, at=run.at)
    tally: Tally = {"measures": Counter(), "alarms": Counter(), **{f"lead {days}": Counter() for days in LEADS}}
    first_of = {
        each: first
        for each, issued in measures.items()
        if (first := first_within(issued, run.first_day, run.last_day)) is not None
    }
    tally["measures"]["services"] = len(first_of)
    for days in LEADS:
        tally[f"lead {days}"] += _lead(model, first_of, days)
    for counted in _alarms(model, run, ids, measures):
        tally["alarms"].update(counted)
    return tally


def _lead(model: "_Model", first_of: Mapping[UUID, date], days: int) -> Counter[str]:
    by_day: dict[date, list[UUID]] = defaultdict(list)
    for care_service_id, issued_on in first_of.items():
        by_day[issued_on - timedelta(days=days)].append(care_service_id)
    bands: Counter[str] = Counter()
    for day, ids in by_day.items():
        bands.update(model.bands_on(day, ids).values())
    bands["not_there_yet"] = len(first_of) - bands.total()
    return bands


def _alarms(
    model: "_Model", run: ModelRun, ids: Sequence[UUID], measures: Mapping[UUID, Sequence[Measure]]
) -> list[dict[str, int]]:
    stood: dict[UUID, dict[date, Band]] = {each: {} for each in ids}
    for day in days_of(run.first_day, run.last_day):
        for care_service_id, band in model.bands_on(day, ids).items():
            stood[care_service_id][day] = band
    today = london_day(run.asked_at)
    return [warnings(bands, measures.get(each, ()), today=today) for each, bands in stood.items()]


class _Model:
    """A model asked about past days, without the council's own measures: an intervention would find itself."""

    def __init__(self, session: Session, run: ModelRun) -> None:
        self._bands = Bands(session)
        self._policy = Policy.model_validate(run.policy)
        self._version = run.version
        self._veil = _veil(session, run)

    def bands_on(self, day: date, ids: Sequence[UUID]) -> dict[UUID, Band]:
        """The bands of those of the services that had begun and not ended, at the end of a day."""
        at = end_of_london_day(day)
        known = self._bands.known(ids, self._policy, now=at, started_by=day)
        return {each.care_service_id: self._band(_facts(each, self._veil, at)) for each in known}

    def _band(self, facts: Facts) -> Band:
        without = facts.model_copy(update={"embargoes": (), "default_notices": ()})
        return work_out(without, self._policy, model_version=self._version).verdict.band


def _veil(session: Session, run: ModelRun) -> Veil | None:
    """For whoever does not see what is restricted, and could draft a model that moves just those it is known of."""
    return None if run.is_in_full else Veil(session)


def _facts(known: Known, veil: Veil | None, at: datetime) -> Facts:
    return known.facts if veil is None else veil.facts(known, at=at)
