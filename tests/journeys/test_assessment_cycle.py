"""The whole cycle of assessment for twenty services, through the gateway and on the movable clock: ten are Good, five
require improvement and put it right, five are Poor, dispute it and are upheld."""

import shutil
import tempfile
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from running import Copy

from assay_kit.calendar import london_day
from assay_kit.settings import Settings
from demonstration.driver import Caller, House, through_the_gateway
from demonstration.facts import Provider
from demonstration.founding import Founders, Member
from demonstration.passwords import password

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

GOOD, REMEDIED, DISPUTED = 10, 5, 5
WEAK = ("2.", "5.")
BECAUSE = "What was seen on the visit and in the records says so."


@dataclass
class Assessed:
    """One service on its way through the cycle."""

    member: Member
    ends: str
    address: str = ""
    rating: str | None = None
    next_due_on: str = ""
    published: dict[str, Any] = field(default_factory=dict)


class Cycle:
    def __init__(self, house: House, settings: Settings) -> None:
        self.founders = Founders(house, settings)
        self.officer, self.manager = self.founders.officers[0], self.founders.manager

    def now(self) -> datetime:
        return datetime.fromisoformat(self.founders.administrator.get("directory", "/demo/clock")["now"])

    def days_pass(self, days: int) -> None:
        self.founders.administrator.post("directory", "/demo/clock", {"days": days})

    def register(self) -> list[Assessed]:
        outcomes = ["good"] * GOOD + ["requires_improvement"] * REMEDIED + ["poor"] * DISPUTED
        today = london_day(self.now())
        found = []
        for number, ends in enumerate(outcomes):
            fact = Provider(name=f"Cycle {number:02d}", cqc="Good")
            member = self.founders.provider_registers(fact, 950_000 + number, service_type="home_care", on=today)
            found.append(Assessed(member=member, ends=ends))
        return found

    def assess(self, each: Assessed) -> None:
        """From the schedule to the draft."""
        owner, officer = each.member.admin, self.officer
        body = {"care_service_id": each.member.care_service_id, "officer": officer.subject}
        scheduled = officer.post("assessment", "/assessments", body | {"officer_name": officer.known_as})
        each.address = f"/assessments/{scheduled['id']}"
        owner.post("assessment", f"{each.address}/self-assessment")
        codes = [item["question"] for item in owner.get("assessment", f"{each.address}/answers")["items"]]
        answers = [{"question": code, "rating": "good", "narrative": "With an example."} for code in codes]
        owner.put("assessment", f"{each.address}/answers", {"answers": answers})
        signed = {"name": "Cycle Owner", "position": "Registered manager", "is_true_and_complete": True}
        owner.post("assessment", f"{each.address}/submission", signed)
        officer.post("assessment", f"{each.address}/validation", {})
        findings = [{"question": code, **self._found(code, each.ends)} for code in codes]
        officer.put("assessment", f"{each.address}/validated-answers", {"findings": findings})
        officer.post("assessment", f"{each.address}/draft")

    def _found(self, code: str, ends: str) -> dict[str, Any]:
        kinds = {"evidence_kinds": ["documents", "observation"]}
        if ends == "good" or (ends == "requires_improvement" and not code.startswith(WEAK)):
            return kinds | {"agrees": True}
        return kinds | {"agrees": False, "rating": ends, "reason": BECAUSE}

    def dispute(self, each: Assessed) -> None:
        """Disputed, and upheld by somebody who did not validate."""
        each.member.admin.post("assessment", f"{each.address}/dispute", {"reason": "We do not recognise ourselves."})
        self.officer.call("POST", "assessment", f"{each.address}/senior-review", expected=409)
        self.manager.post("assessment", f"{each.address}/senior-review")
        upheld = {"outcome": "upheld", "reason": BECAUSE}
        self.manager.post("assessment", f"{each.address}/senior-review/outcome", upheld)

    def publish(self, each: Assessed, by: Caller) -> None:
        each.published = by.post("assessment", f"{each.address}/publication")
        each.rating, each.next_due_on = each.published["rating"], each.published["next_due_on"]

    def plan_of(self, each: Assessed) -> str:
        about = {"assessment_id": each.address.rsplit("/", 1)[-1]}
        [plan] = each.member.admin.get("assessment", "/remedial-plans", **about)["items"]
        return f"/remedial-plans/{plan['id']}"

    def write_plan(self, each: Assessed, due_on: date) -> None:
        plan, owner = self.plan_of(each), each.member.admin
        action = {"description": "Put it right", "owner": "Manager", "measure": "Four checks without a fault"}
        for issue in owner.get("assessment", plan)["issues"]:
            body = action | {"due_on": due_on.isoformat()}
            owner.post("assessment", f"{plan}/issues/{issue['id']}/actions", body)
        owner.post("assessment", f"{plan}/submission")
        self.officer.post("assessment", f"{plan}/approval")
        self.officer.call("POST", "assessment", f"{plan}/closure", expected=409)

    def remedy(self, each: Assessed) -> None:
        """Every action is done, every issue verified, the plan closed."""
        plan, owner = self.plan_of(each), each.member.admin
        for issue in owner.get("assessment", plan)["issues"]:
            for action in issue["actions"]:
                done = {"progress": "done", "note": "Done, and checked every week."}
                owner.post("assessment", f"{plan}/actions/{action['id']}/progress", done)
            verified = {"outcome": "completely_remedied", "reason": BECAUSE}
            self.officer.post("assessment", f"{plan}/issues/{issue['id']}/verification", verified)
        assert self.officer.post("assessment", f"{plan}/closure")["status"] == "closed"


