from datetime import timedelta

import pytest
from make_dps import EVALUATORS, REASON, Applicant, House, applicant, criterion_reason, ok, person, refused, sheet
from sqlmodel import Session

from assay_kit.testing import Time, do_due

FAIL = {"finding": "fail", "comment": "No lead is named."}


def test_nobody_sees_anothers_scores_until_all_have_finished(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.assign(part, *EVALUATORS)
    house.score(part, "Eve One", sheet(session, lot))
    address = f"/v1/lot-applications/{part}/evaluation"

    for watcher in (house.commissioner("Ed Two"), house.manager(), house.commissioner("Col Commissioner")):
        seen = ok(watcher.get(address))["sheets"]
        assert [one for one in seen if one["name"] != "Ed Two"] == []
    own = ok(house.commissioner("Eve One").get(address))["sheets"]
    assert [one["name"] for one in own] == ["Eve One"]

    house.score(part, "Ed Two", sheet(session, lot, score=3))
    seen = ok(house.commissioner("Ed Two").get(address))
    assert [one["name"] for one in seen["sheets"]] == ["Eve One", "Ed Two"]
    assert "quality_local" in seen["to_settle"]


def test_an_evaluator_declares_before_scoring_and_scores_once(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    body = {"person": person("Eve One"), "name": "Eve One", "part": "evaluator"}
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body))
    eve, scores = house.commissioner("Eve One"), f"/v1/lot-applications/{part}/scores"
    marks = {"marks": sheet(session, lot)}
    assert refused(eve.put(scores, json=marks)) == ["no-declaration"]
    house.declare(part, "Eve One")
    ok(eve.put(scores, json=marks))
    ok(eve.post(f"{scores}/completion"))
    assert refused(eve.put(scores, json=marks)) == ["already-finished"]


def test_a_person_with_a_conflict_neither_scores_nor_counts(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.settle_checks(part)
    house.assign(part, "Eve One")
    body = {"person": person("Ed Two"), "name": "Ed Two", "part": "evaluator"}
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/evaluators", json=body))
    declaration = {"has_conflict": True, "detail": "My sister works there."}
    ok(house.commissioner("Ed Two").post(f"/v1/lot-applications/{part}/declaration", json=declaration))
    house.score(part, "Eve One", sheet(session, lot))
    assert refused(house.report(part)) == ["too-few-evaluators"]


def test_a_moderator_settles_where_evaluators_differ(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.settle_checks(part)
    house.assign(part, *EVALUATORS)
    house.assign(part, "Mo Moderator", role="moderator")
    house.score(part, "Eve One", sheet(session, lot))
    house.score(part, "Ed Two", sheet(session, lot, quality_local={"score": 1, "comment": "Thin."}))
    assert refused(house.report(part)) == ["no-consensus"]

    body = {"question": "quality_local", "score": 3, "reason": REASON}
    address = f"/v1/lot-applications/{part}/consensus"
    assert refused(house.commissioner("Eve One").post(address, json=body)) == ["not-a-moderator"]
    ok(house.commissioner("Mo Moderator").post(address, json=body))
    report = ok(house.report(part))
    assert report["content"]["quality"] == "78"
    decided = house.client_as("commissioning_manager", name="Mo Moderator").post(
        f"/v1/lot-applications/{part}/decision", json={"outcome": "admit", "reason": REASON}
    )
    assert refused(decided) == ["decider-was-involved"]


def test_an_open_check_keeps_the_report_from_completion(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.assign(part, *EVALUATORS)
    for name in EVALUATORS:
        house.score(part, name, sheet(session, lot))
    assert refused(house.report(part)) == ["check-open", "check-open"]
    house.settle_checks(part)
    assert ok(house.report(part))["passes"] is True


@pytest.mark.parametrize(("threshold", "passes"), [("80", True), ("80.000001", False)])
def test_the_threshold_hit_exactly_admits_and_missed_by_a_hair_does_not(
    house: House, session: Session, threshold: str, passes: bool
) -> None:
    lot = house.open_lot(quality_threshold=threshold)
    part = house.part(lot, applicant(session))
    report = house.evaluate(part, sheet(session, lot, score=4))
    assert report["passes"] is passes
    answer = house.decide(part)
    if passes:
        assert ok(answer)["lot_application"]["status"] == "admitted"
    else:
        assert refused(answer) == ["criteria-failed"]


def test_who_meets_every_criterion_is_not_refused(house: House, session: Session) -> None:
    lot = house.open_lot()
    part = house.part(lot, applicant(session))
    house.evaluate(part, sheet(session, lot))
    assert refused(house.decide(part, "minded_to_refuse")) == ["criteria-met"]


def test_a_refusal_waits_for_the_window_and_records_the_silence(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    part, reasons = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    assert [one["criterion"] for one in reasons] == ["safeguarding_policy"]
    address, body = f"/v1/lot-applications/{part}/refusal", {"reason": REASON, "criteria": reasons}
    assert refused(house.manager().post(address, json=body)) == ["window-open"]

    at.now += timedelta(days=8)
    do_due(session, at.now)
    assert ok(house.manager().post(address, json=body))["lot_application"]["status"] == "refused"
    told_to_provider = ok(house.provider(who).get(f"/v1/lot-applications/{part}/decisions"))
    [window] = told_to_provider["representations"]
    assert window["silent_at"] == window["closes_at"]
    [criterion] = told_to_provider["items"][-1]["criteria"]
    assert criterion["what_would_change"]
    question = {"question": "Which branch would deliver?"}
    late = house.commissioner().post(f"/v1/lot-applications/{part}/clarifications", json=question)
    assert late.status_code == 409
    application = ok(house.provider(who).get(f"/v1/lot-applications/{part}"))["application_id"]
    assert ok(house.provider(who).get(f"/v1/applications/{application}"))["status"] == "closed"


def test_representations_change_the_outcome(house: House, session: Session) -> None:
    who = applicant(session)
    part, _ = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    said = {"text": "The lead is named on page 2."}
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json=said))
    accepted = {"reason": REASON, "accepted": [{"criterion": "safeguarding_policy", "reason": REASON}]}
    ok(house.manager().post(f"/v1/lot-applications/{part}/acceptance-of-representations", json=accepted))
    assert house.membership(who)["status"] == "active"


def test_a_score_goes_back_to_the_evaluators(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    part, _ = house.minded(lot, who, score=2)
    said = {"text": "See page 4 again."}
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json=said))
    accepted = {"reason": REASON, "accepted": [{"criterion": "total:quality", "reason": REASON}]}
    answer = house.manager().post(f"/v1/lot-applications/{part}/acceptance-of-representations", json=accepted)
    assert "needs-rescoring" in refused(answer)

    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json={"reason": REASON}))
    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot, score=4))
    ok(house.report(part))
    ok(house.decide(part))
    assert house.membership(who)["status"] == "active"


