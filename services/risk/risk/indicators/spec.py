"""What each file in this folder says of its indicator as `SPEC`; the registry finds it there. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from risk.indicators.facts import Facts
from risk.indicators.reading import Reading
from risk.scoring_models.policy import Part, Policy

P = TypeVar("P", bound=Part)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """`parameters`: of an indicator beyond the ten, what a model says of it under `more`; a model that says nothing of
    it does not have it. `kinds`: kinds of intelligence, beyond those of the ten, that it finds in `facts.events`."""

    key: str
    read: Callable[[Facts, Policy], Reading]
    parameters: type[Part] | None = None
    kinds: frozenset[str] = frozenset()

    def is_part_of(self, policy: Policy) -> bool:
        return self.parameters is None or self.key in policy.more


def added(
    key: str, parameters: type[P], read: Callable[[Facts, P], Reading], *, kinds: frozenset[str] = frozenset()
) -> Spec:
    """An indicator beyond the ten."""

    def read_with(facts: Facts, policy: Policy) -> Reading:
        return read(facts, parameters.model_validate(policy.more[key]))

    return Spec(key=key, read=read_with, parameters=parameters, kinds=kinds)
