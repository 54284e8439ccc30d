"""Trials of scoring models: kept, worked out a chunk at a time with progress, and read by whoever may."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from calls_runs import changed, run_of
from make_risk import ClientAs, green_service, provider
from make_runs import dry_run, outcome_check, tried
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.identity import Principal
from assay_kit.testing import NOON, do_due
from risk.bands.rules import Band
from risk.model_runs import actions, keeping
from risk.model_runs.repository import _ASKING
from risk.model_runs.rules import Kind, Measure, warnings
from risk.model_runs.schemas import DryRunWanted
from risk.model_runs.working import Tally, dry_run_chunk
from risk.tables import ModelRun


def asked(client_as: ClientAs, kind: str = "dry-runs", **wanted: Any) -> Any:
    made = client_as(Role.COMMISSIONING_MANAGER, name="Mary").post(f"/v1/{kind}", json={"version": 1} | wanted)
    assert made.status_code == 201, made.text
    return made.json()


def read(client_as: ClientAs, run: Any, kind: str = "dry-runs", role: Role = Role.COMMISSIONING_MANAGER) -> Any:
    return client_as(role, name="Mary").get(f"/v1/{kind}/{run['id']}")


def in_small_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service a chunk, and a chunk a turn."""
    monkeypatch.setattr(actions, "_chunk_of", lambda _: 1)
    monkeypatch.setattr(actions, "SECONDS_A_TURN", 1e-9)


