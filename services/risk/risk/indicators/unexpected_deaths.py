"""Indicator 7: unexpected deaths. Pure."""

from risk.indicators.counts import count
from risk.indicators.facts import Facts
from risk.indicators.reading import Reading
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.UNEXPECTED_DEATHS


def read(facts: Facts, policy: Policy) -> Reading:
    words = ("unexpected death", "unexpected deaths")
    return count(KEY, facts.deaths, facts, policy.unexpected_deaths, words=words)


SPEC = Spec(key=KEY, read=read)
