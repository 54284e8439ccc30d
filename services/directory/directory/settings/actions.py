"""What happens to a setting: a new version, from a day on, with a reason. The old ones stay."""

from datetime import date, datetime

from pydantic import JsonValue

from assay_kit.etags import check_match
from assay_kit.identity import Principal
from directory.tables import CouncilSetting

from .errors import ValueRefused
from .repository import CouncilSettings
from .rules import why_not


def set_value(
    key: str,
    value: JsonValue,
    settings: CouncilSettings,
    *,
    effective_from: date,
    reason: str,
    expected: int | None,
    by: Principal,
    now: datetime,
) -> None:
    definition = settings.definition(key)
    history = settings.history(key)
    newest = history[0].version if history else 0
    check_match(expected, newest)
    if faults := why_not(definition, value):
        raise ValueRefused(faults)
    settings.add(
        CouncilSetting(
            key=key,
            version=newest + 1,
            value=value,
            effective_from=effective_from,
            reason=reason,
            set_by=by.subject,
            set_by_name=by.name,
            set_at=now,
        )
    )
