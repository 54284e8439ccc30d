"""Builds what other services tell, and hands it over as they do; a test names only what it is about."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from fastapi.testclient import TestClient
from httpx import Response
from sqlmodel import Session

from assay_contracts.assessment import RatingPublished, RatingWithdrawn
from assay_contracts.directory import CareServiceRecord, CareServiceRecorded, ProviderRecord, ProviderRecorded
from assay_kit.database import new_id
from assay_kit.testing import NOON, hear
from risk.indicators.facts import Feed
from risk.registers.rules import Register
from risk.tables import ExternalFact, FeedHeartbeat

ClientAs = Callable[..., TestClient]
TODAY = date(2026, 3, 2)


def rules_of(refused: Response) -> list[str]:
    """The rules that a refusal names; each says a sentence too."""
    bars = refused.json()["bars"]
    assert all(each["says"].endswith(".") for each in bars)
    return [each["rule"] for each in bars]


def provider(session: Session, **about: Any) -> ProviderRecord:
    usual: dict[str, Any] = {
        "id": new_id(),
        "version": 1,
        "name": "Harbour Care Ltd",
        "legal_form": "company",
        "company_number": None,
        "status": "active",
        "registered_at": datetime(2020, 1, 1, tzinfo=UTC),
    }
    made = ProviderRecord(**usual | about)
    hear(session, ProviderRecorded(at=NOON, provider=made))
    return made


def about_service(of: ProviderRecord) -> dict[str, Any]:
    """An unregulated service that prepares no food and needs no manager: only what a test says applies to it."""
    return {
        "id": new_id(),
        "version": 1,
        "provider_id": of.id,
        "name": "Harbour Home Care",
        "type": "home_care",
        "zones": ("North",),
        "people_supported": 40,
        "is_regulated": False,
        "prepares_food": False,
        "requires_registered_manager": False,
        "started_on": date(2020, 4, 1),
    }


def care_service(session: Session, of: ProviderRecord | None = None, **about: Any) -> CareServiceRecord:
    """A service as `about_service` says, announced by the directory."""
    made = CareServiceRecord(**about_service(of or provider(session)) | about)
    hear(session, CareServiceRecorded(at=NOON, care_service=made))
    return made


def rating(
    session: Session,
    of: CareServiceRecord,
    rated: str | None = "good",
    *,
    now: datetime | None = None,
    **about: Any,
) -> RatingPublished:
    """Published as `about` says, and heard of at `now` (none: as it is published)."""
    usual: dict[str, Any] = {
        "at": NOON,
        "assessment_id": new_id(),
        "care_service_id": of.id,
        "provider_id": of.provider_id,
        "rating": rated,
        "published_on": date(2026, 2, 20),
        "framework_version": 1,
        "next_due_on": date(2027, 2, 20),
    }
    event = RatingPublished(**usual | about)
    hear(session, event, source="assessment", now=now)
    return event


def withdrawal(session: Session, of: RatingPublished, **about: Any) -> None:
    usual: dict[str, Any] = {
        "at": NOON,
        "assessment_id": of.assessment_id,
        "care_service_id": of.care_service_id,
        "provider_id": of.provider_id,
        "replaced_by": new_id(),
    }
    hear(session, RatingWithdrawn(**usual | about), source="assessment")


def feeds_heard(session: Session, at: datetime = NOON) -> None:
    """Every feed was heard from at that instant."""
    for feed in Feed:
        session.add(
            FeedHeartbeat(
                feed=feed,
                heard_at=at,
                reference=str(new_id()),
                given_by="case-management",
                given_by_name="Case management",
                is_officers_word=False,
            )
        )
    session.flush()


def register_fact(session: Session, source: Register, key: str, reading: dict[str, Any], **about: Any) -> ExternalFact:
    usual: dict[str, Any] = {
        "source": source,
        "key": key,
        "reading": reading,
        "content_hash": str(new_id()),
        "method": "manual",
        "fetched_at": NOON,
        "last_seen_at": NOON,
        "recorded_by": "system",
        "recorded_by_name": "Assay",
    }
    made = ExternalFact(**usual | about)
    session.add(made)
    session.flush()
    return made


def green_service(session: Session, of: ProviderRecord | None = None, **about: Any) -> CareServiceRecord:
    """A service about which all is known and well."""
    feeds_heard(session)
    made = care_service(session, of, **about)
    rating(session, made)
    return made
