"""Reads what bands are worked out from, and keeps what was worked out. No rules here."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import starmap
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, func, literal, or_, text, update
from sqlalchemy import select as columns
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import care_service_copy
from assay_kit.calendar import london_day
from assay_kit.pagination import Page, PageAsked, paginate
from risk.bands.errors import BandResultNotFound, CareServiceNotScored
from risk.bands.rules import Band
from risk.indicators.counts import window_after
from risk.indicators.facts import Facts, Feed
from risk.indicators.registry import kinds_beyond_the_ten
from risk.overrides.rules import Status as OverrideStatus
from risk.scoring_models.policy import CountPolicy, Policy
from risk.tables import BandResult, EstateRefresh, FeedHeartbeat, Override, ServiceBand, StandingResult

_KINDS = ("safeguarding_decision", "unexpected_death", "contracting_concern", "manager_vacancy")

FACTS = text(Path(__file__).with_name("facts.sql").read_text(encoding="utf-8"))
_TOLD_TO_ALL = text(Path(__file__).with_name("told_to_all.sql").read_text(encoding="utf-8"))
_PUT_RESULTS = text(Path(__file__).with_name("put_results.sql").read_text(encoding="utf-8"))
_PUT_BANDS = text(Path(__file__).with_name("put_bands.sql").read_text(encoding="utf-8"))
_KEEP_NAMES = text(Path(__file__).with_name("keep_names.sql").read_text(encoding="utf-8"))

RESULT_COLUMNS = (
    "id",
    "care_service_id",
    "computed_at",
    "model_version",
    "band",
    "points",
    "readings",
    "reasons",
    "open_reasons",
    "inputs",
    "digest",
)


def is_running(on: date) -> ColumnElement[bool]:
    """A service is scored and shown until its last day, `ended_on`, is over."""
    return or_(col(ServiceBand.ended_on).is_(None), col(ServiceBand.ended_on) >= on)


@dataclass(frozen=True, kw_only=True)
class Known:
    """A service and what is known of it; `inputs` are the facts as JSON, as a result keeps them."""

    care_service_id: UUID
    provider_id: UUID
    facts: Facts
    inputs: str


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a service stands before it is worked out again."""

    care_service_id: UUID
    provider_id: UUID
    result_id: UUID
    digest: str
    band: Band
    computed_band: Band
    since: datetime
    computed_since: datetime
    override_id: UUID | None
    embargo: dict[str, Any]
    has_default_notice: bool
    refreshed_at: datetime

    def shown(self) -> dict[str, Any]:
        return {
            "care_service_id": self.care_service_id,
            "provider_id": self.provider_id,
            "band": self.band.value,
            "computed_band": self.computed_band.value,
            "override_id": self.override_id,
            **self.embargo,
            "has_default_notice": self.has_default_notice,
        }


