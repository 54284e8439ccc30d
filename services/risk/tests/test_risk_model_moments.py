"""A scoring model that is approved for a moment to come, and dry runs on past days."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

from make_risk import ClientAs, care_service, feeds_heard, green_service, provider, rating, rules_of
from make_runs import as_of, dry_run, outcome_check
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.testing import NOON, do_due
from assay_kit.timeline import timeline_of
from risk.scoring_models.actions import next_activation
from risk.scoring_models.shipped import FILE
from risk.tables import ServiceBand

STRICT = {"levels": {"excellent": "none", "good": "critical", "requires_improvement": "critical", "poor": "critical"}}
REASON = {"reason": "The committee asked for another reading."}


def drafted(client_as: ClientAs, **assessment: Any) -> int:
    policy = json.loads(FILE.read_text())
    policy["quality_assessment"] |= assessment or STRICT
    wanted = {"title": "Stricter", "change_note": "Good is no longer good.", "policy": policy}
    made = client_as(Role.ADMINISTRATOR, name="Adam").post("/v1/scoring-models", json=wanted)
    assert made.status_code == 201, made.text
    return int(made.json()["version"])


def approved(client_as: ClientAs, version: int, at: datetime) -> Any:
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    path = f"/v1/scoring-models/{version}"
    wanted = {"edition": manager.get(path).json()["edition"], "activates_at": at.isoformat()}
    return manager.post(f"{path}/approval", json=wanted)


def test_an_approved_model_holds_from_its_moment_on(session: Session, client_as: ClientAs, at: Any) -> None:
    green_service(session)
    version, moment = drafted(client_as), NOON + timedelta(days=3, minutes=30)
    answer = approved(client_as, version, moment)
    assert (answer.status_code, answer.json()["status"]) == (200, "approved"), answer.text
    assert next_activation(session) == moment
    do_due(session, moment - timedelta(seconds=1))
    assert session.exec(select(ServiceBand.band)).one() == "green"
    assert do_due(session, moment) > 0
    assert session.exec(select(ServiceBand.band)).one() == "red"
    model = client_as(Role.AUDITOR).get(f"/v1/scoring-models/{version}").json()
    assert (model["status"], model["approved_by_name"]) == ("published", "Mary")
    assert model["published_at"] == moment.isoformat().replace("+00:00", "Z")
    steps = [step.step for step in timeline_of(session, kind="scoring model")]
    assert sorted(steps) == ["activate", "approve", "draft", "retire"]
    assert next_activation(session) is None


def test_what_is_approved_is_edited_by_nobody_until_the_approval_is_taken_back(client_as: ClientAs) -> None:
    version = drafted(client_as)
    approved(client_as, version, NOON + timedelta(days=1))
    admin, manager = client_as(Role.ADMINISTRATOR, name="Adam"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    wanted = {"title": "Other", "change_note": "Something else again.", "policy": json.loads(FILE.read_text())}
    path = f"/v1/scoring-models/{version}"
    refused = admin.put(path, json=wanted, headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "model-approved")
    assert approved(client_as, version, NOON + timedelta(days=2)).status_code == 409
    back = manager.post(f"{path}/approval-withdrawal", json=REASON)
    assert (back.status_code, back.json()["status"], back.json()["activates_at"]) == (200, "draft", None)
    assert admin.put(path, json=wanted, headers={"If-Match": "*"}).status_code == 200
    assert manager.post(f"{path}/approval-withdrawal", json=REASON).status_code == 409


def test_a_moment_is_to_come_and_one_models_alone(client_as: ClientAs) -> None:
    one, two, moment = drafted(client_as), drafted(client_as), NOON + timedelta(days=1)
    assert rules_of(approved(client_as, one, NOON - timedelta(seconds=1))) == ["begins-in-the-past"]
    assert approved(client_as, one, moment).status_code == 200
    assert rules_of(approved(client_as, two, moment)) == ["another-then"]


def test_models_of_two_moments_follow_one_another(session: Session, client_as: ClientAs) -> None:
    green_service(session)
    one, two = drafted(client_as), drafted(client_as, stale_after_months=12)
    approved(client_as, two, NOON + timedelta(days=2))
    approved(client_as, one, NOON + timedelta(days=1))
    do_due(session, NOON + timedelta(days=3))
    shown = client_as(Role.AUDITOR).get("/v1/scoring-models").json()["items"]
    assert [(each["version"], each["status"]) for each in shown] == [
        (two, "published"),
        (one, "retired"),
        (1, "retired"),
    ]
    assert session.exec(select(ServiceBand.band)).one() == "green"


# ---------------------------------------------------------------- dry runs on past days


def test_a_dry_run_on_a_past_day_knows_what_was_known_then(session: Session, client_as: ClientAs, at: Any) -> None:
    of = provider(session)
    service = green_service(session, of, name="Old")
    version = drafted(client_as, levels=STRICT["levels"] | {"good": "moderate"})
    at.now = NOON + timedelta(days=9)
    feeds_heard(session, at.now)
    rating(session, service, "excellent", at=at.now, published_on=(NOON + timedelta(days=8)).date())
    care_service(session, of, name="New", started_on=(NOON + timedelta(days=9)).date())
    today = dry_run(session, client_as, version)
    assert (today["services"], today["change_count"]) == (2, 0)
    then = dry_run(session, client_as, version, "2026-03-02")
    assert (then["services"], then["change_count"], then["compared_with"]) == (1, 1, 1)
    [change] = then["changes"]
    assert (change["care_service_name"], change["band_now"], change["band_then"]) == ("Old", "green", "amber")
    assert change["reasons_then"] == ["Quality assessment rated Good, published on 20 February 2026."]
    assert then["worked_out_at"].startswith("2026-03-02T23:59:59")


def test_a_dry_run_on_a_past_day_is_beside_the_model_that_was_in_force_then(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    green_service(session)
    version = drafted(client_as)
    at.now = NOON + timedelta(days=2)
    approved(client_as, version, at.now)
    do_due(session, at.now)
    now = dry_run(session, client_as, version)
    assert (now["compared_with"], now["change_count"]) == (version, 0)
    before = dry_run(session, client_as, version, "2026-03-03")
    assert (before["compared_with"], before["change_count"]) == (1, 1)


def test_no_dry_run_is_of_a_day_ahead_or_before_there_was_a_model(client_as: ClientAs) -> None:
    asked = client_as(Role.ADMINISTRATOR)
    for day in ("2026-03-03", "2018-12-31"):
        assert asked.post("/v1/dry-runs", json={"version": 1, "on": day}).status_code == 409


def test_a_dry_run_on_a_day_before_something_was_restricted_keeps_it_in_confidence(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service = green_service(session)
    officer = client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    entry = {
        "kind": "unexpected_death",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "event_on": "2026-02-10",
        "source": "Coroner",
        "restricted": False,
        "substantiated": True,
    }
    made = officer.post("/v1/intelligence", json=entry).json()["id"]
    version = drafted(client_as)
    at.now = NOON + timedelta(days=2)
    wanted = {"reason": "It was told in confidence.", "entry": entry | {"restricted": True}}
    assert officer.post(f"/v1/intelligence/{made}/corrections", json=wanted).status_code == 201
    for on in ("2026-03-02", None):
        assert told_of_deaths(dry_run(session, client_as, version, on, Role.ADMINISTRATOR)) is False
        assert told_of_deaths(dry_run(session, client_as, version, on)) is True
    [change] = dry_run(session, client_as, version, "2026-03-02")["changes"]
    assert change["reasons_now"] == ["1 unexpected death in 12 months."]


def told_of_deaths(tried: dict[str, Any]) -> bool:
    return any("death in" in said for each in tried["changes"] for said in each["reasons_now"] + each["reasons_then"])


def test_an_administrator_learns_nothing_in_confidence_from_a_model_drafted_for_it(
    session: Session, client_as: ClientAs
) -> None:
    service, _ = green_service(session, name="Told"), green_service(session, name="Untold")
    wanted = {
        "kind": "unexpected_death",
        "provider_id": str(service.provider_id),
        "care_service_id": str(service.id),
        "event_on": "2026-02-10",
        "source": "Coroner",
        "restricted": True,
        "substantiated": True,
    }
    admin = client_as(Role.ADMINISTRATOR, name="Adam")
    policy = json.loads(FILE.read_text())
    policy["unexpected_deaths"]["steps"] = [{"up_to": 0, "level": "none"}, {"up_to": None, "level": "critical"}]
    draft = {"title": "A probe", "change_note": "Every death is critical.", "policy": policy}
    version = admin.post("/v1/scoring-models", json=draft).json()["version"]

    def told() -> list[Any]:
        period = {"first_day": "2026-03-01", "last_day": "2026-03-01"}
        checked = outcome_check(session, client_as, version, period, Role.ADMINISTRATOR)
        return [as_of(dry_run(session, client_as, version, None, Role.ADMINISTRATOR)), as_of(checked)]

    before = told()
    assert client_as(Role.COMPLIANCE_OFFICER, name="Olga").post("/v1/intelligence", json=wanted).status_code == 201
    assert told() == before
    [moved] = dry_run(session, client_as, version)["changes"]
    assert (moved["care_service_name"], moved["band_then"]) == ("Told", "red")


def test_who_would_stand_worst_is_listed_first_and_the_rest_after_them(session: Session, client_as: ClientAs) -> None:
    for name, rated in (("Abbey", "excellent"), ("Bridge", "good"), ("Castle", "excellent")):
        rating(session, green_service(session, name=name), rated, published_on=NOON.date())
    levels = {"excellent": "moderate", "good": "critical", "requires_improvement": "critical", "poor": "critical"}
    version = drafted(client_as, levels=levels)
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")

    run = dry_run(session, client_as, version)
    path = f"/v1/dry-runs/{run['id']}/changes"
    assert (run["change_count"], [each["care_service_name"] for each in run["changes"]]) == (
        3,
        ["Bridge", "Abbey", "Castle"],
    )
    first = manager.get(path, params={"limit": 1}).json()
    rest = manager.get(path, params={"cursor": first["next_cursor"]}).json()
    assert [each["care_service_name"] for each in rest["items"]] == ["Abbey", "Castle"]
    amber = manager.get(path, params={"band_then": "amber"}).json()["items"]
    assert [each["care_service_name"] for each in amber] == ["Abbey", "Castle"]
    exported = list(csv.DictReader(StringIO(manager.get(f"{path}-export").text)))
    assert [(each["Service"], each["Band now"], each["Band then"]) for each in exported] == [
        ("Bridge", "green", "red"),
        ("Abbey", "green", "amber"),
        ("Castle", "green", "amber"),
    ]
