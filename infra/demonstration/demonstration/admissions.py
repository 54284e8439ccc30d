"""Schemes and lots as the council's papers name them, the members at go-live, and everybody admitted since."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from demonstration.driver import Caller
from demonstration.facts import Lot, Scheme
from demonstration.founding import Founders, Member
from demonstration.stories import Story, working_morning

_REGULATED = {"home_care": "Personal care", "supported_living": "Personal care"}
_WHY = "The evaluation report is complete, every criterion is met and the threshold is passed."


@dataclass(frozen=True)
class OpenLot:
    id: str
    scheme_id: str
    fact: Lot


def set_up_scheme(founders: Founders, fact: Scheme) -> dict[str, OpenLot]:
    """Draft the scheme and its lots, open them; the lots by their key."""
    commissioner, manager = founders.commissioner, founders.manager
    profiles = commissioner.get("dps-admission", "/profiles")["items"]
    profile = next(each for each in profiles if each["regime"] == fact.regime)
    sets = commissioner.get("dps-admission", "/question-sets")["items"]
    question_set = next(each for each in sets if each["status"] == "published")
    body = {
        "name": fact.name,
        "profile_id": profile["id"],
        "notice_reference": fact.notice_reference,
        "noticed_on": (fact.awarded_on - timedelta(days=90)).isoformat(),
        "award_on": fact.awarded_on.isoformat(),
        "go_live_on": fact.goes_live_on.isoformat(),
        "valid_from": fact.awarded_on.isoformat(),
        "valid_until": fact.valid_until.isoformat(),
    }
    scheme = commissioner.post("dps-admission", "/schemes", body)
    lots = {}
    for lot in fact.lots:
        drafted = commissioner.post("dps-admission", f"/schemes/{scheme['id']}/lots", _lot(lot, question_set["id"]))
        lots[lot.key] = OpenLot(id=drafted["id"], scheme_id=scheme["id"], fact=lot)
    manager.post("dps-admission", f"/schemes/{scheme['id']}/opening")
    for made in lots.values():
        commissioner.post("dps-admission", f"/lots/{made.id}/opening")
    return lots


def record_opening(founders: Founders, lot: OpenLot, member: Member) -> None:
    """A member since go-live: an opening balance, which a second manager confirms."""
    recorded = founders.manager.post(
        "dps-admission",
        f"/lots/{lot.id}/opening-memberships",
        {
            "provider_id": member.provider_id,
            "zone": member.fact.zone,
            "care_service_ids": [member.care_service_id],
            "source": "Award of December 2019, as reported to the Health Select Commission",
            "reason": "Opening balance at go-live: appointed by the award that began the arrangement.",
        },
    )
    founders.second_manager.post("dps-admission", f"/memberships/{recorded['id']}/confirmation")


def admission(founders: Founders, lot: OpenLot, member: Member, *, submitted_on: date, score: int = 4) -> Story:
    """From draft to admission, over about a week."""
    start = _at(submitted_on, 10)
    yield start
    part = apply(founders, lot, member)
    yield _later(start, 1)
    assign(founders, part)
    yield _later(start, 3)
    evaluate(founders, part, score=score)
    yield _later(start, 5)
    take_note(founders, part)
    founders.manager.post("dps-admission", f"/lot-applications/{part}/decision", {"outcome": "admit", "reason": _WHY})


def declarations(member: Member, *, admitted: datetime) -> Story:
    """What was declared on admission is declared again every year, some weeks before it would lapse."""
    at = admitted
    while True:
        at = working_morning(at + timedelta(days=340))
        yield at
        for membership in member.admin.get("dps-admission", "/memberships")["items"]:
            if membership["affirm_by"] is not None and membership["status"] in ("active", "suspended"):
                member.admin.post(
                    "dps-admission",
                    f"/memberships/{membership['id']}/affirmations",
                    {"declared_by": f"Administrator of {member.fact.name}", "is_true_and_complete": True},
                )


def apply(founders: Founders, lot: OpenLot, member: Member) -> str:
    """Draft and submit; the id of the lot application."""
    owner = member.admin
    started = owner.post("dps-admission", "/applications", {"scheme_id": lot.scheme_id})
    save_draft(owner, started, lot, member)
    submitted = owner.post(
        "dps-admission",
        f"/applications/{started['id']}/submission",
        {"declared_by": f"Administrator of {member.fact.name}", "is_true_and_complete": True},
    )
    return str(submitted["lot_applications"][0]["id"])


def save_draft(owner: Caller, started: Mapping[str, Any], lot: OpenLot, member: Member) -> None:
    question_set = owner.get("dps-admission", f"/lots/{lot.id}")["question_set_id"]
    content = owner.get("dps-admission", f"/question-sets/{question_set}")["content"]
    submitted = date.fromisoformat(started["started_at"][:10])
    choice = {"lot_id": lot.id, "zone": member.fact.zone, "care_service_ids": [member.care_service_id]}
    body = {"answers": answers_to(content, member, submitted), "choices": [choice]}
    headers = {"If-Match": f'"{started["version"]}"'}
    owner.put("dps-admission", f"/applications/{started['id']}/draft", body, **headers)


def assign(founders: Founders, part: str) -> None:
    """Two evaluators, who declare that they have no conflict of interest."""
    for evaluator in founders.evaluators:
        founders.commissioner.post(
            "dps-admission",
            f"/lot-applications/{part}/evaluators",
            {"person": evaluator.subject, "name": evaluator.known_as, "part": "evaluator"},
        )
        evaluator.post("dps-admission", f"/lot-applications/{part}/declaration", {"has_conflict": False})


def evaluate(founders: Founders, part: str, *, score: int) -> None:
    """Settle what the automatic checks could not, score alone, and make the report."""
    settle_checks(founders, part)
    for evaluator in founders.evaluators:
        criteria = evaluator.get("dps-admission", f"/lot-applications/{part}/evaluation")["criteria"]
        marks = {each["question"]: _mark(each, score) for each in criteria}
        evaluator.put("dps-admission", f"/lot-applications/{part}/scores", {"marks": marks})
        evaluator.post("dps-admission", f"/lot-applications/{part}/scores/completion")
    founders.commissioner.post("dps-admission", f"/lot-applications/{part}/report")


def take_note(founders: Founders, part: str) -> None:
    """Of what has changed at the provider while it was evaluated: nothing is decided before."""
    for each in founders.manager.get("dps-admission", f"/lot-applications/{part}/evaluation")["changed_since"]:
        if each["mark"]["status"] == "open":
            address = f"/changed-decisions/{each['mark']['id']}/acknowledgement"
            founders.manager.post("dps-admission", address, {"reason": "Known to us, and of no bearing on admission."})


def settle_checks(founders: Founders, part: str) -> None:
    for check in founders.commissioner.get("dps-admission", f"/lot-applications/{part}/checks")["items"]:
        if check["outcome"] in ("failed", "cannot_run") and check["finding"] is None:
            founders.commissioner.post(
                "dps-admission",
                f"/checks/{check['id']}/finding",
                {"finding": "pass", "reason": "Looked up by hand on the public register that day: in order."},
            )


def answers_to(content: Mapping[str, Any], member: Member, on: date) -> dict[str, Any]:
    """Complete answers to a question set: nothing excludes, everything passes."""
    given: dict[str, Any] = {}
    for question in _questions(content):
        needs = question.get("only_when")
        if needs and given.get(needs["question"]) not in needs["answers"]:
            continue
        answer = _answer(question, member, on)
        if answer is not None:
            given[question["id"]] = answer
    return given


def _questions(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for section in content["sections"]:
        yield from section["questions"]


def _answer(question: Mapping[str, Any], member: Member, on: date) -> Any:
    match question["kind"]:
        case "yes_no":
            return question["grading"]["kind"] == "pass_fail"
        case "choice":
            return question["options"][0]
        case "date":
            return on.replace(year=on.year + 1, day=1).isoformat()
        case "money":
            return "10000000.00"
        case "document":
            return None
        case _:
            limit = question.get("word_limit") or 60
            return " ".join(_WORDS.format(name=member.fact.name).split()[: max(4, limit - 5)])


_WORDS = (
    "At {name} (an invented provider) the registered manager answers for this. We plan it with the person and those "
    "close to them, write it down where staff use it, check it every month, learn from mistakes and keep records."
)


def _mark(criterion: Mapping[str, Any], score: int) -> dict[str, Any]:
    if criterion["method"] == "score":
        return {"score": max(score, criterion["minimum"]), "comment": "Sound, with examples from practice."}
    return {"finding": "pass", "comment": "Met; the document was seen."}


def _lot(lot: Lot, question_set: str) -> dict[str, Any]:
    return {
        "name": lot.name,
        "tier": lot.tier,
        "zones": list(lot.zones),
        "places": lot.places_per_zone,
        "service_type": lot.type,
        "client_groups": list(lot.client_groups),
        "regulated_activity": _REGULATED.get(lot.type),
        "question_set_id": question_set,
    }


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def _later(start: datetime, days: int) -> datetime:
    return working_morning(start + timedelta(days=days))
