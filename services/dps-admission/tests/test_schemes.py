from datetime import UTC, datetime
from uuid import UUID

import pytest
from make_dps import (
    REASON,
    SUBMISSION,
    House,
    applicant,
    lot_body,
    ok,
    question_set_id,
    refused,
    scheme_body,
    set_of_2023_act,
)
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from assay_contracts.roles import Role
from assay_kit.testing import Time
from dps_admission.schemes.profiles import Regime
from dps_admission.schemes.rules import MOST_LOTS
from dps_admission.tables import Lot


def test_a_draft_dps_opens_only_with_a_notice_and_one_ready_lot(house: House, session: Session) -> None:
    bare = scheme_body(session, notice_reference=None, noticed_on=None)
    scheme = ok(house.commissioner().post("/v1/schemes", json=bare))
    address = f"/v1/schemes/{scheme['id']}"
    assert refused(house.manager().post(f"{address}/opening")) == ["notice-missing", "no-ready-lot"]

    ok(house.commissioner().put(address, json=scheme_body(session)))
    unready = lot_body(session, question_set_id=None)
    lot = ok(house.commissioner().post(f"{address}/lots", json=unready))
    assert refused(house.manager().post(f"{address}/opening")) == ["no-ready-lot"]
    ok(house.commissioner().put(f"/v1/lots/{lot['id']}", json=lot_body(session)))
    assert ok(house.manager().post(f"{address}/opening"))["status"] == "open"


def test_what_was_advertised_stays(house: House, session: Session) -> None:
    lot = house.open_lot()
    scheme = f"/v1/schemes/{lot['scheme_id']}"
    assert refused(house.commissioner().put(scheme, json=scheme_body(session))) == ["conditions-frozen"]
    assert refused(house.commissioner().put(f"/v1/lots/{lot['id']}", json=lot_body(session))) == ["conditions-frozen"]
    assert refused(house.commissioner().post(f"{scheme}/lots", json=lot_body(session))) == ["conditions-frozen"]


def test_a_2015_dps_is_not_extended_after_the_transition(house: House, session: Session, at: Time) -> None:
    lot = house.open_lot(scheme={"regime": Regime.PCR2015_REG34})
    address = f"/v1/schemes/{lot['scheme_id']}/validity"
    body = {"valid_until": "2028-06-30", "rationale": "extended_as_advertised", "reason": REASON}
    assert refused(house.manager().post(address, json=body)) == ["validity-frozen"]
    ok(house.manager().post(address, json=body | {"valid_until": "2027-06-30", "rationale": "shortened"}))
    at.now = datetime(2026, 2, 23, 12, tzinfo=UTC)
    ok(house.manager().post(address, json=body))
    [shortened, extended] = ok(house.manager().get(f"/v1/schemes/{lot['scheme_id']}/changes"))["items"]
    assert (shortened["before"], shortened["after"]) == ("2028-03-31", "2027-06-30")
    assert extended["rationale"] == "extended_as_advertised"


def test_a_lot_that_must_take_applications_is_not_paused(house: House, session: Session) -> None:
    lot = house.open_lot(scheme={"regime": Regime.PCR2015_REG34})
    answer = house.manager().post(f"/v1/lots/{lot['id']}/pause", json={"reason": REASON})
    assert refused(answer) == ["pause-forbidden"]
    assert answer.json()["bars"][0]["source"] == "Public Contracts Regulations 2015, regulation 34"


def test_nobody_applies_while_a_lot_is_paused_or_the_dps_closed(house: House, session: Session) -> None:
    lot, who = house.open_lot(), applicant(session)
    drafted = house.draft(lot, who)
    ok(house.manager().post(f"/v1/lots/{lot['id']}/pause", json={"reason": REASON}))
    submission = house.provider(who).post(f"/v1/applications/{drafted['id']}/submission", json=SUBMISSION)
    assert refused(submission) == ["lot-not-open"]
    ok(house.manager().post(f"/v1/lots/{lot['id']}/resumption"))
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json={"reason": REASON}))
    started = house.provider(who).post("/v1/applications", json={"scheme_id": lot["scheme_id"]})
    assert refused(started) == ["scheme-not-open"]


