"""Shares a council's total of people and hours among its providers: whole numbers that add up exactly."""

import random
from collections.abc import Sequence

from demonstration.facts import Provider, arrangements, providers

_ELSEWHERE = 25  # people at a day service, or with somebody who applies: invented


def people_supported(fact: Provider) -> int:
    """How many people a service supports: its share of the papers' total, nine beds in ten, or a person a unit."""
    names = [each.name for each in providers().home_care]
    if fact.name in names:
        total = arrangements().activity
        return shares(total.people, total.hours_per_week, names)[names.index(fact.name)][0]
    return fact.units_in_place or (fact.beds * 9 // 10 if fact.beds else _ELSEWHERE)


def shares(people: int, hours: int, names: Sequence[str]) -> list[tuple[int, int]]:
    """(people, hours a week) for each name. The weights are drawn from the names, so they are always the same."""
    chance = random.Random(" ".join(names))  # noqa: S311 - deterministic, not secret
    weights = [chance.uniform(0.4, 1.6) for _ in names]
    return list(zip(_split(people, weights), _split(hours, weights), strict=True))


def _split(total: int, weights: Sequence[float]) -> list[int]:
    """Largest remainders: each gets its whole part, those with the largest rests one more until nothing is left."""
    exact = [total * weight / sum(weights) for weight in weights]
    whole = [int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda index: exact[index] - whole[index], reverse=True)
    for index in by_rest[: total - sum(whole)]:
        whole[index] += 1
    return whole
