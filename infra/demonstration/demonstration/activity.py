"""Shares a council's total of people and hours among its providers: whole numbers that add up exactly. Pure."""

import random
from collections.abc import Sequence


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
