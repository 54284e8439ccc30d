"""A model's own track record: what it warned of in time, and which of its warnings led to nothing."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from calls_risk import CALLS
from make_risk import ClientAs, care_service, feeds_heard, green_service, provider, rating
from make_runs import as_of, outcome_check
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.testing import NOON
from risk.bands.repository import Bands
from risk.bands.rules import Band
from risk.interventions.rules import Extent, Kind, Status
from risk.model_runs.rules import warnings
from risk.scoring_models.shipped import version_1
from risk.tables import Activity, Intervention

ISSUED = NOON + timedelta(days=100)
FIRST_DAY, LAST_DAY = NOON.date(), ISSUED.date()


def issued(
    session: Session, service: Any, *, wide: bool = False, kind: Kind = Kind.IMPROVEMENT_PLAN, at: datetime = ISSUED
) -> None:
    session.add(
        Intervention(
            reference=f"INT-{kind}-{at.date()}-{service.id}",
            kind=kind,
            extent=Extent.WHOLE if kind is Kind.EMBARGO else None,
            status=Status.ISSUED,
            provider_id=service.provider_id,
            care_service_id=None if wide else service.id,
            reason="Medicines were not given.",
            review_on=ISSUED.date() + timedelta(days=30),
            proposed_by="person:olga",
            proposed_by_name="Olga",
            proposed_at=at,
            issued_at=at,
        )
    )
    session.flush()


def checked(session: Session, client_as: ClientAs, *, version: int = 1, **period: str) -> Any:
    asked = {"first_day": FIRST_DAY.isoformat(), "last_day": LAST_DAY.isoformat()} | period
    return outcome_check(session, client_as, version, asked)


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
    at.now = ISSUED + timedelta(days=1)
    return made


def test_where_services_stood_before_their_intervention_is_told_30_60_and_90_days_back(
    session: Session, estate: dict[str, Any], client_as: ClientAs
) -> None:
    found = checked(session, client_as)
    assert found["services_with_interventions"] == 3
    leads = {
        each["days_before"]: (each["red"], each["green"], each["not_enough_information"], each["not_there_yet"])
        for each in found["leads"]
    }
    assert leads == {30: (1, 1, 1, 0), 60: (1, 1, 0, 1), 90: (0, 2, 0, 1)}


def test_warnings_are_followed_lead_to_nothing_or_are_open(
    session: Session, estate: dict[str, Any], client_as: ClientAs, at: Any
) -> None:
    alarms = checked(session, client_as)["alarms"]
    assert (alarms["begun"], alarms["followed"], alarms["led_to_nothing"], alarms["open"]) == (2, 1, 1, 0)
    early = checked(session, client_as, last_day=(FIRST_DAY + timedelta(days=5)).isoformat())["alarms"]
    assert (early["begun"], early["led_to_nothing"]) == (1, 1)
    at.now = NOON + timedelta(days=50)
    young = checked(session, client_as, last_day=(at.now - timedelta(days=1)).date().isoformat())["alarms"]
    assert (young["begun"], young["open"]) == (2, 2)  # an intervention that is to come follows nothing yet


def test_an_alarm_of_one_day_is_counted(session: Session, client_as: ClientAs, at: Any) -> None:
    """On any day of the period: it ends before anybody looks again."""
    feeds_heard(session)
    service = green_service(session)
    at.now = NOON + timedelta(days=4)
    feeds_heard(session, at.now)
    officer, about = client_as(Role.COMPLIANCE_OFFICER, name="Olga"), {"provider_id": str(service.provider_id)}
    died = about | {"kind": "unexpected_death", "care_service_id": str(service.id), "event_on": "2026-03-06"}
    made = officer.post("/v1/intelligence", json=died | {"source": "A", "restricted": False, "substantiated": True})
    assert made.status_code == 201, made.text
    at.now += timedelta(days=1)
    taken_back = {"reason": "It was another service.", "restricted": False}
    assert officer.post(f"/v1/intelligence/{made.json()['id']}/withdrawal", json=taken_back).status_code == 201
    at.now = NOON + timedelta(days=10)
    alarms = checked(session, client_as, last_day=(NOON + timedelta(days=9)).date().isoformat())["alarms"]
    assert (alarms["begun"], alarms["open"]) == (1, 1)


def test_an_intervention_neither_finds_itself_nor_is_an_alarm_that_led_to_nothing(
    session: Session, estate: dict[str, Any], client_as: ClientAs
) -> None:
    """An embargo turns a service Red. What was wrong with it was not seen before, and the embargo is no warning."""
    embargoed = estate["Unforeseen"]
    issued(session, embargoed, kind=Kind.EMBARGO, at=NOON + timedelta(days=5))
    found = checked(session, client_as)
    assert (found["alarms"]["begun"], found["alarms"]["led_to_nothing"]) == (2, 1)
    asked: dict[str, Any] = {"first_day": (NOON + timedelta(days=50)).date().isoformat()}
    leads = {each["days_before"]: each["red"] for each in checked(session, client_as, **asked)["leads"]}
    assert leads == {30: 1, 60: 1, 90: 0}  # Foreseen alone: Unforeseen is under its embargo on all three


def test_a_warning_over_which_a_measure_is_in_force_already_is_not_counted(
    session: Session, estate: dict[str, Any], client_as: ClientAs
) -> None:
    issued(session, estate["Alarm"], at=NOON - timedelta(days=10))
    alarms = checked(session, client_as)["alarms"]
    assert (alarms["begun"], alarms["followed"], alarms["led_to_nothing"]) == (1, 1, 0)


@pytest.mark.parametrize(("days", "counted"), [(89, "open"), (90, "open"), (91, "led to nothing")])
def test_a_warning_leads_to_nothing_once_the_last_of_its_days_is_over(days: int, counted: str) -> None:
    found = warnings({FIRST_DAY: Band.RED}, (), today=FIRST_DAY + timedelta(days=days))
    assert found == {"begun": 1, "followed": 0, "open": int(counted == "open")}


def test_a_withdrawn_measure_follows_no_warning(session: Session, estate: dict[str, Any], client_as: ClientAs) -> None:
    withdrawn = session.exec(select(Intervention).where(Intervention.care_service_id == estate["Foreseen"].id)).one()
    withdrawn.status, withdrawn.ended_at = Status.WITHDRAWN, ISSUED + timedelta(hours=1)
    session.flush()
    found = checked(session, client_as)
    assert found["services_with_interventions"] == 2
    assert (found["alarms"]["begun"], found["alarms"]["followed"], found["alarms"]["open"]) == (2, 0, 1)


def test_what_was_heard_of_later_is_not_known_on_an_earlier_day(session: Session, client_as: ClientAs, at: Any) -> None:
    feeds_heard(session)
    punctual, late = green_service(session), green_service(session)
    poor: dict[str, Any] = {"at": NOON, "published_on": FIRST_DAY}
    rating(session, punctual, "poor", **poor)
    asked: dict[str, Any] = {"first_day": "2026-03-02", "last_day": "2026-03-02"}
    at.now = NOON + timedelta(days=40)
    before = checked(session, client_as, **asked)
    rating(session, late, "poor", **poor, now=at.now)
    months = [(date(2026, 2, 1), NOON, 40), (date(2026, 4, 1), at.now, 900), (date(2026, 2, 1), at.now, 900)]
    for number, (month, told_at, people) in enumerate(months):
        session.add(
            Activity(care_service_id=late.id, month=month, commissioner=str(number), people=people, told_at=told_at)
        )
    session.flush()
    assert (as_of(checked(session, client_as, **asked)), before["alarms"]["begun"]) == (as_of(before), 1)
    [known] = Bands(session).known([late.id], version_1(), now=NOON)
    assert known.facts.people_supported == 40


def test_a_draft_has_a_track_record_too(session: Session, estate: dict[str, Any], client_as: ClientAs) -> None:
    body = CALLS["draft_scoring_model"](session).body
    body["policy"]["quality_assessment"]["levels"] |= {"requires_improvement": "none", "poor": "low"}
    made = client_as(Role.ADMINISTRATOR, name="Adam").post("/v1/scoring-models", json=body)
    assert made.status_code == 201, made.text
    found = checked(session, client_as, version=made.json()["version"])
    assert found["alarms"]["begun"] == 0
    assert {each["red"] for each in found["leads"]} == {0}


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [
        ("2026-03-02", "2026-03-01"),
        ("2025-01-01", "2026-03-01"),
        ("2026-03-01", "2026-03-03"),
        ("2026-03-01", "2026-03-02"),  # today is not over
        ("1999-12-31", "1999-12-31"),
    ],
)
def test_a_period_is_a_year_at_most_and_over(client_as: ClientAs, first_day: str, last_day: str) -> None:
    asked = {"first_day": first_day, "last_day": last_day}
    answer = client_as(Role.ADMINISTRATOR).post("/v1/outcome-checks", json=asked | {"version": 1})
    assert answer.status_code == 409
