from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from make_dps import EVALUATORS, REASON, Applicant, House, applicant, care_service, evidence, ok, refused, sheet
from sqlmodel import Session

from assay_contracts.assessment import Rating, RatingPublished, RatingWithdrawn
from assay_contracts.directory import EvidenceLapsed
from assay_contracts.messages import MessageRequested
from assay_contracts.risk import Band, BandChanged
from assay_kit.testing import Time, told

CHANGED = {"kind": "ownership", "said": "We were bought by another group.", "changed_on": "2026-03-01"}


def report(house: House, who: Applicant, **about: Any) -> dict[str, Any]:
    return ok(house.provider(who).post("/v1/changes-of-circumstances", json=CHANGED | about))


def to_answer(house: House) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(house.manager().get("/v1/changed-decisions"))["items"]
    return items


def part_of(house: House) -> str:
    [task] = ok(house.manager().get("/v1/lot-applications", params={"only_open": False}))["items"]
    return str(task["id"])


def test_a_reported_change_marks_the_decision_until_somebody_else_reconfirms_it(house: House, session: Session) -> None:
    who = applicant(session)
    house.admit(house.open_lot(), who)
    reported = report(house, who)
    [mark] = reported["touches"]
    seen = ok(house.provider(who).get(f"/v1/lot-applications/{part_of(house)}/decisions"))
    assert [(one["id"], one["status"]) for one in seen["changed_since"]] == [(mark["id"], "open")]
    assert mark["decision_id"] == seen["items"][-1]["id"]
    [letter] = [one for one in told(session, MessageRequested) if one.template == "circumstances_changed"]
    assert letter.personalisation == {"provider": "Larkfield Care Ltd", "what": "ownership"}

    address = f"/v1/changed-decisions/{mark['id']}/reconfirmation"
    evaluator = house.client_as("commissioning_manager", name=EVALUATORS[0])
    assert refused(evaluator.post(address, json={"reason": REASON})) == ["decider-was-involved"]
    assert ok(house.manager().post(address, json={"reason": REASON}))["status"] == "reconfirmed"
    assert house.manager().post(address, json={"reason": REASON}).status_code == 409
    assert to_answer(house) == []
    assert house.membership(who)["status"] == "active"


def test_a_review_sets_the_decision_aside_and_answers_every_mark_on_it(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    report(house, who)
    report(house, who, kind="finances", said="A loan was called in.")
    first, second = to_answer(house)

    reviewed = ok(house.manager().post(f"/v1/changed-decisions/{first['id']}/review", json={"reason": REASON}))
    assert reviewed["status"] == "reviewed"
    assert to_answer(house) == []
    assert (
        house.manager().post(f"/v1/changed-decisions/{second['id']}/review", json={"reason": REASON}).status_code == 409
    )
    assert house.membership(who)["status"] == "suspended"

    part = part_of(house)
    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot))
    ok(house.report(part))
    ok(house.decide(part))
    assert house.membership(who)["status"] == "active"


def test_a_change_about_one_service_touches_what_that_service_delivers(house: House, session: Session) -> None:
    who = applicant(session)
    house.admit(house.open_lot(), who)
    other = care_service(session, who.provider_id, name="Day centre")
    assert report(house, who, care_service_id=str(other.id))["touches"] == []
    assert len(report(house, who, care_service_id=str(who.care_service_id))["touches"]) == 1


def test_a_change_names_a_day_that_has_come_and_ones_own_service(house: House, session: Session) -> None:
    who, stranger = applicant(session), applicant(session)
    body = CHANGED | {"changed_on": "2026-03-03", "care_service_id": str(stranger.care_service_id)}
    answer = house.provider(who).post("/v1/changes-of-circumstances", json=body)
    assert refused(answer) == ["not-yet", "not-your-service"]
    file = evidence(house.directory, stranger.provider_id)
    answer = house.provider(who).post("/v1/changes-of-circumstances", json=CHANGED | {"documents": [str(file.id)]})
    assert answer.status_code == 409


