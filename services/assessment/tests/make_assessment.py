"""Builds what a test is not about. Every builder gives something valid; a test names only what it is about."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID, uuid4

import yaml
from fastapi.testclient import TestClient
from httpx import Response
from sqlalchemy import event
from sqlmodel import Session

from assay_contracts.directory import CareServiceRecord, CareServiceType, ProviderRecord, ProviderStatus
from assay_contracts.directory.copies import keep_care_service, keep_provider
from assay_contracts.directory.evidence import EvidenceRecord
from assay_contracts.roles import Role
from assay_kit.identity import SYSTEM
from assay_kit.pagination import PageAsked
from assay_kit.testing import NOON
from assessment.frameworks.actions import draft_framework, publish_framework
from assessment.frameworks.framework import Framework

RULE: dict[str, Any] = {
    "policy": {
        "self_assessment_days": 28,
        "factual_accuracy_days": 14,
        "remedial_plan_days": 14,
        "reminder_days": [28, 14, 3],
        "next_assessment_months": 12,
        "follow_up_months": 6,
        "follow_up_ratings": ["requires_improvement", "poor"],
        "new_service_months": 6,
        "red_band_days": 28,
        "plan_ratings": ["requires_improvement", "poor"],
        "issue_ratings": ["requires_improvement", "poor"],
    },
    "points": {"excellent": 4, "good": 3, "requires_improvement": 2, "poor": 1},
    "bands": [
        {"rating": "excellent", "from": 88},
        {"rating": "good", "from": 63},
        {"rating": "requires_improvement", "from": 39},
        {"rating": "poor", "from": 0},
    ],
}


def question(code: str, **about: Any) -> dict[str, Any]:
    usual = {
        "code": code,
        "question": f"What is done about matter {code}?",
        "guidance": "Look for what changed because of it.",
        "evidence": ["Records"],
    }
    return usual | about


def standard(code: str, *, weight: str = "1", **question_about: Any) -> dict[str, Any]:
    questions = [question(f"{code}.{number}", **question_about) for number in (1, 2, 3)]
    return {"code": code, "name": f"Standard {code}", "weight": weight, "questions": questions}


def framework(domains: Sequence[Sequence[dict[str, Any]]], **about: Any) -> Framework:
    """A framework of those standards, a list of them per domain, without limiters unless given."""
    usual = RULE | {
        "name": "A framework for tests",
        "version": 1,
        "domains": [
            {"code": str(number), "name": f"Domain {number}", "weight": 1, "standards": list(standards)}
            for number, standards in enumerate(domains, start=1)
        ],
    }
    return Framework.model_validate(usual | about)


SMALL_LIMITERS = [
    {
        "code": "critical_question_poor",
        "kind": "critical_question",
        "at": "poor",
        "cap": "requires_improvement",
        "sentence": "A critical question at Poor caps its standard and the overall rating.",
    },
]


def publish(session: Session, wanted: Framework) -> None:
    """Publish that framework through the front of its room."""
    text = yaml.safe_dump(wanted.model_dump(mode="json", by_alias=True), sort_keys=False)
    draft_framework(session, text, by=SYSTEM, now=NOON)
    publish_framework(session, wanted.version, by=SYSTEM, now=NOON)


def small_framework(session: Session) -> None:
    """Publish a framework of nine questions, so that a test that is not about the shipped one stays short."""
    first, second, third = standard("1.1"), standard("2.1"), standard("3.1")
    second["questions"].append(question("2.1.4", applies_to=["nursing_care"]))
    third["questions"][0]["critical"] = True
    publish(session, framework([[first], [second], [third]], version=2, limiters=SMALL_LIMITERS))


# --- people ------------------------------------------------------------------------------------

PROVIDER, OTHER_PROVIDER = uuid4(), uuid4()

ClientAs = Callable[..., TestClient]


@dataclass(frozen=True)
class People:
    """Everybody a journey needs, each with a client of their own."""

    client_as: ClientAs
    provider_id: UUID = PROVIDER

    @cached_property
    def provider(self) -> TestClient:
        return self.client_as(Role.PROVIDER_USER, org=self.provider_id, name="Pat Provider")

    @cached_property
    def other_provider(self) -> TestClient:
        return self.client_as(Role.PROVIDER_ADMIN, org=OTHER_PROVIDER, name="Olive Other")

    @cached_property
    def officer(self) -> TestClient:
        return self.client_as(Role.COMPLIANCE_OFFICER, name="Oscar Officer")

    @cached_property
    def second_officer(self) -> TestClient:
        return self.client_as(Role.COMPLIANCE_OFFICER, name="Sam Second")

    @cached_property
    def manager(self) -> TestClient:
        return self.client_as(Role.COMMISSIONING_MANAGER, name="Mary Manager")

    @cached_property
    def second_manager(self) -> TestClient:
        return self.client_as(Role.COMMISSIONING_MANAGER, name="Mona Manager")

    @cached_property
    def auditor(self) -> TestClient:
        return self.client_as(Role.AUDITOR, name="Aud Itor")

    @cached_property
    def viewer(self) -> TestClient:
        return self.client_as(Role.ADULT_CARE_VIEWER, name="Vi Ewer")

    @cached_property
    def administrator(self) -> TestClient:
        return self.client_as(Role.ADMINISTRATOR, name="Ada Min")


# --- what the directory has told ----------------------------------------------------------------


def provider(session: Session, provider_id: UUID = PROVIDER) -> ProviderRecord:
    record = ProviderRecord(
        id=provider_id,
        version=1,
        name="Invented Care Ltd",
        legal_form="private_limited_company",
        status=ProviderStatus.ACTIVE,
        registered_at=NOON,
    )
    keep_provider(session, record)
    return record


def care_service_record(provider_id: UUID = PROVIDER, **about: Any) -> CareServiceRecord:
    usual: dict[str, Any] = {
        "id": uuid4(),
        "version": 1,
        "provider_id": provider_id,
        "name": "Invented Home Care",
        "type": CareServiceType.HOME_CARE,
        "is_regulated": True,
        "prepares_food": False,
        "requires_registered_manager": True,
        "started_on": date(2024, 1, 1),
    }
    return CareServiceRecord(**usual | about)


def care_service(session: Session, provider_id: UUID = PROVIDER, **about: Any) -> CareServiceRecord:
    provider(session, provider_id)
    record = care_service_record(provider_id, **about)
    keep_care_service(session, record)
    return record


def evidence(provider_id: UUID) -> EvidenceRecord:
    return EvidenceRecord(
        id=uuid4(),
        provider_id=provider_id,
        kind="policy",
        filename="policy.pdf",
        media_type="application/pdf",
        size=1024,
        sha256="a" * 64,
        description="A policy",
        expires_on=None,
        uploaded_at=NOON,
    )


# --- an assessment, through the front door --------------------------------------------------------


def ok(response: Response) -> Any:
    assert response.is_success, response.text
    return response.json()


def questions(people: People, assessment_id: str) -> list[str]:
    version = ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["framework_version"]
    content = ok(people.officer.get(f"/v1/frameworks/{version}"))["content"]
    kind = ok(people.officer.get(f"/v1/assessments/{assessment_id}"))["service_type"]
    return [question.code for question in Framework.model_validate(content).questions_for(CareServiceType(kind))]


def scheduled(people: People, session: Session, **about: Any) -> str:
    """The id of an assessment just scheduled."""
    service = about.pop("service", None) or care_service(session)
    wanted = {"care_service_id": str(service.id)} | about
    return str(ok(people.officer.post("/v1/assessments", json=wanted))["id"])


def answered(people: People, assessment_id: str, rating: str = "good", **but: str) -> None:
    """The provider has begun and answered every question."""
    changed = {code.removeprefix("q").replace("_", "."): value for code, value in but.items()}
    ok(people.provider.post(f"/v1/assessments/{assessment_id}/self-assessment"))
    page = [
        {"question": code, "rating": changed.get(code, rating), "narrative": f"How we meet {code}, with an example."}
        for code in questions(people, assessment_id)
    ]
    ok(people.provider.put(f"/v1/assessments/{assessment_id}/answers", json={"answers": page}))


DECLARATION = {"name": "Pat Provider", "position": "Registered manager", "is_true_and_complete": True}


def submitted(people: People, session: Session, **about: Any) -> str:
    assessment_id = scheduled(people, session, **about)
    answered(people, assessment_id)
    ok(people.provider.post(f"/v1/assessments/{assessment_id}/submission", json=DECLARATION))
    return assessment_id


def validated(people: People, session: Session, but: Mapping[str, str] | None = None, **about: Any) -> str:
    """An assessment of which every question is validated: agreed, `but` for those given another rating."""
    assessment_id = submitted(people, session, **about)
    ok(people.officer.post(f"/v1/assessments/{assessment_id}/validation", json={}))
    page = [{"question": code, **finding(code, but)} for code in questions(people, assessment_id)]
    ok(people.officer.put(f"/v1/assessments/{assessment_id}/validated-answers", json={"findings": page}))
    return assessment_id


def finding(code: str, but: Mapping[str, str] | None = None) -> dict[str, Any]:
    kinds = ["documents", "people"]
    if code not in (but or {}):
        return {"agrees": True, "evidence_kinds": kinds}
    reason = f"What was seen about {code} does not bear out the answer."
    return {"agrees": False, "rating": (but or {})[code], "reason": reason, "evidence_kinds": kinds}


def drafted(people: People, session: Session, but: Mapping[str, str] | None = None, **about: Any) -> str:
    assessment_id = validated(people, session, but, **about)
    ok(people.officer.post(f"/v1/assessments/{assessment_id}/draft"))
    return assessment_id


def published(people: People, session: Session, but: Mapping[str, str] | None = None, **about: Any) -> str:
    assessment_id = drafted(people, session, but, **about)
    ok(people.provider.post(f"/v1/assessments/{assessment_id}/accuracy-confirmation"))
    ok(people.officer.post(f"/v1/assessments/{assessment_id}/publication"))
    return assessment_id


def withdrawn(people: People, wrong: str, right: str, reason: str) -> Any:
    """`wrong`, withdrawn in favour of `right`: one manager proposes it, another approves what was proposed."""
    proposal = {"replacement_id": right, "reason": reason}
    proposed = ok(people.manager.post(f"/v1/assessments/{wrong}/withdrawal-proposal", json=proposal))
    return ok(people.second_manager.post(f"/v1/assessments/{wrong}/withdrawal", json={"proposal_id": proposed["id"]}))


ANY_PAGE = PageAsked()


# --- what the database is asked ---------------------------------------------------------------------


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Every question and change that is sent to the database meanwhile; savepoints are the tests' own."""
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "SAVEPOINT" not in statement:
            found.append(statement)

    connection = session.connection()
    event.listen(connection, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(connection, "before_cursor_execute", note)
