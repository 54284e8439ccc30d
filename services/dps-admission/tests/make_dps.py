"""Builds what a test is not about: providers, services, a scheme that is open, answers, an evaluation."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi.testclient import TestClient
from sqlmodel import Session, col, select

from assay_contracts.directory import (
    CareServiceRecord,
    CareServiceType,
    EvidenceRecord,
    PersonRecord,
    ProviderRecord,
    ProviderStatus,
)
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import keep_care_service, keep_provider
from assay_contracts.roles import Role, Scope
from assay_kit.events import Event
from assay_kit.settings import Settings
from assay_kit.testing import NOON, envelope_for
from dps_admission.evaluations.rules import Method, criteria_of
from dps_admission.first_data import DEFAULT_SET, SET_OF_2023_ACT, seed_profiles, seed_question_sets
from dps_admission.question_sets.content import Kind, Purpose, QuestionSetContent
from dps_admission.question_sets.rules import questions_asked
from dps_admission.schemes.profiles import Regime
from dps_admission.tables import LotZone, ProcedureProfile, QuestionSet

ClientAs = Callable[..., TestClient]
REASON = "Because the file shows it plainly."
BEFORE = datetime(2024, 1, 8, 9, tzinfo=UTC)
EVALUATORS = ("Eve One", "Ed Two")


@dataclass(frozen=True)
class Applicant:
    """A provider with one regulated service, known to this service's copies."""

    provider_id: UUID
    care_service_id: UUID
    location: str


def applicant(session: Session, name: str = "Larkfield Care Ltd", **about: Any) -> Applicant:
    number = uuid4().int % 10**9
    record: dict[str, Any] = {
        "id": uuid4(),
        "version": 1,
        "name": name,
        "legal_form": "company",
        "company_number": f"{number % 10**8:08d}",
        "cqc_provider_id": f"1-{number}",
        "status": ProviderStatus.ACTIVE,
        "registered_at": NOON,
    }
    provider = ProviderRecord.model_validate(record | about)
    keep_provider(session, provider)
    service = care_service(session, provider.id, cqc_location_id=f"1-{number + 1}")
    session.flush()
    return Applicant(provider.id, service.id, f"1-{number + 1}")


def care_service(session: Session, provider_id: UUID, **about: Any) -> CareServiceRecord:
    usual: dict[str, Any] = {
        "id": uuid4(),
        "version": 1,
        "provider_id": provider_id,
        "name": "Home care",
        "type": CareServiceType.HOME_CARE,
        "cqc_location_id": None,
        "is_regulated": True,
        "prepares_food": False,
        "requires_registered_manager": True,
        "started_on": date(2020, 4, 1),
    }
    service = CareServiceRecord.model_validate(usual | about)
    keep_care_service(session, service)
    return service


def shipped(session: Session, *_: Settings, now: datetime = BEFORE) -> None:
    """What the service ships with, from long before whatever happens in a test."""
    seed_profiles(session, now=min(now, BEFORE))
    seed_question_sets(session, now=min(now, BEFORE))


def profile_id(session: Session, regime: Regime = Regime.PCR2015_LIGHT_TOUCH) -> UUID:
    named = col(ProcedureProfile.regime) == regime, col(ProcedureProfile.version) == 1
    return the_shipped(session, select(ProcedureProfile.id).where(*named))


def question_set_id(session: Session, *, version: int = 1) -> UUID:
    named = col(QuestionSet.name) == DEFAULT_SET, col(QuestionSet.version) == version
    return the_shipped(session, select(QuestionSet.id).where(*named))


def set_of_2023_act(session: Session) -> str:
    return str(the_shipped(session, select(QuestionSet.id).where(col(QuestionSet.name) == SET_OF_2023_ACT)))


def the_shipped(session: Session, wanted: Any) -> UUID:
    found: UUID | None = session.exec(wanted).one_or_none()
    if found is None:
        shipped(session)
        found = session.exec(wanted).one()
    return found


def scheme_body(session: Session, **about: Any) -> dict[str, Any]:
    regime = about.pop("regime", Regime.PCR2015_LIGHT_TOUCH)
    return {
        "name": f"Home care {uuid4().hex[:8]}",
        "profile_id": str(profile_id(session, regime)),
        "notice_reference": "2019/S 123-456789",
        "noticed_on": "2019-11-01",
        "award_on": "2019-12-16",
        "go_live_on": "2020-04-01",
        "valid_from": "2019-12-16",
        "valid_until": "2028-03-31",
        "tender_period_calendar_days": 10,
    } | about


def lot_body(session: Session, **about: Any) -> dict[str, Any]:
    return {
        "name": f"Lot {uuid4().hex[:8]}",
        "tier": "tier_2",
        "service_type": "home_care",
        "client_groups": ["older_people"],
        "regulated_activity": "Personal care",
        "question_set_id": str(question_set_id(session)),
    } | about


def ok(answer: Any) -> dict[str, Any]:
    assert answer.is_success, f"{answer.status_code} {answer.text}"
    body: dict[str, Any] = answer.json()
    return body


