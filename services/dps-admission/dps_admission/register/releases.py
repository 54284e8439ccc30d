"""Makes the releases of a DPS from its history: its opening, changes of its validity, each admission, each end. Pure.

Only what is public goes in: who was a member from when to when. That one is suspended, or why one ended, does not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from assay_kit.calendar import end_of_london_day, start_of_london_day
from dps_admission.schemes.profiles import Regime

from .ocds import (
    Award,
    DynamicPurchasingSystem,
    FrameworkAgreement,
    Identifier,
    LegalBasis,
    OcdsLot,
    Organization,
    Period,
    Record,
    Reference,
    Release,
    SubmissionTerms,
    Tag,
    Techniques,
    Tender,
)

_FRAMEWORKS = frozenset({Regime.PA2023_LIGHT_TOUCH_FRAMEWORK})
_ACT_OF_2023 = LegalBasis(scheme="UKPGA", id="2023/54", uri="https://www.legislation.gov.uk/ukpga/2023/54")
_REGULATIONS_OF_2015 = LegalBasis(scheme="GB-UKSI", id="2015/102", uri="https://www.legislation.gov.uk/uksi/2015/102")
_LEGAL_BASES: Mapping[Regime, LegalBasis] = {
    Regime.PCR2015_REG34: _REGULATIONS_OF_2015,
    Regime.PCR2015_LIGHT_TOUCH: _REGULATIONS_OF_2015,
    Regime.PA2023_DYNAMIC_MARKET: _ACT_OF_2023,
    Regime.PA2023_LIGHT_TOUCH_FRAMEWORK: _ACT_OF_2023,
}


class Happening(StrEnum):
    OPENED = "opened"
    CHANGED = "changed"
    CLOSED = "closed"
    LOT_OPENED = "lot_opened"
    LOT_CLOSED = "lot_closed"
    ADMITTED = "admitted"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Buyer:
    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Publication:
    """Who publishes, and under which prefix that is registered for it."""

    prefix: str
    buyer: Buyer


@dataclass(frozen=True, kw_only=True)
class PublicLot:
    id: UUID
    name: str
    service_type: str
    opened_at: datetime
    closed_at: datetime | None = None

    def was_open(self, at: datetime) -> bool:
        return self.closed_at is None or at < self.closed_at


@dataclass(frozen=True, kw_only=True)
class PublicScheme:
    id: UUID
    name: str
    regime: Regime
    method: str
    valid_from: date | None
    offers_in_turn: bool
    is_open_framework: bool
    """As its notice said; nobody infers it from the regime."""
    lots: Sequence[PublicLot]


@dataclass(frozen=True, kw_only=True)
class PublicProvider:
    id: UUID
    name: str
    company_number: str | None = None
    charity_number: str | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened, in the order of the timeline. `valid_until` as it was from then on."""

    what: Happening
    at: datetime
    number: int
    """Tells several of one instant apart: a release's id never changes."""
    valid_until: date | None = None
    membership: UUID | None = None
    lot: UUID | None = None
    zone: str | None = None
    provider: PublicProvider | None = None


def ocid_of(prefix: str, scheme_id: UUID) -> str:
    return f"{prefix}-{scheme_id}"


def releases_of(scheme: PublicScheme, events: Iterable[Event], publication: Publication) -> list[Release]:
    """One release for each event, the oldest first."""
    ordered = sorted(events, key=lambda event: (event.at, event.number))
    return [_release(scheme, event, publication) for event in ordered]


def _release(scheme: PublicScheme, event: Event, publication: Publication) -> Release:
    ocid, buyer = ocid_of(publication.prefix, scheme.id), publication.buyer
    ours = Organization(id=buyer.id, name=buyer.name, roles=["buyer", "procuringEntity"])
    suppliers = [] if event.provider is None else [_supplier(event.provider)]
    return Release(
        ocid=ocid,
        id=f"{ocid}-{event.what}-{event.number}",
        date=event.at,
        tag=[_TAGS[event.what]],
        parties=[ours, *suppliers],
        buyer=Reference(id=buyer.id, name=buyer.name),
        tender=_tender(scheme, event, buyer) if event.provider is None else None,
        awards=None if event.provider is None else [_award(scheme, event, event.provider)],
    )


