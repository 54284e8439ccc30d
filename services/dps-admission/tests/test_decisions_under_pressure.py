"""Two people decide in the same instant: real threads, real transactions, a database of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from make_dps import REASON, Applicant, care_service, criterion_reason, evidence
from sqlalchemy import Engine, text
from sqlmodel import Session, col, func, select
from stage_dps import MANAGER, NOW, SECOND_MANAGER, Stage, owner
from test_places_under_pressure import at_once, committed

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_contracts.directory.evidence import EvidenceRecord
from assay_contracts.risk import EmbargoImposed, Extent
from assay_kit.identity import Principal
from assay_kit.testing import hear
from dps_admission.applications import actions
from dps_admission.applications.checks import CheckKind
from dps_admission.applications.repository import Applications
from dps_admission.circumstances import actions as circumstances
from dps_admission.circumstances.schemas import ChangeIn
from dps_admission.evaluations import deciding
from dps_admission.evaluations.rules import DecisionKind
from dps_admission.evaluations.schemas import (
    AcceptedCriterionIn,
    CriterionReasonIn,
    DecisionIn,
    RefusalIn,
    RepresentationsAcceptedIn,
)
from dps_admission.memberships import delivering, removing
from dps_admission.memberships.change_schemas import ServiceChangeIn
from dps_admission.memberships.rules import RemovalReason
from dps_admission.memberships.stepping import begin_membership
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import ChangedDecision, Decision, LotApplication, LotZone, Membership

Work = Callable[[Session], Any]
REFUSALS = {"DecisionRefused", "StepNotAllowed", "ChangeRefused"}


def decided(engine: Engine, kind: DecisionKind) -> int:
    wanted = select(func.count(col(Decision.id))).where(col(Decision.kind) == kind)
    return committed(engine, lambda session: session.exec(wanted).one())


def status(engine: Engine, part: LotApplication) -> str:
    return committed(engine, lambda session: str(session.get_one(LotApplication, part.id).status))


def admit(part: LotApplication, by: Principal, *, now: datetime = NOW) -> Work:
    asked = DecisionIn(outcome=DecisionKind.ADMIT, reason="Every criterion is met.")
    return lambda session: deciding.decide(session, part.id, asked, by=by, now=now)


def report(who: Applicant) -> Work:
    asked = ChangeIn.model_validate({"kind": "ownership", "said": "We were bought.", "changed_on": NOW.date()})

    def reported(session: Session) -> None:
        about: dict[str, Any] = {"directory": FakeDirectory(), "copies": Copies(session), "now": NOW}
        circumstances.report_change(session, asked, by=owner(who), **about)

    return reported


class SlowDirectory(FakeDirectory):
    """Something happens while it keeps a file."""

    def __init__(self, meanwhile: Callable[[], Any]) -> None:
        super().__init__()
        self.meanwhile = meanwhile

    def rely_on_evidence(self, *asked: Any, **about: Any) -> Sequence[EvidenceRecord]:
        self.meanwhile()
        return super().rely_on_evidence(*asked, **about)


def one_wins(results: list[str]) -> bool:
    return results.count("done") == 1 and set(results) - {"done"} <= REFUSALS


@pytest.mark.parametrize("_", range(3))
def test_two_managers_admit_and_there_is_one_decision_and_one_member(own_database: Engine, _: int) -> None:
    part, _who = committed(own_database, lambda session: Stage(session).reported())
    assert one_wins(at_once(own_database, admit(part, MANAGER), admit(part, SECOND_MANAGER), admit(part, MANAGER)))
    assert decided(own_database, DecisionKind.ADMIT) == 1
    assert committed(own_database, lambda session: len(session.exec(select(Membership)).all())) == 1


@pytest.mark.parametrize("_", range(3))
def test_one_refuses_and_one_accepts_the_representations_and_one_of_both_stands(own_database: Engine, _: int) -> None:
    part, _who, failed = committed(own_database, lambda session: Stage(session).minded())
    reasons = [CriterionReasonIn.model_validate(criterion_reason(one)) for one in failed]
    refusal = RefusalIn(reason=REASON, criteria=reasons)
    accepted = [AcceptedCriterionIn(criterion=one, reason=REASON) for one in failed]
    acceptance = RepresentationsAcceptedIn(reason=REASON, accepted=accepted)

    def refuse(session: Session) -> None:
        deciding.refuse(session, part.id, refusal, by=MANAGER, now=NOW)

    def accept(session: Session) -> None:
        deciding.admit_on_representations(session, part.id, acceptance, by=SECOND_MANAGER, now=NOW)

    assert one_wins(at_once(own_database, refuse, accept))
    final = decided(own_database, DecisionKind.ADMIT) + decided(own_database, DecisionKind.REFUSE)
    assert (final, status(own_database, part) in ("admitted", "refused")) == (1, True)


@pytest.mark.parametrize("_", range(3))
def test_who_withdraws_while_it_is_decided_is_either_admitted_or_withdrawn(own_database: Engine, _: int) -> None:
    part, who = committed(own_database, lambda session: Stage(session).reported())

    def withdraw(session: Session) -> None:
        actions.withdraw_part(session, part.id, reason=REASON, by=owner(who), now=NOW)

    assert one_wins(at_once(own_database, admit(part, MANAGER), withdraw))
    admitted = decided(own_database, DecisionKind.ADMIT)
    assert status(own_database, part) == ("admitted" if admitted else "withdrawn")


def test_a_change_that_is_on_its_way_while_it_is_decided_marks_the_decision(own_database: Engine) -> None:
    """It is dated before the decision, and who decided could not know of it."""
    part, who = committed(own_database, lambda session: Stage(session).reported())
    admitting = admit(part, MANAGER, now=NOW + timedelta(seconds=1))
    directory = SlowDirectory(lambda: committed(own_database, admitting))
    file = evidence(directory, who.provider_id)
    body = {"kind": "ownership", "said": "We were bought.", "changed_on": NOW.date(), "documents": [file.id]}
    told_of = ChangeIn.model_validate(body)

    def reported(session: Session) -> None:
        copies = Copies(session)
        circumstances.report_change(session, told_of, directory=directory, copies=copies, by=owner(who), now=NOW)

    committed(own_database, reported)
    assert status(own_database, part) == "admitted"
    mark = committed(own_database, lambda session: session.exec(select(ChangedDecision)).one())
    decision = committed(own_database, lambda session: session.exec(select(Decision)).one())
    assert (mark.decision_id, mark.lot_application_id) == (decision.id, part.id)
    assert mark.membership_id is not None


@pytest.mark.parametrize("_", range(3))
def test_a_changed_decision_is_reconfirmed_or_reviewed_but_never_both(own_database: Engine, _: int) -> None:
    part, who = committed(own_database, lambda session: Stage(session).admitted())
    committed(own_database, report(who))
    mark = committed(own_database, lambda session: session.exec(select(ChangedDecision)).one().id)

    def reconfirm(session: Session) -> None:
        circumstances.reconfirm(session, mark, reason=REASON, by=MANAGER, now=NOW)

    def review(session: Session) -> None:
        circumstances.review(session, mark, reason=REASON, by=SECOND_MANAGER, now=NOW)

    assert one_wins(at_once(own_database, reconfirm, review))
    now = committed(own_database, lambda session: session.get_one(ChangedDecision, mark).status)
    assert status(own_database, part) == ("admitted" if now == "reconfirmed" else "evaluating")


@pytest.mark.parametrize("_", range(3))
def test_a_member_that_is_removed_while_a_change_is_reviewed_leaves_no_mark_open(own_database: Engine, _: int) -> None:
    _part, who = committed(own_database, lambda session: Stage(session).admitted())
    member = committed(own_database, lambda session: session.exec(select(Membership)).one().id)
    why: dict[str, Any] = {"why": RemovalReason.BREACH, "reason": REASON}
    committed(own_database, lambda session: removing.give_removal_notice(session, member, **why, by=MANAGER, now=NOW))
    committed(own_database, report(who))
    mark = committed(own_database, lambda session: session.exec(select(ChangedDecision)).one().id)

    def review(session: Session) -> None:
        circumstances.review(session, mark, reason=REASON, by=SECOND_MANAGER, now=NOW)

    def remove(session: Session) -> None:
        removing.remove(session, member, by=SECOND_MANAGER, now=NOW + timedelta(days=30))

    assert set(at_once(own_database, remove, review)) <= {"done", *REFUSALS}
    assert committed(own_database, lambda session: str(session.get_one(Membership, member).status)) == "ended"
    marks = committed(own_database, lambda session: session.exec(select(ChangedDecision.status)).all())
    assert marks
    assert "open" not in marks


@pytest.mark.parametrize("_", range(4))
def test_what_happens_to_one_membership_at_once_waits_in_turn_and_never_in_a_circle(
    own_database: Engine, _: int
) -> None:
    """A change reported, a review, a removal, services confirmed, an embargo: none is torn down by the database."""
    change, membership, who = committed(own_database, _admitted_that_reports)
    mark = committed(own_database, lambda session: session.exec(select(ChangedDecision)).one().id)
    about: dict[str, Any] = {"provider_id": who.provider_id, "care_service_id": who.care_service_id}
    day, late = NOW.date(), NOW + timedelta(days=30)
    imposed = EmbargoImposed(**about, intervention_id=uuid4(), extent=Extent.WHOLE, imposed_on=day, at=NOW)
    why, unseen = dict[str, Any](reason=REASON, now=NOW), {CheckKind.CQC_REGISTER}
    works: tuple[Work, ...] = (
        report(who),
        lambda session: circumstances.review(session, mark, by=SECOND_MANAGER, **why),
        lambda session: removing.remove(session, membership, by=SECOND_MANAGER, now=late),
        lambda session: delivering.confirm_services(session, change, accepts=unseen, by=SECOND_MANAGER, **why),
        lambda session: hear(session, imposed),
    )
    assert set(at_once(own_database, *works)) <= {"done", "MembershipRefused", *REFUSALS}


def test_who_withdraws_from_several_zones_locks_them_in_their_order(own_database: Engine) -> None:
    """Two that lock the same zones in the order of their choices could wait for each other."""
    application, by, small, great = committed(own_database, _set_aside_in_two_zones)

    def withdraw(session: Session) -> str:
        return str(actions.withdraw(session, application, reason=REASON, by=by, now=NOW).status)

    with ThreadPoolExecutor(1) as pool:
        with Session(own_database) as mine, mine.begin():
            mine.get_one(LotZone, small, with_for_update=True)
            withdrawing = pool.submit(committed, own_database, withdraw)
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            assert any(committed(own_database, lambda session: session.execute(waiting).scalar()) for _ in range(500))
            mine.get_one(LotZone, great, with_for_update={"nowait": True})
        assert withdrawing.result(10) == "withdrawn"


def _set_aside_in_two_zones(session: Session) -> tuple[UUID, Principal, UUID, UUID]:
    """An open application whose parts both made a member, the first in the zone with the greater id."""
    stage = Stage(session)
    lot = stage.lot(zones=["North", "South"])
    small, great = sorted(Schemes(session).zones_of(lot.id), key=lambda one: one.id)
    part, who = stage.submitted(lot, zones=(great.zone, small.zone))
    for one in Applications(session).parts_of(part.application_id):
        about: dict[str, Any] = {"scheme_id": lot.scheme_id, "lot_id": lot.id, "lot_zone_id": one.lot_zone_id}
        about |= {"zone": one.zone, "lot_application_id": one.id, "submitted_at": NOW, "admitted_at": NOW}
        member = Membership(provider_id=who.provider_id, **about)
        begin_membership(session, member, by=MANAGER, now=NOW, reason="Admitted.")
    return part.application_id, owner(who), small.id, great.id


def _admitted_that_reports(session: Session) -> tuple[UUID, UUID, Applicant]:
    """A member by a decision, which was given notice of its removal and has reported another service."""
    _part, who = Stage(session).admitted()
    membership = session.exec(select(Membership)).one()
    why: dict[str, Any] = {"why": RemovalReason.BREACH, "reason": REASON}
    removing.give_removal_notice(session, membership.id, **why, by=MANAGER, now=NOW)
    other = care_service(session, who.provider_id, cqc_location_id="1-100200300")
    body = {"care_service_ids": [who.care_service_id, other.id], "said": "A branch.", "changed_on": NOW.date()}
    about: dict[str, Any] = {"directory": FakeDirectory(), "copies": Copies(session), "by": owner(who), "now": NOW}
    asked = ServiceChangeIn.model_validate(body)
    return delivering.report_services(session, membership.id, asked, **about).id, membership.id, who
