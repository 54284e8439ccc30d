"""What the CQC register says of a location, read out of its answer. Pure: the client that fetches it is `client.py`.

Depends on overall ratings only: CQC is replacing its framework. Key questions are read by name, never by position.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from risk.indicators.facts import CqcRating, CqcReading

RATINGS = {
    "outstanding": "outstanding",
    "good": "good",
    "requires improvement": "requires_improvement",
    "inadequate": "inadequate",
}
KEY_QUESTIONS = ("Safe", "Effective", "Caring", "Responsive", "Well-led")
REGISTERED_MANAGER = "registered manager"


def parse_location(location: dict[str, Any]) -> CqcReading:
    """A reading of `GET /locations/{id}`. "Deregistered" must be said: an absence proves nothing."""
    return CqcReading(
        is_registered=str(location.get("registrationStatus", "")).lower() != "deregistered",
        ratings=tuple(_ratings(location)),
        successors=tuple(_successors(location)),
        manager_absent_since=day(location.get("registeredManagerAbsentDate")),
        names_manager=_names_manager(location),
    )


def parse_rating(said: object) -> str | None:
    """One of the four ratings, compared without case; None for "Not yet scored", "" and the like."""
    return RATINGS.get(str(said or "").strip().lower())


def parse_key_questions(questions: list[dict[str, Any]]) -> dict[str, str]:
    """The ratings of the key questions by name; a question that is not rated is left out."""
    by_name = {str(each.get("name", "")).lower(): parse_rating(each.get("rating")) for each in questions}
    return {name: rated for name in KEY_QUESTIONS if (rated := by_name.get(name.lower()))}


def _ratings(location: dict[str, Any]) -> Iterator[CqcRating]:
    """From both places where overall ratings are published."""
    overall = (location.get("currentRatings") or {}).get("overall") or {}
    if rated := parse_rating(overall.get("rating")):
        inherited = bool(overall.get("organisationId"))
        yield CqcRating(rating=rated, rated_on=day(overall.get("reportDate")), is_inherited=inherited)
    for assessment in location.get("assessment") or []:
        for group in (assessment.get("ratings") or {}).get("asgRatings") or []:
            rated = parse_rating(group.get("rating"))
            if rated and str(group.get("status", "")).lower() == "current":
                yield CqcRating(
                    rating=rated,
                    rated_on=day(group.get("assessmentDate")),
                    group=str(group.get("name") or "unnamed service group"),
                    is_inherited=bool(group.get("organisationId")),
                )


def _successors(location: dict[str, Any]) -> Iterator[str]:
    for relation in location.get("relationships") or []:
        if "successor" in str(relation.get("type", "")).lower() and relation.get("relatedLocationId"):
            yield str(relation["relatedLocationId"])


def _names_manager(location: dict[str, Any]) -> bool | None:
    """Whether any regulated activity names a registered manager; None where no activity is listed at all."""
    activities = location.get("regulatedActivities") or []
    if not activities:
        return None
    return any(
        str(role).lower() == REGISTERED_MANAGER
        for activity in activities
        for contact in activity.get("contacts") or []
        for role in contact.get("personRoles") or []
    )


def day(said: object) -> date | None:
    """The day at the start of an ISO date or time; None where there is none."""
    try:
        return date.fromisoformat(str(said or "")[:10])
    except ValueError:
        return None
