"""The indicators there are: whatever file of this folder says `SPEC`. An eleventh is one file, and a test of it.

It counts from the first scoring model on that says something of it under `more`; the models before it, and the results
that they gave, stay as they were.
"""

import pkgutil
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module

from risk import indicators
from risk.indicators.facts import Facts, without_restricted
from risk.indicators.reading import Reading
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy


def discovered() -> Mapping[str, Spec]:
    """By key: the ten in the order of the council's papers, then the others by name."""
    names = sorted(found.name for found in pkgutil.iter_modules(indicators.__path__))
    modules = [import_module(f"{indicators.__name__}.{name}") for name in names if name != __name__.rpartition(".")[2]]
    specs: dict[str, Spec] = {}
    for module in modules:
        spec = vars(module).get("SPEC")
        if isinstance(spec, Spec):
            if spec.key in specs:
                raise LookupError(f"There are two indicators {spec.key}.")
            specs[spec.key] = spec
    ten = {key.value: specs.pop(key) for key in Indicator}
    return ten | specs


INDICATORS: Mapping[str, Spec] = discovered()
_TEN = frozenset(key.value for key in Indicator)


def read_all(facts: Facts, policy: Policy) -> list[Reading]:
    """What each indicator of the model answers. Of one beyond the ten it is decided here, not by its author, whether
    that is confidential: where the answer would be another one without the entries that are restricted."""
    readings = [spec.read(facts, policy) for spec in INDICATORS.values() if spec.is_part_of(policy)]
    if not policy.more:
        return readings
    open_to_all = without_restricted(facts)
    return [reading if reading.indicator in _TEN else _veiled(reading, open_to_all, policy) for reading in readings]


def _veiled(reading: Reading, open_to_all: Facts, policy: Policy) -> Reading:
    without = INDICATORS[reading.indicator].read(open_to_all, policy)
    differs = replace(reading, confidential=False) != replace(without, confidential=False)
    return replace(reading, confidential=True, openly=without) if differs else reading


def kinds_beyond_the_ten(*policies: Policy) -> list[str]:
    """The kinds of intelligence to gather for the indicators that these models add."""
    wanted = [spec for spec in INDICATORS.values() if any(spec.is_part_of(policy) for policy in policies)]
    return sorted({kind for spec in wanted for kind in spec.kinds})
