"""What the services' words are called on a page, and how days and numbers are written. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

WORDS: dict[str, str] = {
    # bands and levels
    "not_enough_information": "Not enough information",
    "no_data": "No data",
    "not_applicable": "Not applicable",
    # kinds of service
    "home_care": "Home care",
    "supported_living": "Supported living",
    "residential_care": "Residential care home",
    "nursing_care": "Nursing home",
    "extra_care": "Extra care",
    "day_opportunities": "Day opportunities",
    "community_support": "Community support",
    "unpaid_carers": "Unpaid carers",
    "pause_at_providers_request": "Pause at the provider's own request",
    "cqc_registration": "CQC registration",
    "cqc_register": "CQC register",
    # memberships
    "lapsed_declaration": "The declaration was not renewed in time",
    "late_document": "A document was not given in time",
    "council_decision": "Decision of the council",
    # applications
    "minded_to_refuse": "Minded to refuse",
    "admit": "Admitted",
    "refuse": "Refused",
    "reconsider": "To be evaluated again",
    "set_aside": "Decision set aside",
    # assessments
    "self_assessing": "Self-assessment in progress",
    "draft_issued": "Draft report issued",
    "senior_review": "Senior review",
    "requires_improvement": "Requires improvement",
    # interventions
    "enhanced_monitoring": "Enhanced monitoring",
    "improvement_plan": "Improvement plan",
    "embargo": "Embargo on new placements",
    "settle_condition": "Condition settled",
    "make_representations": "Answered by the provider",
    "read_representation": "Answer of the provider read",
    "default_notice": "Default notice",
    "special_measures_improvement_plan": "Special measures improvement plan",
    "termination_of_support_plans": "Termination of support plans",
    "termination_of_contract": "Termination of contract",
}

# Indicators are called as in the council's papers.
INDICATORS: dict[str, str] = {
    "quality_assessment": "Quality assessment",
    "cqc_rating": "CQC rating",
    "food_hygiene": "Food hygiene rating",
    "safeguarding_decisions": "Safeguarding decisions",
    "embargo": "Embargo on new placements",
    "default_notice": "Contract default notice",
    "unexpected_deaths": "Unexpected deaths",
    "contracting_concerns": "Substantiated contracting concerns",
    "company_status": "Company in administration",
    "manager_vacancy": "Registered manager vacancy",
}

CARE_SERVICE_TYPES = (
    "home_care",
    "supported_living",
    "residential_care",
    "nursing_care",
    "extra_care",
    "day_opportunities",
    "community_support",
)
CLIENT_GROUPS = (
    "older_people",
    "learning_disability",
    "autism",
    "mental_health",
    "physical_disability",
    "sensory",
    "unpaid_carers",
)
LEGAL_FORMS = (
    "company",
    "limited_liability_partnership",
    "community_interest_company",
    "charitable_incorporated_organisation",
    "charitable_trust",
    "registered_society",
    "partnership",
    "sole_trader",
    "public_body",
)
ANSWER_RATINGS = ("excellent", "good", "requires_improvement", "poor", "not_applicable")
EVIDENCE_SUBJECTS = (
    "employers_liability_insurance",
    "public_liability_insurance",
    "professional_indemnity_insurance",
    "cqc_registration",
    "data_protection_registration",
    "safeguarding_policy",
    "business_continuity_plan",
    "training_records",
    "other",
)
EVIDENCE_KINDS = ("documents", "observation", "staff", "people", "records")
INTERVENTION_KINDS = (
    "enhanced_monitoring",
    "improvement_plan",
    "embargo",
    "default_notice",
    "special_measures_improvement_plan",
    "termination_of_support_plans",
    "termination_of_contract",
)
BANDS = ("red", "amber", "green", "not_enough_information")

# What a page says after a form was accepted; the address names it, so that a reload says the same and nothing else can.
NOTICES: dict[str, str] = {
    "signed-out": "You have signed out.",
    "password-set": "Your password has been set. Sign in with it.",
    "reset-asked": "If there is an account with that address, a link is on its way.",
    "saved": "Your changes have been saved.",
    "registered": "Your organisation has been registered. Sign in to carry on.",
    "invited": "The invitation has been sent.",
    "place-accepted": "You have accepted the place.",
    "place-declined": "You have declined the place.",
    "document-added": "The document has been added.",
    "document-renewed": "The new edition of the document has been added.",
    "affirmed": "Your declaration has been sent.",
    "put-forward": "What you put forward has been sent. The council verifies it.",
    "tender-sent": "Your answer to the invitation has been sent. You can send another until the end of the last day.",
    "placement-answered": "Your answer has been sent.",
    "answer-read": "It has been recorded that the answer was read.",
    "reviewed": "The review has been recorded and the provider is told.",
    "service-added": "The service has been added.",
    "application-begun": "Your application has been started. Nothing is sent until you submit it.",
    "submitted": "Your application has been submitted. Its answers can no longer change.",
    "answered": "Your answer has been sent.",
    "withdrawn": "It has been withdrawn.",
    "taken-on": "You have taken it on.",
    "assigned": "The person has been assigned.",
    "asked": "Your question has been sent to the provider.",
    "prolonged": "The time for deciding has been prolonged.",
    "declared": "Your declaration has been recorded.",
    "report-made": "The evaluation report has been made.",
    "scored": "Your scores have been recorded.",
    "noted": "It has been recorded that you took note of the change.",
    "decided": "The decision has been recorded and the provider is told.",
    "self-assessment-submitted": "Your self-assessment has been signed and submitted.",
    "validation-started": "Validation has started.",
    "validated": "Your validation of this standard has been saved.",
    "self-assessment-begun": "The self-assessment has begun. Answers are saved as you go.",
    "cancelled": "The assessment has been called off.",
    "visit-recorded": "The visit has been recorded.",
    "accuracy-confirmed": "You have confirmed that there is nothing to correct.",
    "comment-decided": "The decision on the comment has been saved.",
    "disputed": "You have disputed the draft report.",
    "review-begun": "You have taken the review on.",
    "review-handed-over": "The review has been handed over.",
    "correction-proposed": "The correction is proposed. Somebody who did not validate decides.",
    "correction-decided": "Your decision on the correction is saved.",
    "withdrawal-proposed": "The withdrawal is proposed. Another person approves it, or not.",
    "withdrawal-refused": "The rating stays as it is.",
    "rating-withdrawn": "The rating is withdrawn.",
    "draft-issued": "The draft report has been issued to the provider.",
    "comments-sent": "Your comments on the draft report have been sent.",
    "published": "The rating has been published.",
    "proposed": "The intervention has been proposed. Another person must now authorise it.",
    "authorised": "The intervention has been authorised.",
    "issued": "The intervention has been issued and the provider is told.",
    "lifted": "The intervention has been lifted.",
    "confirmed": "The urgent embargo has been confirmed.",
    "met": "It has been recorded that the intervention was met.",
    "escalated": "The intervention has been escalated.",
    "rejected": "It has been rejected.",
    "intelligence-recorded": "The intelligence has been recorded and the band worked out again.",
    "advanced": "The clock has been moved forward and everything that fell due has been done.",
    "scheduled": "The assessment has been scheduled.",
}


def words(value: Any) -> str:
    """A value of the services' closed sets as people say it."""
    if value is None or value == "":
        return "Not known"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    text = str(value)
    return WORDS.get(text) or (text[:1].upper() + text[1:]).replace("_", " ")


