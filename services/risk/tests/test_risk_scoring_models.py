"""Scoring models over HTTP: drafted by one person, tried out, approved by another, frozen."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from make_risk import ClientAs, green_service, rating, rules_of
from make_runs import dry_run, tried
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from assay_contracts.roles import Role
from assay_kit.freeze import content_hash, refusal
from assay_kit.testing import NOON, do_due
from assay_kit.timeline import timeline_of
from risk.scoring_models.shipped import FILE
from risk.tables import BandResult, EstateRefresh, ScoringModel, ServiceBand


def draft(**change: Any) -> dict[str, Any]:
    policy = json.loads(FILE.read_text())
    policy["quality_assessment"] |= change
    return {"title": "Stricter on assessments", "change_note": "Shorter life of an assessment.", "policy": policy}


def test_version_1_comes_with_the_tables_published_and_frozen(session: Session) -> None:
    model = session.exec(select(ScoringModel)).one()
    assert (model.version, model.status) == (1, "published")
    assert model.content_hash == content_hash(json.loads(FILE.read_text()))
    with pytest.raises(DBAPIError) as refused, session.begin_nested():
        session.execute(text("UPDATE scoring_model SET policy = '{}'"))
    assert refusal(refused.value)


def test_a_dry_run_lists_who_would_change_colour_and_why_and_keeps_nothing(
    session: Session, client_as: ClientAs
) -> None:
    moved, stays = green_service(session, name="Moved"), green_service(session, name="Stays")
    rating(session, moved, "good", published_on=(NOON - timedelta(days=200)).date())
    rating(session, moved, "good", published_on=(NOON - timedelta(days=9)).date())
    rating(session, stays, "excellent", published_on=(NOON - timedelta(days=8)).date())
    admin = client_as(Role.ADMINISTRATOR, name="Adam")
    levels = {"excellent": "none", "good": "moderate", "requires_improvement": "serious", "poor": "critical"}
    made = admin.post("/v1/scoring-models", json=draft(levels=levels))
    assert made.status_code == 201, made.text
    assert (made.json()["version"], made.headers["etag"]) == (2, '"1"')
    before = len(session.exec(select(BandResult)).all())
    run = tried(admin, session, "dry-runs", {"version": 2})
    assert (run["services"], run["change_count"]) == (2, 1)
    [change] = run["changes"]
    assert (change["care_service_name"], change["band_now"], change["band_then"]) == ("Moved", "green", "amber")
    assert change["reasons_then"] == ["Quality assessment rated Good, published on 21 February 2026."]
    assert {each["band"]: (each["now"], each["then"]) for each in run["counts"]} == {
        "green": (2, 1),
        "not_enough_information": (0, 0),
        "amber": (0, 1),
        "red": (0, 0),
    }
    assert len(session.exec(select(BandResult)).all()) == before


def test_an_approved_model_works_the_estate_out_again_and_old_results_still_recompute(
    session: Session, client_as: ClientAs
) -> None:
    service = green_service(session)
    rating(session, service, "good", published_on=(NOON - timedelta(days=9)).date())
    admin, manager = client_as(Role.ADMINISTRATOR, name="Adam"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    strict = {"excellent": "none", "good": "critical", "requires_improvement": "critical", "poor": "critical"}
    admin.post("/v1/scoring-models", json=draft(levels=strict))
    assert admin.post("/v1/scoring-models/2/approval", json={"edition": 1}).status_code == 403
    approved = manager.post("/v1/scoring-models/2/approval", json={"edition": 1})
    assert (approved.status_code, approved.json()["status"]) == (200, "published"), approved.text
    assert [each["status"] for each in manager.get("/v1/scoring-models").json()["items"]] == ["published", "retired"]
    do_due(session, NOON)
    assert session.exec(select(ServiceBand.band)).one() == "red"
    assert [each.cause for each in session.exec(select(EstateRefresh))] == ["scoring model 2"]
    results = session.exec(select(BandResult)).all()
    assert {each.model_version for each in results} == {1, 2}
    for each in results:
        assert manager.get(f"/v1/band-results/{each.id}/recomputation").json()["agrees"] is True
    assert manager.post("/v1/scoring-models/2/approval", json={"edition": 1}).status_code == 409
    assert admin.put("/v1/scoring-models/2", json=draft()).status_code == 409


def test_whoever_edited_a_draft_may_not_approve_it(session: Session, client_as: ClientAs) -> None:
    both = client_as(Role.ADMINISTRATOR, Role.COMMISSIONING_MANAGER, name="Beth")
    both.post("/v1/scoring-models", json=draft())
    refused = both.post("/v1/scoring-models/2/approval", json={"edition": 1})
    assert (refused.status_code, rules_of(refused)) == (409, ["drafted-by-you"])


def test_a_stale_edit_is_refused(client_as: ClientAs) -> None:
    admin = client_as(Role.ADMINISTRATOR, name="Adam")
    admin.post("/v1/scoring-models", json=draft())
    first = admin.put("/v1/scoring-models/2", json=draft(stale_after_months=12), headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    second = admin.put("/v1/scoring-models/2", json=draft(stale_after_months=9), headers={"If-Match": '"1"'})
    assert second.status_code == 412


def test_who_approves_names_the_edition_that_was_read(session: Session, client_as: ClientAs) -> None:
    admin, manager = client_as(Role.ADMINISTRATOR, name="Adam"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    read = admin.post("/v1/scoring-models", json=draft()).json()["edition"]
    assert admin.put("/v1/scoring-models/2", json=draft(stale_after_months=120)).json()["edition"] == 2
    assert manager.post("/v1/scoring-models/2/approval", json={"edition": read}).status_code == 412
    assert manager.post("/v1/scoring-models/2/approval", json={}).status_code == 422
    approved = manager.post("/v1/scoring-models/2/approval", json={"edition": 2}).json()
    [step] = [each for each in timeline_of(session, object_id=UUID(approved["id"])) if each.step == "approve"]
    assert step.detail == {"edition": 2, "content_hash": approved["content_hash"]}


def test_what_the_approver_looked_at_is_kept_with_the_version(session: Session, client_as: ClientAs) -> None:
    green_service(session)
    admin, manager = client_as(Role.ADMINISTRATOR, name="Adam"), client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    admin.post("/v1/scoring-models", json=draft())
    of_the_first = dry_run(session, client_as, 2)["id"]
    admin.put("/v1/scoring-models/2", json=draft(stale_after_months=120))
    unfinished = manager.post("/v1/dry-runs", json={"version": 2}).json()["id"]
    path = "/v1/scoring-models/2/approval"
    for other in (of_the_first, unfinished, str(UUID(int=7))):
        refused = manager.post(path, json={"edition": 2, "dry_run_id": other})
        assert rules_of(refused) == ["not-its-dry-run"], other
    looked_at = dry_run(session, client_as, 2)["id"]
    approved = manager.post(path, json={"edition": 2, "dry_run_id": looked_at}).json()
    assert (approved["status"], approved["dry_run_id"]) == ("published", looked_at)
    [step] = [each for each in timeline_of(session, object_id=UUID(approved["id"])) if each.step == "approve"]
    assert step.detail["dry_run_id"] == looked_at
    assert manager.get(f"/v1/dry-runs/{looked_at}").json()["edition"] == 2


def test_a_policy_with_a_gap_is_refused_by_field(client_as: ClientAs) -> None:
    wrong = draft()
    wrong["policy"]["unexpected_deaths"]["steps"] = [{"up_to": 0, "level": "none"}]
    refused = client_as(Role.ADMINISTRATOR).post("/v1/scoring-models", json=wrong)
    assert refused.status_code == 409
    assert [each["field"] for each in refused.json()["errors"]] == ["policy.unexpected_deaths.steps"]


def test_a_draft_with_a_gap_from_before_is_not_approved(session: Session, client_as: ClientAs) -> None:
    client_as(Role.ADMINISTRATOR, name="Adam").post("/v1/scoring-models", json=draft())
    [model] = session.exec(select(ScoringModel).where(ScoringModel.version == 2))
    levels = {"outstanding": "none", "good": "none", "requires_improvement": "moderate"}
    model.policy = model.policy | {"cqc_rating": model.policy["cqc_rating"] | {"levels": levels}}
    session.flush()
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    refused = manager.post("/v1/scoring-models/2/approval", json={"edition": 1})
    assert refused.status_code == 409
    assert [each["field"] for each in refused.json()["errors"]] == ["policy.cqc_rating.levels"]
    assert manager.get("/v1/scoring-models/2").json()["status"] == "draft"


def test_there_is_no_such_version(client_as: ClientAs) -> None:
    reader = client_as(Role.ADMINISTRATOR)
    assert reader.get("/v1/scoring-models/9").status_code == 404
    assert reader.post("/v1/dry-runs", json={"version": 9}).status_code == 404
    assert reader.get(f"/v1/dry-runs/{UUID(int=9)}").status_code == 404
