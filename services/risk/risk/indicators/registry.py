"""The indicators there are. An eleventh is one file with a `read`, a name in the policy and a line here. Pure."""

from collections.abc import Callable, Mapping

from risk.indicators import (
    company_status,
    contracting_concerns,
    cqc_rating,
    default_notice,
    embargo,
    food_hygiene,
    manager_vacancy,
    quality_assessment,
    safeguarding_decisions,
    unexpected_deaths,
)
from risk.indicators.facts import Facts
from risk.indicators.reading import Reading
from risk.scoring_models.policy import Indicator, Policy

INDICATORS: Mapping[Indicator, Callable[[Facts, Policy], Reading]] = {
    Indicator.QUALITY_ASSESSMENT: quality_assessment.read,
    Indicator.CQC_RATING: cqc_rating.read,
    Indicator.FOOD_HYGIENE: food_hygiene.read,
    Indicator.SAFEGUARDING_DECISIONS: safeguarding_decisions.read,
    Indicator.EMBARGO: embargo.read,
    Indicator.DEFAULT_NOTICE: default_notice.read,
    Indicator.UNEXPECTED_DEATHS: unexpected_deaths.read,
    Indicator.CONTRACTING_CONCERNS: contracting_concerns.read,
    Indicator.COMPANY_STATUS: company_status.read,
    Indicator.MANAGER_VACANCY: manager_vacancy.read,
}


def read_all(facts: Facts, policy: Policy) -> list[Reading]:
    return [read(facts, policy) for read in INDICATORS.values()]
