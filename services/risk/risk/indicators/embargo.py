"""Indicator 5: an embargo on new placements, whole or part. A pause that the provider asked for is none. Pure."""

from risk.indicators.facts import Facts
from risk.indicators.live import live
from risk.indicators.reading import Reading
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.EMBARGO


def read(facts: Facts, policy: Policy) -> Reading:
    return live(KEY, facts.embargoes, policy.embargo, on=facts.on, name="embargo on new placements")


SPEC = Spec(key=KEY, read=read)
