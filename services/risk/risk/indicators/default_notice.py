"""Indicator 6: a contract default notice that is live. Pure."""

from risk.indicators.facts import Facts
from risk.indicators.live import live
from risk.indicators.reading import Reading
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.DEFAULT_NOTICE


def read(facts: Facts, policy: Policy) -> Reading:
    return live(KEY, facts.default_notices, policy.default_notice, on=facts.on, name="contract default notice")


SPEC = Spec(key=KEY, read=read)
