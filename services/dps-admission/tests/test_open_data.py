"""The register as open contracting data, held to the standard's own schema (tests/ocds says where it is from)."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from make_dps import REASON, House, applicant, ok
from sqlmodel import Session

from assay_kit.testing import Time
from dps_admission.register.ocds import EXTENSIONS, VERSION

SCHEMAS = {
    path.name.removesuffix("-schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "ocds").glob("*.json"))
}
WHY = {"reason": REASON}


def closed(schema: Any) -> Any:
    """The same schema, in which a field that neither the standard nor a named extension knows is an error."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    is_object = isinstance(schema.get("properties"), dict) and isinstance(schema.get("type"), str | list | None)
    return found | {"additionalProperties": False} if is_object and "$ref" not in schema else found


def errors(kind: str, package: Any) -> list[str]:
    schemas = {name: closed(schema) for name, schema in SCHEMAS.items()}
    registry = jsonschema_rs.Registry([(schema["id"], schema) for schema in schemas.values()])
    validator = jsonschema_rs.Draft4Validator(schemas[kind], registry=registry, validate_formats=True)
    return [error.message for error in validator.iter_errors(package)]


def packages(house: House, lot: Mapping[str, Any], **params: str) -> tuple[Any, Any]:
    address = f"/v1/register/schemes/{lot['scheme_id']}/ocds"
    public = house.client_as()
    found = [ok(public.get(f"{address}/{kind}", params=params)) for kind in ("release-package", "record-package")]
    return found[0], found[1]


def a_life(house: House, session: Session, at: Time) -> Any:
    """A DPS that is opened, admits two, shortens its validity, removes one, suspends the other, and closes."""
    lot = house.open_lot(zones=["North"])
    first, second = applicant(session, "Larkfield Care Ltd"), applicant(session, "No Company", company_number=None)
    for who in (first, second):
        at.now += timedelta(days=1)
        house.admit(lot, who, "North")
    at.now += timedelta(days=1)
    body = WHY | {"valid_until": "2027-03-31", "rationale": "shortened"}
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=body))
    address = f"/v1/memberships/{house.membership(second)['id']}"
    ok(house.manager().post(f"{address}/suspensions", json=WHY | {"cause": "council_decision"}))
    address = f"/v1/memberships/{house.membership(first)['id']}"
    ok(house.manager().post(f"{address}/removal-notice", json=WHY | {"why": "breach"}))
    at.now += timedelta(days=1)
    ok(house.manager("Max Manager").post(f"{address}/removal"))
    return lot


def test_there_are_schemas_to_be_held_to() -> None:
    assert set(SCHEMAS) == {"release", "release-package", "record-package"}
    assert "1__1__5" in SCHEMAS["release"]["id"]
    assert {"Lot", "Techniques", "SubmissionTerms"} <= set(SCHEMAS["release"]["definitions"])


def test_the_packages_are_what_the_standard_says(house: House, session: Session, at: Time) -> None:
    lot = a_life(house, session, at)
    at.now += timedelta(days=1)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    released, recorded = packages(house, lot)
    assert errors("release-package", released) == []
    assert errors("record-package", recorded) == []
    assert released["version"] == VERSION
    assert released["extensions"] == list(EXTENSIONS)


def test_each_admission_and_removal_is_a_release_of_one_contracting_process(
    house: House, session: Session, at: Time
) -> None:
    released, recorded = packages(house, a_life(house, session, at))
    assert [one["tag"] for one in released["releases"]] == [
        ["tender"],
        ["tenderUpdate"],
        ["award"],
        ["award"],
        ["tenderUpdate"],
        ["awardUpdate"],
    ]
    assert len({one["ocid"] for one in released["releases"]}) == 1
    assert len({one["id"] for one in released["releases"]}) == 6
    [record] = recorded["records"]
    assert record["releases"] == released["releases"]
    compiled = record["compiledRelease"]
    assert compiled["tender"]["contractPeriod"]["endDate"].startswith("2027-03-31")
    assert [one["status"] for one in compiled["awards"]] == ["cancelled", "active"]
    assert {one["name"] for one in compiled["parties"]} == {"The council", "Larkfield Care Ltd", "No Company"}
    schemes = [one["identifier"]["scheme"] for one in compiled["parties"] if "identifier" in one]
    assert schemes == ["GB-COH"]
    opened = released["releases"][0]["tender"]
    assert opened["contractPeriod"]["endDate"].startswith("2028-03-31")
    assert opened["techniques"]["dynamicPurchasingSystem"] == {"type": "closed", "status": "active"}


def test_suspensions_and_reasons_are_not_published(house: House, session: Session, at: Time) -> None:
    text = json.dumps(packages(house, a_life(house, session, at)))
    assert REASON not in text
    assert "suspen" not in text
    assert "breach" not in text


def test_what_was_published_on_a_day_does_not_change_afterwards(house: House, session: Session, at: Time) -> None:
    lot = a_life(house, session, at)
    day = (at.now - timedelta(days=2)).date().isoformat()
    before = packages(house, lot, as_at=day)
    assert [one["tag"] for one in before[0]["releases"]] == [["tender"], ["tenderUpdate"], ["award"], ["award"]]
    at.now += timedelta(days=100)
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/closing", json=WHY))
    assert packages(house, lot, as_at=day) == before
    assert packages(house, lot)[0]["releases"][:4] == before[0]["releases"]
    public = house.client_as().get(f"/v1/register/schemes/{lot['scheme_id']}/ocds/release-package?as_at=2019-01-01")
    assert public.status_code == 404


BROKEN: Mapping[str, Any] = {
    "a code that the standard does not have": ("tag", ["admission"]),
    "no initiation type": ("initiationType", None),
    "a date that is none": ("date", "yesterday"),
    "a field that nobody knows": ("removalReason", "breach"),
    "parties that are no list": ("parties", {"id": "council"}),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_package_that_is_wrong_is_found_out(house: House, session: Session, at: Time, case: str) -> None:
    released, _ = packages(house, a_life(house, session, at))
    field, value = BROKEN[case]
    released["releases"][0][field] = value
    assert errors("release-package", released)


def test_a_status_of_a_technique_that_its_extension_does_not_have_is_found_out(
    house: House, session: Session, at: Time
) -> None:
    released, _ = packages(house, a_life(house, session, at))
    released["releases"][0]["tender"]["techniques"]["dynamicPurchasingSystem"]["status"] = "paused"
    assert len(errors("release-package", released)) == 1


def test_a_scheme_in_preparation_is_not_public(house: House, session: Session) -> None:
    from_nobody = "/v1/register/schemes/00000000-0000-7000-8000-000000000000/ocds/record-package"
    assert house.client_as().get(from_nobody).status_code == 404
