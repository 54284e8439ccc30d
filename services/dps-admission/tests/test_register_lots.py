"""The public register begins with the lots that it is kept for."""

from make_dps import House, lot_body, ok, scheme_body
from sqlmodel import Session


def test_anybody_may_list_the_lots_that_have_a_register(house: House, session: Session) -> None:
    lot = house.open_lot()
    commissioner = house.commissioner()
    unopened = ok(commissioner.post("/v1/schemes", json=scheme_body(session, name="Still being prepared")))
    draft = ok(commissioner.post(f"/v1/schemes/{unopened['id']}/lots", json=lot_body(session)))

    listed = {one["lot_id"]: one for one in ok(house.client_as().get("/v1/register/lots"))["items"]}

    assert listed[lot["id"]]["lot_name"] == lot["name"]
    assert listed[lot["id"]]["scheme_id"] == lot["scheme_id"]
    assert draft["id"] not in listed