def indicator(value: str) -> str:
    return INDICATORS.get(value) or words(value)


def criterion(said: Mapping[str, Any]) -> str:
    """What a decision turns on, as it was asked; never its code."""
    kind, _, name = str(said.get("criterion") or "").rpartition(":")
    if kind == "total":
        return "Quality in all"
    return str(said.get("text") or (f"Check: {words(name).lower()}" if kind == "check" else words(name)))


def options(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Values of a closed set with their words, for radios, lists and boxes."""
    return tuple((value, words(value)) for value in values)


def day(value: Any) -> str:
    """2 March 2026: a day as it is, an instant as its day in London."""
    found = _instant_or_day(value)
    if found is None:
        return "Not set"
    if isinstance(found, datetime):
        found = found.astimezone(LONDON).date()
    return f"{found.day} {found:%B %Y}"


def month(value: Any) -> str:
    """March 2026."""
    found = _instant_or_day(value)
    return f"{found:%B %Y}" if found else "Not set"


def moment(value: Any) -> str:
    """2 March 2026 at 3:04pm, London time."""
    found = _instant_or_day(value)
    if not isinstance(found, datetime):
        return day(value)
    there = found.astimezone(LONDON)
    hour = there.hour % 12 or 12
    return f"{there.day} {there:%B %Y} at {hour}:{there:%M}{'am' if there.hour < 12 else 'pm'}"


def number(value: Any) -> str:
    """12,345: whole numbers with commas, everything else as the service wrote it."""
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _instant_or_day(value: Any) -> date | datetime | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) < 10:
        return None
    if len(value) == 10:
        return date.fromisoformat(value)
    found = datetime.fromisoformat(value)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
