"""What is learnt of services between assessments: registers, decisions, deaths, concerns, and what is done."""

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from demonstration.driver import Caller
from demonstration.founding import Founders, Member
from demonstration.stories import Story, working_morning

_FEEDS = ("safeguarding_decisions", "unexpected_deaths", "contracting_concerns")
_RATED_BEFORE = timedelta(days=240)  # how old what a register says is when it is read: invented
_TYPES = ("neglect", "psychological", "physical", "financial_or_material")


def read_registers(founders: Founders, member: Member, on: date, *, company: str = "active") -> None:
    """An officer reads what the public registers say of the service, and writes it down with the day."""
    officer, fact = founders.officers[0], member.fact
    rated_on = (on - _RATED_BEFORE).isoformat()
    if member.cqc_location_id is not None and fact.story != "unknown":
        rated = [{"rating": fact.cqc.lower().replace(" ", "_"), "rated_on": rated_on}] if fact.cqc else []
        reading = {"is_registered": True, "ratings": rated, "names_manager": True}
        _record(officer, "cqc", member.cqc_location_id, on, reading)
    if fact.hygiene is not None and member.fhrs_id is not None:
        value = "awaiting" if fact.hygiene == "AwaitingInspection" else fact.hygiene
        _record(officer, "food", str(member.fhrs_id), on, {"value": value, "rated_on": rated_on})
    _record(officer, "companies", member.company_number, on, {"status": company, "accounts_overdue": False})


def feeds_speak(machine: Caller, *, start: datetime, until: datetime) -> Story:
    """Every week the case management system says how many rows it sent, none included."""
    week = start
    while week <= until:
        yield week
        for feed in _FEEDS:
            body = {"delivery_reference": f"{feed}-{week:%Y-%m-%d}", "row_count": 0}
            machine.post("risk", f"/feeds/{feed}/deliveries", body)
        week += timedelta(days=7)


def ordinary_years(machine: Caller, member: Member, *, start: datetime, until: datetime) -> Story:
    """What happens at any service now and then: a safeguarding decision or a concern, seldom more."""
    chance = random.Random(f"years of {member.fact.name}")  # noqa: S311 - deterministic, not secret
    at, number = start, 0
    while True:
        at = working_morning(at + timedelta(days=chance.randrange(120, 420)))
        if at > until:
            return
        yield at
        number += 1
        if chance.random() < 0.55:
            safeguarding_decision(machine, member, at, f"{member.number:03d}-{number}", chance.choice(_TYPES))
        else:
            concern(machine, member, at, f"{member.number:03d}-{number}", substantiated=chance.random() < 0.6)


def safeguarding_decision(machine: Caller, member: Member, at: datetime, reference: str, type_of_risk: str) -> None:
    machine.post(
        "risk",
        "/safeguarding-decisions",
        {
            "source_reference": f"SG-{reference}",
            "care_service_id": member.care_service_id,
            "enquiry_reference": f"ENQ-{reference}",
            "stage": "decision",
            "meets_section_42": True,
            "source_of_risk": "service",
            "type_of_risk": type_of_risk,
            "adults_count": 1,
            "decided_on": at.date().isoformat(),
        },
    )


def unexpected_death(machine: Caller, member: Member, at: datetime, reference: str) -> None:
    body = {"source_reference": f"UD-{reference}", "care_service_id": member.care_service_id}
    machine.post("risk", "/unexpected-deaths", body | {"died_on": at.date().isoformat()})


def concern(machine: Caller, member: Member, at: datetime, reference: str, *, substantiated: bool = True) -> None:
    body = {
        "source_reference": f"CC-{reference}",
        "care_service_id": member.care_service_id,
        "raised_on": at.date().isoformat(),
        "category": "Missed or late visits" if member.fact.lot else "Care practice",
        "substantiated": substantiated,
    }
    machine.post("risk", "/contracting-concerns", body)


def trouble(founders: Founders, machine: Caller, member: Member, *, begins: datetime) -> Story:
    """A run of decisions and concerns, then an embargo on part of the service, still in force."""
    at = begins
    for number in range(4):
        yield at
        safeguarding_decision(machine, member, at, f"T{member.number:03d}-{number}", _TYPES[number % len(_TYPES)])
        concern(machine, member, at, f"T{member.number:03d}-{number}")
        at = working_morning(at + timedelta(days=13))
    yield at
    embargo(founders, member, at, extent="part", limit_text="No new packages of care in the evenings.")


