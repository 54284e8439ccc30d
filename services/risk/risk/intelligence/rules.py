"""What may be recorded about a service, and who may read it. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from risk.indicators.facts import Feed


class Kind(StrEnum):
    SAFEGUARDING_DECISION = "safeguarding_decision"
    UNEXPECTED_DEATH = "unexpected_death"
    CONTRACTING_CONCERN = "contracting_concern"
    MANAGER_VACANCY = "manager_vacancy"
    PAUSE_AT_PROVIDERS_REQUEST = "pause_at_providers_request"
    COMPLAINT = "complaint"
    WHISTLEBLOWING = "whistleblowing"
    OTHER = "other"


FEEDS = {
    Kind.SAFEGUARDING_DECISION: Feed.SAFEGUARDING_DECISIONS,
    Kind.UNEXPECTED_DEATH: Feed.UNEXPECTED_DEATHS,
    Kind.CONTRACTING_CONCERN: Feed.CONTRACTING_CONCERNS,
}
"""What machines send, and the flow that it is part of."""

# What may be said of a provider as a whole; it then stands for each of its services.
PROVIDER_WIDE = frozenset({Kind.CONTRACTING_CONCERN, Kind.COMPLAINT, Kind.WHISTLEBLOWING, Kind.OTHER})


# What somebody says is wrong: it is open until a named person finds it substantiated or not.
CONCERNS = frozenset({Kind.CONTRACTING_CONCERN, Kind.COMPLAINT, Kind.WHISTLEBLOWING})


class ConcernOutcome(StrEnum):
    """What became of a concern."""

    OPEN = "open"
    SUBSTANTIATED = "substantiated"
    UNSUBSTANTIATED = "unsubstantiated"


class Stage(StrEnum):
    """How far a safeguarding enquiry has come (Care Act 2014, section 42)."""

    CONCERN = "concern"
    DECISION = "decision"
    ENQUIRY = "enquiry"
    CLOSED = "closed"


class RiskSource(StrEnum):
    SERVICE = "service"
    OTHER = "other"


class RiskType(StrEnum):
    """The types of abuse and neglect of the Care Act guidance (14.17)."""

    PHYSICAL = "physical"
    DOMESTIC = "domestic"
    SEXUAL = "sexual"
    PSYCHOLOGICAL = "psychological"
    FINANCIAL_OR_MATERIAL = "financial_or_material"
    MODERN_SLAVERY = "modern_slavery"
    DISCRIMINATORY = "discriminatory"
    ORGANISATIONAL = "organisational"
    NEGLECT = "neglect"
    SELF_NEGLECT = "self_neglect"


class Bar(StrEnum):
    """A ground on which an entry is refused."""

    NAME_A_SERVICE = "This kind is about one service: name it"
    NOT_YET_HAPPENED = "It cannot have happened after today"
    ENDED_BEFORE_IT_BEGAN = "It cannot have ended before it began"
    ONLY_A_VACANCY_ENDS = "Only a manager vacancy has an end"
    NEEDS_AN_ENQUIRY = "A safeguarding decision needs its enquiry reference and details"
    ONLY_A_DECISION_HAS_AN_ENQUIRY = "Only a safeguarding decision has an enquiry reference and details"
    ALREADY_CORRECTED = "This entry has been corrected already: correct the one that stands"
    NAME_ONE_PLACE = "Name the place once: by its CQC location or by its service"
    ANOTHER_SUBJECT = "A correction is about the same kind, service and provider"
    NO_CONCERN = "Only a concern, a complaint or whistleblowing has an outcome"
    SAME_OUTCOME = "That is its outcome already"


@dataclass(frozen=True, kw_only=True)
class Draft:
    kind: Kind
    has_service: bool
    event_on: date
    ended_on: date | None
    has_enquiry: bool


def bars_to_recording(draft: Draft, *, today: date) -> list[Bar]:
    """Every bar that applies, so that the officer hears them all at once."""
    is_decision = draft.kind is Kind.SAFEGUARDING_DECISION
    found = {
        Bar.NAME_A_SERVICE: not draft.has_service and draft.kind not in PROVIDER_WIDE,
        Bar.NOT_YET_HAPPENED: draft.event_on > today or (draft.ended_on or draft.event_on) > today,
        Bar.ENDED_BEFORE_IT_BEGAN: draft.ended_on is not None and draft.ended_on < draft.event_on,
        Bar.ONLY_A_VACANCY_ENDS: draft.ended_on is not None and draft.kind is not Kind.MANAGER_VACANCY,
        Bar.NEEDS_AN_ENQUIRY: is_decision and not draft.has_enquiry,
        Bar.ONLY_A_DECISION_HAS_AN_ENQUIRY: draft.has_enquiry and not is_decision,
    }
    return [bar for bar, applies in found.items() if applies]


def bars_to_settling(
    kind: Kind, outcome: ConcernOutcome | None, wanted: ConcernOutcome, *, is_standing: bool
) -> list[Bar]:
    """Every bar to recording what became of an entry whose outcome is `outcome`."""
    found = {
        Bar.NO_CONCERN: kind not in CONCERNS,
        Bar.ALREADY_CORRECTED: not is_standing,
        Bar.SAME_OUTCOME: outcome is wanted,
    }
    return [bar for bar, applies in found.items() if applies]


def bars_to_taking_in(*, event_on: date, has_location: bool, has_service: bool, today: date) -> list[Bar]:
    """Every bar that applies to what a machine sends."""
    found = {Bar.NOT_YET_HAPPENED: event_on > today, Bar.NAME_ONE_PLACE: has_location == has_service}
    return [bar for bar, applies in found.items() if applies]


class IntakeStatus(StrEnum):
    WAITING = "waiting"
    PLACED = "placed"
    DISMISSED = "dismissed"


class IntakeStep(StrEnum):
    PLACE = "place"
    DISMISS = "dismiss"