def refused(answer: Any) -> list[str]:
    """The rules that a 409 names."""
    assert answer.status_code == 409, f"{answer.status_code} {answer.text}"
    assert answer.headers["content-type"] == "application/problem+json"
    return [bar["rule"] for bar in answer.json()["bars"]]


def evidence(directory: FakeDirectory, provider_id: UUID, *, expires_on: date | None = None) -> EvidenceRecord:
    """A file that a provider has uploaded to the directory."""
    record = EvidenceRecord(
        id=uuid4(),
        provider_id=provider_id,
        kind="employers_liability_insurance",
        filename="certificate.pdf",
        media_type="application/pdf",
        size=2_048,
        sha256="ab" * 32,
        description="Certificate of insurance",
        expires_on=expires_on,
        uploaded_at=NOON,
    )
    directory.evidence[record.id] = record
    return record


@dataclass
class House:
    """People who press buttons, in one test."""

    session: Session
    client_as: ClientAs
    directory: FakeDirectory

    def commissioner(self, name: str = "Col Commissioner") -> TestClient:
        return self.client_as(Role.COMMISSIONER, name=name)

    def manager(self, name: str = "Mia Manager") -> TestClient:
        return self.client_as(Role.COMMISSIONING_MANAGER, name=name)

    def provider(self, who: Applicant, role: Role = Role.PROVIDER_ADMIN) -> TestClient:
        return self.client_as(role, org=who.provider_id, name=f"Owner of {who.provider_id}")

    def machine(self) -> TestClient:
        return self.client_as(scopes=(Scope.MEMBERSHIPS_READ,), name="Case management")

    def deliver(self, event: Event) -> None:
        source = event.TYPE.partition(".")[0]
        envelope = envelope_for(event, source=source, event_id=uuid4())
        deliverer = self.client_as(scopes=(Scope.EVENTS_DELIVER,), name="Risk")
        assert ok(deliverer.post("/events", json=envelope.model_dump(mode="json")))["outcome"] == "applied"

    def open_lot(self, scheme: Mapping[str, Any] | None = None, **about: Any) -> dict[str, Any]:
        """An open scheme with one open lot."""
        made = ok(self.commissioner().post("/v1/schemes", json=scheme_body(self.session, **(scheme or {}))))
        body = lot_body(self.session, **about)
        lot = ok(self.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=body))
        ok(self.manager().post(f"/v1/schemes/{made['id']}/opening"))
        return ok(self.commissioner().post(f"/v1/lots/{lot['id']}/opening"))

    def draft(self, lot: Mapping[str, Any], who: Applicant, *zones: str | None, **about: Any) -> dict[str, Any]:
        """A draft with complete answers, for one lot in one or more of its zones."""
        owner = self.provider(who)
        started = ok(owner.post("/v1/applications", json={"scheme_id": lot["scheme_id"]}))
        choices = [
            {
                "lot_id": lot["id"],
                "zone": zone,
                "price": about.get("price"),
                "care_service_ids": [str(who.care_service_id)],
            }
            for zone in zones or (None,)
        ]
        body = {"answers": answers(self.session, lot) | about.get("answers", {}), "choices": choices}
        return ok(owner.put(f"/v1/applications/{started['id']}/draft", json=body))

    def submit(self, lot: Mapping[str, Any], who: Applicant, *zones: str | None, **about: Any) -> dict[str, Any]:
        drafted = self.draft(lot, who, *zones, **about)
        return ok(self.provider(who).post(f"/v1/applications/{drafted['id']}/submission", json=SUBMISSION))

    def part(self, lot: Mapping[str, Any], who: Applicant, *zones: str | None, **about: Any) -> str:
        """The id of the one lot application of a submitted application."""
        [part] = self.submit(lot, who, *zones, **about)["lot_applications"]
        return str(part["id"])

    def settle_checks(self, part: str, finding: str = "pass") -> None:
        for check in ok(self.commissioner().get(f"/v1/lot-applications/{part}/checks"))["items"]:
            if check["outcome"] in ("failed", "cannot_run") and check["finding"] is None:
                body = {"finding": finding, "reason": REASON}
                ok(self.commissioner().post(f"/v1/checks/{check['id']}/finding", json=body))

    def assign(self, part: str, *names: str, role: str = "evaluator") -> None:
        for name in names:
            body = {"person": person(name), "name": name, "part": role}
            ok(self.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body))
            self.declare(part, name)

    def declare(self, part: str, name: str) -> None:
        address = f"/v1/lot-applications/{part}/declaration"
        ok(self.commissioner(name).post(address, json={"has_conflict": False}))

    def score(self, part: str, name: str, sheet: Mapping[str, Any]) -> None:
        evaluator = self.commissioner(name)
        ok(evaluator.put(f"/v1/lot-applications/{part}/scores", json={"marks": dict(sheet)}))
        ok(evaluator.post(f"/v1/lot-applications/{part}/scores/completion"))

    def report(self, part: str) -> Any:
        return self.commissioner().post(f"/v1/lot-applications/{part}/report")

    def evaluate(self, part: str, sheet: Mapping[str, Any], *, names: Sequence[str] = EVALUATORS) -> dict[str, Any]:
        """Two evaluators who agree, every check settled, and the report."""
        self.settle_checks(part)
        self.assign(part, *names)
        for name in names:
            self.score(part, name, sheet)
        return ok(self.report(part))

    def decide(self, part: str, outcome: str = "admit", **about: Any) -> Any:
        body = {"outcome": outcome, "reason": REASON} | about
        return self.manager().post(f"/v1/lot-applications/{part}/decision", json=body)

    def minded(self, lot: Mapping[str, Any], who: Applicant, **marks: Any) -> tuple[str, list[dict[str, Any]]]:
        """A lot application whose refusal is proposed, and the reasons for it."""
        part = self.part(lot, who)
        report = self.evaluate(part, sheet(self.session, lot, **marks))
        reasons = [criterion_reason(one) for one in report["content"]["failed"]]
        ok(self.decide(part, "minded_to_refuse", criteria=reasons))
        return part, reasons

    def admit(self, lot: Mapping[str, Any], who: Applicant, *zones: str | None, score: int = 4) -> dict[str, Any]:
        """All the way from draft to admission in one lot and zone; returns the membership."""
        part = self.part(lot, who, *zones)
        self.evaluate(part, sheet(self.session, lot, score=score))
        ok(self.decide(part))
        return self.membership(who)

    def remove(self, who: Applicant, why: str = "breach") -> dict[str, Any]:
        """Notice by one, the member's answer, and removal by another."""
        address = f"/v1/memberships/{self.membership(who)['id']}"
        ok(self.manager().post(f"{address}/removal-notice", json={"why": why, "reason": REASON}))
        ok(self.provider(who).post(f"{address}/removal-notice/answer", json={"statement": "We are sorry."}))
        return ok(self.manager("Max Manager").post(f"{address}/removal"))

    def membership(self, who: Applicant) -> dict[str, Any]:
        about = {"provider_id": str(who.provider_id), "only_live": False}
        [membership] = ok(self.manager().get("/v1/memberships", params=about))["items"]
        result: dict[str, Any] = membership
        return result