def test_applicants_are_charged_nothing(house: House, session: Session) -> None:
    answer = house.commissioner().post("/v1/schemes", json=scheme_body(session) | {"applicant_fee": "50.00"})
    assert refused(answer) == ["fee-forbidden"]


def test_only_those_who_prepare_a_dps_see_its_draft(house: House, session: Session) -> None:
    scheme = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    lot = ok(house.commissioner().post(f"/v1/schemes/{scheme['id']}/lots", json=lot_body(session)))
    content = ok(house.commissioner().get(f"/v1/question-sets/{lot['question_set_id']}"))["content"]
    drafted = ok(house.commissioner().post("/v1/question-sets", json={"name": "Another", "content": content}))
    provider = house.provider(applicant(session), Role.PROVIDER_USER)
    for reader in (provider, house.client_as(Role.AUDITOR), house.client_as(Role.SOCIAL_CARE_ASSESSOR)):
        for address in (f"schemes/{scheme['id']}", f"lots/{lot['id']}", f"question-sets/{drafted['id']}"):
            assert reader.get(f"/v1/{address}").status_code == 404
        assert scheme["id"] not in [one["id"] for one in ok(reader.get("/v1/schemes"))["items"]]
        assert drafted["id"] not in [one["id"] for one in ok(reader.get("/v1/question-sets"))["items"]]
    assert house.manager().get(f"/v1/schemes/{scheme['id']}").status_code == 200
    for nobody in (house.machine(), house.client_as()):
        assert nobody.get("/v1/schemes").status_code in (401, 403)


def test_a_published_question_set_is_frozen_and_its_next_version_touches_no_draft(
    house: House, session: Session
) -> None:
    lot, who = house.open_lot(), applicant(session)
    drafted = house.draft(lot, who)
    address = f"/v1/question-sets/{lot['question_set_id']}"
    published = ok(house.commissioner().get(address))
    assert house.commissioner().put(address, json={"content": published["content"]}).status_code == 409
    with pytest.raises(DBAPIError, match="frozen"), session.begin_nested():
        session.execute(text("UPDATE question_set SET content = '{}' WHERE id = :id"), {"id": published["id"]})

    body = {"name": published["name"], "content": published["content"]}
    following = ok(house.commissioner().post("/v1/question-sets", json=body))
    ok(house.commissioner().post(f"/v1/question-sets/{following['id']}/publication"))
    assert following["version"] == published["version"] + 1
    assert ok(house.commissioner().get(address))["status"] == "retired"
    submitted = house.provider(who).post(f"/v1/applications/{drafted['id']}/submission", json=SUBMISSION)
    [part] = ok(submitted)["lot_applications"]
    assert part["question_set_id"] == published["id"] == str(question_set_id(session, version=1))


def test_a_lot_opens_with_a_set_that_a_later_version_retired(house: House, session: Session) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    lots = [ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session))) for _ in range(2)]
    ok(house.manager().post(f"/v1/schemes/{made['id']}/opening"))
    published = ok(house.commissioner().get(f"/v1/question-sets/{lots[0]['question_set_id']}"))
    body = {"name": published["name"], "content": published["content"]}
    second, third = (ok(house.commissioner().post("/v1/question-sets", json=body)) for _ in range(2))
    ok(house.commissioner().post(f"/v1/question-sets/{third['id']}/publication"))
    ok(house.commissioner().post(f"/v1/question-sets/{second['id']}/publication"))
    assert ok(house.commissioner().get(f"/v1/question-sets/{third['id']}"))["status"] == "published"
    assert ok(house.commissioner().post(f"/v1/lots/{lots[1]['id']}/opening"))["status"] == "open"


