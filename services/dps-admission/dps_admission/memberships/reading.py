"""Puts together what readers of memberships see, with a fixed number of queries whatever the length of the list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session, col, select

from assay_contracts.directory.copies import provider_copy
from assay_kit.identity import Principal
from assay_kit.pagination import Page
from dps_admission.dependencies import CASEWORK
from dps_admission.shown import shown
from dps_admission.tables import Embargo, Lot, Membership, Offer, RemovalNotice, Scheme, SuspensionCause

from .change_schemas import StandingNoticeRead
from .repository import Memberships
from .rules import EFFECTS, MembershipStatus
from .schemas import CauseRead, EffectsRead, LimitRead, MembershipRead, OfferRead

_WORDS: Mapping[str, Any] = {"reason": None, "detail": {}, "statement": None, "verification": None, "evidence": []}
R = TypeVar("R", bound=BaseModel)


class Picture:
    """Everything beside the rows that a list of memberships shows, read at once."""

    def __init__(self, session: Session, memberships: Iterable[Membership]) -> None:
        rows = list(memberships)
        ids, repository = [one.id for one in rows], Memberships(session)
        lots = select(Lot).where(col(Lot.id).in_({one.lot_id for one in rows}))
        self._lots = {one.id: one for one in session.exec(lots)}
        schemes = select(Scheme).where(col(Scheme.id).in_({one.scheme_id for one in rows}))
        self._schemes = {one.id: one for one in session.exec(schemes)}
        self._causes = repository.causes_of(ids)
        self._offers = repository.open_offers(ids)
        self._embargoes = repository.live_embargoes(sorted({one.provider_id for one in rows}))
        self._names = names_of(session, {one.provider_id for one in rows})

    def read(self, membership: Membership) -> MembershipRead:
        return MembershipRead.model_validate(
            shown(
                membership,
                MembershipRead,
                provider_name=self._names.get(membership.provider_id),
                scheme_name=self._schemes[membership.scheme_id].name,
                lot_name=self._lots[membership.lot_id].name,
                effects=EffectsRead.model_validate(EFFECTS[MembershipStatus(membership.status)]),
                suspensions=[_cause(one) for one in self._causes[membership.id]],
                offer=_offer(self._offers.get(membership.id)),
                limits=[LimitRead.model_validate(one) for one in self._limits(membership)],
            )
        )

    def _limits(self, membership: Membership) -> Sequence[Embargo]:
        """Embargoes on the services that deliver it; on any of the provider's where it names none."""
        named = set(membership.care_service_ids)
        return [
            one
            for one in self._embargoes
            if one.provider_id == membership.provider_id and (not named or str(one.care_service_id) in named)
        ]


def read_one(session: Session, membership: Membership) -> MembershipRead:
    session.flush()
    return Picture(session, [membership]).read(membership)


def as_seen_by(read: R, by: Principal) -> R:
    """What people wrote about a membership, with its files, is for its provider and for who works on its case."""
    return read if by.is_provider or by.has(*CASEWORK) else _without_words(read)


def _without_words(read: R) -> R:
    """The same, and what it is made of, with the steps, states and days alone."""
    kept: dict[str, Any] = {}
    for name in type(read).model_fields:
        value = getattr(read, name)
        if name in _WORDS:
            kept[name] = _WORDS[name]
        elif isinstance(value, list):
            kept[name] = [_without_words(one) if isinstance(one, BaseModel) else one for one in value]
    return read.model_copy(update=kept)


def read_notices(session: Session, found: Page[RemovalNotice]) -> Page[StandingNoticeRead]:
    wanted = col(Membership.id).in_([one.membership_id for one in found.items])
    memberships = {one.id: one for one in session.exec(select(Membership).where(wanted))}
    picture = Picture(session, memberships.values())

    def read(notice: RemovalNotice) -> StandingNoticeRead:
        membership = picture.read(memberships[notice.membership_id])
        return StandingNoticeRead.model_validate(shown(notice, StandingNoticeRead, membership=membership))

    return found.map(read)


def names_of(session: Session, provider_ids: Iterable[UUID]) -> dict[UUID, str]:
    wanted = provider_copy.c.id.in_(set(provider_ids))
    rows = session.execute(select(provider_copy.c.id, provider_copy.c.name).where(wanted))
    return {row.id: row.name for row in rows}


def _cause(cause: SuspensionCause) -> CauseRead:
    return CauseRead.model_validate(cause)


def _offer(offer: Offer | None) -> OfferRead | None:
    return OfferRead.model_validate(offer) if offer else None
