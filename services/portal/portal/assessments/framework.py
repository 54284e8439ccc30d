"""A framework's standards with the questions that one assessment asks, and when it opens. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portal.upstream import Refused


@dataclass(frozen=True)
class Standard:
    code: str
    name: str
    domain: str
    asked: int
    answered: int
    validated: int
    answers: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    findings: Sequence[Mapping[str, Any]] = field(default_factory=tuple)


def has_opened(assessment: Mapping[str, Any], today: date | None) -> bool:
    """Whether its self-assessment can begin; while nobody knows the day, it is taken to be open."""
    return today is None or date.fromisoformat(assessment["opens_on"]) <= today


def standards_of(
    framework: Mapping[str, Any], *, answers: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> list[Standard]:
    """In the framework's order; a standard of which nothing is asked is left out."""
    listed = [
        _standard(domain["name"], standard, answers, findings)
        for domain in framework["domains"]
        for standard in domain["standards"]
    ]
    return [each for each in listed if each.asked]


def find_standard(standards: Sequence[Standard], code: str) -> tuple[Standard, Standard | None]:
    """The standard of that code and the one after it."""
    for number, each in enumerate(standards):
        if each.code == code:
            return each, standards[number + 1] if number + 1 < len(standards) else None
    raise Refused(404, {"detail": "No such standard."})


def _standard(
    domain: str,
    standard: Mapping[str, Any],
    answers: Sequence[Mapping[str, Any]],
    findings: Sequence[Mapping[str, Any]],
) -> Standard:
    codes = {question["code"] for question in standard["questions"]}
    own = [answer for answer in answers if answer["question"] in codes]
    found = [finding for finding in findings if finding["question"] in codes]
    return Standard(
        code=standard["code"],
        name=standard["name"],
        domain=domain,
        asked=len(own) or len(found),
        answered=sum(1 for answer in own if answer["rating"]),
        validated=sum(1 for finding in found if finding["version"]),
        answers=own,
        findings=found,
    )
