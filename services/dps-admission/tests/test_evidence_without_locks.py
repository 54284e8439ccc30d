"""The directory is asked for files while nothing is locked; what it has changed by its answer is asked again."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

import pytest
from make_dps import REASON, evidence
from sqlalchemy import Engine, text
from sqlmodel import Session
from stage_dps import COMMISSIONER, MANAGER, NOW, owner
from stage_members import MemberStage
from test_places_under_pressure import committed

from assay_contracts.directory import EvidenceRecord
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.evidence import RelyingObject
from dps_admission.main import SERVICE
from dps_admission.memberships import insurance, remedying, removing
from dps_admission.memberships.change_schemas import RemovalAnswerIn
from dps_admission.memberships.ending import end
from dps_admission.memberships.errors import MembershipRefused
from dps_admission.memberships.repository import Memberships
from dps_admission.memberships.rules import Cause, MembershipStep, RemovalReason
from dps_admission.memberships.upkeep_schemas import InsuranceCheckIn

Step = Callable[[Session, UUID], Any]
ABOUT: dict[str, Any] = {"reason": REASON, "by": MANAGER, "now": NOW}


class SlowDirectory(FakeDirectory):
    """Before it answers somebody else acts on the membership, and waits for nobody."""

    def __init__(self, engine: Engine, membership_id: UUID, meanwhile: Step) -> None:
        super().__init__()
        self.engine, self.membership_id, self.meanwhile = engine, membership_id, meanwhile

    def rely_on_evidence(
        self,
        evidence_ids: Iterable[UUID],
        *,
        provider_id: UUID,
        by_object: RelyingObject,
        is_sealed: bool = False,
    ) -> Sequence[EvidenceRecord]:
        committed(self.engine, self._act)
        return super().rely_on_evidence(evidence_ids, provider_id=provider_id, by_object=by_object, is_sealed=is_sealed)

    def _act(self, session: Session) -> None:
        session.execute(text("SET LOCAL lock_timeout = '200ms'"))
        self.meanwhile(session, self.membership_id)


def withdraw(session: Session, membership_id: UUID) -> None:
    removing.withdraw_removal_notice(session, membership_id, **ABOUT)


def give_another(session: Session, membership_id: UUID) -> None:
    removing.give_removal_notice(session, membership_id, why=RemovalReason.CEASED_TRADING, **ABOUT)


def remove(session: Session, membership_id: UUID) -> None:
    membership, zone = Memberships(session).in_its_zone(membership_id, MANAGER)
    end(session, membership, zone, MembershipStep.REMOVE, **ABOUT)


def refused(engine: Engine, work: Callable[[Session], Any]) -> list[str]:
    with Session(engine, info={"service": SERVICE}) as session, pytest.raises(MembershipRefused) as refusal:
        work(session)
    return [one["rule"] for one in refusal.value.document["bars"]]


@pytest.mark.parametrize(
    ("meanwhile", "rule"),
    [(withdraw, "no-removal-notice"), (give_another, "another-notice"), (remove, "no-removal-notice")],
)
def test_an_answer_counts_only_against_the_notice_that_it_is_given_to(
    own_database: Engine, meanwhile: Step, rule: str
) -> None:
    membership, who = committed(own_database, lambda session: MemberStage(session).noticed())
    directory = SlowDirectory(own_database, membership.id, meanwhile)
    said = RemovalAnswerIn(statement="We are sorry.", evidence_ids=[evidence(directory, who.provider_id).id])
    about: dict[str, Any] = {"directory": directory, "by": owner(who), "now": NOW}

    def answer(session: Session) -> None:
        removing.answer_removal_notice(session, membership.id, said, **about)

    assert refused(own_database, answer) == [rule]


def check_insurance(session: Session, membership: UUID, _: UUID, files: list[UUID], about: dict[str, Any]) -> None:
    seen = {"evidence_ids": files, "expires_on": "2029-03-01", "reason": REASON}
    insurance.check_insurance(session, membership, InsuranceCheckIn.model_validate(seen), **about)


def put_forward(session: Session, _: UUID, cause: UUID, files: list[UUID], about: dict[str, Any]) -> None:
    remedying.put_forward(session, cause, statement=REASON, evidence_ids=files, **about)


@pytest.mark.parametrize(
    ("step", "rule"),
    [(check_insurance, "not-a-member"), (put_forward, "already-lifted")],
)
def test_no_file_counts_for_one_who_is_removed_meanwhile(
    own_database: Engine, step: Callable[..., None], rule: str
) -> None:
    membership, cause = committed(own_database, lambda session: MemberStage(session).suspended(Cause.LATE_DOCUMENT))
    directory = SlowDirectory(own_database, membership.id, remove)
    files = [evidence(directory, membership.provider_id).id]
    about: dict[str, Any] = {"directory": directory, "by": COMMISSIONER, "now": NOW}
    assert refused(own_database, lambda session: step(session, membership.id, cause, files, about)) == [rule]
