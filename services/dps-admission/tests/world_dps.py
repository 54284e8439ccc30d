"""A small DPS in which anybody may press any button at any time: two zones with one place each, three providers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from make_dps import (
    REASON,
    Applicant,
    CouncilDirectory,
    answers,
    applicant,
    care_service,
    criterion_reason,
    lot_body,
    person,
    scheme_body,
    sheet,
)
from sqlmodel import Session, col, select
from stage_dps import COMMISSIONER, MANAGER, SECOND_MANAGER, evaluator, owner

from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_contracts.risk import EmbargoImposed, EmbargoLifted, Extent
from assay_contracts.roles import Role
from assay_kit.calendar import london_day
from assay_kit.identity import Principal
from assay_kit.testing import hear
from dps_admission.applications import actions, checking, drafting
from dps_admission.applications.checks import CheckKind
from dps_admission.applications.repository import Applications
from dps_admission.applications.schemas import ApplicationIn, DraftIn, SubmissionIn
from dps_admission.circumstances import actions as circumstances
from dps_admission.circumstances.schemas import ChangeIn
from dps_admission.due import DUE
from dps_admission.evaluations import deciding, scoring
from dps_admission.evaluations.repository import Evaluations, mark_of
from dps_admission.evaluations.rules import DecisionKind, Finding, Part
from dps_admission.evaluations.schemas import (
    AcceptedCriterionIn,
    CriterionReasonIn,
    DecisionIn,
    RefusalIn,
    RepresentationsAcceptedIn,
    RepresentationsIn,
)
from dps_admission.memberships import delivering, ending, opening, places, removing, rounds, suspending
from dps_admission.memberships.change_schemas import RemovalAnswerIn, ServiceChangeIn
from dps_admission.memberships.rules import Cause, RemovalReason
from dps_admission.memberships.schemas import OpeningMembershipIn
from dps_admission.schemes import actions as scheming
from dps_admission.schemes import closing
from dps_admission.schemes.schemas import LotIn, LotRead, SchemeIn
from dps_admission.shown import shown
from dps_admission.tables import (
    Application,
    ChangedDecision,
    Clarification,
    Embargo,
    Lot,
    LotApplication,
    Membership,
    ServiceChange,
    SuspensionCause,
)

ZONES = ("North", "South")
PEOPLE = ("Eve One", "Ed Two", "Mo Moderator")
FAILING: dict[str, Any] = {"safeguarding_policy": {"finding": "fail", "comment": "No lead is named."}}


@dataclass
class World:
    session: Session
    now: datetime = datetime(2026, 3, 2, 12, tzinfo=UTC)
    lot: Lot = field(init=False)
    providers: list[Applicant] = field(init=False)
    directory: FakeDirectory = field(default_factory=CouncilDirectory)

    def __post_init__(self) -> None:
        body = SchemeIn.model_validate(scheme_body(self.session))
        scheme = scheming.create_scheme(self.session, body, by=COMMISSIONER, now=self.now)
        asked = LotIn.model_validate(lot_body(self.session, zones=list(ZONES), places=1))
        self.lot = scheming.create_lot(self.session, scheme.id, asked, by=COMMISSIONER, now=self.now)
        scheming.open_scheme(self.session, scheme.id, by=MANAGER, now=self.now)
        scheming.open_lot(self.session, self.lot.id, by=COMMISSIONER, now=self.now)
        self.providers = [applicant(self.session) for _ in range(3)]

    # What there is, and one of it: `n` is any number.

    def part(self, n: int) -> LotApplication | None:
        found: LotApplication | None = self.one(LotApplication, n)
        return found

    def one(self, table: Any, n: int, key: Any = None) -> Any:
        rows = self.session.exec(select(table).order_by(col(table.id if key is None else key))).all()
        return rows[n % len(rows)] if rows else None

    def manager(self, n: int) -> Principal:
        """Mostly the manager; sometimes somebody who evaluates."""
        if n % 5:
            return MANAGER
        name = PEOPLE[n % len(PEOPLE)]
        return Principal(subject=person(name), name=name, roles=frozenset({Role.COMMISSIONING_MANAGER}))

    def owner_of(self, row: Any) -> Principal:
        return owner(next(one for one in self.providers if one.provider_id == row.provider_id))

    # Steps

    def apply(self, n: int) -> None:
        who = self.providers[n % 3]
        by, copies = owner(who), Copies(self.session)
        asked = ApplicationIn(scheme_id=self.lot.scheme_id)
        started = drafting.start_application(self.session, asked, copies=copies, by=by, now=self.now)
        zones = ZONES if n % 2 else ZONES[:1]
        choices = [{"lot_id": self.lot.id, "zone": zone, "care_service_ids": [who.care_service_id]} for zone in zones]
        given = answers(self.session, self.as_json()) | {"insurance_expires": "2028-12-31"}
        draft = DraftIn.model_validate({"answers": given, "choices": choices})
        about: dict[str, Any] = {"read_version": None, "by": by, "now": self.now}
        drafting.save_draft(self.session, started.id, draft, copies=copies, **about)
        if n % 7:
            self._submit(started.id, **about)

    def submit_draft(self, n: int) -> None:
        application = self.one(Application, n)
        if application is not None:
            self._submit(application.id, read_version=None, by=self.owner_of(application), now=self.now)

    def _submit(self, application_id: UUID, **about: Any) -> None:
        asked = SubmissionIn(declared_by="Olive Owner", is_true_and_complete=True)
        drafting.submit(self.session, application_id, asked, directory=self.directory, **about)

    def settle(self, n: int) -> None:
        if part := self.part(n):
            self._settle(part, by=COMMISSIONER if n % 3 else evaluator(PEOPLE[n % 2]))

    def _settle(self, part: LotApplication, *, by: Principal = COMMISSIONER) -> None:
        for check in Applications(self.session).checks_of(part):
            if check.outcome in ("failed", "cannot_run") and check.finding is None:
                about: dict[str, Any] = {"finding": Finding.PASS, "reason": REASON, "by": by}
                checking.settle_check(self.session, check.id, **about, now=self.now)

    def check_again(self, n: int) -> None:
        if part := self.part(n):
            checking.check_again(self.session, part.id, now=self.now)

    def assign(self, n: int) -> None:
        if part := self.part(n):
            self._assign(part, PEOPLE[n % 3], has_conflict=n % 11 == 0)

    def _assign(self, part: LotApplication, name: str, *, has_conflict: bool = False) -> None:
        about: dict[str, Any] = {"person": person(name), "name": name, "role": Part.EVALUATOR}
        if Evaluations(self.session, part).assignment_of(person(name)) is None:
            scoring.assign(self.session, part.id, **about, by=COMMISSIONER, now=self.now)
        by = evaluator(name)
        scoring.declare(self.session, part.id, has_conflict=has_conflict, detail=None, by=by, now=self.now)

    def learn_of_conflict(self, n: int) -> None:
        if part := self.part(n):
            about: dict[str, Any] = {"has_conflict": True, "detail": None, "by": evaluator(PEOPLE[n % 3])}
            scoring.declare(self.session, part.id, **about, now=self.now)

    def score(self, n: int) -> None:
        if part := self.part(n):
            self._score(part, PEOPLE[n % 2], passes=n % 3 > 0)

    def _score(self, part: LotApplication, name: str, *, passes: bool) -> None:
        failing: dict[str, Any] = {} if passes else FAILING
        marks = sheet(self.session, self.as_json(), **failing)
        given = {question: mark_of(mark) for question, mark in marks.items()}
        scoring.save_sheet(self.session, part.id, given, by=evaluator(name), now=self.now)
        scoring.finish_sheet(self.session, part.id, by=evaluator(name), now=self.now)

    def report(self, n: int) -> None:
        if part := self.part(n):
            scoring.make_report(self.session, part.id, by=COMMISSIONER, now=self.now)

    def evaluate(self, n: int) -> None:
        """All of it at once, so that decisions are reached often."""
        part = self.part(n)
        if part is None:
            return
        self._settle(part)
        names = [one for one in PEOPLE if person(one) not in Evaluations(self.session, part).conflicted()][:2]
        for name in names:
            self._assign(part, name)
        for name in names:
            self._score(part, name, passes=n % 3 > 0)
        scoring.make_report(self.session, part.id, by=COMMISSIONER, now=self.now)

    def decide(self, n: int) -> None:
        part = self.part(n)
        if part is None:
            return
        failed = Evaluations(self.session, part).report().content["failed"]
        outcome = DecisionKind.MINDED_TO_REFUSE if failed else DecisionKind.ADMIT
        asked = DecisionIn(outcome=outcome, reason=REASON, criteria=self._reasons(failed))
        deciding.decide(self.session, part.id, asked, by=self.manager(n), now=self.now)

    def admit_whatever_was_found(self, n: int) -> None:
        if part := self.part(n):
            asked = DecisionIn(outcome=DecisionKind.ADMIT, reason=REASON)
            deciding.decide(self.session, part.id, asked, by=self.manager(n), now=self.now)

    def refuse(self, n: int) -> None:
        if part := self.part(n):
            failed = Evaluations(self.session, part).report().content["failed"]
            asked = RefusalIn(reason=REASON, criteria=self._reasons(failed or ["safeguarding_policy"]))
            deciding.refuse(self.session, part.id, asked, by=self.manager(n), now=self.now)

    def _reasons(self, failed: list[str]) -> list[CriterionReasonIn]:
        return [CriterionReasonIn.model_validate(criterion_reason(one)) for one in failed]

    def represent(self, n: int) -> None:
        if part := self.part(n):
            said = RepresentationsIn(text="The lead is named on page 2.")
            about: dict[str, Any] = {"directory": self.directory, "by": self.owner_of(part), "now": self.now}
            deciding.represent(self.session, part.id, said, **about)

    def accept_representations(self, n: int) -> None:
        if part := self.part(n):
            accepted = [AcceptedCriterionIn(criterion="safeguarding_policy", reason=REASON)]
            asked = RepresentationsAcceptedIn(reason=REASON, accepted=accepted)
            deciding.admit_on_representations(self.session, part.id, asked, by=self.manager(n), now=self.now)

    def reconsider(self, n: int) -> None:
        if part := self.part(n):
            deciding.reconsider(self.session, part.id, reason=REASON, by=self.manager(n), now=self.now)

    def set_aside(self, n: int) -> None:
        if part := self.part(n):
            deciding.set_aside(self.session, part.id, reason=REASON, by=self.manager(n), now=self.now)

    def ask(self, n: int) -> None:
        if part := self.part(n):
            actions.ask_for_clarification(self.session, part.id, question="Which?", by=COMMISSIONER, now=self.now)

    def answer(self, n: int) -> None:
        if asked := self.one(Clarification, n):
            part = Applications(self.session).lot_application(asked.lot_application_id)
            by = self.owner_of(part)
            actions.answer_clarification(self.session, asked.id, answer="North.", by=by, now=self.now)

    def prolong(self, n: int) -> None:
        if part := self.part(n):
            actions.prolong(self.session, part.id, reason=REASON, by=COMMISSIONER, now=self.now)

    def withdraw_part(self, n: int) -> None:
        if part := self.part(n):
            actions.withdraw_part(self.session, part.id, reason=REASON, by=self.owner_of(part), now=self.now)

    def withdraw(self, n: int) -> None:
        if application := self.one(Application, n):
            by = self.owner_of(application)
            actions.withdraw(self.session, application.id, reason=REASON, by=by, now=self.now)

    def change(self, n: int) -> None:
        body = {"kind": "ownership", "said": "We were bought.", "changed_on": self.now.date()}
        about: dict[str, Any] = {"directory": self.directory, "copies": Copies(self.session), "now": self.now}
        asked = ChangeIn.model_validate(body)
        circumstances.report_change(self.session, asked, by=owner(self.providers[n % 3]), **about)

    def reconfirm(self, n: int) -> None:
        if mark := self.one(ChangedDecision, n):
            circumstances.reconfirm(self.session, mark.id, reason=REASON, by=self.manager(n), now=self.now)

    def acknowledge(self, n: int) -> None:
        if mark := self.one(ChangedDecision, n):
            circumstances.acknowledge(self.session, mark.id, reason=REASON, by=self.manager(n), now=self.now)

    def review(self, n: int) -> None:
        if mark := self.one(ChangedDecision, n):
            circumstances.review(self.session, mark.id, reason=REASON, by=self.manager(n), now=self.now)

    def call_round(self, _: int) -> None:
        rounds.call_round(self.session, self.lot.id, by=MANAGER, now=self.now)

    def run_round(self, _: int) -> None:
        rounds.run_round(self.session, self.lot.id, by=MANAGER, now=self.now)

    def accept(self, n: int) -> None:
        if membership := self.one(Membership, n):
            places.accept(self.session, membership.id, by=self.owner_of(membership), now=self.now)

    def decline(self, n: int) -> None:
        if membership := self.one(Membership, n):
            places.decline(self.session, membership.id, by=self.owner_of(membership), now=self.now)

    def leave(self, n: int) -> None:
        if membership := self.one(Membership, n):
            about: dict[str, Any] = {"reason": REASON, "by": self.owner_of(membership), "now": self.now}
            ending.leave(self.session, membership.id, **about)

    # What happens beside decisions

    def embargo(self, n: int) -> None:
        who = self.providers[n % 3]
        about: dict[str, Any] = {"provider_id": who.provider_id, "care_service_id": who.care_service_id}
        extent, day = Extent.PART if n % 4 == 0 else Extent.WHOLE, london_day(self.now)
        limit = "No more than two a month." if extent is Extent.PART else None
        made = {"intervention_id": uuid4(), "extent": extent, "limit_text": limit, "imposed_on": day, "at": self.now}
        hear(self.session, EmbargoImposed.model_validate(about | made))

    def lift_embargo(self, n: int) -> None:
        if embargo := self.one(Embargo, n, key=Embargo.intervention_id):
            about = {"provider_id": embargo.provider_id, "care_service_id": embargo.care_service_id}
            lifted = {"intervention_id": embargo.intervention_id, "lifted_on": london_day(self.now), "at": self.now}
            hear(self.session, EmbargoLifted.model_validate(about | lifted))

    def suspend(self, n: int) -> None:
        if membership := self.one(Membership, n):
            cause = (Cause.COUNCIL_DECISION, Cause.LATE_DOCUMENT)[n % 2]
            about: dict[str, Any] = {"cause": cause, "reason": REASON, "by": MANAGER, "now": self.now}
            suspending.suspend(self.session, membership.id, **about)

    def lift(self, n: int) -> None:
        if cause := self.one(SuspensionCause, n):
            suspending.lift(self.session, cause.id, reason=REASON, by=MANAGER, now=self.now)

    def give_notice(self, n: int) -> None:
        if membership := self.one(Membership, n):
            about: dict[str, Any] = {"why": RemovalReason.BREACH, "reason": REASON, "by": COMMISSIONER}
            removing.give_removal_notice(self.session, membership.id, **about, now=self.now)

    def answer_notice(self, n: int) -> None:
        if membership := self.one(Membership, n):
            asked = RemovalAnswerIn(statement=REASON)
            about: dict[str, Any] = {"directory": self.directory, "by": self.owner_of(membership), "now": self.now}
            removing.answer_removal_notice(self.session, membership.id, asked, **about)

    def withdraw_notice(self, n: int) -> None:
        if membership := self.one(Membership, n):
            about: dict[str, Any] = {"reason": REASON, "by": COMMISSIONER, "now": self.now}
            removing.withdraw_removal_notice(self.session, membership.id, **about)

    def remove(self, n: int) -> None:
        if membership := self.one(Membership, n):
            removing.remove(self.session, membership.id, by=self.manager(n), now=self.now)

    def record_opening(self, n: int) -> None:
        who = self.providers[n % 3]
        asked = OpeningMembershipIn(
            provider_id=who.provider_id, zone=ZONES[n % 2], care_service_ids=[who.care_service_id],
            source="The award letter", reason=REASON,
        )  # fmt: skip
        about: dict[str, Any] = {"copies": Copies(self.session), "by": SECOND_MANAGER, "now": self.now}
        opening.record_opening_membership(self.session, self.lot.id, asked, **about)

    def confirm_opening(self, n: int) -> None:
        if membership := self.one(Membership, n):
            opening.confirm_opening_membership(self.session, membership.id, by=MANAGER, now=self.now)

    def take_back_opening(self, n: int) -> None:
        """Seldom: there is more to see of what is confirmed."""
        membership = self.one(Membership, n)
        if membership is not None and n % 3 == 0:
            about: dict[str, Any] = {"reason": REASON, "by": (MANAGER, SECOND_MANAGER)[n % 2], "now": self.now}
            opening.take_back_opening_membership(self.session, membership.id, **about)

    def report_services(self, n: int) -> None:
        if membership := self.one(Membership, n):
            other = care_service(self.session, membership.provider_id, cqc_location_id="1-100200300")
            asked = ServiceChangeIn(care_service_ids=[other.id], said=REASON, changed_on=london_day(self.now))
            by, copies = self.owner_of(membership), Copies(self.session)
            about: dict[str, Any] = {"directory": self.directory, "copies": copies, "by": by, "now": self.now}
            delivering.report_services(self.session, membership.id, asked, **about)

    def confirm_services(self, n: int) -> None:
        if change := self.one(ServiceChange, n):
            about: dict[str, Any] = {"reason": REASON, "by": SECOND_MANAGER, "now": self.now}
            delivering.confirm_services(self.session, change.id, accepts={CheckKind.CQC_REGISTER}, **about)

    def close(self, n: int) -> None:
        """Seldom, for nothing happens after it."""
        if n % 4 == 0:
            closing.close_scheme(self.session, self.lot.scheme_id, reason=REASON, by=MANAGER, now=self.now)

    def wait(self, n: int) -> None:
        """Time passes, and what falls due is done."""
        self.now += timedelta(days=1 + n % 9)
        for work in DUE:
            while work.do(self.session, self.now):
                pass

    def as_json(self) -> dict[str, Any]:
        return LotRead.model_validate(shown(self.lot, LotRead, zones=list(ZONES))).model_dump(mode="json")


_NOT_PRESSED = ("one", "part", "manager", "owner_of", "as_json")
STEPS: Mapping[str, Callable[[World, int], None]] = {
    name: step
    for name, step in vars(World).items()
    if callable(step) and not name.startswith("_") and name not in _NOT_PRESSED
}
_OFTEN = ("apply", "evaluate", "decide")
NAMES = sorted([*STEPS, *(name for name in _OFTEN for _ in range(4))])