def test_a_run_is_asked_for_worked_out_in_turns_and_shows_how_far_it_has_come(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_turns(monkeypatch)
    for name in ("Abbey", "Bridge"):
        green_service(session, name=name)
    run = asked(client_as)
    assert (run["done_count"], run["service_count"], run["finished_at"]) == (0, 2, None)
    assert asked(client_as)["id"] == run["id"]  # it is not begun again
    assert read(client_as, run).json()["counts"][0] == {"band": "green", "now": 0, "then": 0}
    assert client_as(Role.COMMISSIONING_MANAGER).get(f"/v1/dry-runs/{run['id']}/changes").status_code == 409
    seen = []
    for _ in range(3):
        assert actions.next_run(session) == NOON
        assert actions.work_on(session, NOON) == 0
        seen.append(read(client_as, run).json())
    assert [each["done_count"] for each in seen] == [1, 2, 2]
    assert [each["finished_at"] is None for each in seen] == [True, True, False]
    assert seen[-1]["counts"][0] == {"band": "green", "now": 2, "then": 2}
    assert actions.next_run(session) is None
    assert asked(client_as)["id"] != run["id"]
    listed = client_as(Role.COMMISSIONING_MANAGER).get("/v1/dry-runs", params={"version": 1}).json()["items"]
    assert [each["id"] for each in listed][-1] == run["id"]
    assert client_as(Role.COMMISSIONING_MANAGER).get("/v1/dry-runs", params={"version": 2}).json()["items"] == []


def test_a_minutes_work_ends_in_time_for_the_next_and_finishes_what_is_small(
    session: Session, client_as: ClientAs
) -> None:
    green_service(session)
    run = asked(client_as, "outcome-checks", first_day="2026-02-28", last_day="2026-03-01")
    do_due(session, NOON)
    assert read(client_as, run, "outcome-checks").json()["finished_at"] is not None


def test_what_is_edited_while_it_runs_is_tried_as_it_was(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    green_service(session)
    admin = client_as(Role.ADMINISTRATOR, name="Adam")
    policy = client_as(Role.AUDITOR).get("/v1/scoring-models/1").json()["policy"]
    strict = policy | {"quality_assessment": policy["quality_assessment"] | {"stale_after_months": 1}}
    draft = {"title": "A trial", "change_note": "A shorter life of ratings.", "policy": policy}
    version = admin.post("/v1/scoring-models", json=draft).json()["version"]
    run = asked(client_as, version=version)
    assert admin.put(f"/v1/scoring-models/{version}", json=draft | {"policy": strict}).status_code == 200
    actions.work_on(session, NOON)
    assert (read(client_as, run).json()["edition"], read(client_as, run).json()["change_count"]) == (1, 0)


def test_what_cannot_be_worked_out_ends_the_run_and_says_so(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    green_service(session)

    def odd(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(actions._WORK, Kind.DRY_RUN, odd)
    run = asked(client_as)
    actions.work_on(session, NOON)
    said = read(client_as, run).json()
    assert (said["failure"], said["finished_at"] is not None) == ("ZeroDivisionError", True)
    assert actions.next_run(session) is None
    for part in ("changes", "changes-export"):
        refused = client_as(Role.COMMISSIONING_MANAGER).get(f"/v1/dry-runs/{run['id']}/{part}")
        assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "run-failed")


def test_a_service_that_cannot_be_worked_out_is_counted_and_stops_no_other(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = [green_service(session, name=name) for name in ("Abbey", "Bridge", "Castle")]

    def odd_about_one(session: Session, run: ModelRun, ids: Sequence[UUID]) -> Tally:
        if services[0].id in ids:
            raise ZeroDivisionError
        return dry_run_chunk(session, run, ids)

    monkeypatch.setitem(actions._WORK, Kind.DRY_RUN, odd_about_one)
    run = asked(client_as)
    actions.work_on(session, NOON)
    said = read(client_as, run).json()
    assert (said["failure"], said["finished_at"] is not None) == (None, True)
    assert (said["done_count"], said["failed_count"], said["services"]) == (3, 1, 2)
    assert read(client_as, {"id": f"{run['id']}/changes"}).status_code == 200


def test_runs_take_turns_so_that_a_small_one_does_not_wait_for_a_large_one(
    session: Session, client_as: ClientAs, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_small_turns(monkeypatch)
    for name in ("Abbey", "Bridge"):
        green_service(session, name=name)
    first = asked(client_as)
    actions.work_on(session, NOON)
    at.now = NOON + timedelta(minutes=1)
    second = asked(client_as, on="2026-03-01")
    actions.work_on(session, at.now)
    assert [read(client_as, run).json()["done_count"] for run in (first, second)] == [1, 1]


def test_two_who_ask_at_once_ask_one_after_the_other(session: Session, engine: Engine, client_as: ClientAs) -> None:
    wanted, by = DryRunWanted(version=1), Principal(subject="person:mary", name="Mary")
    green_service(session)
    with engine.begin() as another:
        another.execute(select(func.pg_advisory_xact_lock(_ASKING)))
        session.execute(text("SET LOCAL lock_timeout = '20ms'"))
        with pytest.raises(OperationalError, match="lock timeout"), session.begin_nested():
            actions.ask_for_dry_run(session, wanted, by=by, in_full=True, now=NOON)
    assert actions.ask_for_dry_run(session, wanted, by=by, in_full=True, now=NOON).finished_at is None


def test_no_more_than_a_few_wait(session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_WAITING", 2)
    for day in ("2026-02-28", "2026-03-01"):
        asked(client_as, "outcome-checks", first_day="2026-02-28", last_day=day)
    manager = client_as(Role.COMMISSIONING_MANAGER, name="Mary")
    refused = manager.post("/v1/dry-runs", json={"version": 1})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "runs-waiting")


# ---------------------------------------------------------------- how long it is kept


@pytest.mark.parametrize("kind", [Kind.DRY_RUN, Kind.OUTCOME_CHECK])
def test_a_trial_is_removed_some_time_after_it_was_worked_out(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr(keeping, "_MOST_AT_ONCE", 1)
    run_id = changed(session) if kind is Kind.DRY_RUN else run_of(session, kind)
    run_of(session, kind, is_finished=False)
    path = f"/v1/{kind.replace('_', '-')}s"
    finished_at = session.get_one(ModelRun, run_id).finished_at
    assert finished_at is not None
    due = finished_at + timedelta(days=400)
    assert keeping.next_removal(session) == due
    assert keeping.remove_old(session, due - timedelta(seconds=1)) == 0
    listed = client_as(Role.COMMISSIONING_MANAGER).get(path).json()["items"]
    assert (len(listed), str(run_id) in {each["id"] for each in listed}) == (2, True)
    assert [keeping.remove_old(session, due) for _ in range(3)] == [1, *([1, 0] if kind is Kind.DRY_RUN else [0, 0])]
    assert str(run_id) not in {each["id"] for each in client_as(Role.COMMISSIONING_MANAGER).get(path).json()["items"]}
    assert keeping.next_removal(session) is None  # what is not finished is not old


def test_a_trial_that_an_approval_rests_on_is_kept_and_the_council_says_how_long_the_others_are(
    session: Session, client_as: ClientAs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSAY_TRIALS_KEPT_DAYS", "30")
    admin = client_as(Role.ADMINISTRATOR, name="Adam")
    policy = client_as(Role.AUDITOR).get("/v1/scoring-models/1").json()["policy"]
    draft = {"title": "A trial", "change_note": "As it was.", "policy": policy}
    version = admin.post("/v1/scoring-models", json=draft).json()["version"]
    looked_at, other = dry_run(session, client_as, version), dry_run(session, client_as, version)
    approving = {"edition": 1, "dry_run_id": looked_at["id"]}
    approved = client_as(Role.COMMISSIONING_MANAGER).post(f"/v1/scoring-models/{version}/approval", json=approving)
    assert approved.status_code == 200, approved.text
    assert keeping.next_removal(session) == NOON + timedelta(days=30)
    do_due(session, NOON + timedelta(days=31))
    assert [read(client_as, run).status_code for run in (looked_at, other)] == [200, 404]


# ---------------------------------------------------------------- who reads it


def entry(service: Any, **about: Any) -> dict[str, Any]:
    usual = {"kind": "unexpected_death", "event_on": "2026-02-10", "source": "Coroner", "restricted": False}
    of = {"provider_id": str(service.provider_id), "care_service_id": str(service.id), "substantiated": True}
    return usual | of | about


@pytest.mark.parametrize("kind", ["dry-runs", "outcome-checks"])
def test_a_run_made_with_what_is_held_in_confidence_is_not_for_an_administrator_or_an_auditor(
    session: Session, client_as: ClientAs, kind: str
) -> None:
    green_service(session)
    period = {"first_day": "2026-02-28", "last_day": "2026-03-01"} if kind == "outcome-checks" else {}
    admin, auditor = client_as(Role.ADMINISTRATOR, name="Adam"), client_as(Role.AUDITOR, name="Audrey")
    of_manager = tried(client_as(Role.COMMISSIONING_MANAGER), session, kind, {"version": 1} | period)
    of_admin = tried(admin, session, kind, {"version": 1} | period)
    assert (of_manager["is_in_full"], of_admin["is_in_full"]) == (True, False)
    paths = [f"/v1/{kind}/{of_manager['id']}"]
    paths += [f"{paths[0]}/{part}" for part in ("changes", "changes-export") if kind == "dry-runs"]
    for reader in (admin, auditor):
        assert [reader.get(path).status_code for path in paths] == [404] * len(paths)
        assert [each["id"] for each in reader.get(f"/v1/{kind}").json()["items"]] == [of_admin["id"]]
        assert reader.get(f"/v1/{kind}/{of_admin['id']}").status_code == 200
    assert auditor.post(f"/v1/{kind}", json={"version": 1} | period).status_code == 403
    both = client_as(Role.COMMISSIONING_MANAGER).get(f"/v1/{kind}").json()["items"]
    assert {each["id"] for each in both} == {of_manager["id"], of_admin["id"]}


def test_what_an_administrator_tried_is_gone_once_something_in_it_becomes_restricted(
    session: Session, client_as: ClientAs, at: Any
) -> None:
    service, officer = green_service(session), client_as(Role.COMPLIANCE_OFFICER, name="Olga")
    made = officer.post("/v1/intelligence", json=entry(service)).json()["id"]
    run = dry_run(session, client_as, 1, role=Role.ADMINISTRATOR)
    at.now = NOON + timedelta(hours=1)
    assert officer.post("/v1/intelligence", json=entry(service, restricted=True)).status_code == 201
    assert read(client_as, run, role=Role.ADMINISTRATOR).status_code == 200  # it says nothing of what came later
    restricting = {"reason": "It was told in confidence.", "entry": entry(service, restricted=True)}
    assert officer.post(f"/v1/intelligence/{made}/corrections", json=restricting).status_code == 201
    assert read(client_as, run, role=Role.ADMINISTRATOR).status_code == 404
    assert client_as(Role.ADMINISTRATOR).get("/v1/dry-runs").json()["items"] == []
    assert read(client_as, run).status_code == 200


# ---------------------------------------------------------------- how much it asks


@pytest.mark.parametrize("kind", ["dry-runs", "outcome-checks"])
def test_a_chunk_takes_no_more_statements_than_a_service(session: Session, client_as: ClientAs, kind: str) -> None:
    def statements(services: int) -> int:
        for _ in range(services):
            green_service(session, provider(session))
        said: list[str] = []
        listening = session.connection()

        def note(*about: Any) -> None:
            said.append(about[2])

        event.listen(listening, "before_cursor_execute", note)
        if kind == "dry-runs":
            dry_run(session, client_as, 1, role=Role.ADMINISTRATOR)
        else:
            outcome_check(session, client_as, 1, {"first_day": "2026-02-28", "last_day": "2026-03-01"})
        event.remove(listening, "before_cursor_execute", note)
        return len(said)

    few = statements(1)
    assert few > 0
    assert statements(20) == few


# ---------------------------------------------------------------- how warnings are counted


def days(*bands: Band) -> dict[Any, Band]:
    return {NOON.date() + number * timedelta(days=30): band for number, band in enumerate(bands)}


@pytest.mark.parametrize(
    ("bands", "issued_after_days", "begun", "followed"),
    [
        ([Band.GREEN, Band.AMBER, Band.AMBER], None, 1, 0),
        ([Band.AMBER, Band.GREEN, Band.RED], None, 2, 0),
        ([Band.GREEN, Band.AMBER, Band.AMBER], 100, 1, 1),
        ([Band.GREEN, Band.AMBER, Band.AMBER], 121, 1, 0),  # 91 days after the warning
        ([Band.GREEN, Band.AMBER, Band.AMBER], 30, 1, 1),  # on the day of the warning
        ([Band.GREEN, Band.AMBER, Band.AMBER], 29, 0, 0),  # in force before the warning was seen
        ([Band.NOT_ENOUGH_INFORMATION], None, 0, 0),
    ],
)
def test_a_warning_begins_and_is_followed_or_not(
    bands: list[Band], issued_after_days: int | None, begun: int, followed: int
) -> None:
    measures = []
    if issued_after_days is not None:
        measures = [Measure(issued_on=NOON.date() + timedelta(days=issued_after_days), ended_on=None)]
    counted = warnings(days(*bands), measures, today=NOON.date() + timedelta(days=400))
    assert (counted["begun"], counted["followed"], counted["open"]) == (begun, followed, 0)