@pytest.mark.parametrize(
    ("before", "regime"),
    [
        (Regime.PCR2015_LIGHT_TOUCH, Regime.PCR2015_REG34),
        (Regime.PA2023_LIGHT_TOUCH_FRAMEWORK, Regime.PA2023_DYNAMIC_MARKET),
    ],
)
def test_a_profile_that_forbids_places_is_not_chosen_for_lots_that_have_them(
    house: House, session: Session, before: Regime, regime: Regime
) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session, regime=before)))
    asking = {"question_set_id": set_of_2023_act(session)} if before.startswith("pa2023") else {}
    body = lot_body(session, places=3, **asking)
    ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=body))
    switched = house.commissioner().put(f"/v1/schemes/{made['id']}", json=scheme_body(session, regime=regime))
    assert refused(switched) == ["limit-forbidden"]
    assert ok(house.commissioner().get(f"/v1/schemes/{made['id']}"))["profile_id"] == made["profile_id"]


def test_nobody_saves_over_what_another_has_saved(house: House, session: Session) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    lot = ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session)))
    content = ok(house.commissioner().get(f"/v1/question-sets/{lot['question_set_id']}"))["content"]
    drafted = ok(house.commissioner().post("/v1/question-sets", json={"name": "Another", "content": content}))
    bodies = {
        f"/v1/schemes/{made['id']}": scheme_body(session),
        f"/v1/lots/{lot['id']}": lot_body(session),
        f"/v1/question-sets/{drafted['id']}": {"content": content},
    }
    for address, body in bodies.items():
        read = {"If-Match": house.commissioner().get(address).headers["ETag"]}
        assert house.commissioner().put(address, json=body, headers=read).headers["ETag"] == '"2"'
        assert house.commissioner().put(address, json=body, headers=read).status_code == 412


def test_a_validity_without_end_is_refused(house: House, session: Session) -> None:
    body = scheme_body(session, regime=Regime.PA2023_DYNAMIC_MARKET, valid_until="9999-12-31")
    assert refused(house.commissioner().post("/v1/schemes", json=body)) == ["validity-too-long"]
    numbered = scheme_body(session) | {"valid_until": 1_700_000_000}
    assert house.commissioner().post("/v1/schemes", json=numbered).status_code == 422


def test_a_set_that_does_not_hang_together_is_refused(house: House, session: Session) -> None:
    question = {"id": "size", "text": "How large?", "kind": "choice"}
    content = {"sections": [{"part": 1, "title": "About you", "questions": [question, question]}]}
    answer = house.commissioner().post("/v1/question-sets", json={"name": "Broken", "content": content})
    assert refused(answer) == ["id-twice", "options", "options"]


def test_a_dps_has_two_hundred_lots_at_most(house: House, session: Session) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    address = f"/v1/schemes/{made['id']}/lots"
    first = session.get_one(Lot, UUID(ok(house.commissioner().post(address, json=lot_body(session)))["id"]))
    about = {name: getattr(first, name) for name in ("scheme_id", "created_at", "quality_threshold", "service_type")}
    session.add_all(Lot(**about, name=f"Lot {number}") for number in range(MOST_LOTS - 2))
    session.flush()
    assert ok(house.commissioner().post(address, json=lot_body(session)))["status"] == "draft"
    assert refused(house.commissioner().post(address, json=lot_body(session))) == ["too-many-lots"]


@pytest.mark.parametrize("address", ["/v1/schemes", "/v1/question-sets"])
def test_lists_go_on_over_their_pages(house: House, session: Session, address: str) -> None:
    for _ in range(2):
        ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    set_of_2023_act(session)
    pages: list[list[str]] = []
    cursor = None
    while cursor is not None or not pages:
        page = ok(house.commissioner().get(address, params={"limit": 1} | ({"cursor": cursor} if cursor else {})))
        pages.append([one["id"] for one in page["items"]])
        cursor = page["next_cursor"]
    everything = [one["id"] for one in ok(house.commissioner().get(address))["items"]]
    assert len(pages) > 1
    assert [one for page in pages for one in page] == everything