def test_a_report_that_passes_is_sent_back_with_what_was_said_since(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    again, reason = f"/v1/lot-applications/{part}/reconsideration", {"reason": REASON}
    assert refused(house.manager().post(again, json=reason)) == ["no-report"]
    house.evaluate(part, sheet(session, lot))
    question = {"question": "Who is the safeguarding lead?"}
    asked = ok(house.commissioner().post(f"/v1/lot-applications/{part}/clarifications", json=question))
    assert house.manager().post(again, json=reason).status_code == 409, "the answer is awaited"
    ok(house.provider(who).post(f"/v1/clarifications/{asked['id']}/answer", json={"answer": "Nobody is."}))

    sent_back = ok(house.manager().post(again, json=reason))
    assert sent_back["lot_application"]["status"] == "evaluating"
    assert house.decide(part).status_code == 404, "there is no report of this round"
    _is_told_only_that_it_went_back(house, who, part, sent_back["decision"]["id"])
    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot, safeguarding_policy=FAIL))
    ok(house.report(part))
    assert refused(house.decide(part)) == ["criteria-failed"]


def _is_told_only_that_it_went_back(house: House, who: Applicant, part: str, decision: str) -> None:
    """Nothing had been proposed to the provider: why a report went back is the council's own."""
    address, readers = f"/v1/lot-applications/{part}", (house.provider(who), house.manager())
    seen = [ok(reader.get(f"{address}/decisions"))["items"] for reader in readers]
    assert [[one["id"] for one in items] for items in seen] == [[], [decision]]
    steps = [ok(reader.get(f"{address}/timeline"))["items"][0] for reader in readers]
    assert [(one["step"], one["reason"]) for one in steps] == [("reconsider", None), ("reconsider", REASON)]
    assert {reader.get(f"/v1/decisions/{decision}/letter.html").status_code for reader in readers} == {404}


def test_a_decision_set_aside_suspends_until_the_next_one(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    membership = house.admit(lot, who)
    [task] = ok(house.manager().get("/v1/lot-applications", params={"only_open": False}))["items"]
    part = task["id"]
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json={"reason": REASON}))
    suspended = house.membership(who)
    assert suspended["status"] == "suspended"
    lifting = f"/v1/suspensions/{suspended['suspensions'][0]['id']}/lifting"
    assert refused(house.manager().post(lifting, json={"reason": REASON})) == ["lifts-with-decision"]

    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot, safeguarding_policy=FAIL))
    ok(house.report(part))
    reasons = [criterion_reason("safeguarding_policy")]
    ok(house.decide(part, "minded_to_refuse", criteria=reasons))
    at.now += timedelta(days=10)
    ok(house.manager().post(f"/v1/lot-applications/{part}/refusal", json={"reason": REASON, "criteria": reasons}))
    ended = house.membership(who)
    assert (ended["id"], ended["status"]) == (membership["id"], "ended")


def test_a_passing_zone_does_not_wait_for_another(house: House, session: Session) -> None:
    scheme_lot, who = house.open_lot(zones=["North", "South"]), applicant(session)
    north, south = (one["id"] for one in house.submit(scheme_lot, who, "North", "South")["lot_applications"])
    house.evaluate(north, sheet(session, scheme_lot, safeguarding_policy=FAIL))
    ok(house.decide(north, "minded_to_refuse", criteria=[criterion_reason("safeguarding_policy")]))
    house.evaluate(south, sheet(session, scheme_lot))
    ok(house.decide(south))
    assert house.membership(who)["zone"] == "South"
