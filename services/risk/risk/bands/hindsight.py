"""What was said of a band before something became restricted, as it may be said today.

A result is never rewritten. Whoever may not see restricted information is shown an old one as if what is restricted by
now had been so from the beginning.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select as columns
from sqlalchemy import text
from sqlmodel import Session, col, select

from assay_kit.pagination import Page, PageAsked
from assay_kit.timeline import timeline_entry
from risk.bands.errors import CareServiceNotScored
from risk.bands.life import LIFE
from risk.bands.repository import Bands, Known
from risk.bands.working import work_out
from risk.indicators.facts import Facts, without_restricted
from risk.intelligence.rules import Kind
from risk.scoring_models.policy import Policy
from risk.scoring_models.repository import ScoringModels, policy_of
from risk.tables import BandResult, ServiceBand

_RESTRICTED_SINCE = text(Path(__file__).with_name("restricted_since.sql").read_text(encoding="utf-8"))
_STOOD = text("""
SELECT asked.at, result.id, result.computed_at
FROM unnest(CAST(:instants AS timestamptz [])) AS asked (at)
CROSS JOIN LATERAL (
    SELECT id, computed_at
    FROM band_result
    WHERE care_service_id = :care_service_id AND computed_at <= asked.at
    ORDER BY computed_at DESC, id DESC
    LIMIT 1
) AS result
""")
_HIDDEN = text(Path(__file__).with_name("hidden.sql").read_text(encoding="utf-8"))

PARTS = {
    Kind.UNEXPECTED_DEATH: "deaths",
    Kind.CONTRACTING_CONCERN: "concerns",
    Kind.MANAGER_VACANCY: "vacancies",
}
"""Where the facts keep what an entry says; the other kinds are among the events. Safeguarding decisions are always in
confidence."""
_FEW, _MANY = 2, 16
KINDS = [kind for kind in Kind if kind is not Kind.SAFEGUARDING_DECISION]


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """An entry that was open and is restricted by now: what it counted towards, from when on, and until its correction
    came."""

    part: str
    on: date
    since: datetime
    until: datetime | None

    def counted_at(self, at: datetime) -> bool:
        return self.since <= at and (self.until is None or self.until > at)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What may be said of a result."""

    readings: list[dict[str, Any]]
    open_reasons: list[str]


class Hindsight:
    """The results of one service, for whoever may not see what is restricted."""

    def __init__(self, session: Session, care_service_id: UUID) -> None:
        self._session = session
        self.care_service_id = care_service_id
        self._hidden = hidden_of(session, care_service_id)
        self._policies: dict[int, Policy] = {}

    def said(self, row: BandResult) -> Said:
        hidden = self._hidden_at(row.computed_at)
        if not hidden:
            return Said(readings=row.readings, open_reasons=row.open_reasons)
        facts = concealed(Facts.model_validate(row.inputs), hidden)
        worked = work_out(facts, self._policy(row.model_version), model_version=row.model_version)
        veiled = {each.indicator for each in worked.readings if each.confidential}
        readings = [
            each | {"confidential": each["confidential"] or each["indicator"] in veiled} for each in row.readings
        ]
        return Said(readings=readings, open_reasons=list(worked.verdict.open_reasons))

    def latest(self) -> BandResult:
        """The newest of the history. Results are looked at from the newest back, as long as they say the same."""
        newest_first = self._newest_first()
        came = next(newest_first, None)
        if came is None:
            raise CareServiceNotScored(self.care_service_id)
        face = _face(came, self.said(came))
        for earlier in takewhile(lambda row: _face(row, self.said(row)) == face, newest_first):
            came = earlier
        return came

    def _newest_first(self) -> Iterator[BandResult]:
        """A few at a time, and more where those do not do: each has all that it rests on."""
        wanted = select(BandResult).where(BandResult.care_service_id == self.care_service_id)
        wanted = wanted.order_by(col(BandResult.computed_at).desc(), col(BandResult.id).desc())
        start, few = 0, _FEW
        while rows := self._session.exec(wanted.offset(start).limit(few)).all():
            yield from rows
            start, few = start + few, min(few * 2, _MANY)

    def history(self, page: PageAsked) -> Page[BandResult]:
        """The newest first, without those that differ from the one before only in what may not be said: that there is
        one more would tell that something was learnt, and when."""
        bands = Bands(self._session)
        told = self._told() if self._hidden else bands.told_to_all(self.care_service_id)
        return bands.history(self.care_service_id, page, among=told)

    def _told(self) -> list[UUID]:
        told, before = [], None
        for row in self._results():
            if (face := _face(row, self.said(row))) != before:
                told.append(row.id)
            before = face
        return told

    def reasons_at(self, instants: Iterable[datetime]) -> dict[datetime, list[str]]:
        """What may be said of the result that stood at each instant, where that is not what was said then."""
        if not self._hidden:
            return {}
        asked = {"care_service_id": self.care_service_id, "instants": list(set(instants))}
        stood = {at: (result_id, computed_at) for at, result_id, computed_at in self._session.execute(_STOOD, asked)}
        differing = {result_id for result_id, computed_at in stood.values() if self._hidden_at(computed_at)}
        rows = self._session.exec(select(BandResult).where(col(BandResult.id).in_(differing))) if differing else ()
        said = {row.id: reasons for row in rows if (reasons := self.said(row).open_reasons) != row.open_reasons}
        return {at: said[result_id] for at, (result_id, _) in stood.items() if result_id in said}

    def _hidden_at(self, at: datetime) -> set[tuple[str, date]]:
        return {(each.part, each.on) for each in self._hidden if each.counted_at(at)}

    def _policy(self, version: int) -> Policy:
        if version not in self._policies:
            self._policies[version] = policy_of(ScoringModels(self._session).get(version))
        return self._policies[version]

    def _results(self) -> Sequence[BandResult]:
        """In the order in which they came."""
        wanted = select(BandResult).where(BandResult.care_service_id == self.care_service_id)
        return self._session.exec(wanted.order_by(col(BandResult.computed_at), col(BandResult.id))).all()


