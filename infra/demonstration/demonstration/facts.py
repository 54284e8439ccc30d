"""The facts of the demonstration, read from YAML and checked."""

import importlib.resources
from datetime import date
from functools import cache
from itertools import chain
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lot(Fact):
    key: str
    name: str
    tier: str | None
    type: str
    zones: tuple[str, ...] = ()
    places_per_zone: int | None = None
    client_groups: tuple[str, ...]


class Scheme(Fact):
    key: str
    name: str
    regime: str
    notice_reference: str
    awarded_on: date
    goes_live_on: date
    valid_until: date
    lots: tuple[Lot, ...]


class Activity(Fact):
    month: date
    people: int
    hours_per_week: int


class Units(Fact):
    in_place: int
    in_development: int


class Arrangements(Fact):
    council: str
    zones: tuple[str, ...]
    schemes: tuple[Scheme, ...]
    activity: Activity
    supported_living_units: dict[str, Units]
    register_on: date
    appointed_on_that_day: dict[str, int]


class Provider(Fact):
    """A provider with one service. `story` names what happens to it besides the usual."""

    name: str
    lot: str | None = None
    zone: str | None = None
    opening: bool = False
    joins: date | None = None
    type: str | None = None
    groups: tuple[str, ...] = ()
    beds: int | None = None
    cqc: Literal["Outstanding", "Good", "Requires improvement", "Inadequate"] | None = None
    hygiene: str | None = None
    landlord: str | None = None
    units_in_place: int | None = None
    units_in_development: int | None = None
    assessed_on: date | None = None
    story: Literal["troubled", "failing", "insolvent", "unknown", "remedying", "unsettled"] | None = None


class Providers(Fact):
    home_care: tuple[Provider, ...]
    applicants: tuple[Provider, ...]
    mental_health: tuple[Provider, ...]
    learning_disability: tuple[Provider, ...]
    care_homes: tuple[Provider, ...]
    day_services: tuple[Provider, ...]

    @property
    def kinds(self) -> tuple[tuple[Provider, ...], ...]:
        """Those who were taken on, by kind."""
        return self.home_care, self.mental_health, self.learning_disability, self.care_homes, self.day_services

    @property
    def everybody(self) -> tuple[Provider, ...]:
        return tuple(chain(*self.kinds))

    @property
    def sample(self) -> tuple[Provider, ...]:
        """Everybody who has a story, and one of each kind who has none."""
        some = {next(each.name for each in kind if each.story is None) for kind in self.kinds}
        return tuple(each for each in self.everybody if each.story or each.name in some)


class Person(Fact):
    email: str
    name: str
    roles: tuple[str, ...]


class Machine(Fact):
    name: str
    scopes: tuple[str, ...]


class People(Fact):
    council: tuple[Person, ...]
    machine: Machine


def _read(name: str) -> Any:
    file = importlib.resources.files("demonstration") / "facts" / f"{name}.yaml"
    return yaml.safe_load(file.read_text(encoding="utf-8"))


@cache
def arrangements() -> Arrangements:
    return Arrangements.model_validate(_read("arrangements"))


@cache
def providers() -> Providers:
    return Providers.model_validate(_read("providers"))


@cache
def people() -> People:
    return People.model_validate(_read("people"))
