"""Indicator 8: substantiated contracting concerns, about the service or about its provider as a whole. Pure."""

from risk.indicators.counts import count
from risk.indicators.facts import Facts
from risk.indicators.reading import Reading
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.CONTRACTING_CONCERNS


def read(facts: Facts, policy: Policy) -> Reading:
    words = ("substantiated contracting concern", "substantiated contracting concerns")
    return count(KEY, facts.concerns, facts, policy.contracting_concerns, words=words)


SPEC = Spec(key=KEY, read=read)
