"""What a provider is sent when something is decided: a page and a PDF with the same words."""

from datetime import timedelta
from typing import Any

import pytest
from make_dps import EVALUATORS, REASON, Applicant, House, applicant, ok, sheet
from sqlmodel import Session

from assay_kit.testing import Time

FAIL = {"finding": "fail", "comment": "No lead is named."}


def decisions(house: House, who: Applicant, part: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(house.provider(who).get(f"/v1/lot-applications/{part}/decisions"))["items"]
    return found


def letter(house: House, who: Applicant, decision: dict[str, Any]) -> str:
    answer = house.provider(who).get(f"/v1/decisions/{decision['id']}/letter.html")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return str(answer.text)


def test_every_letter_on_the_way_to_a_refusal_says_why_and_what_may_be_done(
    house: House, session: Session, at: Time
) -> None:
    who = applicant(session, name="Larkfield <Care> & Sons")
    lot = house.open_lot()
    part, reasons = house.minded(lot, who, score=2)
    at.now += timedelta(days=9)
    ok(house.manager().post(f"/v1/lot-applications/{part}/refusal", json={"reason": REASON, "criteria": reasons}))
    minded, refusal = decisions(house, who, part)

    proposed = letter(house, who, minded)
    assert "<h1>We are minded to refuse your application</h1>" in proposed
    assert "Larkfield &lt;Care&gt; &amp; Sons" in proposed
    assert "until the end of 9 March 2026" in proposed
    assert "<dt>Score</dt><dd>40.00 per cent</dd>" in proposed
    assert "<dt>Needed</dt><dd>60 per cent</dd>" in proposed
    assert "<dt>What would change it</dt>" in proposed

    final = letter(house, who, refusal)
    assert "<h1>Your application is refused</h1>" in final
    assert "You made no representations in the time that you were given." in final
    assert "You may apply again" in final
    assert "Mia Manager" in final


def test_an_admission_says_whether_a_place_waits(house: House, session: Session) -> None:
    free, limited, who = house.open_lot(), house.open_lot(places=1), applicant(session)
    for lot, says in ((free, "You are a member from the day of this letter"), (limited, "Until then you wait")):
        part = house.part(lot, who)
        house.evaluate(part, sheet(session, lot))
        ok(house.decide(part))
        assert says in letter(house, who, decisions(house, who, part)[-1])


def test_a_decision_set_aside_has_its_letter_too(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    part = house.part(lot, who)
    house.evaluate(part, sheet(session, lot))
    ok(house.decide(part))
    ok(house.manager().post(f"/v1/lot-applications/{part}/setting-aside", json={"reason": REASON}))
    assert "evaluated again" in letter(house, who, decisions(house, who, part)[-1])


def test_a_proposal_that_is_taken_back_has_its_letter_and_says_why(house: House, session: Session) -> None:
    who = applicant(session)
    part, _ = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    ok(house.manager().post(f"/v1/lot-applications/{part}/reconsideration", json={"reason": REASON}))
    assert REASON in letter(house, who, decisions(house, who, part)[-1])
    [step, *_] = ok(house.provider(who).get(f"/v1/lot-applications/{part}/timeline"))["items"]
    assert (step["step"], step["reason"]) == ("reconsider", REASON)


def test_the_pdf_is_accessible_and_the_same_whenever_it_is_read(house: House, session: Session, at: Time) -> None:
    who = applicant(session)
    part, _ = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    [minded] = decisions(house, who, part)
    address = f"/v1/decisions/{minded['id']}/letter.pdf"
    answer = house.provider(who).get(address)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"pdfuaid:part" in answer.content
    at.now += timedelta(days=30)
    assert house.manager().get(address).content == answer.content


@pytest.mark.parametrize("form", ["letter.html", "letter.pdf"])
def test_a_letter_is_its_providers_own(house: House, session: Session, form: str) -> None:
    who = applicant(session)
    part, _ = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    [minded] = decisions(house, who, part)
    stranger = house.provider(applicant(session))
    assert stranger.get(f"/v1/decisions/{minded['id']}/{form}").status_code == 404
    assert house.commissioner(EVALUATORS[0]).get(f"/v1/decisions/{minded['id']}/{form}").status_code == 200