SUBMISSION = {"declared_by": "Olive Owner", "is_true_and_complete": True}


def criterion_reason(criterion: str) -> dict[str, str]:
    return {
        "criterion": criterion,
        "reason": REASON,
        "evidence": "The answer and its documents.",
        "what_would_change": "Evidence that it is met.",
    }


class CouncilDirectory(FakeDirectory):
    """Knows whoever the kit's test tokens name as one of the council's people, unless told otherwise."""

    def person(self, subject: str) -> PersonRecord | None:
        if subject in self.people or not subject.startswith("person:"):
            return super().person(subject)
        return PersonRecord(subject=subject, name="Somebody Here", provider_id=None, is_active=True)


def person(name: str) -> str:
    """The subject that the kit's test tokens give this name."""
    return f"person:{name.lower().replace(' ', '-')}"


def content(session: Session, lot: Mapping[str, Any]) -> QuestionSetContent:
    found = session.get(QuestionSet, UUID(lot["question_set_id"]))
    assert found is not None
    return QuestionSetContent.model_validate(found.content)


_USUAL_ANSWERS: Mapping[Kind, Any] = {
    Kind.YES_NO: False,
    Kind.TEXT: "We do it well, and this is how.",
    Kind.DATE: "2027-03-31",
    Kind.MONEY: "10000000.00",
}


def answers(session: Session, lot: Mapping[str, Any]) -> dict[str, Any]:
    """Complete answers: no exclusion grounds, everything passes."""
    questions, given = content(session, lot), dict[str, Any]()
    for question in questions.questions():
        if question.options:
            given[question.id] = question.options[0]
        elif question.grading.kind == "pass_fail" and question.kind is Kind.YES_NO:
            given[question.id] = question.purpose is not Purpose.DEBARMENT_LIST
        elif question.kind is not Kind.DOCUMENT:
            given[question.id] = _USUAL_ANSWERS[question.kind]
    asked = {question.id for question in questions_asked(questions, given)}
    return {question: answer for question, answer in given.items() if question in asked}


def sheet(session: Session, lot: Mapping[str, Any], *, score: int = 4, **marks: Any) -> dict[str, Any]:
    """Marks for every criterion: `score` where there are scores, pass elsewhere; `marks` change single ones."""
    judged = criteria_of(content(session, lot), answers(session, lot), on=BEFORE.date())
    usual = {
        one.question: {"score": score, "comment": "Sound."}
        if one.method is Method.SCORE
        else {"finding": "pass", "comment": "Met."}
        for one in judged
    }
    return usual | marks


def lot_zone(session: Session, lot: Mapping[str, Any], zone: str | None = None) -> LotZone:
    statement = select(LotZone).where(col(LotZone.lot_id) == UUID(lot["id"]))
    return session.exec(statement.where(col(LotZone.zone).is_not_distinct_from(zone))).one()
