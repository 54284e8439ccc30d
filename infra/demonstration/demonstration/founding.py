"""Who is there before anything happens: the council's people, the machine, and each provider with its service."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from assay_kit.settings import Settings
from demonstration.activity import people_supported
from demonstration.driver import Caller, House
from demonstration.facts import Provider, people
from demonstration.sign_ins import provider_email

_TYPES_THAT_FEED = ("residential_care", "nursing_care", "extra_care", "day_opportunities")
_UNREGULATED = ("day_opportunities", "community_support")
_LINK = re.compile(r"[?]token=([A-Za-z0-9_-]{20,200})")


@dataclass(frozen=True)
class Member:
    """A provider as it is known once registered, with its one service."""

    fact: Provider
    number: int
    provider_id: str
    care_service_id: str
    admin: Caller
    cqc_location_id: str | None
    company_number: str
    fhrs_id: int | None


class Founders:
    """Those who record others: the council's people, by what they are called in the facts."""

    def __init__(self, house: House, settings: Settings) -> None:
        self.house = house
        self.settings = settings
        self.administrator = house.person("administrator@council.example")
        self.commissioner = house.person("commissioner@council.example")
        self.evaluators = (house.person("evaluator.one@council.example"), house.person("evaluator.two@council.example"))
        self.manager = house.person("manager@council.example")
        self.second_manager = house.person("second.manager@council.example")
        self.officers = (house.person("officer@council.example"), house.person("second.officer@council.example"))

    def people_arrive(self) -> None:
        """The administrator takes the demonstration's password, invites everybody else, and each follows the link."""
        self.house.forget(self.settings.administrator_email)
        first = self.house.person(self.settings.administrator_email, self.settings.secret("administrator-password"))
        first.put(
            "directory",
            "/people/me/password",
            {"current": self.settings.secret("administrator-password"), "new": self.house.password},
        )
        self.house.forget(self.settings.administrator_email)
        self.administrator = self.house.person(self.settings.administrator_email)
        for person in people().council:
            if person.email != self.settings.administrator_email:
                body = {"name": person.name, "email": person.email, "roles": list(person.roles)}
                self.administrator.post("directory", "/people", body)
                self._follow_link(person.email)

    def machine_arrives(self) -> None:
        """The council's case management system gets a client; its secret is kept with the demonstration's secrets."""
        machine = people().machine
        body = {
            "name": machine.name,
            "description": "The council's case management system (demonstration)",
            "scopes": list(machine.scopes),
            "secret_lasts_days": 366,
        }
        made = self.administrator.post("directory", "/api-clients", body)
        path = self.settings.home / "secrets" / f"client-{machine.name}"
        path.touch(mode=0o600)
        path.write_text(made["secret"]["secret"], encoding="utf-8")

    def provider_registers(self, fact: Provider, number: int, *, service_type: str, on: date) -> Member:
        """The provider registers itself, staff confirm it and record its service."""
        email = provider_email(fact.name)
        body: dict[str, Any] = {
            "name": f"{fact.name} Ltd (invented)",
            "legal_form": "company",
            "company_number": f"{90_000_000 + number:08d}",
            "cqc_provider_id": None if service_type in _UNREGULATED else f"1-91{number:08d}",
            "contact_name": f"Contact of {fact.name}",
            "contact_email": email,
            "administrator": {
                "name": f"Administrator of {fact.name}",
                "email": email,
                "password": self.house.password,
            },
        }
        answer = self.house.anybody("POST", "directory", "/registrations", json=body)
        if answer.status_code != 201:
            raise AssertionError(f"{fact.name} cannot register: {answer.status_code} {answer.text}")
        provider_id = answer.json()["provider"]["id"]
        self.commissioner.post(
            "directory",
            f"/providers/{provider_id}/confirmation",
            {"reason": "Its registered contact was telephoned and confirmed the account."},
        )
        service = self.commissioner.post(
            "directory", "/care-services", _service(fact, number, provider_id, service_type, on)
        )
        return Member(
            fact=fact,
            number=number,
            provider_id=provider_id,
            care_service_id=service["id"],
            admin=self.house.person(email),
            cqc_location_id=service["cqc_location_id"],
            company_number=body["company_number"],
            fhrs_id=service["fhrs_id"],
        )

    def contract_is_recorded(self, member: Member, since: date) -> None:
        """A contract outside any arrangement."""
        body = {
            "provider_id": member.provider_id,
            "reference": f"INVENTED-{since:%Y}-{member.number:03d}",
            "title": f"Care at {member.fact.name} (invented)",
            "commissioner": "council",
            "arrangement": "spot",
            "starts_on": since.isoformat(),
            "care_service_ids": [member.care_service_id],
        }
        self.commissioner.post("directory", "/contracts", body)

    def _follow_link(self, email: str) -> None:
        messages = self.administrator.get("directory", "/messages", limit=10)["items"]
        for message in messages:
            found = _LINK.search(message["body"]) if message["email"] == email else None
            if found:
                token = found.group(1)
                answer = self.house.anybody(
                    "POST", "directory", "/passwords", json={"token": token, "password": self.house.password}
                )
                if not answer.is_success:
                    raise AssertionError(f"{email} cannot set a password: {answer.status_code} {answer.text}")
                return
        raise AssertionError(f"no invitation was written to {email}")


def _service(fact: Provider, number: int, provider_id: str, service_type: str, on: date) -> dict[str, Any]:
    is_regulated = service_type not in _UNREGULATED
    return {
        "provider_id": provider_id,
        "name": f"{fact.name} (invented)",
        "type": service_type,
        "client_groups": list(fact.groups),
        "zones": [fact.zone] if fact.zone else [],
        "capacity": {"amount": fact.beds, "unit": "beds"} if fact.beds else None,
        "people_supported": people_supported(fact),
        "cqc_location_id": f"1-92{number:08d}" if is_regulated else None,
        "is_regulated": is_regulated,
        "prepares_food": service_type in _TYPES_THAT_FEED and fact.hygiene is not None,
        "fhrs_id": 9_000_000 + number if service_type in _TYPES_THAT_FEED and fact.hygiene is not None else None,
        "requires_registered_manager": is_regulated,
        "landlord": fact.landlord,
        "units_in_place": fact.units_in_place,
        "units_in_development": fact.units_in_development,
        "started_on": on.isoformat(),
        "is_contracted": True,
        "first_placement_on": on.isoformat(),
    }
