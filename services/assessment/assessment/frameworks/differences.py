"""What changed from one framework version to another, part by part. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from typing import Any

from pydantic import BaseModel, Field

from .framework import Domain, Framework, Part, Question, Standard

Parts = Mapping[str, Mapping[str, str]]


class Change(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Difference(BaseModel):
    """`part` names a part of a framework (`question 1.1.2`), `field` what of it changed; a part that was added or
    removed is one difference, without a field."""

    part: str
    change: Change
    field: str | None = None
    before: str | None = None
    after: str | None = None


class FrameworkDifferences(BaseModel):
    """How version `after` differs from version `before`, in the order of the file."""

    before: int
    after: int
    items: list[Difference] = Field(max_length=20_000)


def differences(before: Framework, after: Framework) -> list[Difference]:
    """Every difference but the version itself. The order of questions counts; that of a set does not."""
    old, new = _parts(before), _parts(after)
    return list(chain.from_iterable(_of_part(name, old.get(name), new.get(name)) for name in {**old, **new}))


def _of_part(name: str, old: Mapping[str, str] | None, new: Mapping[str, str] | None) -> Iterator[Difference]:
    if old is None or new is None:
        yield Difference(part=name, change=Change.ADDED if old is None else Change.REMOVED)
        return
    for field in {**old, **new}:
        before, after = old.get(field), new.get(field)
        if before != after:
            yield Difference(part=name, change=Change.CHANGED, field=field, before=before, after=after)


def _parts(framework: Framework) -> Parts:
    found: dict[str, Mapping[str, str]] = {
        "framework": {"name": framework.name, "domains": _listed(framework.domains)},
        "policy": _fields(framework.policy),
        "points": _fields(framework.points),
    }
    found |= {f"band {band.rating}": {"from": _said(band.starts)} for band in framework.bands}
    found |= {f"limiter {each.code}": _fields(each) for each in framework.limiters}
    found |= {f"service group {name}": {"types": _said(types)} for name, types in framework.service_groups.items()}
    for domain in framework.domains:
        found[f"domain {domain.code}"] = _fields(domain)
        for standard in domain.standards:
            found[f"standard {standard.code}"] = {"domain": domain.code, **_fields(standard)}
            for question in standard.questions:
                found[f"question {question.code}"] = {"standard": standard.code, **_fields(question)}
    return found


def _fields(part: Part) -> Mapping[str, str]:
    """Every field of a part; of the parts below it their codes and order alone."""
    return {
        name: _listed(value) if name in {"standards", "questions"} else _said(value)
        for name in type(part).model_fields
        if name != "code"
        for value in (getattr(part, name),)
    }


def _listed(parts: Sequence[Domain | Standard | Question]) -> str:
    return ", ".join(part.code for part in parts)


def _said(value: Any) -> str:
    if isinstance(value, frozenset):
        return ", ".join(sorted(str(each) for each in value))
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
