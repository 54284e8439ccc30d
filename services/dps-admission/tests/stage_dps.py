"""Brings things to a stage with the service's own actions, for calls that must succeed whoever looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from make_dps import (
    EVALUATORS,
    REASON,
    Applicant,
    answers,
    applicant,
    criterion_reason,
    lot_body,
    person,
    scheme_body,
    sheet,
)
from sqlmodel import Session

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies, keep_care_service
from assay_contracts.roles import Role
from assay_kit.identity import Principal
from dps_admission.applications import actions, checking, drafting
from dps_admission.applications.repository import Applications
from dps_admission.applications.schemas import ApplicationIn, DraftIn, SubmissionIn
from dps_admission.evaluations import deciding, scoring
from dps_admission.evaluations.repository import Evaluations, mark_of
from dps_admission.evaluations.rules import DecisionKind, Finding, Part
from dps_admission.evaluations.schemas import CriterionReasonIn, DecisionIn, RepresentationsIn
from dps_admission.memberships import opening, rounds, suspending
from dps_admission.memberships.repository import Memberships
from dps_admission.memberships.rules import Cause
from dps_admission.memberships.schemas import OpeningMembershipIn
from dps_admission.schemes import actions as scheming
from dps_admission.schemes.schemas import LotIn, LotRead, SchemeIn
from dps_admission.shown import shown
from dps_admission.tables import Application, Clarification, Lot, LotApplication, Membership, Scheme

NOW = datetime(2028, 3, 1, 9, tzinfo=UTC)
"""Late enough that nothing which is made here has fallen due when a call follows, whatever its clock says."""
ME = "Known Caller"
COMMISSIONER = Principal(subject=person("Col Commissioner"), name="Col", roles=frozenset({Role.COMMISSIONER}))
MANAGER = Principal(subject=person("Mia Manager"), name="Mia", roles=frozenset({Role.COMMISSIONING_MANAGER}))
SECOND_MANAGER = Principal(subject=person("Max Manager"), name="Max", roles=frozenset({Role.COMMISSIONING_MANAGER}))


@dataclass
class Stage:
    session: Session

    def scheme(self, *, is_open: bool = True, **about: Any) -> Scheme:
        body = SchemeIn.model_validate(scheme_body(self.session, **about))
        scheme = scheming.create_scheme(self.session, body, by=COMMISSIONER, now=NOW)
        if is_open:
            self.lot(scheme, is_open=False)
            scheming.open_scheme(self.session, scheme.id, by=MANAGER, now=NOW)
        return scheme

    def lot(self, scheme: Scheme | None = None, *, is_open: bool = True, **about: Any) -> Lot:
        made = scheme or self.scheme(is_open=False)
        body = LotIn.model_validate(lot_body(self.session, **about))
        lot = scheming.create_lot(self.session, made.id, body, by=COMMISSIONER, now=NOW)
        if is_open:
            scheming.open_scheme(self.session, made.id, by=MANAGER, now=NOW)
            scheming.open_lot(self.session, lot.id, by=COMMISSIONER, now=NOW)
        return lot

    def as_json(self, lot: Lot) -> dict[str, Any]:
        return LotRead.model_validate(shown(lot, LotRead, zones=[])).model_dump(mode="json")

    def draft(self, lot: Lot | None = None, *, zones: Sequence[str | None] = (None,)) -> tuple[Application, Applicant]:
        lot, who = lot or self.lot(), applicant(self.session)
        asked = ApplicationIn(scheme_id=lot.scheme_id)
        copies, by = Copies(self.session), owner(who)
        started = drafting.start_application(self.session, asked, copies=copies, by=by, now=NOW)
        body = DraftIn.model_validate(self.draft_body(lot, who, zones=zones))
        about: dict[str, Any] = {"copies": copies, "read_version": None, "by": by, "now": NOW}
        return drafting.save_draft(self.session, started.id, body, **about), who

    def draft_body(self, lot: Lot, who: Applicant, *, zones: Sequence[str | None] = (None,)) -> dict[str, Any]:
        choice = {"lot_id": str(lot.id), "care_service_ids": [str(who.care_service_id)]}
        given = answers(self.session, self.as_json(lot)) | {"insurance_expires": "2028-12-31"}
        return {"answers": given, "choices": [choice | {"zone": zone} for zone in zones]}

    def submitted(
        self, lot: Lot | None = None, *, zones: Sequence[str | None] = (None,)
    ) -> tuple[LotApplication, Applicant]:
        application, who = self.draft(lot, zones=zones)
        asked = SubmissionIn(declared_by="Olive Owner", is_true_and_complete=True)
        about: dict[str, Any] = {"directory": FakeDirectory(), "read_version": None, "by": owner(who), "now": NOW}
        drafting.submit(self.session, application.id, asked, **about)
        part, *_ = Applications(self.session).parts_of(application.id)
        return part, who

    def clarifying(self) -> tuple[Clarification, LotApplication, Applicant]:
        part, who = self.submitted()
        asked = actions.ask_for_clarification(self.session, part.id, question="Which?", by=COMMISSIONER, now=NOW)
        return asked, part, who

    def assign(self, part: LotApplication, name: str, role: Part = Part.EVALUATOR, *, declared: bool = True) -> None:
        about: dict[str, Any] = {"person": person(name), "name": name, "role": role}
        scoring.assign(self.session, part.id, **about, by=COMMISSIONER, now=NOW)
        if declared:
            scoring.declare(self.session, part.id, has_conflict=False, detail=None, by=evaluator(name), now=NOW)

    def marks(self, part: LotApplication, **marks: Any) -> dict[str, Any]:
        lot = self.session.get_one(Lot, part.lot_id)
        return sheet(self.session, self.as_json(lot), **marks)

    def score(self, part: LotApplication, name: str, *, finish: bool = True, **marks: Any) -> None:
        given = {question: mark_of(mark) for question, mark in self.marks(part, **marks).items()}
        scoring.save_sheet(self.session, part.id, given, by=evaluator(name), now=NOW)
        if finish:
            scoring.finish_sheet(self.session, part.id, by=evaluator(name), now=NOW)

    def scored(self, lot: Lot | None = None, **marks: Any) -> tuple[LotApplication, Applicant]:
        """Both evaluators have finished and agree, and every check is settled."""
        part, who = self.submitted(lot)
        for check in Applications(self.session).checks_of(part):
            if check.outcome in ("failed", "cannot_run"):
                about: dict[str, Any] = {"finding": Finding.PASS, "reason": REASON, "by": COMMISSIONER, "now": NOW}
                checking.settle_check(self.session, check.id, **about)
        for name in EVALUATORS:
            self.assign(part, name)
        for name in EVALUATORS:
            self.score(part, name, **marks)
        return part, who

    def reported(self, lot: Lot | None = None, **marks: Any) -> tuple[LotApplication, Applicant]:
        part, who = self.scored(lot, **marks)
        scoring.make_report(self.session, part.id, by=COMMISSIONER, now=NOW)
        return part, who

    def admitted(self, lot: Lot | None = None) -> tuple[LotApplication, Applicant]:
        part, who = self.reported(lot)
        asked = DecisionIn(outcome=DecisionKind.ADMIT, reason=REASON)
        deciding.decide(self.session, part.id, asked, by=MANAGER, now=NOW)
        return part, who

    def minded(self, *, is_answered: bool = True, **marks: Any) -> tuple[LotApplication, Applicant, list[str]]:
        """Refusal is proposed; by default because a pass or fail criterion fails."""
        failing = marks or {"safeguarding_policy": {"finding": "fail", "comment": "No lead is named."}}
        part, who = self.reported(**failing)
        failed = Evaluations(self.session, part).report().content["failed"]
        reasons = [CriterionReasonIn.model_validate(criterion_reason(one)) for one in failed]
        asked = DecisionIn(outcome=DecisionKind.MINDED_TO_REFUSE, reason=REASON, criteria=reasons)
        deciding.decide(self.session, part.id, asked, by=MANAGER, now=NOW)
        if is_answered:
            said = RepresentationsIn(text="The lead is named on page 2.")
            deciding.represent(self.session, part.id, said, directory=FakeDirectory(), by=owner(who), now=NOW)
        return part, who, failed

    def recorded(self, lot: Lot | None = None, *, quality: str = "70") -> tuple[Membership, Applicant]:
        """An opening balance that nobody has confirmed yet."""
        lot, who = lot or self.lot(), applicant(self.session)
        body = {
            "provider_id": who.provider_id,
            "care_service_ids": [who.care_service_id],
            "quality": quality,
            "source": "The award letter",
            "reason": REASON,
        }
        asked = OpeningMembershipIn.model_validate(body)
        about: dict[str, Any] = {"copies": Copies(self.session), "by": SECOND_MANAGER, "now": NOW}
        return opening.record_opening_membership(self.session, lot.id, asked, **about), who

    def member(self, lot: Lot | None = None, *, quality: str = "70") -> tuple[Membership, Applicant]:
        recorded, who = self.recorded(lot, quality=quality)
        return opening.confirm_opening_membership(self.session, recorded.id, by=MANAGER, now=NOW), who

    def ranked(self, *, places_: int = 1, people: int = 1) -> tuple[Lot, list[tuple[Membership, Applicant]]]:
        """A round has been run: the first have offers, the rest wait."""
        lot = self.lot(places=places_)
        admitted = [self.admitted(lot)[1] for _ in range(people)]
        made = {one.provider_id: one for one in rounds.run_round(self.session, lot.id, by=MANAGER, now=NOW)}
        return lot, [(made[who.provider_id], who) for who in admitted]

    def run_round(self, lot: Lot) -> Membership:
        [membership] = rounds.run_round(self.session, lot.id, by=MANAGER, now=NOW)
        return membership

    def close_service(self, who: Applicant) -> None:
        """The service that would deliver has ended: a check that runs again fails."""
        service = Copies(self.session).care_service(who.care_service_id)
        assert service is not None
        about: dict[str, Any] = {"version": service.version + 1, "ended_on": NOW.date() - timedelta(days=1)}
        keep_care_service(self.session, service.model_copy(update=about))

    def suspended(self, cause: Cause = Cause.COUNCIL_DECISION) -> tuple[Membership, UUID]:
        membership, _ = self.member()
        about: dict[str, Any] = {"cause": cause, "reason": REASON, "by": MANAGER, "now": NOW}
        suspending.suspend(self.session, membership.id, **about)
        [found] = Memberships(self.session).open_causes(membership.id)
        return membership, found.id


def owner(who: Applicant) -> Principal:
    return Principal(subject="person:olive", name="Olive", org=who.provider_id, roles=frozenset({Role.PROVIDER_ADMIN}))


def evaluator(name: str) -> Principal:
    return Principal(subject=person(name), name=name, roles=frozenset({Role.COMMISSIONER}))


def somebody() -> dict[str, str]:
    name = f"Evaluator {uuid4().hex[:6]}"
    return {"person": person(name), "name": name, "part": "evaluator"}
