"""The words between services fit each other."""

import inspect
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest

from assay_contracts import assessment, directory, dps_admission, messages, risk
from assay_contracts.names import SERVICES
from assay_contracts.wiring import TELLS
from assay_kit.events import Event


def events() -> Iterator[type[Event]]:
    for module in (assessment, directory, dps_admission, messages, risk):
        for _, each in inspect.getmembers(module, inspect.isclass):
            if issubclass(each, Event) and each is not Event:
                yield each


ALL: list[type[Event]] = sorted(set(events()), key=lambda each: each.TYPE)


def test_there_are_events() -> None:
    assert len(ALL) >= 19


def test_no_two_events_share_a_name() -> None:
    names = [each.TYPE for each in ALL]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("event", ALL, ids=[each.TYPE for each in ALL])
def test_every_event_is_told_by_somebody_and_names_what_it_is_about(event: type[Event]) -> None:
    assert any(event.TYPE in told for told in TELLS.values())
    assert event.KEY.partition(".")[0] in event.model_fields


def test_the_directory_hears_everything_and_only_services_are_told() -> None:
    subscribers = [heard for told in TELLS.values() for heard in told.values()]
    assert subscribers
    assert all("directory" in heard and set(heard) <= set(SERVICES) for heard in subscribers)


@pytest.mark.parametrize(("days_after", "has_ended"), [(-1, False), (0, False), (1, True)])
def test_a_service_has_ended_on_the_day_after_its_last(days_after: int, has_ended: bool) -> None:
    last_day = date(2026, 3, 31)
    service = directory.CareServiceRecord(
        id=UUID(int=1),
        version=1,
        provider_id=UUID(int=2),
        name="Alder",
        type=directory.CareServiceType.HOME_CARE,
        is_regulated=False,
        prepares_food=False,
        requires_registered_manager=False,
        started_on=date(2020, 4, 1),
        ended_on=last_day,
    )
    assert service.has_ended(last_day + timedelta(days=days_after)) is has_ended
    assert not service.model_copy(update={"ended_on": None}).has_ended(date.max)
