"""Reads and writes schemes, lots and procedure profiles. No rules here."""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from assay_kit.identity import Principal
from assay_kit.timeline import timeline_entry
from assay_kit.versions import VersionStatus
from dps_admission.authors import sees_drafts
from dps_admission.locks import LOCK
from dps_admission.tables import Lot, LotZone, ProcedureProfile, QuestionSet, Scheme

from .errors import LotNotFound, ProfileNotFound, SchemeNotFound
from .profiles import ProfileContent
from .rules import LOT_LIFE, LotStatus, LotStep, SchemeDates, SchemeStatus, Window

WAS_OPENED: ColumnElement[bool] = exists().where(
    timeline_entry.c.object_kind == LOT_LIFE.name,
    timeline_entry.c.object_id == col(Lot.id),
    timeline_entry.c.step == LotStep.OPEN,
)
"""A lot opens in an open DPS only, so no name of a DPS in preparation is told either."""


class Schemes:
    def __init__(self, session: Session) -> None:
        self.session = session

    def get(self, scheme_id: UUID, *, lock: bool = False) -> Scheme:
        found = self.session.get(Scheme, scheme_id, with_for_update=LOCK if lock else None, populate_existing=lock)
        if found is None:
            raise SchemeNotFound(scheme_id)
        return found

    def seen_by(self, scheme_id: UUID, by: Principal) -> Scheme:
        """What is being prepared is seen by those who prepare it, and by nobody else."""
        found = self.get(scheme_id)
        if not sees_drafts(by) and found.status == SchemeStatus.DRAFT:
            raise SchemeNotFound(scheme_id)
        return found

    def all_seen_by(self, by: Principal) -> SelectOfScalar[Scheme]:
        everything = select(Scheme)
        return everything if sees_drafts(by) else everything.where(col(Scheme.status) != SchemeStatus.DRAFT)

    def profile(self, profile_id: UUID) -> ProcedureProfile:
        found = self.session.get(ProcedureProfile, profile_id)
        if found is None:
            raise ProfileNotFound(profile_id)
        return found

    def profiles(self) -> Sequence[ProcedureProfile]:
        return self.session.exec(
            select(ProcedureProfile).order_by(col(ProcedureProfile.regime), col(ProcedureProfile.version))
        ).all()

    def profile_of(self, scheme: Scheme) -> ProfileContent:
        return content_of(self.profile(scheme.profile_id))

    def held(self, scheme_ids: Iterable[UUID], lot_ids: Iterable[UUID]) -> list[object]:
        """Schemes, their profiles and lots, read at once: while they are held, asking for one reads nothing again."""
        schemes = self.session.exec(select(Scheme).where(col(Scheme.id).in_(set(scheme_ids)))).all()
        wanted = {one.profile_id for one in schemes}
        profiles = self.session.exec(select(ProcedureProfile).where(col(ProcedureProfile.id).in_(wanted))).all()
        lots = self.session.exec(select(Lot).where(col(Lot.id).in_(set(lot_ids)))).all()
        return [*schemes, *profiles, *lots]

    def lot(self, lot_id: UUID, *, lock: bool = False) -> Lot:
        found = self.session.get(Lot, lot_id, with_for_update=LOCK if lock else None, populate_existing=lock)
        if found is None:
            raise LotNotFound(lot_id)
        return found

    def was_opened(self, lot_id: UUID) -> bool:
        """Also where it is paused or closed by now; not where it was given up before it opened."""
        return self.session.exec(select(Lot.id).where(col(Lot.id) == lot_id, WAS_OPENED)).first() is not None

    def lots_of(self, scheme_id: UUID) -> Sequence[Lot]:
        """All of them: a scheme has MOST_LOTS at most."""
        statement = select(Lot).where(col(Lot.scheme_id) == scheme_id)
        return self.session.exec(statement.order_by(col(Lot.created_at), col(Lot.id))).all()

    def count_lots(self, scheme_id: UUID) -> int:
        return self.session.exec(select(func.count(col(Lot.id))).where(col(Lot.scheme_id) == scheme_id)).one()

    def zones_of(self, lot_id: UUID) -> Sequence[LotZone]:
        statement = select(LotZone).where(col(LotZone.lot_id) == lot_id).order_by(col(LotZone.id))
        return self.session.exec(statement).all()

    def zones_of_lots(self, lot_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
        """The names of the zones of several lots; a borough-wide lot has none."""
        statement = select(LotZone).where(col(LotZone.lot_id).in_(lot_ids)).order_by(col(LotZone.id))
        names: dict[UUID, list[str]] = {lot_id: [] for lot_id in lot_ids}
        for zone in self.session.exec(statement):
            if zone.zone is not None:
                names[zone.lot_id].append(zone.zone)
        return names

    def ready_lots(self, scheme_id: UUID) -> int:
        statement = (
            select(func.count(col(Lot.id)))
            .join(QuestionSet, col(QuestionSet.id) == col(Lot.question_set_id))
            .where(
                col(Lot.scheme_id) == scheme_id,
                col(Lot.status) != LotStatus.CLOSED,
                col(QuestionSet.status) == VersionStatus.PUBLISHED,
            )
        )
        return self.session.exec(statement).one()

    def replace_zones(self, lot: Lot, zones: Sequence[str]) -> None:
        for old in self.zones_of(lot.id):
            self.session.delete(old)
        self.session.flush()
        names: list[str | None] = [*zones] or [None]
        for zone in names:
            self.session.add(LotZone(lot_id=lot.id, zone=zone, places=lot.places))
            self.session.flush()

    def next_expiry(self) -> date | None:
        statement = select(func.min(col(Scheme.valid_until))).where(col(Scheme.status) == SchemeStatus.OPEN)
        return self.session.exec(statement).one()

    def expired(self, before: date, *, limit: int) -> Sequence[Scheme]:
        statement = (
            select(Scheme)
            .where(col(Scheme.status) == SchemeStatus.OPEN, col(Scheme.valid_until) < before)
            .order_by(col(Scheme.id))
            .limit(limit)
            .with_for_update(skip_locked=True, **LOCK)
        )
        return self.session.exec(statement).all()


_READ: dict[str, ProfileContent] = {}
"""What was published never changes, so it is read once a process; by its hash."""


def content_of(profile: ProcedureProfile) -> ProfileContent:
    if profile.content_hash is None:
        return ProfileContent.model_validate(profile.content)
    if profile.content_hash not in _READ:
        _READ[profile.content_hash] = ProfileContent.model_validate(profile.content)
    return _READ[profile.content_hash]


def dates_of(scheme: Scheme) -> SchemeDates:
    windows = [
        Window(opens_on=date.fromisoformat(w["opens_on"]), closes_on=date.fromisoformat(w["closes_on"]))
        for w in scheme.windows
    ]
    return SchemeDates(
        notice_reference=scheme.notice_reference,
        noticed_on=scheme.noticed_on,
        award_on=scheme.award_on,
        go_live_on=scheme.go_live_on,
        valid_from=scheme.valid_from,
        valid_until=scheme.valid_until,
        windows=windows,
        tender_period_calendar_days=scheme.tender_period_calendar_days,
    )
