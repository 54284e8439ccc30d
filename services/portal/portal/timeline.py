"""One timeline from those of several services: newest first, each step as a sentence. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.words import words

_KINDS = {
    "lot_application": "Application to the lot",
    "self_assessment": "Self-assessment",
    "remedial_action": "Remedial action",
    "band_override": "Band override",
    "care_service": "Service",
    "provider_claim": "Claim on the organisation",
}

# (kind, state) that read better as a sentence of their own
_SENTENCES = {
    ("provider", "registering"): "Organisation registered",
    ("provider", "active"): "Organisation confirmed",
    ("application", "draft"): "Application begun",
    ("assessment", "published"): "Assessment published",
    ("membership", "suspended"): "Membership suspended",
    ("membership", "active"): "Membership active",
}


@dataclass(frozen=True)
class Entry:
    what: str
    at: str
    by: str
    why: str


def merged(*timelines: Iterable[Mapping[str, Any]] | None, limit: int | None = 200) -> list[Entry]:
    """Entries of several services' timelines, newest first; `limit` None: all of them.

    Give one timeline for each service, causes before effects: sequences count within one service only, and of steps
    taken at the same instant the effect is the newer.
    """
    rows = [(place, row) for place, timeline in enumerate(timelines) for row in timeline or ()]
    rows.sort(key=lambda each: (datetime.fromisoformat(each[1]["at"]), each[0], each[1]["sequence"]), reverse=True)
    return [_entry(row) for _, row in rows[:limit]]


def _entry(row: Mapping[str, Any]) -> Entry:
    return Entry(what=_what(row), at=row["at"], by=row["by_name"], why=row["reason"] or "")


def _what(row: Mapping[str, Any]) -> str:
    kind, state = row["object_kind"].replace("-", "_").replace(" ", "_"), row["to_status"]
    has_moved = row["from_status"] != state
    if has_moved and (said := _SENTENCES.get((kind, state))):
        return said
    named = (row.get("detail") or {}).get("kind")
    about = words(named) if isinstance(named, str) else _KINDS.get(kind) or words(kind)
    # A step that leaves the state as it was says more than the state.
    said = words(state if has_moved else row["step"])
    return f"{about}: {said[:1].lower()}{said[1:]}"
