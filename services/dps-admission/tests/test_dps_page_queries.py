"""No list, register or shortlist asks the database more often because there is more on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from make_dps import House, applicant, evidence, ok, sheet
from sqlalchemy import Engine, event
from sqlmodel import Session
from stage_dps import COMMISSIONER, NOW, owner
from stage_members import MemberStage

from assay_contracts.directory import EvidenceLapsed
from assay_contracts.directory.client import FakeDirectory
from assay_contracts.directory.copies import Copies
from assay_kit.testing import Time, hear
from dps_admission.circumstances import actions as circumstances
from dps_admission.circumstances.schemas import ChangeIn
from dps_admission.placements import actions as placing
from dps_admission.placements.schemas import PlacementOfferIn
from dps_admission.procurements import actions as procuring
from dps_admission.procurements.schemas import ProcurementIn
from dps_admission.tables import Lot, Membership

PAGES = (
    "applications",
    "lot-applications",
    "memberships",
    "procurements",
    "placements",
    "placement-offers",
    "changes-of-circumstances",
    "changed-decisions",
    "service-changes",
    "removal-notices",
)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def asked(house: House, engine: Engine, address: str, **params: Any) -> tuple[int, Any]:
    """How often the database is asked, and the answer. Nothing is answered from what was read before."""
    house.session.flush()
    house.session.expunge_all()
    with statements(engine) as seen:
        answer = ok(house.manager().get(f"/v1/{address}", params=params))
    return len(seen), answer


def one_of_each(stage: MemberStage, lot: Lot) -> None:
    """What fills every page once: among it a member who reports a change, one under notice, and a placement offered."""
    _, who = stage.admitted(lot)
    change = ChangeIn.model_validate({"kind": "ownership", "said": "We were bought.", "changed_on": NOW.date()})
    about: dict[str, Any] = {"directory": FakeDirectory(), "copies": Copies(stage.session), "now": NOW}
    circumstances.report_change(stage.session, change, by=owner(who), **about)
    stage.procurement()
    stage.placement_offer()
    stage.services_reported()
    stage.noticed()
    stage.submitted(lot)


def test_a_longer_page_takes_no_more_queries(house: House, session: Session, engine: Engine, at: Time) -> None:
    at.now = NOW + timedelta(hours=1)
    stage = MemberStage(session)
    lot = stage.lot()
    for _ in range(3):
        one_of_each(stage, lot)
    for page in PAGES:
        few, short = asked(house, engine, page, limit=1)
        many, long = asked(house, engine, page, limit=3)
        assert (len(short["items"]), len(long["items"])) == (1, 3), page
        assert few == many, page


def grown(stage: MemberStage, lot: Lot) -> dict[str, str]:
    """What shows all there is at once, when one more has become a member, is invited, and has been asked."""
    members: list[Membership] = [stage.member(lot)[0] for _ in range(2)]
    invited = stage.lot_for_all()
    for _ in range(2):
        stage.member(invited)
    about = ProcurementIn(title="Home care", description="Forty hours a week.", closes_on=NOW.date() + timedelta(20))
    procurement = procuring.invite(stage.session, invited.id, about, by=COMMISSIONER, now=NOW)
    placement = stage.placement()
    offer = PlacementOfferIn(membership_id=members[0].id, reason="The family knows them well.")
    placing.offer_placement(stage.session, placement.id, offer, by=COMMISSIONER, now=NOW)
    scheme = f"register/schemes/{lot.scheme_id}/ocds"
    return {
        "the register": f"register/lots/{lot.id}",
        "the releases": f"{scheme}/release-package",
        "the record": f"{scheme}/record-package",
        "a shortlist": f"placements/{placement.id}/shortlist",
        "a placement": f"placements/{placement.id}",
        "a procurement": f"procurements/{procurement.id}",
    }


def test_what_shows_everybody_at_once_takes_no_more_queries_for_more(
    house: House, session: Session, engine: Engine, at: Time
) -> None:
    at.now = NOW + timedelta(hours=1)
    stage = MemberStage(session)
    lot = stage.lot()
    few = {what: asked(house, engine, address) for what, address in grown(stage, lot).items()}
    many = {what: asked(house, engine, address) for what, address in grown(stage, lot).items()}
    assert {what: queries for what, (queries, _) in few.items()} == {
        what: queries for what, (queries, _) in many.items()
    }
    for what in ("the register", "a shortlist"):
        assert len(many[what][1]["members"]) > len(few[what][1]["members"])


def test_a_change_that_touches_more_memberships_takes_no_more_queries(
    house: House, session: Session, engine: Engine, at: Time
) -> None:
    who, asked = applicant(session), list[int]()
    file = evidence(house.directory, who.provider_id)
    for _ in range(2):
        lot = house.open_lot()
        part = house.part(lot, who, answers={"insurance_certificate": str(file.id)})
        house.evaluate(part, sheet(session, lot))
        ok(house.decide(part))
        at.now += timedelta(hours=1)
        about: dict[str, Any] = {"provider_id": who.provider_id, "kind": file.kind, "expired_on": at.now.date()}
        session.flush()
        session.expunge_all()
        with statements(engine) as seen:
            hear(session, EvidenceLapsed(evidence_id=file.id, at=at.now, **about))
        asked.append(len(seen))
    assert len(ok(house.manager().get("/v1/changed-decisions"))["items"]) == 3
    assert asked[0] == asked[1]
