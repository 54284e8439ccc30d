"""A DPS closes with all its members, in whatever state they are: each ends as one alone would, in a few statements."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from make_dps import REASON
from sqlalchemy import Engine
from sqlmodel import Session, col, select
from stage_dps import MANAGER, NOW, owner
from stage_members import MemberStage
from test_dps_page_queries import statements

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_contracts.dps_admission import MembershipChanged
from assay_contracts.messages import MessageRequested
from assay_kit.identity import SYSTEM
from assay_kit.testing import told
from assay_kit.timeline import timeline_of
from dps_admission.circumstances import actions as circumstances
from dps_admission.circumstances.schemas import ChangeIn
from dps_admission.memberships import ending, suspending
from dps_admission.memberships.rules import Cause, MembershipStatus, MembershipStep
from dps_admission.schemes.closing import close_scheme
from dps_admission.tables import (
    ChangedDecision,
    Membership,
    Offer,
    RemovalNotice,
    ServiceChange,
    SuspensionCause,
)

LATER = NOW + timedelta(hours=1)
WAITS = (
    (SuspensionCause, SuspensionCause.ended_at),
    (RemovalNotice, RemovalNotice.ended_at),
    (ServiceChange, ServiceChange.answered_at),
    (ChangedDecision, ChangedDecision.answered_at),
    (Offer, Offer.answered_at),
)


def of_every_kind(stage: MemberStage) -> list[Membership]:
    """Active, suspended, under notice of removal, with other services reported, marked as changed, offered, waiting."""
    suspended, _ = stage.suspended()
    noticed, _ = stage.noticed()
    _, reported, _ = stage.services_reported()
    changed, who = stage.member()
    change = ChangeIn.model_validate({"kind": "ownership", "said": "We were bought.", "changed_on": NOW.date()})
    about: dict[str, Any] = {"directory": FakeDirectory(), "copies": Copies(stage.session), "now": NOW}
    circumstances.report_change(stage.session, change, by=owner(who), **about)
    _, ranked = stage.ranked(people=2)
    return [stage.member()[0], suspended, noticed, reported, changed, *(membership for membership, _ in ranked)]


def test_many_that_end_at_once_end_as_each_alone_would(session: Session) -> None:
    stage = MemberStage(session)
    members = of_every_kind(stage)
    ids = [one.id for one in members]
    assert {"active", "suspended", "offered", "waiting"} == {str(one.status) for one in members}
    for table, over in WAITS:
        assert session.exec(select(table).where(col(over).is_(None))).all(), table
    was = {one.id: str(one.status) for one in members}

    ending.end_all(session, members, MembershipStep.EXPIRE, by=SYSTEM, now=LATER, reason=REASON)

    session.expire_all()
    for one in members:
        assert (one.status, one.ended_at) == (MembershipStatus.ENDED, LATER)
        [last] = timeline_of(session, kind="membership", object_id=one.id, limit=1)
        assert (last.from_status, last.to_status, last.step, last.reason) == (was[one.id], "ended", "expire", REASON)
        assert (last.provider_id, last.by_name) == (one.provider_id, SYSTEM.name)
    for table, over in WAITS:
        assert not session.exec(select(table).where(col(over).is_(None))).all(), table
    events = [one for one in told(session, MembershipChanged) if one.step == "expire"]
    assert sorted(one.membership.id for one in events) == sorted(ids)
    assert all(one.membership.suspension_causes == () and one.from_status == was[one.membership.id] for one in events)
    letters = [one for one in told(session, MessageRequested) if one.template == "membership_ended"]
    assert sorted(one.about for one in letters) == sorted(ids)
    assert {one.personalisation["reason"] for one in letters} == {REASON}


def closing(stage: MemberStage, engine: Engine, *, members: int) -> tuple[int, list[UUID]]:
    """In how many statements a DPS closes with so many members, half of whom are suspended."""
    lot = stage.lot()
    made = [stage.member(lot)[0] for _ in range(members)]
    for one in made[::2]:
        about: dict[str, Any] = {"cause": Cause.COUNCIL_DECISION, "reason": REASON, "by": MANAGER, "now": NOW}
        suspending.suspend(stage.session, one.id, **about)
    stage.session.flush()
    stage.session.expunge_all()
    with statements(engine) as asked:
        close_scheme(stage.session, lot.scheme_id, reason=REASON, by=MANAGER, now=LATER)
    return len(asked), [one.id for one in made]


def test_a_dps_closes_in_no_more_statements_for_more_members(session: Session, engine: Engine) -> None:
    stage = MemberStage(session)
    few, _ = closing(stage, engine, members=2)
    many, ids = closing(stage, engine, members=7)
    assert many == few
    ended = select(Membership).where(col(Membership.id).in_(ids), col(Membership.status) == MembershipStatus.ENDED)
    assert len(session.exec(ended).all()) == 7