_TAGS: Mapping[Happening, Tag] = {
    Happening.OPENED: "tender",
    Happening.CHANGED: "tenderUpdate",
    Happening.CLOSED: "tenderUpdate",
    Happening.LOT_OPENED: "tenderUpdate",
    Happening.LOT_CLOSED: "tenderUpdate",
    Happening.ADMITTED: "award",
    Happening.ENDED: "awardUpdate",
}


def _tender(scheme: PublicScheme, event: Event, buyer: Buyer) -> Tender:
    is_over = event.what == Happening.CLOSED
    from_day = start_of_london_day(scheme.valid_from) if scheme.valid_from else None
    until = end_of_london_day(event.valid_until) if event.valid_until else None
    period = Period(start_date=from_day, end_date=until)
    return Tender(
        id=str(scheme.id),
        title=scheme.name,
        status="complete" if is_over else "active",
        procuring_entity=Reference(id=buyer.id, name=buyer.name),
        procurement_method_details=scheme.method,
        legal_basis=_LEGAL_BASES[scheme.regime],
        tender_period=period,
        contract_period=period,
        techniques=_techniques(scheme, is_over=is_over, until=until),
        submission_terms=SubmissionTerms(),
        lots=[
            OcdsLot(
                id=str(lot.id),
                title=lot.name,
                description=lot.service_type.replace("_", " ").capitalize(),
                status="active" if lot.was_open(event.at) and not is_over else "complete",
            )
            for lot in scheme.lots
            if lot.opened_at <= event.at
        ],
    )


def _techniques(scheme: PublicScheme, *, is_over: bool, until: datetime | None) -> Techniques:
    if scheme.regime in _FRAMEWORKS:
        agreement = FrameworkAgreement(
            method="withoutReopeningCompetition" if scheme.offers_in_turn else "withReopeningCompetition",
            is_open_framework_scheme=scheme.is_open_framework,
            open_framework_scheme_end_date=until if scheme.is_open_framework else None,
        )
        return Techniques(
            has_dynamic_purchasing_system=False, has_framework_agreement=True, framework_agreement=agreement
        )
    return Techniques(
        has_dynamic_purchasing_system=True,
        dynamic_purchasing_system=DynamicPurchasingSystem(status="terminated" if is_over else "active"),
        has_framework_agreement=False,
    )


def _award(scheme: PublicScheme, event: Event, provider: PublicProvider) -> Award:
    name = next((lot.name for lot in scheme.lots if lot.id == event.lot), "")
    return Award(
        id=str(event.membership),
        title=f"Admission to {name}" + (f", {event.zone}" if event.zone else ""),
        status="active" if event.what == Happening.ADMITTED else "cancelled",
        date=event.at,
        suppliers=[Reference(id=str(provider.id), name=provider.name)],
        related_lots=[str(event.lot)],
    )


def _supplier(provider: PublicProvider) -> Organization:
    """Identified as org-id.guide says: Companies House, else the Charity Commission, else by our own id alone."""
    known = (("GB-COH", provider.company_number), ("GB-CHC", provider.charity_number))
    found = next(((scheme, number) for scheme, number in known if number), None)
    identifier = Identifier(scheme=found[0], id=found[1], legal_name=provider.name) if found else None
    return Organization(id=str(provider.id), name=provider.name, identifier=identifier, roles=["supplier"])


def record_of(releases: Sequence[Release]) -> Record:
    """All releases of one DPS, and what they come to: of everything with an id, what was said last."""
    last = releases[-1]
    tender = next((one.tender for one in reversed(releases) if one.tender is not None), None)
    parties = {party.id: party for one in releases for party in one.parties}
    awards = {award.id: award for one in releases for award in one.awards or ()}
    compiled = Release(
        ocid=last.ocid,
        id=f"{last.ocid}-{last.date.isoformat()}",
        date=last.date,
        tag=["compiled"],
        parties=list(parties.values()),
        buyer=last.buyer,
        tender=tender,
        awards=list(awards.values()) or None,
    )
    return Record(ocid=last.ocid, releases=list(releases), compiled_release=compiled)
