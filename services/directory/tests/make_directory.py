"""Builds valid rows and bodies; a test names only what it is about."""

from typing import Any
from uuid import UUID, uuid4

from httpx import Response
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.testing import NOON
from directory.bootstrap import ensure_person
from directory.care_services.repository import CareServices
from directory.providers.repository import Providers
from directory.tables import CareService, Person, Provider

PASSWORD = "Correct horse 42 battery"


def unique_number() -> str:
    return f"{uuid4().int % 10**8:08d}"


def provider_body(**about: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "name": "Larkfield Care Ltd",
        "legal_form": "company",
        "company_number": unique_number(),
        "contact_name": "Ada Larkfield",
        "contact_email": "office@larkfield.example",
    }
    return usual | about


def account_body(**about: Any) -> dict[str, Any]:
    return {"name": "Bea Owner", "email": f"{uuid4().hex[:12]}@larkfield.example", "password": PASSWORD} | about


def care_service_body(**about: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "name": "Larkfield Home Care",
        "type": "home_care",
        "client_groups": ["older_people"],
        "zones": ["North"],
        "capacity": {"amount": 400, "unit": "hours_per_week"},
        "people_supported": 40,
        "cqc_location_id": "1-2880857419",
        "is_regulated": True,
        "prepares_food": False,
        "requires_registered_manager": True,
        "started_on": "2020-04-01",
    }
    return usual | about


def provider(session: Session, **about: Any) -> Provider:
    body = provider_body() | {"status": "active", "registered_at": NOON} | about
    made = Provider(**body)
    Providers(session).add(made)
    session.flush()
    return made


def care_service(session: Session, provider_id: UUID, **about: Any) -> CareService:
    body = care_service_body()
    capacity = body.pop("capacity")
    made = CareService.model_validate(
        body
        | {
            "provider_id": provider_id,
            "capacity_amount": capacity["amount"],
            "capacity_unit": capacity["unit"],
        }
        | about
    )
    CareServices(session).add(made)
    return made


def person(session: Session, *roles: Role, provider_id: UUID | None = None, **about: Any) -> Person:
    usual: dict[str, Any] = {
        "email": f"{uuid4().hex[:12]}@council.example",
        "name": "Cam Officer",
        "password": PASSWORD,
        "now": NOON,
    }
    return ensure_person(session, roles=roles, provider_id=provider_id, **(usual | about))


def bars_of(response: Response) -> list[str]:
    """The rules that a refusal names; each has said itself in a sentence too."""
    bars = response.json()["bars"]
    assert all(each["says"].endswith(".") and " " in each["says"] for each in bars), bars
    return [each["rule"] for each in bars]