@pytest.fixture(scope="module")
def cycle() -> Iterator[Cycle]:
    """A copy of its own: months pass in it, which others on a shared one would notice. Whom it is about registers in
    it, so that it begins with the council's people alone."""
    root = Path(tempfile.mkdtemp(prefix="assay-cycle-"))
    root.chmod(0o755)
    copy = Copy(root, ASSAY_MODE="demonstration", ASSAY_DEMONSTRATION="people")
    try:
        with copy.up():
            settings = Settings(home=copy.home.root, port=copy.port)
            house = House(through_the_gateway(copy.url), password=password(settings), timeout=300)
            yield Cycle(house, settings)
            house.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def done(cycle: Cycle) -> list[Assessed]:
    """The cycle, walked once; what it comes to is looked at by the tests."""
    everyone = cycle.register()
    remedied, disputed = everyone[GOOD : GOOD + REMEDIED], everyone[GOOD + REMEDIED :]
    for each in everyone:
        cycle.assess(each)
        cycle.officer.call("POST", "assessment", f"{each.address}/publication", expected=409)
    for each in disputed:
        cycle.dispute(each)
        cycle.publish(each, cycle.manager)
    cycle.days_pass(15)
    for each in (*everyone[:GOOD], *remedied):
        read = cycle.officer.get("assessment", each.address)
        assert read["accuracy_closed_at"] == read["accuracy_closes_at"] is not None, "the window closed by itself"
        cycle.publish(each, cycle.officer)
    for each in remedied:
        cycle.write_plan(each, london_day(cycle.now()) + timedelta(days=5))
    cycle.days_pass(8)
    for each in remedied:
        cycle.remedy(each)
    return everyone


def dues(cycle: Cycle, each: Assessed) -> list[tuple[str, str]]:
    """Every date on which the next assessment of the service was ever due, the one that stands first."""
    rows = cycle.officer.get("assessment", f"/care-services/{each.member.care_service_id}/due-dates")
    assert [row["replaced_at"] for row in rows].count(None) == 1
    assert rows[0]["replaced_at"] is None
    return [(row["due_on"], row["cause"]) for row in rows]


def months_on(each: Assessed, months: int) -> str:
    on = london_day(datetime.fromisoformat(each.published["published_at"]))
    years, month = divmod(on.month - 1 + months, 12)
    year, month = on.year + years, month + 1
    return date(year, month, min(on.day, monthrange(year, month)[1])).isoformat()


def test_twenty_services_come_to_three_outcomes(done: Sequence[Assessed]) -> None:
    assert [each.rating for each in done] == [each.ends for each in done]
    assert len(done) == 20


def test_the_next_is_due_twelve_months_on_after_good_and_six_after_the_others(
    cycle: Cycle, done: Sequence[Assessed]
) -> None:
    for each in done:
        months, cause = (12, "annual") if each.ends == "good" else (6, "follow_up")
        due = dues(cycle, each)
        assert each.next_due_on == months_on(each, months)
        assert due[0] == (each.next_due_on, cause), "what stands"
        if each.ends == "poor":
            band = cycle.officer.get("risk", f"/care-services/{each.member.care_service_id}/band")
            assert band["band"] == "red", "and Red for nothing but that rating brings nothing forward"
        assert "red_band" not in {why for _, why in due}


def test_what_required_improvement_was_remedied_and_a_late_action_was_told(
    cycle: Cycle, done: Sequence[Assessed]
) -> None:
    plans = [cycle.officer.get("assessment", cycle.plan_of(each)) for each in done[GOOD : GOOD + REMEDIED]]
    assert {plan["status"] for plan in plans} == {"closed"}
    assert {issue["outcome"] for plan in plans for issue in plan["issues"]} == {"completely_remedied"}
    assert len({issue["question"] for plan in plans for issue in plan["issues"]}) > 10
    for each in done[GOOD : GOOD + REMEDIED]:
        about = {"care_service_id": each.member.care_service_id}
        tasks = cycle.officer.get("risk", "/case-tasks", **about)["items"]
        assert "A remedial action was due on" in " ".join(task["wording"] for task in tasks)


def test_what_was_disputed_was_upheld_by_another_person(cycle: Cycle, done: Sequence[Assessed]) -> None:
    for each in done[GOOD + REMEDIED :]:
        read = each.member.admin.get("assessment", f"{each.address}/draft")
        assert (read["dispute"]["outcome"], read["changes"]) == ("upheld", [])
        assert read["dispute"]["reviewer_name"] != cycle.officer.known_as


def test_every_rating_recomputes(cycle: Cycle, done: Sequence[Assessed]) -> None:
    found = cycle.manager.call("POST", "assessment", "/recomputations", params={"limit": 200})
    assert found["recomputed"] == found["agreeing"] >= len(done)


def test_a_provider_who_put_it_right_is_assessed_again_early(cycle: Cycle, done: Sequence[Assessed]) -> None:
    each = done[GOOD]
    asking = {"reason": "Everything has been put right, as the officer has seen."}
    asked = each.member.admin.post("assessment", f"{cycle.plan_of(each)}/reassessment-request", asking)
    sooner = (london_day(cycle.now()) + timedelta(days=60)).isoformat()
    answer = {"step": "accept", "reason": BECAUSE, "due_on": sooner}
    cycle.officer.post("assessment", f"/reassessment-requests/{asked['id']}/decision", answer)
    assert dues(cycle, each)[0] == (sooner, "early_request")


def test_a_provider_never_sees_anothers(done: Sequence[Assessed]) -> None:
    mine, other = done[0], done[-1]
    for path in ("", "/report", "/draft", "/report.docx", "/comparison", "/benchmark", "/public-summary"):
        mine.member.admin.call("GET", "assessment", f"{mine.address}{path}")
        other.member.admin.call("GET", "assessment", f"{mine.address}{path}", expected=404)
