"""The register as open contracting data, held to the standard's own schema (tests/ocds says where it is from)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from fastapi import FastAPI
from make_dps import REASON, House, applicant, lot_body, ok, refused, scheme_body, set_of_2023_act
from sqlalchemy import Engine
from sqlmodel import Session
from test_dps_page_queries import statements

from assay_contracts.directory.copies import Copies, keep_provider
from assay_kit.settings import Mode, Settings
from assay_kit.testing import Time
from dps_admission.register.ocds import EXTENSIONS, VERSION

SCHEMAS = {
    path.name.removesuffix("-schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "ocds").glob("*.json"))
}
WHY = {"reason": REASON}
HOME = "https://assay.northmoor.example"
FRAMEWORK = {
    "regime": "pa2023_light_touch_framework",
    "noticed_on": "2025-03-03",
    "valid_from": "2025-03-10",
    "windows": [{"opens_on": "2025-03-10", "closes_on": "2028-01-31"}],
}


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
    at.now += timedelta(days=1)
    house.remove(first)
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
    names = {one["name"] for one in compiled["parties"]}
    assert names == {"The council (demonstration)", "Larkfield Care Ltd", "No Company"}
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


@pytest.mark.parametrize(
    ("regime", "basis"),
    [
        ("pcr2015_reg34", ("GB-UKSI", "2015/102")),
        ("pcr2015_light_touch", ("GB-UKSI", "2015/102")),
        ("pa2023_dynamic_market", ("UKPGA", "2023/54")),
        ("pa2023_light_touch_framework", ("UKPGA", "2023/54")),
    ],
)
def test_each_regime_is_published_under_its_own_law(
    house: House, session: Session, regime: str, basis: tuple[str, str]
) -> None:
    is_of_act, is_framework = regime.startswith("pa2023"), regime == "pa2023_light_touch_framework"
    scheme: dict[str, Any] = {"regime": regime}
    if is_of_act:
        scheme |= {"noticed_on": "2025-03-03", "valid_from": "2025-03-10"}
    if is_framework:
        scheme = FRAMEWORK
    lot = house.open_lot(scheme=scheme, **({"question_set_id": set_of_2023_act(session)} if is_of_act else {}))
    released, recorded = packages(house, lot)
    assert errors("release-package", released) == []
    assert errors("record-package", recorded) == []
    tender = released["releases"][0]["tender"]
    assert (tender["legalBasis"]["scheme"], tender["legalBasis"]["id"]) == basis
    agreement = tender["techniques"].get("frameworkAgreement")
    assert (agreement is not None) is is_framework
    if is_framework:
        assert agreement == {"method": "withoutReopeningCompetition", "isOpenFrameworkScheme": False}


def test_an_open_framework_is_what_its_notice_said_it_is(house: House, session: Session) -> None:
    lot = house.open_lot(scheme=FRAMEWORK | {"is_open_framework": True}, question_set_id=set_of_2023_act(session))
    released, recorded = packages(house, lot)
    assert errors("release-package", released) == []
    assert errors("record-package", recorded) == []
    tender = released["releases"][0]["tender"]
    agreement = tender["techniques"]["frameworkAgreement"]
    assert agreement["isOpenFrameworkScheme"] is True
    assert agreement["openFrameworkSchemeEndDate"] == tender["contractPeriod"]["endDate"]
    agreement["isOpenFrameworkScheme"] = "yes"
    assert len(errors("release-package", released)) == 1


def test_only_a_framework_can_be_an_open_framework(house: House, session: Session) -> None:
    asked = scheme_body(session, regime="pcr2015_light_touch", is_open_framework=True)
    answer = house.commissioner().post("/v1/schemes", json=asked)
    assert refused(answer) == ["not-a-framework"]
    assert answer.json()["bars"][0]["source"] == "Procurement Act 2023, section 49"


def test_the_extensions_are_versions_that_do_not_change() -> None:
    assert len(EXTENSIONS) == 5
    for one in EXTENSIONS:
        assert re.search(r"/(v[0-9]+\.[0-9]+\.[0-9]+|[0-9a-f]{40})/extension\.json$", one), one


@pytest.mark.parametrize("kind", ["release-package", "record-package"])
def test_who_has_a_package_as_it_is_is_sent_nothing(house: House, session: Session, at: Time, kind: str) -> None:
    lot = house.open_lot()
    public, address = house.client_as(), f"/v1/register/schemes/{lot['scheme_id']}/ocds/{kind}"

    def tag() -> str:
        return str(public.get(address).headers["etag"])

    def is_new(known: str) -> bool:
        answer = public.get(address, headers={"If-None-Match": known})
        assert answer.headers["etag"] == tag()
        assert (answer.status_code, answer.content == b"") in ((200, False), (304, True))
        return bool(answer.status_code == 200)

    first = tag()
    assert not is_new(first)
    assert not is_new(f'"another", {first}')
    assert is_new('"another"')
    who = applicant(session)
    at.now += timedelta(days=1)
    house.admit(lot, who)
    second = tag()
    assert second != first
    assert is_new(first)
    known = Copies(session).provider(who.provider_id)
    assert known is not None
    keep_provider(session, known.model_copy(update={"name": "Larkfield Homes Ltd", "version": known.version + 1}))
    assert is_new(second)
    body = WHY | {"valid_until": "2027-03-31", "rationale": "shortened"}
    third = tag()
    ok(house.manager().post(f"/v1/schemes/{lot['scheme_id']}/validity", json=body))
    assert is_new(third)


def test_a_package_that_is_known_takes_few_queries_whatever_happened(
    house: House, session: Session, at: Time, engine: Engine
) -> None:
    lot = a_life(house, session, at)
    public, address = house.client_as(), f"/v1/register/schemes/{lot['scheme_id']}/ocds/release-package"
    known = {"If-None-Match": public.get(address).headers["etag"]}
    session.expunge_all()
    with statements(engine) as asked:
        assert public.get(address, headers=known).status_code == 304
    assert 0 < len([one for one in asked if one.lstrip().startswith("SELECT")]) <= 4


def test_a_scheme_in_preparation_is_not_public(house: House, session: Session) -> None:
    made = ok(house.commissioner().post("/v1/schemes", json=scheme_body(session)))
    ok(house.commissioner().post(f"/v1/schemes/{made['id']}/lots", json=lot_body(session)))
    address, public = f"/v1/register/schemes/{made['id']}/ocds", house.client_as()
    kinds = ("release-package", "record-package")
    assert [public.get(f"{address}/{kind}").status_code for kind in kinds] == [404, 404]
    ok(house.manager().post(f"/v1/schemes/{made['id']}/opening"))
    assert [public.get(f"{address}/{kind}").status_code for kind in kinds] == [200, 200]


@pytest.fixture
def settings_of(app: FastAPI) -> Iterator[Callable[..., None]]:
    kept: Settings = app.state.settings

    def become(**about: Any) -> None:
        app.state.settings = kept.model_copy(update=about)

    yield become
    app.state.settings = kept


IN_EARNEST = {"mode": Mode.PRODUCTION, "publisher_id": "GB-LAE-NMR", "ocds_prefix": "ocds-b5fd17", "public_url": HOME}


@pytest.mark.parametrize(
    ("left_out", "named"),
    [
        ({"ocds_prefix": ""}, ["ASSAY_OCDS_PREFIX"]),
        ({"publisher_id": ""}, ["ASSAY_PUBLISHER_ID"]),
        ({"name": "The council"}, ["its name (council.name)"]),
        ({"ocds_prefix": "", "publisher_id": "", "name": None}, [
            "ASSAY_OCDS_PREFIX", "ASSAY_PUBLISHER_ID", "its name (council.name)",
        ]),
    ],
)  # fmt: skip
def test_in_earnest_nothing_is_published_under_a_name_that_is_nobodys(
    house: House, settings_of: Callable[..., None], left_out: dict[str, Any], named: list[str]
) -> None:
    lot = house.open_lot()
    house.directory.settings["council.name"] = left_out.get("name", "Northmoor Council")
    about = IN_EARNEST | {key: value for key, value in left_out.items() if key != "name"}
    settings_of(**about)
    for kind in ("release-package", "record-package"):
        answer = house.client_as().get(f"/v1/register/schemes/{lot['scheme_id']}/ocds/{kind}")
        assert (answer.status_code, answer.json()["missing"]) == (503, named)


def test_in_earnest_the_name_is_the_one_that_the_council_has_set(
    house: House, settings_of: Callable[..., None]
) -> None:
    lot = house.open_lot()
    house.directory.settings["council.name"] = "Northmoor Council"
    settings_of(**IN_EARNEST)
    released, recorded = packages(house, lot)
    assert errors("release-package", released) == []
    assert {one["publisher"]["name"] for one in (released, recorded)} == {"Northmoor Council"}
    [opened, *_] = released["releases"]
    assert opened["buyer"] == {"id": "GB-LAE-NMR", "name": "Northmoor Council"}
    assert opened["ocid"] == f"ocds-b5fd17-{lot['scheme_id']}"


def test_a_demonstration_publishes_what_nobody_takes_for_a_councils(house: House) -> None:
    released, _ = packages(house, house.open_lot())
    assert released["releases"][0]["ocid"].startswith("ocds-demo00-")
    assert released["publisher"]["name"] == "The council (demonstration)"
