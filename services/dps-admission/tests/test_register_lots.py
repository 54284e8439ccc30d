"""The public register begins with the lots that it is kept for."""

from datetime import timedelta

from make_dps import REASON, House, lot_body, ok, scheme_body
from sqlmodel import Session

from assay_kit.calendar import london_day
from assay_kit.testing import Time

WHY = {"reason": REASON}
ADDRESSES = ("/v1/register/lots/{id}", "/v1/register/lots/{id}/csv")
PACKAGES = tuple(f"/v1/register/schemes/{{scheme_id}}/ocds/{kind}-package" for kind in ("release", "record"))


def test_anybody_may_list_the_lots_that_have_a_register(house: House, session: Session) -> None:
    lot = house.open_lot()
    commissioner = house.commissioner()
    unopened = ok(commissioner.post("/v1/schemes", json=scheme_body(session, name="Still being prepared")))
    draft = ok(commissioner.post(f"/v1/schemes/{unopened['id']}/lots", json=lot_body(session)))

    listed = {one["lot_id"]: one for one in ok(house.client_as().get("/v1/register/lots"))["items"]}

    assert listed[lot["id"]]["lot_name"] == lot["name"]
    assert listed[lot["id"]]["scheme_id"] == lot["scheme_id"]
    assert draft["id"] not in listed


def test_a_lot_that_was_given_up_before_it_opened_is_not_public(house: House, session: Session) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session, name="Still being prepared")))
    lot = ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session)))
    ok(house.manager().post(f"/v1/lots/{lot['id']}/closing", json=WHY))
    public = house.client_as()
    assert lot["id"] not in [one["lot_id"] for one in ok(public.get("/v1/register/lots"))["items"]]
    for address in ADDRESSES:
        assert public.get(address.format(**lot)).status_code == 404


def test_a_lot_that_was_open_stays_public(house: House) -> None:
    lot, public = house.open_lot(scheme={"regime": "pcr2015_light_touch"}), house.client_as()
    ok(house.manager().post(f"/v1/lots/{lot['id']}/closing", json=WHY))
    assert lot["id"] in [one["lot_id"] for one in ok(public.get("/v1/register/lots"))["items"]]
    for address in ADDRESSES:
        assert public.get(address.format(**lot)).status_code == 200


def test_the_register_of_a_day_to_come_is_not_known(house: House, at: Time) -> None:
    lot, public = house.open_lot(), house.client_as()
    today = london_day(at.now)
    for address in (*ADDRESSES, *PACKAGES):
        days = {"as_at": today.isoformat()}, {"as_at": (today + timedelta(days=1)).isoformat()}
        now, ahead = (public.get(address.format(**lot), params=day) for day in days)
        assert now.status_code == 200
        assert (ahead.status_code, ahead.json()["type"]) == (409, "/problems/day-ahead")
