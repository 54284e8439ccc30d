"""The letter that a decision goes out with: the same words as PDF and as a page, from what was recorded then."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, assert_never
from uuid import UUID

from pydantic import BaseModel
from sqlmodel import Session

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.documents import html, pdf
from assay_kit.identity import Principal
from dps_admission.applications.repository import Applications
from dps_admission.schemes.profiles import AppliedFor, ProfileContent
from dps_admission.schemes.repository import Schemes
from dps_admission.tables import Decision, Lot, LotApplication, Representations

from .errors import DecisionNotFound
from .repository import Evaluations
from .rules import TOTAL, DecisionKind

_TEMPLATES = Path(__file__).parent / "templates"
_TITLES = {
    DecisionKind.ADMIT: "You are admitted",
    DecisionKind.MINDED_TO_REFUSE: "We are minded to refuse your application",
    DecisionKind.REFUSE: "Your application is refused",
    DecisionKind.RECONSIDER: "Your application is evaluated again",
    DecisionKind.SET_ASIDE: "The decision on your application is set aside",
}


class LetterCriterion(BaseModel):
    """One criterion that the decision turns on, in words."""

    name: str
    score: str | None
    threshold: str | None
    reason: str
    evidence: str | None
    what_would_change: str | None


class Letter(BaseModel):
    title: str
    reference: str
    day: str
    provider: str
    scheme: str
    lot: str
    zone: str | None
    procedure: str
    decided_by: str
    reason: str
    criteria: list[LetterCriterion]
    paragraphs: list[str]


def as_page(letter: Letter) -> str:
    return html(_TEMPLATES / "decision-letter.html", {"letter": letter})


def as_pdf(letter: Letter, *, now: datetime) -> bytes:
    return pdf(_TEMPLATES / "decision-letter.typ", {"letter": letter}, now=now)


def letter_for(session: Session, decision_id: UUID, *, by: Principal) -> tuple[Letter, Decision]:
    """The provider reads the letters on its own applications, the council all of them.

    What the provider is not told of goes out with no letter.
    """
    decision = session.get(Decision, decision_id)
    part = session.get(LotApplication, decision.lot_application_id) if decision else None
    if decision is None or part is None or not by.sees(part.provider_id):
        raise DecisionNotFound(decision_id)
    if decision_id not in {one.id for one in Evaluations(session, part).told()}:
        raise DecisionNotFound(decision_id)
    schemes = Schemes(session)
    lot = schemes.lot(part.lot_id)
    scheme = schemes.get(lot.scheme_id)
    profile, kind = schemes.profile_of(scheme), DecisionKind(decision.kind)
    provider = Copies(session).provider(part.provider_id)
    letter = Letter(
        title=_TITLES[kind],
        reference=Applications(session).get(part.application_id).reference,
        day=_said(london_day(decision.at)),
        provider=provider.name if provider else str(part.provider_id),
        scheme=scheme.name,
        lot=lot.name,
        zone=part.zone,
        procedure=profile.title,
        decided_by=decision.by_name,
        reason=decision.reason,
        criteria=[_criterion(one, lot) for one in decision.criteria],
        paragraphs=_paragraphs(kind, lot, profile, window=_window(session, part, decision)),
    )
    return letter, decision


def _window(session: Session, part: LotApplication, decision: Decision) -> Representations | None:
    """The time for representations that the decision opened, or the last that had been opened before it."""
    before = [one for one in Evaluations(session, part).representations() if one.opened_at <= decision.at]
    own = next((one for one in before if one.decision_id == decision.id), None)
    return own or (before[-1] if before else None)


def _criterion(stored: dict[str, Any], lot: Lot) -> LetterCriterion:
    is_quality = stored["criterion"] == TOTAL
    score, threshold = stored.get("score"), stored.get("threshold")
    if is_quality:
        threshold = f"{_plain(lot.quality_threshold)} per cent"
        score = "Nothing was scored" if score is None else f"{score} per cent"
    return LetterCriterion(
        name="Quality in all" if is_quality else stored.get("text") or _named(stored["criterion"]),
        score=None if score is None else str(score),
        threshold=None if threshold is None or score is None else str(threshold),
        reason=stored["reason"],
        evidence=stored.get("evidence"),
        what_would_change=stored.get("what_would_change"),
    )


def _named(criterion: str) -> str:
    kind, _, name = criterion.rpartition(":")
    words = name.replace("_", " ")
    return f"Check: {words}" if kind == "check" else words.capitalize()


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _paragraphs(kind: DecisionKind, lot: Lot, profile: ProfileContent, *, window: Representations | None) -> list[str]:
    match kind:
        case DecisionKind.ADMIT:
            return [_what_admission_means(lot)]
        case DecisionKind.MINDED_TO_REFUSE:
            return _how_to_answer(window)
        case DecisionKind.REFUSE:
            return [_what_was_said(window), _how_to_apply_again(profile)]
        case DecisionKind.RECONSIDER:
            return ["Your application is evaluated again, with what you have told us. You will hear from us."]
        case DecisionKind.SET_ASIDE:
            says = "The application is evaluated again. A membership that the decision made is suspended until then."
            return [says]
        case _:
            assert_never(kind)


def _what_admission_means(lot: Lot) -> str:
    if lot.places is None:
        return (
            "You are a member from the day of this letter. While an embargo on new placements is in force on all the "
            "services that deliver it, the membership is suspended, and we write to you about it."
        )
    return (
        "The lot has a limited number of places. When all applications of the round are decided, places are offered "
        "in the published order: quality, then the earlier submission. Until then you wait."
    )


def _how_to_answer(window: Representations | None) -> list[str]:
    if window is None:
        return []
    says = [f"You may answer, and send documents, until the end of {_said(london_day(window.closes_at))}."]
    if window.is_shortened:
        says.append("The time is shorter than usual because the period in which we have to decide ends.")
    return [*says, "Nothing is decided before you have answered or that time has passed. Silence is recorded."]


def _what_was_said(window: Representations | None) -> str:
    if window is None or window.made_at is None:
        return "You made no representations in the time that you were given."
    return f"We considered the representations that you made on {_said(london_day(window.made_at))}."


def _how_to_apply_again(profile: ProfileContent) -> str:
    when = "at any time" if profile.applications.value == AppliedFor.ANY_TIME else "whenever the notice allows it"
    return f"You may apply again {when}; your answers are kept, so that you begin from them."


def _said(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