def test_an_opening_balance_has_no_decision_to_review(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    body = {
        "provider_id": str(who.provider_id),
        "care_service_ids": [str(who.care_service_id)],
        "source": "The award letter",
        "reason": REASON,
    }
    made = ok(house.manager().post(f"/v1/lots/{lot['id']}/opening-memberships", json=body))
    ok(house.manager("Max Manager").post(f"/v1/memberships/{made['id']}/confirmation"))
    [mark] = report(house, who)["touches"]
    address = f"/v1/changed-decisions/{mark['id']}"
    assert (mark["decision_id"], mark["membership_id"]) == (None, made["id"])
    assert refused(house.manager().post(f"{address}/review", json={"reason": REASON})) == ["no-decision"]
    ok(house.manager().post(f"{address}/reconfirmation", json={"reason": REASON}))


def band(who: Applicant, at: Time, **about: Any) -> BandChanged:
    usual: dict[str, Any] = {
        "care_service_id": who.care_service_id,
        "provider_id": who.provider_id,
        "band": Band.RED,
        "computed_band": Band.RED,
        "previous_band": Band.AMBER,
        "reasons": (),
        "model_version": 1,
        "at": at.now + timedelta(hours=1),
    }
    return BandChanged.model_validate(usual | about)


def test_a_band_that_turns_red_marks_and_the_provider_hears_nothing_of_it(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session)
    house.admit(house.open_lot(), who)
    house.deliver(band(who, at, band=Band.AMBER, previous_band=Band.GREEN))
    assert to_answer(house) == []
    house.deliver(band(who, at))
    [mark] = to_answer(house)

    owner = house.provider(who)
    assert ok(owner.get("/v1/changes-of-circumstances"))["items"] == []
    assert owner.get(f"/v1/changes-of-circumstances/{mark['change_id']}").status_code == 404
    assert ok(owner.get(f"/v1/lot-applications/{part_of(house)}/decisions"))["changed_since"] == []
    seen = ok(house.manager().get(f"/v1/lot-applications/{part_of(house)}/decisions"))
    assert len(seen["changed_since"]) == 1


@pytest.mark.parametrize(
    ("about", "marks"),
    [
        ({"rating": Rating.POOR}, 1),
        ({"rating": Rating.REQUIRES_IMPROVEMENT}, 1),
        ({"rating": Rating.GOOD}, 0),
        ({"rating": Rating.POOR, "is_imported": True}, 0),
    ],
)
def test_a_low_rating_marks_unless_it_was_imported(
    house: House, session: Session, at: Time, about: dict[str, Any], marks: int
) -> None:
    who = applicant(session)
    house.admit(house.open_lot(), who)
    house.deliver(
        RatingPublished(
            assessment_id=uuid4(),
            care_service_id=who.care_service_id,
            provider_id=who.provider_id,
            published_on=at.now.date(),
            framework_version=1,
            next_due_on=at.now.date(),
            at=at.now + timedelta(hours=1),
            **about,
        )
    )
    assert len(to_answer(house)) == marks


def test_evidence_that_lapses_marks_what_was_decided_on_it(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    file = evidence(house.directory, who.provider_id)
    part = house.part(lot, who, answers={"insurance_certificate": str(file.id)})
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    about: dict[str, Any] = {"provider_id": who.provider_id, "kind": file.kind, "expired_on": at.now.date()}
    house.deliver(EvidenceLapsed(evidence_id=uuid4(), at=at.now + timedelta(hours=1), **about))
    assert to_answer(house) == []
    house.deliver(EvidenceLapsed(evidence_id=file.id, at=at.now + timedelta(hours=1), **about))
    [mark] = to_answer(house)
    change = ok(house.provider(who).get(f"/v1/changes-of-circumstances/{mark['change_id']}"))
    assert change["kind"] == "evidence_lapsed"


def test_what_was_known_before_the_decision_is_no_change_since(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    house.deliver(band(who, at))
    at.now += timedelta(days=1)
    house.admit(house.open_lot(), who)
    assert to_answer(house) == []


def test_what_was_heard_too_late_for_the_decision_is_a_change_since(house: House, session: Session, at: Time) -> None:
    """Nobody who decided could know of it, whenever it happened."""
    who = applicant(session)
    house.admit(house.open_lot(), who)
    earlier = at.now - timedelta(days=1)
    house.deliver(band(who, at).model_copy(update={"at": earlier}))
    assert len(to_answer(house)) == 1


def test_a_membership_that_ends_takes_its_marks_with_it(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    report(house, who)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json={"reason": REASON}))
    assert house.membership(who)["status"] == "ended"
    assert to_answer(house) == []


def test_evidence_of_representations_lapses_like_any_other(house: House, session: Session, at: Time) -> None:
    lot, who = house.open_lot(), applicant(session)
    part, _ = house.minded(lot, who, safeguarding_policy={"finding": "fail", "comment": "No lead is named."})
    file = evidence(house.directory, who.provider_id)
    said = {"text": "The lead is named on page 2.", "documents": [str(file.id)]}
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json=said))
    accepted = {"reason": REASON, "accepted": [{"criterion": "safeguarding_policy", "reason": REASON}]}
    ok(house.manager().post(f"/v1/lot-applications/{part}/acceptance-of-representations", json=accepted))
    lapsed(house, who, file, at)
    assert len(to_answer(house)) == 1


