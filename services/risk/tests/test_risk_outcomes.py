"""A model's own track record: what it warned of in time, and which of its warnings led to nothing."""

from datetime import timedelta
from typing import Any

import pytest
from calls_risk import CALLS
from make_risk import ClientAs, care_service, feeds_heard, green_service, provider, rating
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.testing import NOON
from risk.interventions.rules import Kind, Status
from risk.tables import Intervention

ISSUED = NOON + timedelta(days=100)
FIRST_DAY, LAST_DAY = NOON.date(), ISSUED.date()


def issued(session: Session, service: Any, *, wide: bool = False) -> None:
    session.add(
        Intervention(
            reference=f"INT-{service.id}",
            kind=Kind.IMPROVEMENT_PLAN,
            status=Status.ISSUED,
            provider_id=service.provider_id,
            care_service_id=None if wide else service.id,
            reason="Medicines were not given.",
            review_on=ISSUED.date() + timedelta(days=30),
            proposed_by="person:olga",
            proposed_by_name="Olga",
            proposed_at=ISSUED,
            issued_at=ISSUED,
        )
    )
    session.flush()


def checked(client_as: ClientAs, version: int = 1, **period: str) -> Any:
    asked = {"first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()} | period
    answer = client_as(Role.COMMISSIONING_MANAGER).get(f"/v1/scoring-models/{version}/outcome-check", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def estate(session: Session, at: Any) -> dict[str, Any]:
    """Foreseen turned poor 70 days before its intervention, Unforeseen stayed good, Alarm was poor and nothing came."""
    of = provider(session)
    made = {name: green_service(session, provider(session), name=name) for name in ("Foreseen", "Unforeseen", "Alarm")}
    turned = ISSUED - timedelta(days=70)
    for day in range(0, 191, 10):
        feeds_heard(session, NOON + timedelta(days=day))
    rating(session, made["Foreseen"], "poor", at=turned, published_on=turned.date())
    rating(session, made["Alarm"], "poor", published_on=FIRST_DAY - timedelta(days=1))
    made["Young"] = care_service(session, of, name="Young", started_on=(ISSUED - timedelta(days=40)).date())
    for name in ("Foreseen", "Unforeseen"):
        issued(session, made[name])
    issued(session, made["Young"], wide=True)
    at.now = ISSUED
    return made


def test_where_services_stood_before_their_intervention_is_told_30_60_and_90_days_back(
    estate: dict[str, Any], client_as: ClientAs
) -> None:
    found = checked(client_as)
    assert found["services_with_interventions"] == 3
    leads = {
        each["days_before"]: (each["red"], each["green"], each["not_enough_information"], each["not_there_yet"])
        for each in found["leads"]
    }
    assert leads == {30: (1, 1, 1, 0), 60: (1, 1, 0, 1), 90: (0, 2, 0, 1)}


def test_warnings_are_followed_lead_to_nothing_or_are_open(
    session: Session, estate: dict[str, Any], client_as: ClientAs, at: Any
) -> None:
    alarms = checked(client_as)["alarms"]
    assert alarms["sampled_days"] == [(FIRST_DAY + timedelta(days=days)).isoformat() for days in (0, 30, 60, 90)]
    assert (alarms["begun"], alarms["followed"], alarms["led_to_nothing"], alarms["open"]) == (2, 1, 1, 0)
    early = checked(client_as, last_day=(FIRST_DAY + timedelta(days=5)).isoformat())["alarms"]
    assert (early["begun"], early["led_to_nothing"]) == (1, 1)
    at.now = NOON + timedelta(days=50)
    young = checked(client_as, last_day=at.now.date().isoformat())["alarms"]
    assert (young["begun"], young["open"]) == (2, 1)  # the intervention that is to come is in the tables already


def test_a_draft_has_a_track_record_too(session: Session, estate: dict[str, Any], client_as: ClientAs) -> None:
    body = CALLS["draft_scoring_model"](session).body
    body["policy"]["quality_assessment"]["levels"] = {"poor": "none", "good": "none"}
    made = client_as(Role.ADMINISTRATOR, name="Adam").post("/v1/scoring-models", json=body)
    assert made.status_code == 201, made.text
    found = checked(client_as, made.json()["version"])
    assert found["alarms"]["begun"] == 0
    assert {each["red"] for each in found["leads"]} == {0}


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        ("2026-03-02", "2026-03-01"),
        ("2025-01-01", "2026-03-01"),
        ("2026-03-01", "2026-03-03"),
        ("1999-12-31", "1999-12-31"),
    ],
)
def test_a_period_is_a_year_at_most_and_over(client_as: ClientAs, first_day: str, last_day: str) -> None:
    asked = {"first_day": first_day, "last_day": last_day}
    answer = client_as(Role.ADMINISTRATOR).get("/v1/scoring-models/1/outcome-check", params=asked)
    assert answer.status_code == 409