class Veil:
    """What is known without all that is held in confidence, as it may be said today of an instant: who drafts models
    and does not see what is restricted must not learn it from what a model would do."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._about = set(session.scalars(_RESTRICTED_SINCE))
        self._hidden: dict[UUID, list[Hidden]] = {}

    def facts(self, known: Known, *, at: datetime) -> Facts:
        hidden = {(each.part, each.on) for each in self._hidden_of(known) if each.counted_at(at)}
        facts = concealed(known.facts, hidden) if hidden else known.facts
        return without_restricted(facts).model_copy(update={"enquiries": ()})

    def _hidden_of(self, known: Known) -> list[Hidden]:
        if self._about.isdisjoint({known.care_service_id, known.provider_id}):
            return []
        if known.care_service_id not in self._hidden:
            self._hidden[known.care_service_id] = hidden_of(self._session, known.care_service_id)
        return self._hidden[known.care_service_id]


def _face(row: BandResult, said: Said) -> tuple[Any, ...]:
    """All of a result that somebody sees who sees nothing confidential, its day apart: as in `told_to_all.sql`."""
    readings = {
        each["indicator"]: None if each["confidential"] else (each["state"], each["level"], each["reason"])
        for each in said.readings
    }
    return row.model_version, row.band, said.open_reasons, readings


def concealed(facts: Facts, hidden: set[tuple[str, date]]) -> Facts:
    """The same facts with what is hidden marked as restricted."""
    parts = {part: [(each, part) for each in getattr(facts, part)] for part in PARTS.values()}
    parts["events"] = [(each, each.kind) for each in facts.events]
    return facts.model_copy(
        update={
            part: tuple(
                each.model_copy(update={"restricted": True}) if (name, _day(each)) in hidden else each
                for each, name in found
            )
            for part, found in parts.items()
        }
    )


def hidden_of(session: Session, care_service_id: UUID) -> list[Hidden]:
    """Entries about the service, or about one of its providers as a whole, that are restricted by now."""
    about = {"care_service_id": care_service_id, "provider_ids": _providers(session, care_service_id)}
    return [
        Hidden(part=PARTS.get(Kind(kind), kind), on=on, since=since, until=until)
        for kind, on, since, until in session.execute(_HIDDEN, about | {"kinds": KINDS})
    ]


def _providers(session: Session, care_service_id: UUID) -> Sequence[UUID]:
    """Those who have run the service while it had a band."""
    now = columns(col(ServiceBand.provider_id)).where(col(ServiceBand.care_service_id) == care_service_id)
    before = columns(timeline_entry.c.provider_id).where(
        timeline_entry.c.object_kind == LIFE.name, timeline_entry.c.object_id == care_service_id
    )
    return list(session.scalars(now.union(before)))


def _day(fact: Any) -> date:
    day: date = fact.since if hasattr(fact, "since") else fact.on
    return day
