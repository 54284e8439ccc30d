"""The letters of an intervention: what the provider was told, and that it has ended. No officer's reason is in them."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from pydantic import BaseModel, JsonValue

from assay_contracts.directory.copies import Copies
from assay_kit.calendar import london_day
from assay_kit.documents import pdf
from risk.interventions.errors import NoLetterYet
from risk.interventions.repository import Interventions
from risk.interventions.rules import Extent, Kind, Outcome, Status
from risk.tables import Intervention

_TEMPLATE = Path(__file__).parent / "templates" / "intervention-letter.typ"
_ENDED: Mapping[Status, str] = {
    Status.MET: "met",
    Status.ESCALATED: "taken further",
    Status.WITHDRAWN: "withdrawn",
    Status.LIFTED: "lifted",
}


class Council(BaseModel):
    """Who signs: the council's settings, as far as they are set."""

    name: str
    team: str
    postal_address: str | None = None
    contact_email: str | None = None
    contact_phone: str | None = None


class LetterCondition(BaseModel):
    wording: str
    due_on: date | None
    outcome: Outcome


class Ending(BaseModel):
    ended_on: date
    how: str


class Letter(BaseModel):
    council: Council
    provider_name: str
    care_service_name: str | None
    reference: str
    subject: str
    dated: date
    extent: Extent | None
    limit_text: str | None
    notice_text: str
    response_due_on: date | None
    review_on: date
    conditions: list[LetterCondition]
    ending: Ending | None


def notice_pdf(
    interventions: Interventions, row: Intervention, copies: Copies, settings: Mapping[str, JsonValue]
) -> bytes:
    """The letter of its issue, dated as it was issued."""
    if row.issued_at is None:
        raise NoLetterYet(f"{row.reference} has not been issued.")
    return _made(_letter(interventions, row, copies, settings, dated=row.issued_at), now=row.issued_at)


def ending_pdf(
    interventions: Interventions, row: Intervention, copies: Copies, settings: Mapping[str, JsonValue]
) -> bytes:
    if row.issued_at is None or row.ended_at is None:
        raise NoLetterYet(f"{row.reference} has not ended.")
    letter = _letter(interventions, row, copies, settings, dated=row.ended_at)
    ending = Ending(ended_on=london_day(row.ended_at), how=_ENDED[Status(row.status)])
    return _made(letter.model_copy(update={"ending": ending, "subject": f"{letter.subject}: ended"}), now=row.ended_at)


def _made(letter: Letter, *, now: datetime) -> bytes:
    return pdf(_TEMPLATE, {"letter": letter}, now=now)


def _letter(
    interventions: Interventions,
    row: Intervention,
    copies: Copies,
    settings: Mapping[str, JsonValue],
    *,
    dated: datetime,
) -> Letter:
    provider = copies.provider(row.provider_id)
    service = copies.care_service(row.care_service_id) if row.care_service_id else None
    reviews = interventions.reviews(row.id)
    return Letter(
        council=_council(settings),
        provider_name=provider.name if provider else "The provider",
        care_service_name=service.name if service else None,
        reference=row.reference,
        subject=Kind(row.kind).replace("_", " ").capitalize(),
        dated=london_day(dated),
        extent=Extent(row.extent) if row.extent else None,
        limit_text=row.limit_text,
        notice_text=row.notice_text or "",
        response_due_on=row.response_due_on,
        review_on=reviews[-1].was_due_on if reviews else row.review_on,
        conditions=[
            LetterCondition(wording=each.wording, due_on=each.due_on, outcome=Outcome(each.outcome))
            for each in interventions.conditions(row.id)
        ],
        ending=None,
    )


def _council(settings: Mapping[str, JsonValue]) -> Council:
    said = {name: settings.get(f"council.{name}") for name in Council.model_fields}
    usual = {"name": "The council", "team": "Strategic commissioning"}
    return Council.model_validate(usual | {name: value for name, value in said.items() if value is not None})
