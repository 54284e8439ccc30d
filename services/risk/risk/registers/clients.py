"""The three registers, each asked in its own way."""

from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import BaseModel

from risk.registers.companies import parse_company
from risk.registers.cqc import parse_location
from risk.registers.food import parse_establishment
from risk.registers.http import RegisterHttp

USER_AGENT = "Assay (council care commissioning)"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a register said of one key: as it came, and as it is read."""

    record: dict[str, Any]
    reading: BaseModel


class RegisterClient(Protocol):
    def read(self, key: str) -> Answer | None:
        """None where the register does not know the key."""
        ...

    def close(self) -> None: ...


class CqcRegister:
    """Care Quality Commission. Without a `User-Agent` it answers 403; ids are case-sensitive."""

    def __init__(self, http: RegisterHttp) -> None:
        self._http = http

    def read(self, key: str) -> Answer | None:
        """A 404 is no proof of deregistration: the location is then simply not read."""
        location = self._http.get(f"/locations/{key}")
        return None if location is None else Answer(record=location, reading=parse_location(location))

    def close(self) -> None:
        self._http.close()


class FoodRegister:
    """Food Standards Agency. Without `x-api-version: 2` it answers a misleading 404."""

    def __init__(self, http: RegisterHttp) -> None:
        self._http = http

    def read(self, key: str) -> Answer | None:
        found = self._http.get(f"/Establishments/{key}")
        return None if found is None else Answer(record=found, reading=parse_establishment(found))

    def close(self) -> None:
        self._http.close()


class CompanyRegister:
    """Companies House: HTTP Basic with the key as user name; 600 requests in 5 minutes."""

    def __init__(self, http: RegisterHttp) -> None:
        self._http = http

    def read(self, key: str) -> Answer | None:
        profile = self._http.get(f"/company/{key}")
        if profile is None:
            return None
        insolvency = self._http.get(f"/company/{key}/insolvency")
        record = {"profile": profile, "insolvency": insolvency}
        return Answer(record=record, reading=parse_company(profile, insolvency))

    def close(self) -> None:
        self._http.close()
