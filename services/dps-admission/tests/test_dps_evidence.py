"""Documents that answers and representations name are the provider's own, kept with their hash, and relied on."""

from uuid import uuid4

from make_dps import SUBMISSION, House, applicant, evidence, ok
from sqlmodel import Session

FAIL = {"finding": "fail", "comment": "No lead is named."}


def test_submission_relies_on_the_providers_own_documents_and_keeps_their_hashes(
    house: House, session: Session
) -> None:
    lot, who = house.open_lot(), applicant(session)
    certificate = evidence(house.directory, who.provider_id)
    submitted = house.submit(lot, who, answers={"insurance_certificate": str(certificate.id)})
    kept = {"id": str(certificate.id), "filename": "certificate.pdf", "sha256": certificate.sha256, "expires_on": None}
    assert submitted["evidence"] == [kept]
    [(relied_on, by_object)] = house.directory.reliances
    assert (relied_on, by_object.kind, str(by_object.id)) == (certificate.id, "application", submitted["id"])
    assert ok(house.provider(who).get(f"/v1/applications/{submitted['id']}/proof"))["is_intact"] is True


def test_nobody_submits_the_document_of_another_provider(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    strange = evidence(house.directory, applicant(session).provider_id)
    drafted = house.draft(lot, who, answers={"insurance_certificate": str(strange.id)})
    answer = house.provider(who).post(f"/v1/applications/{drafted['id']}/submission", json=SUBMISSION)
    assert answer.status_code == 409
    assert answer.json()["evidence_ids"] == [str(strange.id)]
    assert ok(house.provider(who).get(f"/v1/applications/{drafted['id']}"))["status"] == "draft"
    assert house.directory.reliances == set()


def test_representations_rely_on_the_providers_own_documents(house: House, session: Session) -> None:
    who = applicant(session)
    part, _ = house.minded(house.open_lot(), who, safeguarding_policy=FAIL)
    address = f"/v1/lot-applications/{part}/representations"
    said = {"text": "The lead is named on page 2."}
    strange = house.provider(who).post(address, json=said | {"documents": [str(uuid4())]})
    assert strange.status_code == 409
    policy = evidence(house.directory, who.provider_id)
    made = ok(house.provider(who).post(address, json=said | {"documents": [str(policy.id)]}))
    assert [one["sha256"] for one in made["evidence"]] == [policy.sha256]
    assert {relied_on for relied_on, _ in house.directory.reliances} == {policy.id}
