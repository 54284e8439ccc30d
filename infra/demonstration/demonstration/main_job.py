"""The main job, end to end, through the gateway: as at least five people and one machine would do it.

`make journey` runs it against a running system, and the tests do. It makes everything it needs under names of its own,
so it can be repeated, and stops at the first wrong answer.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table
from rich.text import Text

from assay_kit.calendar import london_day
from assay_kit.settings import Settings
from demonstration.admissions import OpenLot, answers_to, assign, evaluate
from demonstration.driver import Caller, House, WrongAnswer, through_the_gateway
from demonstration.facts import Lot, Provider
from demonstration.founding import Founders, Member
from demonstration.passwords import password

_PATIENCE_SECONDS = 60.0
_GOOD = [{"rating": "good", "rated_on": "2025-06-01"}]
_BECAUSE = "The journey does what a person would do here, for the reason that the step needs."


@dataclass
class Journey:
    """One walk. `say` is told each step as it begins."""

    house: House
    founders: Founders
    machine: Caller
    say: Callable[[str], None]
    mark: str = field(default_factory=lambda: secrets.token_hex(3))
    steps: int = 0

    def walk(self) -> list[dict[str, Any]]:
        """The service's timeline, the oldest step first."""
        member = self.a_provider_registers()
        lot = self.a_lot_is_open()
        membership = self.the_provider_is_admitted(member, lot)
        self.the_service_is_assessed(member)
        self.the_rating_gives_a_band(member)
        self.intelligence_turns_it_red(member)
        embargo = self.an_embargo_is_imposed(member)
        self.the_membership_is_suspended(membership, member)
        self.the_embargo_is_lifted(embargo)
        self.the_membership_is_restored(membership, member)
        return self.the_timeline(member)

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """An answer of another shape than expected is a wrong answer, too."""
        self.steps += 1
        self.say(f"{self.steps:2}. {what}")
        try:
            yield
        except (LookupError, TypeError, ValueError) as odd:
            raise WrongAnswer(f"An answer has another shape than expected: {odd!r}") from odd

    def a_provider_registers(self) -> Member:
        with self.step("A provider registers, and staff confirm it and record its service"):
            fact = Provider(name=f"Journey {self.mark}", cqc="Good")
            number = 500_000 + int(self.mark, 16) % 400_000
            return self.founders.provider_registers(fact, number, service_type="home_care", on=self.today())

    def a_lot_is_open(self) -> OpenLot:
        """The open lot that the papers call Tier 2: borough-wide, without a limit on places."""
        with self.step("The provider finds an open lot"):
            for scheme in self.founders.commissioner.get("dps-admission", "/schemes")["items"]:
                for lot in self.founders.commissioner.get("dps-admission", f"/schemes/{scheme['id']}/lots")["items"]:
                    if lot["name"] == "Tier 2" and lot["status"] == "open":
                        fact = Lot(key="tier-2", name="Tier 2", tier="tier_2", type="home_care", client_groups=())
                        return OpenLot(id=lot["id"], scheme_id=scheme["id"], fact=fact)
            raise WrongAnswer("There is no open lot called Tier 2.")

    def today(self) -> date:
        """The business day: the demonstration's own, which is not the calendar's."""
        said = self.house.anybody("GET", "directory", "/demo/clock")
        return london_day(datetime.fromisoformat(said.json()["now"]) if said.is_success else datetime.now(UTC))

    def the_provider_is_admitted(self, member: Member, lot: OpenLot) -> str:
        part = self._applies(member, lot)
        self._is_evaluated(part)
        with self.step("A commissioning manager who evaluated nothing admits it; its membership is active"):
            decided = {"outcome": "admit", "reason": _BECAUSE}
            self.founders.commissioner.call(
                "POST", "dps-admission", f"/lot-applications/{part}/decision", json=decided, expected=403
            )
            self.founders.manager.post("dps-admission", f"/lot-applications/{part}/decision", decided)
            [membership] = self._memberships(member)
            _expect(membership["status"], "active", "the membership's status")
            return str(membership["id"])

    def _applies(self, member: Member, lot: OpenLot) -> str:
        owner = member.admin
        with self.step("The provider drafts an application, saves it, and submits it"):
            started = owner.post("dps-admission", "/applications", {"scheme_id": lot.scheme_id})
            question_set = owner.get("dps-admission", f"/lots/{lot.id}")["question_set_id"]
            content = owner.get("dps-admission", f"/question-sets/{question_set}")["content"]
            body = {
                "answers": answers_to(content, member, self.today()),
                "choices": [{"lot_id": lot.id, "zone": None, "care_service_ids": [member.care_service_id]}],
            }
            address = f"/applications/{started['id']}/draft"
            match = {"If-Match": f'"{started["version"]}"'}
            owner.put("dps-admission", address, body, **match)
            owner.call("PUT", "dps-admission", address, json=body, headers=match, expected=412)
            signed = {"declared_by": "Journey Owner", "is_true_and_complete": True}
            submitted = owner.post("dps-admission", f"/applications/{started['id']}/submission", signed)
            owner.call("POST", "dps-admission", f"/applications/{started['id']}/submission", json=signed, expected=409)
            return str(submitted["lot_applications"][0]["id"])

    def _is_evaluated(self, part: str) -> None:
        with self.step("Two evaluators declare no conflict, score alone, and the report is made"):
            assign(self.founders, part)
            evaluate(self.founders, part, score=4)

    def the_service_is_assessed(self, member: Member) -> None:
        officer, owner = self.founders.officers[0], member.admin
        with self.step("An officer schedules an assessment; the provider assesses itself and submits"):
            body = {"care_service_id": member.care_service_id, "cause": "annual", "officer": officer.subject}
            scheduled = officer.post("assessment", "/assessments", body | {"officer_name": "Journey officer"})
            address = f"/assessments/{scheduled['id']}"
            owner.post("assessment", f"{address}/self-assessment")
            items = owner.get("assessment", f"{address}/answers")["items"]
            narrative = "How we do it, who answers for it, and an example from this year."
            answers = [{"question": i["question"], "rating": "good", "narrative": narrative} for i in items]
            owner.put("assessment", f"{address}/answers", {"answers": answers})
            signed = {"name": "Journey Owner", "position": "Registered manager", "is_true_and_complete": True}
            owner.post("assessment", f"{address}/submission", signed)
        with self.step("The officer validates every answer and issues the draft, without having seen a rating"):
            officer.post("assessment", f"{address}/validation", {})
            kinds = ["documents", "people"]
            findings = [{"question": i["question"], "agrees": True, "evidence_kinds": kinds} for i in items]
            officer.put("assessment", f"{address}/validated-answers", {"findings": findings})
            drafted = officer.post("assessment", f"{address}/draft")
            _expect(drafted["rating"], None, "the rating shown before publication")
        with self.step("The provider confirms its accuracy, and the rating is published and recomputed"):
            owner.post("assessment", f"{address}/accuracy-confirmation")
            published = officer.post("assessment", f"{address}/publication")
            _expect(published["rating"], "good", "the published rating")
            recomputed = officer.post("assessment", f"{address}/recomputation")
            _expect(recomputed["agrees"], True, "whether the rating recomputes")

    def the_rating_gives_a_band(self, member: Member) -> None:
        officer = self.founders.officers[0]
        with self.step("The rating reaches the early warning; the registers are read; the service has a band"):
            readings = (
                ("cqc", member.cqc_location_id, {"is_registered": True, "ratings": _GOOD, "names_manager": True}),
                ("companies", member.company_number, {"status": "active"}),
            )
            for source, key, reading in readings:
                body = {"source": source, "key": key, "read_on": self.today().isoformat(), "reading": reading}
                officer.post("risk", "/register-readings", body)
            self._until(
                lambda: _level(self._standing(member), "quality_assessment") == "none",
                "the rating to count among the indicators",
            )
            for feed in ("safeguarding_decisions", "unexpected_deaths", "contracting_concerns"):
                officer.post("risk", f"/feeds/{feed}/confirmations")
            self._until(lambda: self._standing(member)["band"] == "green", "the band to be Green")

    def intelligence_turns_it_red(self, member: Member) -> None:
        with self.step("The case management system reports two unexpected deaths and a run of concerns: Red"):
            for number in range(2):
                body = {"source_reference": f"UD-{self.mark}-{number}", "cqc_location_id": member.cqc_location_id}
                body |= {"died_on": self.today().isoformat()}
                first = self.machine.post("risk", "/unexpected-deaths", body)
                again = self.machine.post("risk", "/unexpected-deaths", body)
                _expect([first["outcome"], again["outcome"]], ["recorded", "already_held"], "what became of a report")
            for number in range(6):
                entry = {
                    "kind": "contracting_concern",
                    "provider_id": member.provider_id,
                    "care_service_id": member.care_service_id,
                    "event_on": self.today().isoformat(),
                    "source": "Contract monitoring visit",
                    "restricted": False,
                    "substantiated": True,
                    "narrative": f"Visits were missed without notice ({number + 1}).",
                }
                self.founders.officers[0].post("risk", "/intelligence", entry)
            self._until(lambda: self._standing(member)["band"] == "red", "the band to be Red")

    def an_embargo_is_imposed(self, member: Member) -> str:
        officer, manager = self.founders.officers[0], self.founders.manager
        with self.step("The officer proposes an embargo; another person authorises it, and the provider is told"):
            body = {
                "kind": "embargo",
                "extent": "whole",
                "provider_id": member.provider_id,
                "care_service_id": member.care_service_id,
                "reason": _BECAUSE,
                "skip_reason": _BECAUSE,
                "review_on": (self.today() + timedelta(days=28)).isoformat(),
            }
            proposed = officer.post("risk", "/interventions", body)
            address = f"/interventions/{proposed['id']}"
            notice = {"reason": _BECAUSE, "notice_text": "No new placements from today, for the reasons given."}
            refused = officer.send("POST", "risk", f"{address}/authorisation", json=notice)
            if refused.status_code not in (403, 409):
                raise WrongAnswer(f"Whoever proposed an embargo may not authorise it, and got {refused.status_code}.")
            issued = manager.post("risk", f"{address}/authorisation", notice)
            _expect(issued["status"], "issued", "the embargo's status")
            return str(proposed["id"])

    def the_membership_is_suspended(self, membership: str, member: Member) -> None:
        with self.step("The embargo suspends the membership; the machine reads both by CQC location id"):
            self._until(lambda: self._membership(membership)["status"] == "suspended", "the membership to be suspended")
            _expect(self._location(member)["embargo"], "whole", "the embargo at the CQC location")

    def the_embargo_is_lifted(self, embargo: str) -> None:
        with self.step("A commissioning manager lifts the embargo, with the reason recorded"):
            self.founders.manager.post("risk", f"/interventions/{embargo}/lifting", {"reason": _BECAUSE})

    def the_membership_is_restored(self, membership: str, member: Member) -> None:
        with self.step("Lifting restores the membership; the machine reads the new state by CQC location id"):
            self._until(lambda: self._membership(membership)["status"] == "active", "the membership to be active again")
            self._until(lambda: self._location(member)["embargo"] is None, "the embargo to be gone")
            said = self.machine.get("dps-admission", "/memberships", cqc_location_id=member.cqc_location_id)
            _expect([each["status"] for each in said["items"]], ["active"], "the membership that the machine reads")

    def the_timeline(self, member: Member) -> list[dict[str, Any]]:
        """Every step about the service, of every part of Assay, in order."""
        officer = self.founders.officers[0]
        with self.step("The whole of it is on one timeline"):
            # Causes before effects: sequences count within one service only.
            services = (
                self._steps_of_assessments(member),
                officer.get("risk", f"/care-services/{member.care_service_id}")["timeline"],
                self._steps_of_memberships(member),
            )
            numbered = [(place, entry) for place, entries in enumerate(services) for entry in entries]
            numbered.sort(key=lambda each: (datetime.fromisoformat(each[1]["at"]), each[0], each[1]["sequence"]))
            found = [entry for _, entry in numbered]
            steps = {entry["step"] for entry in found}
            for needed in ("publish", "propose", "authorise", "issue", "lift", "suspend"):
                if not any(needed in step for step in steps):
                    raise WrongAnswer(f"The timeline does not show that somebody did '{needed}': {sorted(steps)}")
            for cause, effect in (("issue", "suspend"), ("lift", "lift")):
                _expect_in_order(found, ("intervention", cause), ("membership", effect))
            return found

    def _steps_of_memberships(self, member: Member) -> Iterator[dict[str, Any]]:
        for membership in self._memberships(member):
            address = f"/memberships/{membership['id']}/timeline"
            yield from self.founders.manager.get("dps-admission", address)["items"]

    def _steps_of_assessments(self, member: Member) -> Iterator[dict[str, Any]]:
        found = self.founders.officers[0].get("assessment", "/assessments", care_service_id=member.care_service_id)
        for assessment in found["items"]:
            address = f"/assessments/{assessment['id']}/timeline"
            yield from self.founders.officers[0].get("assessment", address)["items"]

    def _memberships(self, member: Member) -> list[dict[str, Any]]:
        about = {"provider_id": member.provider_id}
        items: list[dict[str, Any]] = self.founders.manager.get("dps-admission", "/memberships", **about)["items"]
        return items

    def _membership(self, membership: str) -> Any:
        return self.founders.manager.get("dps-admission", f"/memberships/{membership}")

    def _standing(self, member: Member) -> Any:
        answer = self.founders.officers[0].send("GET", "risk", f"/care-services/{member.care_service_id}/band")
        return answer.json() if answer.is_success else {"band": None}

    def _location(self, member: Member) -> Any:
        [found] = self.machine.get("risk", f"/locations/{member.cqc_location_id}")["items"]
        return found

    def _until(self, is_so: Callable[[], bool], what: str) -> None:
        """Wait for what an event brings about; WrongAnswer when it does not come."""
        until = time.monotonic() + _PATIENCE_SECONDS
        while not is_so():
            if time.monotonic() > until:
                raise WrongAnswer(f"Waited {_PATIENCE_SECONDS:.0f} seconds for {what}.")
            time.sleep(0.1)


