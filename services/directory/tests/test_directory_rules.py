"""The directory's pure rules, as tables and for anything at all."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay_contracts.roles import COUNCIL_ROLES, PROVIDER_ROLES, Role
from assay_kit.files import ALLOWED, FileFault, media_type, safe_filename
from directory.activity.rules import MONTH, first_of
from directory.api_clients.rules import secret_is_good
from directory.care_services.rules import SuccessionBar, bars_to_succession
from directory.contracts.rules import ContractFault, Rate, RateUnit, faults
from directory.evidence.rules import lapses_at, reminds_at
from directory.identifiers import COMPANY_NUMBER, company_number
from directory.people.rules import PERSON_LIFE, PasswordFault, bars_to_roles, faults_of_password
from directory.providers.rules import CLAIM_LIFE, PROVIDER_LIFE
from directory.search.rules import MOST_WORDS, prefixes
from directory.settings.rules import DEFINITIONS, Dated, in_force, why_not
from directory.sign_in.rules import (
    FREE_ATTEMPTS,
    KEY_KEPT_AFTER,
    LONGEST_REST,
    KeyTimes,
    next_key_signs_from,
    published_now,
    rest_after,
    signing_now,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize("life", [PROVIDER_LIFE, CLAIM_LIFE, PERSON_LIFE], ids=lambda life: life.name)
def test_every_state_of_a_life_is_reached(life: object) -> None:
    assert not life.unreachable  # type: ignore[attr-defined]  # lives of three kinds


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("6400", "00006400"),
        ("00006400", "00006400"),
        ("SC1234", "SC001234"),
        ("sc001234", "SC001234"),
        ("ni12", "NI000012"),
        ("IP12345R", "IP12345R"),
        ("12345678", "12345678"),
    ],
)
def test_a_company_number_has_eight_characters(written: str, number: str) -> None:
    assert company_number(written) == number


@given(st.from_regex(COMPANY_NUMBER, fullmatch=True))
def test_any_company_number_is_written_one_way(written: str) -> None:
    number = company_number(written)
    assert len(number) == 8
    assert company_number(number) == number
    assert re.fullmatch(COMPANY_NUMBER, number)


@given(st.text(max_size=12))
def test_what_is_no_company_number_is_refused(written: str) -> None:
    if re.fullmatch(COMPANY_NUMBER, written) is None:
        with pytest.raises(ValueError, match="company number"):
            company_number(written)


@given(st.sets(st.sampled_from(Role)), st.booleans())
def test_no_mixture_of_roles_crosses_the_councils_wall(roles: set[Role], is_provider: bool) -> None:
    bars = bars_to_roles(roles, org=UUID(int=1) if is_provider else None)
    fitting = PROVIDER_ROLES if is_provider else COUNCIL_ROLES
    assert (bars == []) == (bool(roles) and roles.issubset(fitting))


@pytest.mark.parametrize(
    ("password", "found"),
    [
        ("Correct horse 42 battery", []),
        ("short", [PasswordFault.TOO_SHORT]),
        ("aaaaaaaaaaaaaaaa", [PasswordFault.TOO_FEW_DIFFERENT]),
        ("Password12345", [PasswordFault.COMMON]),
        ("my name is Larkfield", [PasswordFault.NAMES_THE_PERSON]),
        ("ada.lark is me today", [PasswordFault.NAMES_THE_PERSON]),
    ],
)
def test_a_password_is_refused_for_every_fault_at_once(password: str, found: list[PasswordFault]) -> None:
    assert faults_of_password(password, email="ada.lark@larkfield.example", name="Ada Larkfield") == found


@given(st.integers(0, 10_000))
def test_an_account_rests_longer_and_longer_and_never_too_long(failures: int) -> None:
    assert rest_after(failures) <= rest_after(failures + 1) <= LONGEST_REST
    assert (rest_after(failures) == timedelta(0)) == (failures < FREE_ATTEMPTS)


def kept_up(days: list[int]) -> list[KeyTimes]:
    """The keys that there are when somebody looked on each of these days, in order."""
    keys: list[KeyTimes] = []
    for day in sorted(days):
        signs_from = next_key_signs_from(keys, at=NOON + timedelta(days=day))
        if signs_from is not None:
            keys.append(KeyTimes(kid=str(len(keys)), signs_from=signs_from))
    return keys


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_whatever_signed_within_the_life_of_a_token_is_published(days: list[int]) -> None:
    keys = kept_up(days)
    for day in range(min(days), 401):
        at = NOON + timedelta(days=day)
        signing = signing_now(keys, at=at)
        assert signing is not None
        for later in (timedelta(0), timedelta(minutes=15), KEY_KEPT_AFTER - timedelta(seconds=1)):
            assert signing in published_now(keys, at=at + later)


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60))
def test_every_key_but_the_first_is_published_before_it_signs(days: list[int]) -> None:
    for key in kept_up(days)[1:]:
        assert key in published_now(kept_up(days), at=key.signs_from - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("expires", "revoked", "is_good"),
    [(None, None, True), (1, None, True), (0, None, False), (-1, None, False), (1, -1, False), (None, 0, False)],
)
def test_a_secret_opens_until_it_expires_or_is_revoked(expires: int | None, revoked: int | None, is_good: bool) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOON + timedelta(hours=hours)

    assert secret_is_good(expires_at=at(expires), revoked_at=at(revoked), at=NOON) is is_good


def test_evidence_holds_through_its_last_day() -> None:
    assert lapses_at(date(2026, 6, 30)) == datetime(2026, 6, 30, 23, tzinfo=UTC)  # as 1 July begins in London
    assert lapses_at(date(2026, 12, 31)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert lapses_at(date.max) is None


def test_of_evidence_one_is_reminded_four_weeks_before_its_last_day() -> None:
    assert reminds_at(date(2026, 3, 30)) == datetime(2026, 3, 2, tzinfo=UTC)
    assert reminds_at(date(2026, 7, 28)) == datetime(2026, 6, 29, 23, tzinfo=UTC)  # as 30 June begins in London


@given(st.binary(max_size=200), st.sampled_from(sorted(ALLOWED)))
def test_no_content_is_taken_for_another_kind_than_its_name_says(head: bytes, ending: str) -> None:
    assert media_type(head, f"file.{ending}") in {ALLOWED[ending], FileFault.EMPTY, FileFault.NAME_DISAGREES}


@given(st.text())
def test_a_file_name_never_breaks_out_of_its_header(written: str) -> None:
    safe = safe_filename(written)
    assert 0 < len(safe) <= 200
    assert not set(safe) & set('"\\/;%\r\n\x00')


@given(st.text())
def test_a_search_is_only_ever_beginnings_of_words(typed: str) -> None:
    words = prefixes(typed).split(" & ") if prefixes(typed) else []
    assert len(words) <= MOST_WORDS
    assert all(re.fullmatch(r"[^\W_]+:\*", word) for word in words)


@given(st.from_regex(MONTH, fullmatch=True))
def test_a_month_begins_on_its_first_day(month: str) -> None:
    assert first_of(month).day == 1


@given(st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=8), st.dates(date(2026, 1, 1)))
def test_the_setting_in_force_is_the_latest_to_have_begun(days: list[date], on: date) -> None:
    versions = [Dated(version=n, effective_from=day, value=n) for n, day in enumerate(days, start=1)]
    held = in_force(versions, on=on)
    begun = [version for version in versions if version.effective_from <= on]
    assert (held is None) == (begun == [])
    if held is not None:
        assert all((other.effective_from, other.version) <= (held.effective_from, held.version) for other in begun)


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda definition: definition.key)
def test_every_default_is_a_value_that_the_setting_accepts(definition: object) -> None:
    default = definition.default  # type: ignore[attr-defined]  # parametrized
    if default is not None:
        assert why_not(definition, default) == []  # type: ignore[arg-type]  # parametrized


DAY = date(2025, 4, 1)


def rate(**about: object) -> Rate:
    usual: dict[str, object] = {"care_service_id": None, "unit": RateUnit.HOUR, "amount": Decimal(20), "starts_on": DAY}
    return Rate(**(usual | about))  # type: ignore[arg-type]  # a builder


@pytest.mark.parametrize(
    ("about", "found"),
    [
        ({}, []),
        ({"rates": [rate(), rate(unit=RateUnit.NIGHT)]}, []),
        ({"rates": [rate(), rate()]}, [ContractFault.SAME_RATE_TWICE]),
        ({"ends_on": DAY - timedelta(days=1)}, [ContractFault.ENDS_BEFORE_IT_STARTS]),
        (
            {"ends_on": DAY, "rates": [rate(starts_on=DAY + timedelta(days=1), care_service_id=UUID(int=9))]},
            [ContractFault.RATE_FOR_ANOTHER_SERVICE, ContractFault.RATE_OUTSIDE_THE_TERM],
        ),
        ({"care_service_ids": [UUID(int=5)]}, [ContractFault.NOT_OF_THIS_PROVIDER]),
    ],
)
def test_a_contract_hears_everything_wrong_with_it(about: dict[str, object], found: list[ContractFault]) -> None:
    usual: dict[str, object] = {
        "starts_on": DAY,
        "ends_on": None,
        "care_service_ids": [UUID(int=1)],
        "services_of_provider": frozenset({UUID(int=1), UUID(int=2)}),
        "rates": [],
    }
    assert faults(**(usual | about)) == found  # type: ignore[arg-type]  # a builder


@pytest.mark.parametrize(
    ("present", "following", "on", "last_on", "bars"),
    [
        ("1-1111", "1-2222", DAY, None, []),
        ("1-1111", "1-2222", DAY, DAY, []),
        (None, "1-2222", DAY, None, [SuccessionBar.NO_LOCATION_YET]),
        ("1-1111", "1-1111", DAY, None, [SuccessionBar.SAME_LOCATION]),
        ("1-1111", "1-2222", DAY, DAY + timedelta(days=1), [SuccessionBar.BEFORE_THE_LAST]),
        ("1-1111", "1-2222", date(2000, 1, 1), None, [SuccessionBar.BEFORE_THE_LAST]),
    ],
)
def test_one_location_gives_way_to_another_in_the_order_of_days(
    present: str | None, following: str, on: date, last_on: date | None, bars: list[SuccessionBar]
) -> None:
    assert (
        bars_to_succession(present=present, following=following, on=on, last_on=last_on, started_on=date(2020, 1, 1))
        == bars
    )
