"""What a person has settled stands while the facts do: before a decision, and while somebody waits for a place."""

from typing import Any

from make_dps import REASON, Applicant, House, applicant, criterion_reason, ok, refused, sheet
from sqlmodel import Session, select

from assay_contracts.directory.copies import Copies, keep_provider
from assay_contracts.messages import MessageRequested
from assay_kit.testing import Time, told
from dps_admission.tables import Offer

CEILING: dict[str, Any] = {"price_ceiling": "19.50", "price_unit": "an hour"}


def statuses(house: House, *people: Applicant) -> list[str]:
    return [house.membership(who)["status"] for who in people]


def test_who_was_admitted_with_a_settled_check_keeps_its_place_in_the_line(house: House, session: Session) -> None:
    lot = house.open_lot(places=1, **CEILING)
    better, other = applicant(session), applicant(session)
    for who, price, score in ((better, "19.51", 5), (other, "19.50", 4)):
        part = house.part(lot, who, price=price)
        house.evaluate(part, sheet(session, lot, score=score))
        ok(house.decide(part))
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, better, other) == ["offered", "waiting"]
    [offer] = session.exec(select(Offer)).all()
    [price_check] = [one for one in offer.checks if one["kind"] == "price"]
    assert (price_check["outcome"], price_check["finding"]) == ("failed", "pass")
    assert price_check["inputs"] == {"price": "19.51", "ceiling": "19.50"}


def test_what_representations_have_met_does_not_cost_the_place_either(house: House, session: Session) -> None:
    lot, who = house.open_lot(places=1, **CEILING), applicant(session)
    part = house.part(lot, who, price="19.51")
    house.settle_checks(part, finding="fail")
    failed = house.evaluate(part, sheet(session, lot))["content"]["failed"]
    assert "check:price" in failed
    ok(house.decide(part, "minded_to_refuse", criteria=[criterion_reason(one) for one in failed]))
    said = {"text": "The ceiling was raised by letter."}
    ok(house.provider(who).post(f"/v1/lot-applications/{part}/representations", json=said))
    accepted = {"reason": REASON, "accepted": [{"criterion": one, "reason": REASON} for one in failed]}
    ok(house.manager().post(f"/v1/lot-applications/{part}/acceptance-of-representations", json=accepted))
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, who) == ["offered"]


def test_what_fails_since_the_admission_passes_over(house: House, session: Session) -> None:
    lot = house.open_lot(places=1)
    better, other = applicant(session), applicant(session)
    house.admit(lot, better, score=5)
    house.admit(lot, other, score=4)
    provider = Copies(session).provider(better.provider_id)
    assert provider is not None
    keep_provider(session, provider.model_copy(update={"version": 2, "cqc_provider_id": None}))
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, better, other) == ["waiting", "offered"]


def test_what_cannot_be_found_out_since_the_admission_passes_over(house: House, session: Session) -> None:
    """It is another company now, and nobody has looked at it; by hand a person may offer, and then it is known."""
    lot = house.open_lot(places=1)
    better, other = applicant(session, company_number="01234567"), applicant(session)
    house.admit(lot, better, score=5)
    house.admit(lot, other, score=4)
    provider = Copies(session).provider(better.provider_id)
    assert provider is not None
    keep_provider(session, provider.model_copy(update={"version": 2, "company_number": "07654321"}))
    ok(house.manager().post(f"/v1/lots/{lot['id']}/rounds"))
    assert statuses(house, better, other) == ["waiting", "offered"]
    [told_of] = [one for one in told(session, MessageRequested) if one.template == "waiting_member_failed_checks"]
    assert str(told_of.about) == house.membership(better)["id"]


def test_a_finding_about_one_company_is_not_about_another(house: House, session: Session) -> None:
    who = applicant(session, company_number="01234567")
    part = house.part(house.open_lot(), who)
    house.settle_checks(part)
    provider = Copies(session).provider(who.provider_id)
    assert provider is not None
    keep_provider(session, provider.model_copy(update={"version": 2, "company_number": "07654321"}))
    ran: list[dict[str, Any]] = ok(house.commissioner().post(f"/v1/lot-applications/{part}/checks"))["items"]
    found = {one["kind"]: one["finding"] for one in ran if one["outcome"] == "cannot_run"}
    assert found == {"company_status": None, "cqc_register": "pass"}


def test_nobody_is_refused_on_a_criterion_that_came_up_after_the_notice(
    house: House, session: Session, at: Time
) -> None:
    from_start: dict[str, Any] = {"safeguarding_policy": {"finding": "fail", "comment": "No lead is named."}}
    lot = house.open_lot()
    part = house.part(lot, applicant(session), answers={"insurance_expires": "2026-03-05"})
    house.evaluate(part, sheet(session, lot, **from_start))
    named = [criterion_reason("safeguarding_policy")]
    ok(house.decide(part, "minded_to_refuse", criteria=named))
    at.now = at.now.replace(day=12)
    ok(house.commissioner().post(f"/v1/lot-applications/{part}/checks"))
    house.settle_checks(part, finding="fail")
    refusal = f"/v1/lot-applications/{part}/refusal"
    both = {"reason": REASON, "criteria": [*named, criterion_reason("check:insurance")]}
    assert refused(house.manager().post(refusal, json=both)) == ["not-noticed"]
    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json={"reason": REASON}))
