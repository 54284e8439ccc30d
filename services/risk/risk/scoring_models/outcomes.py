"""A model's own track record: what it would have warned of before interventions, and what its warnings led to.

Everything is worked out again from what was known on the days in question, so that a draft can be asked too. The band
of a service is not looked at on the day of the intervention itself: an intervention would find itself.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, or_
from sqlalchemy import select as columns
from sqlmodel import Session, col

from assay_contracts.directory.copies import care_service_copy as service
from assay_kit.calendar import end_of_london_day, london_day
from risk.bands.hindsight import Veil
from risk.bands.nights import CHUNK
from risk.bands.repository import Bands, Known
from risk.bands.rules import Band
from risk.bands.working import work_out
from risk.scoring_models.errors import PeriodNotChecked
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.scoring_models.schemas import Alarms, Lead, OutcomeCheck
from risk.tables import Intervention

LEADS = (30, 60, 90)
EVERY = timedelta(days=30)
FOLLOWS_WITHIN = timedelta(days=90)
LONGEST = timedelta(days=366)
EARLIEST = date(2000, 1, 1)
WARNINGS = frozenset({Band.AMBER, Band.RED})

Issued = dict[UUID, list[date]]
"""The London days on which interventions were issued that reach a service, by service, in order."""


@dataclass(frozen=True, kw_only=True)
class _Model:
    session: Session
    policy: Policy
    version: int
    veil: Veil | None

    def bands_on(self, day: date, ids: Sequence[UUID]) -> dict[UUID, Band]:
        """The bands of those of the services that had begun and not ended, at the end of a day."""
        at = end_of_london_day(day)
        known = Bands(self.session).known(ids, self.policy, now=at, started_by=day)
        return {each.care_service_id: self._band(each, at) for each in known}

    def _band(self, known: Known, at: datetime) -> Band:
        facts = known.facts if self.veil is None else self.veil.facts(known, at=at)
        return work_out(facts, self.policy, model_version=self.version).verdict.band


def check(
    session: Session, version: int, *, first_day: date, last_day: date, today: date, in_full: bool
) -> OutcomeCheck:
    """Not `in_full`: without all that is held in confidence, for whoever drafts models and does not see it."""
    found = ScoringModels(session).get(version)
    if not EARLIEST <= first_day <= last_day <= today or last_day - first_day > LONGEST:
        raise PeriodNotChecked(f"Ask for {LONGEST.days} days at most, from 2000 on, and over by {today.isoformat()}.")
    veil = None if in_full else Veil(session)
    model = _Model(session=session, policy=policy_of(found), version=version, veil=veil)
    issued = _issued(session, first_day, last_day + FOLLOWS_WITHIN)
    first_of = {
        each: within[0] for each, days in issued.items() if (within := [day for day in days if day <= last_day])
    }
    return OutcomeCheck(
        version=version,
        is_in_full=in_full,
        first_day=first_day,
        last_day=last_day,
        services_with_interventions=len(first_of),
        leads=[_lead(model, first_of, days) for days in LEADS],
        alarms=_alarms(model, issued, list(_samples(first_day, last_day)), today=today),
    )


def _lead(model: _Model, first_of: dict[UUID, date], days: int) -> Lead:
    by_day: dict[date, list[UUID]] = defaultdict(list)
    for care_service_id, issued_on in first_of.items():
        by_day[issued_on - timedelta(days=days)].append(care_service_id)
    bands = Counter(band for day, ids in by_day.items() for band in model.bands_on(day, ids).values())
    said = {band.value: bands[band] for band in Band}
    return Lead(days_before=days, not_there_yet=len(first_of) - bands.total(), **said)


@dataclass
class _Tally:
    begun: int = 0
    followed: int = 0
    open: int = 0
    warned_before: set[UUID] = field(default_factory=set)


def _alarms(model: _Model, issued: Issued, samples: list[date], *, today: date) -> Alarms:
    tally = _Tally()
    for day in samples:
        warned = set()
        for ids in _chunks(model.session):
            warned |= {each for each, band in model.bands_on(day, ids).items() if band in WARNINGS}
        for care_service_id in warned - tally.warned_before:
            _count(tally, day, issued.get(care_service_id, []), today=today)
        tally.warned_before = warned
    return Alarms(
        sampled_days=samples,
        begun=tally.begun,
        followed=tally.followed,
        led_to_nothing=tally.begun - tally.followed - tally.open,
        open=tally.open,
    )


def _count(tally: _Tally, day: date, issued: list[date], *, today: date) -> None:
    until = day + FOLLOWS_WITHIN
    tally.begun += 1
    if any(day < each <= until for each in issued):
        tally.followed += 1
    elif until > today:
        tally.open += 1


def _samples(first_day: date, last_day: date) -> Iterator[date]:
    while first_day <= last_day:
        yield first_day
        first_day += EVERY


def _chunks(session: Session) -> Iterator[list[UUID]]:
    bands, reached = Bands(session), None
    while ids := bands.services_after(reached, limit=CHUNK):
        yield ids
        reached = ids[-1]


def _issued(session: Session, first_day: date, last_day: date) -> Issued:
    reaches = or_(
        col(Intervention.care_service_id) == service.c.id,
        and_(col(Intervention.care_service_id).is_(None), col(Intervention.provider_id) == service.c.provider_id),
    )
    wanted = (
        columns(service.c.id, col(Intervention.issued_at))
        .join(Intervention, reaches)
        .where(
            col(Intervention.issued_at) > end_of_london_day(first_day - timedelta(days=1)),
            col(Intervention.issued_at) <= end_of_london_day(last_day),
        )
        .order_by(col(Intervention.issued_at))
    )
    found: Issued = defaultdict(list)
    at: datetime
    for care_service_id, at in session.execute(wanted):
        found[care_service_id].append(london_day(at))
    return found