def walk(base: str) -> int:
    """Walk the journey against the system at `base`; 0 when every answer was right."""
    console = Console(highlight=False)
    settings = Settings()
    house = House(through_the_gateway(base.rstrip("/")), password=password(settings))
    machine = house.machine("case-management", settings.secret("client-case-management"))
    journey = Journey(house, Founders(house, settings), machine, say=lambda what: console.print(f"[green]→[/] {what}"))
    began = time.monotonic()
    try:
        timeline = journey.walk()
    except (AssertionError, httpx.HTTPError) as wrong:
        console.print(f"[bold red]The journey stopped at step {journey.steps}.[/]", escape(str(wrong)))
        return 1
    finally:
        house.close()
    show(console, timeline)
    console.print(
        f"[bold green]The main job runs end to end[/]: {journey.steps} steps, {time.monotonic() - began:.1f} s."
    )
    return 0


def show(console: Console, timeline: list[dict[str, Any]]) -> None:
    columns = [Column(name, overflow="fold") for name in ("when", "what", "step", "to", "by")]
    table = Table(*columns, title="The service's timeline")
    for entry in timeline:
        when, step = entry["at"][:16].replace("T", " "), entry["step"].replace("_", " ")
        said = (when, entry["object_kind"], step, entry["to_status"], entry["by_name"])
        table.add_row(*(Text(str(each)) for each in said))
    console.print(table)


def _expect_in_order(found: list[dict[str, Any]], *steps: tuple[str, str]) -> None:
    """Each (kind, step) is on the timeline, and after the one before it."""
    taken = [(entry["object_kind"], entry["step"]) for entry in found]
    places = [taken.index(step) if step in taken else -1 for step in steps]
    if -1 in places or places != sorted(places):
        raise WrongAnswer(f"The timeline should show {steps} in that order, and shows {taken}.")


def _expect(found: object, wanted: object, what: str) -> None:
    if found != wanted:
        raise WrongAnswer(f"Expected {what} to be {wanted!r}; it is {found!r}.")


def _level(standing: Any, indicator: str) -> str | None:
    readings = standing["result"]["readings"] if standing["band"] else []
    return next((each["level"] for each in readings if each["indicator"] == indicator), None)