def test_evidence_of_a_renewed_declaration_lapses_like_any_other(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    membership = house.admit(house.open_lot(), who)
    file = evidence(house.directory, who.provider_id)
    declared = {"declared_by": "Olive Owner", "evidence_ids": [str(file.id)], "is_true_and_complete": True}
    ok(house.provider(who).post(f"/v1/memberships/{membership['id']}/affirmations", json=declared))
    lapsed(house, who, file, at)
    assert len(to_answer(house)) == 1


def lapsed(house: House, who: Applicant, file: Any, at: Time) -> None:
    about: dict[str, Any] = {"provider_id": who.provider_id, "kind": file.kind, "expired_on": at.now.date()}
    house.deliver(EvidenceLapsed(evidence_id=file.id, at=at.now + timedelta(hours=1), **about))


def test_a_rating_that_is_withdrawn_takes_its_marks_with_it(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    house.admit(house.open_lot(), who)
    about: dict[str, Any] = {"assessment_id": uuid4(), "care_service_id": who.care_service_id}
    about |= {"provider_id": who.provider_id, "at": at.now + timedelta(hours=1)}
    published = {"published_on": at.now.date(), "framework_version": 1, "next_due_on": at.now.date()}
    house.deliver(RatingPublished(rating=Rating.POOR, **published, **about))
    report(house, who)
    assert len(to_answer(house)) == 2
    house.deliver(RatingWithdrawn(replaced_by=uuid4(), **about))
    [left] = to_answer(house)
    assert ok(house.provider(who).get(f"/v1/changes-of-circumstances/{left['change_id']}"))["kind"] == "ownership"


def test_what_is_reported_while_an_application_is_evaluated_is_seen_before_it_is_decided(
    house: House, session: Session
) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    reported = report(house, who, kind="exclusion_ground", said="A director was convicted of fraud.")
    [mark] = reported["touches"]
    assert (mark["lot_application_id"], mark["membership_id"], mark["status"]) == (part, None, "open")
    [letter] = [one for one in told(session, MessageRequested) if one.template == "circumstances_changed"]
    assert letter.personalisation == {"provider": "Larkfield Care Ltd", "what": "exclusion ground"}
    house.evaluate(part, sheet(session, lot))
    [shown] = ok(house.commissioner(EVALUATORS[0]).get(f"/v1/lot-applications/{part}/evaluation"))["changed_since"]
    assert (shown["change"]["said"], shown["mark"]["id"]) == (reported["said"], mark["id"])

    assert refused(house.decide(part)) == ["change-not-seen"]
    address, reason = f"/v1/changed-decisions/{mark['id']}", {"reason": "It is another director, of another company."}
    for step in ("reconfirmation", "review"):
        assert refused(house.manager().post(f"{address}/{step}", json=reason)) == ["not-decided"]
    evaluator = house.client_as("commissioning_manager", name=EVALUATORS[0])
    assert refused(evaluator.post(f"{address}/acknowledgement", json=reason)) == ["decider-was-involved"]
    taken = ok(house.manager().post(f"{address}/acknowledgement", json=reason))
    assert (taken["status"], taken["reason"]) == ("acknowledged", reason["reason"])
    assert house.manager().post(f"{address}/acknowledgement", json=reason).status_code == 409
    ok(house.decide(part))
    assert house.membership(who)["status"] == "active"


def test_what_is_reported_after_a_proposal_to_refuse_is_seen_before_the_refusal(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session)
    part, reasons = house.minded(house.open_lot(), who, safeguarding_policy={"finding": "fail", "comment": "None."})
    report(house, who)
    at.now += timedelta(days=10)
    refusal = {"reason": REASON, "criteria": reasons}
    assert refused(house.manager().post(f"/v1/lot-applications/{part}/refusal", json=refusal)) == ["change-not-seen"]


def test_what_touches_only_a_decided_application_is_reconfirmed_and_not_noted(house: House, session: Session) -> None:
    who = applicant(session)
    house.admit(house.open_lot(), who)
    [mark] = report(house, who)["touches"]
    address = f"/v1/changed-decisions/{mark['id']}/acknowledgement"
    assert refused(house.manager().post(address, json={"reason": REASON})) == ["decided"]


def test_what_is_withdrawn_takes_its_marks_with_it(house: House, session: Session) -> None:
    who = applicant(session)
    part = house.part(house.open_lot(), who)
    report(house, who)
    assert len(to_answer(house)) == 1
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/withdrawal", json={"reason": REASON}))
    assert to_answer(house) == []


def test_a_file_that_lapses_while_it_is_evaluated_marks_the_application_it_was_sent_with(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session)
    file = evidence(house.directory, who.provider_id)
    part = house.part(house.open_lot(), who, answers={"insurance_certificate": str(file.id)})
    lapsed(house, who, file, at)
    [mark] = to_answer(house)
    assert (mark["lot_application_id"], mark["membership_id"]) == (part, None)


def test_a_new_decision_answers_what_was_reported_while_it_was_prepared(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    house.admit(lot, who)
    part = part_of(house)
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json={"reason": REASON}))
    report(house, who)
    [mark] = to_answer(house)
    assert mark["membership_id"] == house.membership(who)["id"]
    house.settle_checks(part)
    for name in EVALUATORS:
        house.declare(part, name)
        house.score(part, name, sheet(session, lot))
    ok(house.report(part))
    assert refused(house.decide(part)) == ["change-not-seen"]
    address = f"/v1/changed-decisions/{mark['id']}"
    for step in ("reconfirmation", "review"):
        assert refused(house.manager().post(f"{address}/{step}", json={"reason": REASON})) == ["not-decided"]
    ok(house.manager().post(f"{address}/acknowledgement", json={"reason": REASON}))
    ok(house.decide(part))
    assert to_answer(house) == []
