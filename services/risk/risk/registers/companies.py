"""What Companies House says of a company, read out of its answers. Pure."""

from collections.abc import Iterator
from typing import Any

from risk.indicators.facts import CompanyReading

LIQUIDATIONS = {"compulsory-liquidation", "creditors-voluntary-liquidation", "members-voluntary-liquidation"}


def parse_company(profile: dict[str, Any], insolvency: dict[str, Any] | None) -> CompanyReading:
    """A reading of `GET /company/{number}` and of its `/insolvency` (None: it answered 404, there is none)."""
    status = profile.get("company_status")
    return CompanyReading(
        status=str(status).lower() if status else None,
        status_detail=str(profile["company_status_detail"]) if profile.get("company_status_detail") else None,
        accounts_overdue=bool((profile.get("accounts") or {}).get("overdue")),
        liquidation_cases=tuple(sorted(set(_liquidations(insolvency or {})))),
        has_insolvency_history=bool(profile.get("has_insolvency_history")),
    )


def _liquidations(insolvency: dict[str, Any]) -> Iterator[str]:
    for case in insolvency.get("cases") or []:
        if case.get("type") in LIQUIDATIONS:
            yield str(case["type"])
