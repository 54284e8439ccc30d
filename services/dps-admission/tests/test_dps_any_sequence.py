"""Whatever is pressed, in whatever order: what must hold of applications, decisions and memberships holds."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain, pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy import select as pick
from sqlmodel import Session, col, func, select
from stage_dps import MANAGER
from world_buying import BUYING, CHAINS
from world_dps import NAMES, STEPS, World

from assay_kit.calendar import london_day
from assay_kit.problems import Problem
from assay_kit.steps import Life
from assay_kit.timeline import timeline_entry
from dps_admission.applications.repository import Applications, still_awaited
from dps_admission.applications.rules import APPLICATION_LIFE, LOT_APPLICATION_LIFE, OPEN
from dps_admission.circumstances.rules import CHANGED_LIFE
from dps_admission.evaluations.repository import Evaluations
from dps_admission.evaluations.rules import Conflict, Part
from dps_admission.main import SERVICE
from dps_admission.memberships import rounds
from dps_admission.memberships.rules import HOLDS_PLACE, LIVE, MEMBERSHIP_LIFE, Cause
from dps_admission.placements.rules import PLACEMENT_LIFE
from dps_admission.procurements.rules import PROCUREMENT_LIFE
from dps_admission.schemes.rules import LOT_LIFE, SCHEME_LIFE
from dps_admission.tables import (
    Application,
    ChangedDecision,
    Check,
    Clarification,
    Decision,
    Embargo,
    EvaluationReport,
    Lot,
    LotApplication,
    LotZone,
    Membership,
    Offer,
    Placement,
    Procurement,
    RemovalNotice,
    Representations,
    Scheme,
    ServiceChange,
    SuspensionCause,
)

_ALIVE: tuple[tuple[Life[Any, Any], Any], ...] = (
    (APPLICATION_LIFE, Application),
    (LOT_APPLICATION_LIFE, LotApplication),
    (MEMBERSHIP_LIFE, Membership),
    (CHANGED_LIFE, ChangedDecision),
    (SCHEME_LIFE, Scheme),
    (LOT_LIFE, Lot),
    (PROCUREMENT_LIFE, Procurement),
    (PLACEMENT_LIFE, Placement),
)
PRESSED = {**STEPS, **BUYING}
_N = st.integers(min_value=0, max_value=999)
_ALONE = st.tuples(st.sampled_from([*NAMES, *sorted(BUYING)]), _N).map(lambda one: [one])
_CHAIN = st.tuples(st.sampled_from(CHAINS), _N).map(lambda one: [(name, one[1]) for name in one[0]])
_SEQUENCES = st.lists(_ALONE | _CHAIN, min_size=10, max_size=28).map(lambda parts: [*chain.from_iterable(parts)])
_STEP_OF_DECISION = {
    "admit": "admit",
    "minded_to_refuse": "propose_refusal",
    "refuse": "refuse",
    "reconsider": "reconsider",
    "set_aside": "set_aside",
}


_HOLDS: tuple[tuple[Any, frozenset[Any]], ...] = ((LotApplication, frozenset(OPEN)), (Membership, frozenset(LIVE)))


def one_at_most(session: Session) -> None:
    for table, holds in _HOLDS:
        rows = session.exec(select(table).where(col(table.status).in_(holds))).all()
        places = Counter((row.provider_id, row.lot_id, row.zone) for row in rows)
        assert all(number == 1 for number in places.values())


def no_more_places_than_there_are(session: Session) -> None:
    held = select(Membership.lot_zone_id, func.count()).where(col(Membership.status).in_(HOLDS_PLACE))
    for lot_zone_id, number in session.exec(held.group_by(col(Membership.lot_zone_id))):
        places = session.get_one(LotZone, lot_zone_id).places
        assert places is None or number <= places


def every_change_on_the_timeline_once(session: Session) -> None:
    for life, table in _ALIVE:
        for row in session.exec(select(table)).all():
            mine = (timeline_entry.c.object_kind == life.name) & (timeline_entry.c.object_id == row.id)
            entries = session.execute(pick(timeline_entry).where(mine).order_by(timeline_entry.c.sequence)).all()
            assert entries[0].from_status is None
            assert entries[-1].to_status == row.status
            for before, after in pairwise(entries):
                assert after.from_status == before.to_status
                assert life.after(after.from_status, after.step) == after.to_status


def no_decision_without_a_complete_report_by_people_without_a_conflict(session: Session) -> None:
    for decision in session.exec(select(Decision)).all():
        part = session.get_one(LotApplication, decision.lot_application_id)
        evaluations = Evaluations(session, part)
        until_then = (one for round_ in range(1, decision.round + 1) for one in evaluations.assignments(round_=round_))
        assert decision.by not in {one.person for one in until_then}
        if decision.kind in ("reconsider", "set_aside"):
            continue
        here = col(EvaluationReport.lot_application_id) == part.id, col(EvaluationReport.round) == decision.round
        report = session.exec(select(EvaluationReport).where(*here)).one()
        assert decision.report_id == report.id
        finished = {one.person: one.finished_at for one in evaluations.assignments(round_=decision.round)}
        relied_on = [one for one in report.content["people"] if one["conflict"] == Conflict.NONE]
        scorers = [one for one in relied_on if one["part"] == Part.EVALUATOR and one["released_because"] is None]
        assert len(scorers) >= 2
        assert all((at := finished[one["person"]]) is not None and at <= report.made_at for one in scorers)
        marked = {mark["evaluator"] for one in report.content["criteria"] for mark in one["marks"]}
        assert marked == {one["name"] for one in scorers}
        # A proposal to refuse may be followed by a conflict in its own round; a last decision may not rest on one.
        rounds = decision.round if decision.kind in ("admit", "refuse") else decision.round - 1
        before = (one for round_ in range(1, rounds + 1) for one in evaluations.assignments(round_=round_))
        conflicted = {one.person for one in before if one.conflict == Conflict.CONFLICTED}
        assert not conflicted & {one["person"] for one in relied_on}
        checks = col(Check.lot_application_id) == part.id, col(Check.round) == decision.round
        settled = session.exec(select(Check).where(*checks).order_by(col(Check.run).desc())).all()
        assert not conflicted & {one.found_by_subject for one in settled if one.run == settled[0].run}


def every_decision_is_a_step_and_every_such_step_a_decision(session: Session) -> None:
    for part in session.exec(select(LotApplication)).all():
        decided = [str(one.kind) for one in session.exec(select(Decision)).all() if one.lot_application_id == part.id]
        mine = timeline_entry.c.object_id == part.id
        taken = [row.step for row in session.execute(pick(timeline_entry.c.step).where(mine))]
        for kind, step in _STEP_OF_DECISION.items():
            assert decided.count(kind) == taken.count(step)


def members_were_admitted(session: Session) -> None:
    """Or the decision that made them was set aside, and bears them until it is taken again."""
    decided = col(Membership.lot_application_id).is_not(None)  # no decision stands behind an opening balance
    for membership in session.exec(select(Membership).where(col(Membership.status).in_(LIVE), decided)).all():
        part = session.get_one(LotApplication, membership.lot_application_id)
        open_cause = col(SuspensionCause.membership_id) == membership.id, col(SuspensionCause.ended_at).is_(None)
        causes = {one.cause for one in session.exec(select(SuspensionCause).where(*open_cause)).all()}
        assert (part.status == "admitted") is not (Cause.DECISION_SET_ASIDE in causes)


def an_application_closes_when_all_is_decided(session: Session) -> None:
    for application in session.exec(select(Application)).all():
        mine = col(LotApplication.application_id) == application.id
        is_open = any(part.status in OPEN for part in session.exec(select(LotApplication).where(mine)).all())
        assert is_open is (application.status == "submitted")


def who_has_a_cause_is_suspended_and_nobody_else(session: Session) -> None:
    causes = session.exec(select(SuspensionCause).where(col(SuspensionCause.ended_at).is_(None))).all()
    borne = {one.membership_id for one in causes}
    for membership in session.exec(select(Membership)).all():
        if membership.status in ("active", "suspended"):
            assert (membership.status == "suspended") is (membership.id in borne)
        if membership.status == "ended":
            assert membership.id not in borne


def an_embargo_suspends_what_it_alone_delivers(session: Session) -> None:
    whole = col(Embargo.lifted_at).is_(None), col(Embargo.extent) == "whole"
    embargoed = {str(one.care_service_id) for one in session.exec(select(Embargo).where(*whole)).all()}
    open_ones = col(SuspensionCause.ended_at).is_(None), col(SuspensionCause.cause) == Cause.EMBARGO
    caused = {one.membership_id for one in session.exec(select(SuspensionCause).where(*open_ones)).all()}
    for membership in session.exec(select(Membership).where(col(Membership.status).in_(LIVE))).all():
        assert (set(membership.care_service_ids) <= embargoed) is (membership.id in caused)


def nothing_waits_for_what_has_ended(session: Session) -> None:
    for membership in session.exec(select(Membership)).all():
        mine = col(Offer.membership_id) == membership.id, col(Offer.answer).is_(None)
        assert (membership.status == "offered") is bool(session.exec(select(Offer).where(*mine)).all())
    ended = select(Membership.id).where(col(Membership.status) == "ended")
    notices = col(RemovalNotice.ended_at).is_(None), col(RemovalNotice.membership_id).in_(ended)
    assert not session.exec(select(RemovalNotice).where(*notices)).all()
    changes = col(ServiceChange.answered_at).is_(None), col(ServiceChange.membership_id).in_(ended)
    assert not session.exec(select(ServiceChange).where(*changes)).all()


def no_answer_is_awaited_that_cannot_come(session: Session) -> None:
    kinds: tuple[tuple[Any, Any, str], ...] = (
        (Representations, Representations.made_at, "minded_to_refuse"),
        (Clarification, Clarification.answered_at, "clarifying"),
    )
    for table, answered, status in kinds:
        for one in session.exec(select(table).where(*still_awaited(table, answered))).all():
            assert session.get_one(LotApplication, one.lot_application_id).status == status


def every_open_mark_can_be_answered(session: Session) -> None:
    for mark in session.exec(select(ChangedDecision).where(col(ChangedDecision.status) == "open")).all():
        if mark.membership_id is not None:
            assert session.get_one(Membership, mark.membership_id).status in LIVE
        else:
            assert session.get_one(LotApplication, mark.lot_application_id).status in OPEN


def nobody_is_removed_without_notice_or_by_who_gave_it(session: Session) -> None:
    mine = (timeline_entry.c.object_kind == MEMBERSHIP_LIFE.name) & (timeline_entry.c.step == "remove")
    for removal in session.execute(pick(timeline_entry).where(mine)).all():
        if _follows_a_refusal(session, removal):
            continue
        about = col(RemovalNotice.membership_id) == removal.object_id, col(RemovalNotice.ended_as) == "removed"
        [notice] = session.exec(select(RemovalNotice).where(*about)).all()
        assert (notice.ended_at, notice.ended_by_subject) == (removal.at, removal.by_subject)
        assert notice.given_by_subject != removal.by_subject
        assert notice.answered_at is not None or notice.answer_by < london_day(removal.at)
        of_it = timeline_entry.c.object_id == removal.object_id, timeline_entry.c.step == "give_removal_notice"
        given = session.execute(pick(timeline_entry).where(*of_it).order_by(timeline_entry.c.sequence)).all()[-1]
        assert (given.at, given.by_subject) == (notice.given_at, notice.given_by_subject)
        assert given.sequence < removal.sequence


def _follows_a_refusal(session: Session, removal: Any) -> bool:
    """The decision that had made the membership was set aside, and refused after the reasons had been sent."""
    part_id = session.get_one(Membership, removal.object_id).lot_application_id
    of_it = col(Decision.lot_application_id) == part_id, col(Decision.at) <= removal.at
    decided = [str(one.kind) for one in session.exec(select(Decision).where(*of_it).order_by(col(Decision.id))).all()]
    if part_id is None or "refuse" not in decided:
        return False
    assert {"set_aside", "minded_to_refuse"} <= set(decided[: decided.index("refuse")])
    return True


def what_was_not_opened_is_sealed(session: Session) -> None:
    """And only what was open, and then closed at its end, is opened."""
    for procurement in session.exec(select(Procurement)).all():
        mine = (timeline_entry.c.object_id == procurement.id) & (timeline_entry.c.step == "close")
        closed = [row.at for row in session.execute(pick(timeline_entry).where(mine)).all()]
        assert ([procurement.opened_at] if procurement.opened_at else []) == closed
        assert all(at > procurement.closes_at for at in closed)


def a_called_round_runs_once_all_of_it_is_decided(session: Session) -> None:
    """Whoever is left of it: else no other could ever be called."""
    for lot in session.exec(select(Lot).where(col(Lot.round_cut_at).is_not(None))).all():
        cut = lot.round_cut_at
        if cut is not None and not Applications(session).undecided(lot.id, until=cut):
            with session.begin_nested() as tried:
                rounds.run_round(session, lot.id, by=MANAGER, now=cut)
                tried.rollback()
            session.expire_all()


MUST_HOLD = (
    one_at_most,
    no_more_places_than_there_are,
    every_change_on_the_timeline_once,
    no_decision_without_a_complete_report_by_people_without_a_conflict,
    every_decision_is_a_step_and_every_such_step_a_decision,
    members_were_admitted,
    an_application_closes_when_all_is_decided,
    who_has_a_cause_is_suspended_and_nobody_else,
    an_embargo_suspends_what_it_alone_delivers,
    nothing_waits_for_what_has_ended,
    no_answer_is_awaited_that_cannot_come,
    every_open_mark_can_be_answered,
    nobody_is_removed_without_notice_or_by_who_gave_it,
    a_called_round_runs_once_all_of_it_is_decided,
    what_was_not_opened_is_sealed,
)


def press(world: World, name: str, n: int) -> None:
    """A step is taken whole, or refused and nothing has changed."""
    try:
        with world.session.begin_nested():
            PRESSED[name](world, n)
            world.session.flush()
    except Problem:
        world.session.expire_all()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(steps=_SEQUENCES)
def test_whatever_is_pressed_what_must_hold_holds(engine: Engine, steps: list[tuple[str, int]]) -> None:
    with engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", info={"service": SERVICE}, expire_on_commit=False
        ) as session:
            world = World(session)
            world.apply(1)
            for name, n in steps:
                press(world, name, n)
            session.expire_all()
            for holds in MUST_HOLD:
                holds(session)
            for life, step in taken(session):
                event(f"{life}: {step}")
        outer.rollback()


def taken(session: Session) -> Counter[tuple[str, str]]:
    """Which steps were taken, and how often."""
    kinds = {life.name for life, _ in _ALIVE}
    rows = session.execute(pick(timeline_entry.c.object_kind, timeline_entry.c.step))
    return Counter((kind, step) for kind, step in rows if kind in kinds)


_ALL_KINDS = (
    ("apply", 1), ("settle", 3), ("evaluate", 1), ("learn_of_conflict", 1), ("reconsider", 1), ("evaluate", 1),
    ("decide", 1), ("run_round", 0), ("accept", 0), ("change", 1), ("review", 1),
    ("evaluate", 4), ("decide", 1), ("set_aside", 1), ("apply", 2), ("wait", 3), ("withdraw", 2),
)  # fmt: skip
_BESIDE = (
    ("record_opening", 0), ("confirm_opening", 0), ("embargo", 3), ("apply", 1), ("evaluate", 1), ("decide", 1),
    ("run_round", 0), ("suspend", 0), ("give_notice", 0), ("answer_notice", 0), ("lift_embargo", 0),
    ("report_services", 0), ("confirm_services", 0), ("embargo", 3), ("remove", 2), ("accept", 1), ("close", 0),
)  # fmt: skip
_WITHDRAWN_BESIDE = (("apply", 1), ("evaluate", 2), ("decide", 2), ("withdraw", 2), ("set_aside", 2))
_REMOVED = (
    ("record_opening", 0), ("confirm_opening", 0), ("record_opening", 1), ("confirm_opening", 1), ("remove", 1),
    ("give_notice", 0), ("remove", 2), ("answer_notice", 0), ("remove", 2), ("give_notice", 1), ("wait", 8),
    ("remove", 1), ("wait", 8), ("remove", 1), ("apply", 1), ("evaluate", 1), ("decide", 1), ("run_round", 0),
    ("set_aside", 1), ("evaluate", 3), ("decide", 1), ("represent", 1), ("refuse", 1),
)  # fmt: skip
_BOUGHT = (
    ("join_market", 0), ("join_market", 1), ("invite", 0), ("invite", 0), ("tender", 1), ("cancel", 1), ("wait", 8),
    ("wait", 8), ("award", 0), ("wait", 8), ("award", 0), ("record_opening", 2), ("confirm_opening", 2),
    ("wait", 0), ("seek", 0), ("offer_placement", 2), ("answer_placement", 1), ("seek", 0), ("close_placement", 1),
    ("pause_lot", 0), ("resume_lot", 0), ("close_lot", 0), ("close", 0),
)  # fmt: skip
_NOBODY_LEFT_OF_THE_ROUND = (
    ("apply", 3), ("call_round", 0), ("apply", 4), ("wait", 0), ("withdraw", 0), ("evaluate", 2), ("decide", 2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "reached"),
    [
        (_NOBODY_LEFT_OF_THE_ROUND, {("lot", "call_round"): 1}),
        (_ALL_KINDS, {("lot application", "set_aside"): 1, ("changed decision", "review"): 1}),
        (_WITHDRAWN_BESIDE, {("lot application", "admit"): 1}),
        (_BESIDE, {("membership", "suspend"): 1, ("membership", "remove"): 1, ("scheme", "close"): 1}),
        (_REMOVED, {("membership", "give_removal_notice"): 2, ("membership", "remove"): 3}),
        (
            _BOUGHT,
            {("procurement", "close"): 1, ("procurement", "award"): 1, ("procurement", "cancel"): 1}
            | {("placement", "place"): 1, ("placement", "close"): 1}
            | {("lot", "pause"): 1, ("lot", "resume"): 1, ("lot", "close"): 1, ("scheme", "close"): 1},
        ),
    ],
)
def test_the_sequences_reach_what_is_looked_at(
    engine: Engine, path: Sequence[tuple[str, int]], reached: dict[tuple[str, str], int]
) -> None:
    """Paths that are certain, so that the test above is known to look at something."""
    with engine.connect() as connection, connection.begin() as outer:
        with Session(
            connection, join_transaction_mode="create_savepoint", info={"service": SERVICE}, expire_on_commit=False
        ) as session:
            world = World(session)
            for name, n in path:
                press(world, name, n)
                session.expire_all()
                for holds in MUST_HOLD:
                    holds(session)
            found = taken(session)
            assert {one: found[one] for one in reached} == reached
        outer.rollback()