class Bands:
    def __init__(self, session: Session) -> None:
        self._session = session

    def lock(self, ids: Iterable[UUID]) -> list[UUID]:
        """One refresh at a time for each service: those of `ids` that exist, locked in one order."""
        wanted = select(care_service_copy.c.id).where(_among(care_service_copy.c.id, ids))
        return list(self._session.scalars(wanted.order_by(care_service_copy.c.id).with_for_update(key_share=True)))

    def known(
        self, ids: Sequence[UUID], *policies: Policy, now: datetime, started_by: date | None = None
    ) -> Iterator[Known]:
        """What the indicators may look at. Where several policies ask, far enough back for each of them. Of a past day:
        without the services that had not `started_by` then."""
        rows = self._session.execute(FACTS, {"ids": list(ids), **self.asked(*policies, now=now, started_by=started_by)})
        return starmap(known_of, rows.all())

    def asked(self, *policies: Policy, now: datetime, started_by: date | None = None) -> dict[str, Any]:
        """What `facts.sql` is asked besides the services."""
        return {"started_by": started_by, **_asked(policies, self.last_heard(now), now=now)}

    def last_heard(self, now: datetime) -> dict[Feed, date]:
        """The London day on which each feed last gave a sign of life."""
        latest = select(FeedHeartbeat.feed, func.max(FeedHeartbeat.heard_at)).where(FeedHeartbeat.heard_at <= now)
        return {Feed(feed): london_day(at) for feed, at in self._session.exec(latest.group_by(FeedHeartbeat.feed))}

    def standing(self, ids: Sequence[UUID]) -> dict[UUID, Standing]:
        wanted = columns(
            col(ServiceBand.care_service_id),
            col(ServiceBand.provider_id),
            col(StandingResult.result_id),
            col(StandingResult.digest),
            col(ServiceBand.band),
            col(ServiceBand.computed_band),
            col(ServiceBand.since),
            col(ServiceBand.computed_since),
            col(ServiceBand.override_id),
            col(ServiceBand.embargo),
            col(ServiceBand.embargo_limits),
            col(ServiceBand.embargo_since),
            col(ServiceBand.has_default_notice),
            col(StandingResult.refreshed_at),
        ).join(StandingResult, col(StandingResult.care_service_id) == ServiceBand.care_service_id)
        wanted = wanted.where(_among(ServiceBand.care_service_id, ids))
        return {row.care_service_id: _standing(row) for row in self._session.execute(wanted)}

    def overrides_in_force(self, ids: Sequence[UUID]) -> dict[UUID, Override]:
        wanted = select(Override).where(
            Override.status == OverrideStatus.IN_FORCE, _among(Override.care_service_id, ids)
        )
        return {override.care_service_id: override for override in self._session.exec(wanted.with_for_update())}

    def override_of(self, band: ServiceBand) -> Override | None:
        return None if band.override_id is None else self._session.get(Override, band.override_id)

    def of_service(self, care_service_id: UUID) -> tuple[ServiceBand, BandResult]:
        wanted = (
            select(ServiceBand, BandResult)
            .join(StandingResult, col(StandingResult.care_service_id) == ServiceBand.care_service_id)
            .join(BandResult, col(BandResult.id) == StandingResult.result_id)
            .where(ServiceBand.care_service_id == care_service_id)
        )
        # refreshes write past the objects of a session
        found = self._session.exec(wanted, execution_options={"populate_existing": True}).one_or_none()
        if found is None:
            raise CareServiceNotScored(care_service_id)
        return found

    def shown(self, care_service_id: UUID) -> ServiceBand:
        """As `of_service`, without what it stands on."""
        wanted = select(ServiceBand).where(ServiceBand.care_service_id == care_service_id)
        found = self._session.exec(wanted, execution_options={"populate_existing": True}).one_or_none()
        if found is None:
            raise CareServiceNotScored(care_service_id)
        return found

    def result(self, result_id: UUID) -> BandResult:
        found = self._session.get(BandResult, result_id)
        if found is None:
            raise BandResultNotFound(result_id)
        return found

    def open_reasons(self, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """Why these services stand where they stand, in words for everybody."""
        wanted = (
            columns(col(StandingResult.care_service_id), col(BandResult.open_reasons))
            .join(BandResult, col(BandResult.id) == StandingResult.result_id)
            .where(_among(StandingResult.care_service_id, ids))
        )
        return {care_service_id: reasons for care_service_id, reasons in self._session.execute(wanted)}

    def readings(self, result_ids: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
        """The readings of these results, in one statement; of none, without any."""
        if not result_ids:
            return {}
        wanted = columns(col(BandResult.id), col(BandResult.readings)).where(_among(BandResult.id, result_ids))
        return {result_id: readings for result_id, readings in self._session.execute(wanted)}

    def told_to_all(self, care_service_id: UUID) -> list[UUID]:
        """The results that say something new to those who see nothing confidential."""
        told = _TOLD_TO_ALL.bindparams(care_service_id=care_service_id).columns(id=Uuid)
        return list(self._session.execute(told).scalars())

    def history(
        self, care_service_id: UUID, page: PageAsked, *, among: Sequence[UUID] | None = None
    ) -> Page[BandResult]:
        """The newest first: all, or those `among` some."""
        wanted = select(BandResult).where(BandResult.care_service_id == care_service_id)
        if among is not None:
            wanted = wanted.where(col(BandResult.id).in_(among))
        return paginate(self._session, wanted, page, col(BandResult.computed_at).desc(), col(BandResult.id).desc())

    def computed_at(self, care_service_id: UUID, at: datetime) -> Band | None:
        """The computed band that stood at an instant."""
        wanted = select(BandResult.band).where(
            BandResult.care_service_id == care_service_id, BandResult.computed_at <= at
        )
        latest = wanted.order_by(col(BandResult.computed_at).desc(), col(BandResult.id).desc())
        found = self._session.exec(latest.limit(1)).first()
        return None if found is None else Band(found)

    def services_after(self, reached: UUID | None, *, limit: int) -> list[UUID]:
        """The next services of the estate, in the order in which a refresh walks it."""
        wanted = select(care_service_copy.c.id).order_by(care_service_copy.c.id).limit(limit)
        if reached is not None:
            wanted = wanted.where(care_service_copy.c.id > reached)
        return list(self._session.scalars(wanted))

    def count_services(self) -> int:
        counted: int = self._session.execute(columns(func.count()).select_from(care_service_copy)).scalar_one()
        return counted

    def services_of(self, provider_id: UUID) -> list[UUID]:
        wanted = select(care_service_copy.c.id).where(care_service_copy.c.provider_id == provider_id)
        return list(self._session.scalars(wanted))

    def unfinished_refresh(self, now: datetime) -> EstateRefresh | None:
        wanted = select(EstateRefresh).where(col(EstateRefresh.finished_at).is_(None), EstateRefresh.due_at <= now)
        return self._session.exec(wanted.order_by(col(EstateRefresh.due_at)).limit(1).with_for_update()).first()

    def first_unfinished(self) -> EstateRefresh | None:
        wanted = select(EstateRefresh).where(col(EstateRefresh.finished_at).is_(None))
        return self._session.exec(wanted.order_by(col(EstateRefresh.due_at)).limit(1)).first()

    def refreshes(self, page: PageAsked) -> Page[EstateRefresh]:
        return paginate(
            self._session, select(EstateRefresh), page, col(EstateRefresh.due_at).desc(), col(EstateRefresh.id).desc()
        )

    def keep_names(self, ids: Sequence[UUID]) -> None:
        """What the directory says of these services by now, where they are shown: written where it differs."""
        self._session.execute(_KEEP_NAMES, {"ids": list(ids)})

    def keep_time(self, ids: Iterable[UUID], now: datetime) -> None:
        """These were worked out for `now`, and nothing that is shown of them differs."""
        if ids := list(ids):
            worked_out = update(StandingResult).where(
                _among(StandingResult.care_service_id, ids), col(StandingResult.refreshed_at) < now
            )
            self._session.execute(worked_out.values(refreshed_at=now), execution_options={"synchronize_session": False})

    def write(self, standing: Sequence[Mapping[str, Any]], bands: Sequence[Mapping[str, Any]]) -> None:
        """Say which results stand, and put the bands in the place of those that stood: a statement each, past the
        objects of the session."""
        for statement, rows in ((_PUT_RESULTS, standing), (_PUT_BANDS, bands)):
            if rows:
                self._session.execute(statement, {name: [row[name] for row in rows] for name in rows[0]})


def _among(column: Any, ids: Iterable[UUID]) -> ColumnElement[bool]:
    """One parameter however many there are, so that the statement stays the same."""
    wanted: ColumnElement[bool] = column == any_(literal(list(ids), ARRAY(Uuid)))
    return wanted


def known_of(care_service_id: UUID, provider_id: UUID, inputs: str) -> Known:
    facts = Facts.model_validate_json(inputs)
    return Known(care_service_id=care_service_id, provider_id=provider_id, facts=facts, inputs=inputs)


def _standing(row: Any) -> Standing:
    return Standing(
        care_service_id=row.care_service_id,
        provider_id=row.provider_id,
        result_id=row.result_id,
        digest=row.digest,
        band=Band(row.band),
        computed_band=Band(row.computed_band),
        since=row.since,
        computed_since=row.computed_since,
        override_id=row.override_id,
        embargo={name: getattr(row, name) for name in ("embargo", "embargo_limits", "embargo_since")},
        has_default_notice=row.has_default_notice,
        refreshed_at=row.refreshed_at,
    )


def _asked(policies: Sequence[Policy], heard: dict[Feed, date], *, now: datetime) -> dict[str, Any]:
    today = london_day(now)
    after = {
        f"{name}_after": _earliest([_after(today, heard, feed, getattr(policy, feed)) for policy in policies])
        for name, feed in (
            ("enquiries", Feed.SAFEGUARDING_DECISIONS),
            ("deaths", Feed.UNEXPECTED_DEATHS),
            ("concerns", Feed.CONTRACTING_CONCERNS),
        )
    }
    more = kinds_beyond_the_ten(*policies)
    said = json.dumps({feed: day.isoformat() for feed, day in heard.items()})
    return {"last_heard": said, "at": now, "today": today, "kinds": [*_KINDS, *more], "more_kinds": more, **after}


def _after(today: date, heard: dict[Feed, date], feed: Feed, policy: CountPolicy) -> date | None:
    return window_after(today, heard.get(feed), policy)


def _earliest(days: Sequence[date | None]) -> date | None:
    """None (no bound) where any of them has none."""
    known = [day for day in days if day is not None]
    return min(known) if len(known) == len(days) else None