def failure(founders: Founders, machine: Caller, member: Member, *, begins: datetime) -> Story:
    """Two unexpected deaths, an improvement plan that is not met, and a whole embargo with a default notice."""
    yield begins
    unexpected_death(machine, member, begins, f"F{member.number:03d}-1")
    yield (second := working_morning(begins + timedelta(days=24)))
    unexpected_death(machine, member, second, f"F{member.number:03d}-2")
    yield (then := working_morning(second + timedelta(days=2)))
    embargo(founders, member, then, extent="whole")
    yield (later := working_morning(then + timedelta(days=5)))
    intervene(
        founders,
        member,
        later,
        {"kind": "default_notice", "skip_reason": "People are at risk now; a plan alone would be too slow."},
    )


def embargo(
    founders: Founders, member: Member, at: datetime, *, extent: str, limit_text: str | None = None
) -> dict[str, Any]:
    about = {
        "kind": "embargo",
        "extent": extent,
        "limit_text": limit_text,
        "skip_reason": "The intelligence of these weeks does not allow to wait for a plan.",
        "conditions": [{"wording": "Two weeks of records without a fault, seen by the officer."}],
    }
    return intervene(founders, member, at, about)


def intervene(founders: Founders, member: Member, at: datetime, about: Mapping[str, Any]) -> dict[str, Any]:
    """An officer proposes, a commissioning manager authorises and issues."""
    proposed = propose(founders, member, at, about)
    notice = {
        "reason": "Agreed: the evidence on the file supports it.",
        "notice_text": "You are told today, with reasons, and you may answer in writing by the day named.",
    }
    founders.manager.post("risk", f"/interventions/{proposed['id']}/authorisation", notice)
    return proposed


def propose(founders: Founders, member: Member, at: datetime, about: Mapping[str, Any]) -> dict[str, Any]:
    body = {
        "provider_id": member.provider_id,
        "care_service_id": member.care_service_id,
        "reason": "The early warning shows Red, and the visit of this week confirmed what was reported.",
        "response_due_on": (at + timedelta(days=10)).date().isoformat(),
        "review_on": (at + timedelta(days=56)).date().isoformat(),
        **about,
    }
    proposed: dict[str, Any] = founders.officers[0].post("risk", "/interventions", body)
    return proposed


def unrest(founders: Founders, member: Member, *, begins: datetime) -> Story:
    """The registered manager leaves, somebody speaks in confidence, and an officer proposes an improvement plan."""
    yield begins
    _learn(founders, member, "manager_vacancy", begins.date(), "The registered manager left; the post is advertised.")
    yield (then := working_morning(begins + timedelta(days=21)))
    said = "Somebody who works there says that night shifts are short of staff. They ask not to be named."
    _learn(founders, member, "whistleblowing", then.date(), said, restricted=True)
    yield (later := working_morning(then + timedelta(days=14)))
    propose(founders, member, later, {"kind": "improvement_plan", "reason": "No manager, and nights short of staff."})


def insolvency(founders: Founders, member: Member, at: datetime) -> Story:
    """The provider's company goes into administration."""
    yield at
    read_registers(founders, member, at.date(), company="administration")


def _record(officer: Caller, source: str, key: str, on: date, reading: Mapping[str, Any]) -> None:
    body = {"source": source, "key": key, "read_on": on.isoformat(), "reading": dict(reading)}
    officer.post("risk", "/register-readings", body | {"note": "Invented reading for the demonstration"})


def _learn(
    founders: Founders, member: Member, kind: str, on: date, narrative: str, *, restricted: bool = False
) -> None:
    founders.officers[0].post(
        "risk",
        "/intelligence",
        {
            "kind": kind,
            "provider_id": member.provider_id,
            "care_service_id": member.care_service_id,
            "event_on": on.isoformat(),
            "source": "Telephone call",
            "restricted": restricted,
            "substantiated": True,
            "narrative": narrative,
        },
    )
