"""What differs between an application and the one before it, field by field. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Difference(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class FieldKind(StrEnum):
    ANSWER = "answer"
    DOCUMENT = "document"
    CHOICE = "choice"


@dataclass(frozen=True, kw_only=True)
class FieldDifference:
    field: str
    label: str
    kind: FieldKind
    difference: Difference
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Applied:
    """One application as it is compared."""

    answers: Mapping[str, Any]
    choices: Sequence[Mapping[str, Any]]
    evidence: Sequence[Mapping[str, Any]]


def differences(
    before: Applied, after: Applied, *, questions: Mapping[str, str], lots: Mapping[str, str]
) -> list[FieldDifference]:
    """`questions` and `lots` give the words for ids. A document differs when its bytes do, whatever its name."""
    return [*_answers(before, after, questions), *_choices(before, after, lots)]


def _answers(before: Applied, after: Applied, questions: Mapping[str, str]) -> list[FieldDifference]:
    files = {str(one["id"]): one for one in (*before.evidence, *after.evidence)}
    in_order = [*questions, *(one for one in (*before.answers, *after.answers) if one not in questions)]
    found = []
    for question in dict.fromkeys(in_order):
        was, now = before.answers.get(question), after.answers.get(question)
        is_file = any(isinstance(one, str) and one in files for one in (was, now))
        shown_was, shown_now = (_shown(one, files) for one in (was, now))
        label, kind = questions.get(question, question), FieldKind.DOCUMENT if is_file else FieldKind.ANSWER
        found += _compared(question, label, kind, shown_was, shown_now)
    return found


def _shown(answer: Any, files: Mapping[str, Mapping[str, Any]]) -> Any:
    if isinstance(answer, str) and answer in files:
        file = files[answer]
        return {"filename": file["filename"], "sha256": file["sha256"], "expires_on": file.get("expires_on")}
    return None if answer in ("", []) else answer


def _choices(before: Applied, after: Applied, lots: Mapping[str, str]) -> list[FieldDifference]:
    was = {_place(one): one for one in before.choices}
    now = {_place(one): one for one in after.choices}
    found = []
    for lot_id, zone in dict.fromkeys([*was, *now]):
        name = lots.get(lot_id, lot_id)
        label = f"{name}, {zone}" if zone else name
        shown = (_choice(some.get((lot_id, zone))) for some in (was, now))
        found += _compared(f"{lot_id}:{zone or ''}", label, FieldKind.CHOICE, *shown)
    return found


def _place(choice: Mapping[str, Any]) -> tuple[str, str | None]:
    return choice["lot_id"], choice["zone"]


def _choice(choice: Mapping[str, Any] | None) -> Any:
    if choice is None:
        return None
    return {"price": choice["price"], "care_service_ids": sorted(choice["care_service_ids"])}


def _compared(field: str, label: str, kind: FieldKind, was: Any, now: Any) -> list[FieldDifference]:
    if was == now and type(was) is type(now):
        return []
    difference = Difference.ADDED if was is None else Difference.REMOVED if now is None else Difference.CHANGED
    return [FieldDifference(field=field, label=label, kind=kind, difference=difference, before=was, after=now)]
