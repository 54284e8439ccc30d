"""Two years of assessments: providers assess themselves, officers validate, ratings are published and acted upon."""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from demonstration.founding import Founders, Member
from demonstration.stories import Story, working_morning

_LEVELS = ("poor", "requires_improvement", "good", "excellent")

# The share of answers at each level, worst first, that makes a rating. Improvement is required in two domains only.
_MIXES: Mapping[str, Sequence[float]] = {
    "excellent": (0.0, 0.0, 0.2, 0.8),
    "good": (0.0, 0.04, 0.86, 0.1),
    "requires_improvement": (0.0, 0.8, 0.2, 0.0),
    "poor": (0.62, 0.33, 0.05, 0.0),
}
_WEAK_DOMAINS = ("1.", "4.")
_CLOSES_AFTER = timedelta(days=21)


def assessed(founders: Founders, member: Member, *, begins: datetime, looks: str, officer: int) -> Story:
    """One assessment from its schedule to its publication, and the remedial plan where the rating asks for one."""
    chance = random.Random(f"{member.fact.name} {begins:%Y-%m}")  # noqa: S311 - deterministic, not secret
    validator = founders.officers[officer % len(founders.officers)]
    yield begins
    body = {"care_service_id": member.care_service_id, "cause": "annual", "officer": validator.subject}
    scheduled = validator.post("assessment", "/assessments", body | {"officer_name": validator.known_as})
    address = f"/assessments/{scheduled['id']}"
    yield working_morning(begins + timedelta(days=9))
    _assess_oneself(member, address, chance, looks)
    yield working_morning(begins + timedelta(days=20))
    _validate(validator, address, chance, looks, begins)
    yield working_morning(begins + timedelta(days=21) + _CLOSES_AFTER)
    published = validator.post("assessment", f"{address}/publication")
    if published["rating"] in ("requires_improvement", "poor"):
        yield from _remedied(founders, member, scheduled["id"], validator, working_morning(begins + timedelta(days=45)))


def imported(founders: Founders, member: Member, *, at: datetime, looks: str) -> Story:
    """A rating of the year before Assay, brought in from the council's spreadsheet: it cannot be recomputed."""
    yield at
    founders.manager.post(
        "assessment",
        "/imported-ratings",
        {
            "care_service_id": member.care_service_id,
            "rating": looks,
            "published_on": at.date().isoformat(),
            "source": "The council's spreadsheet of ratings (invented)",
        },
    )


def _assess_oneself(member: Member, address: str, chance: random.Random, looks: str) -> None:
    member.admin.post("assessment", f"{address}/self-assessment")
    items = member.admin.get("assessment", f"{address}/answers")["items"]
    answers = [
        {
            "question": item["question"],
            "rating": _a_little_kinder(_draw(chance, looks, item["question"]), chance),
            "narrative": f"{member.fact.name}: how we do this, who answers for it, and an example from this year.",
        }
        for item in items
    ]
    member.admin.put("assessment", f"{address}/answers", {"answers": answers})
    member.admin.post(
        "assessment",
        f"{address}/submission",
        {"name": f"Manager of {member.fact.name}", "position": "Registered manager", "is_true_and_complete": True},
    )


def _validate(validator: Any, address: str, chance: random.Random, looks: str, begins: datetime) -> None:
    validator.post("assessment", f"{address}/validation", {})
    visited = working_morning(begins + timedelta(days=16)).date().isoformat()
    visit = {"visited_on": visited, "announced": chance.random() < 0.6, "roles_met": ["Registered manager", "Carers"]}
    validator.post("assessment", f"{address}/visits", visit)
    items = validator.get("assessment", f"{address}/validated-answers")["items"]
    findings = [_finding(item, _draw(chance, looks, item["question"])) for item in items]
    validator.put("assessment", f"{address}/validated-answers", {"findings": findings})
    validator.post("assessment", f"{address}/draft")


def _finding(item: Mapping[str, Any], found: str) -> dict[str, Any]:
    kinds = ["documents", "observation", "people"]
    if item["own_rating"] == found or (item["own_rating"] in ("good", "excellent") and found in ("good", "excellent")):
        agreed = {"question": item["question"], "agrees": True, "evidence_kinds": kinds}
        is_wanting = item["own_rating"] in ("requires_improvement", "poor")
        return agreed | ({"reason": "The visit and the records bear the provider out."} if is_wanting else {})
    reason = "What was seen on the visit and in the records does not bear out the provider's own rating."
    return {
        "question": item["question"],
        "agrees": False,
        "rating": found,
        "reason": reason,
        "evidence_kinds": kinds,
    }


def _remedied(founders: Founders, member: Member, assessment_id: str, officer: Any, start: datetime) -> Story:
    """A plan with an action for each issue, approved, done and verified within about three months."""
    yield start
    plans = officer.get("assessment", "/remedial-plans", limit=200)["items"]
    plan = next(each for each in plans if each["assessment_id"] == assessment_id)
    address = f"/remedial-plans/{plan['id']}"
    issues = member.admin.get("assessment", address)["issues"]
    for issue in issues:
        member.admin.post(
            "assessment",
            f"{address}/issues/{issue['id']}/actions",
            {
                "description": "Put right what was found, train staff, and check it every week.",
                "owner": f"Manager of {member.fact.name}",
                "due_on": (start + timedelta(days=70)).date().isoformat(),
                "measure": "Four weekly checks in a row without a fault.",
            },
        )
    member.admin.post("assessment", f"{address}/submission")
    yield working_morning(start + timedelta(days=14))
    officer.post("assessment", f"{address}/approval")
    yield working_morning(start + timedelta(days=60))
    for issue in member.admin.get("assessment", address)["issues"]:
        for action in issue["actions"]:
            progress = {"progress": "done", "note": "Done; the weekly checks are attached to the file."}
            member.admin.post("assessment", f"{address}/actions/{action['id']}/progress", progress)
        verified = {"outcome": "completely_remedied", "reason": "Checked on site: the weekly checks bear it out."}
        officer.post("assessment", f"{address}/issues/{issue['id']}/verification", verified)
    officer.post("assessment", f"{address}/closure")


def _draw(chance: random.Random, looks: str, question: str) -> str:
    is_sound = looks == "requires_improvement" and not question.startswith(_WEAK_DOMAINS)
    return chance.choices(_LEVELS, weights=_MIXES["good" if is_sound else looks])[0]


def _a_little_kinder(rating: str, chance: random.Random) -> str:
    """People rate themselves a little better than others do."""
    better = _LEVELS[min(_LEVELS.index(rating) + 1, len(_LEVELS) - 1)]
    return better if chance.random() < 0.15 else rating
