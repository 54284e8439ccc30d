"""Indicator 9: whether the provider's company is failing. Insolvency history alone is not a sign. Pure."""

from risk.indicators.facts import CompanyReading, Facts
from risk.indicators.reading import Reading, no_data, not_applicable, read_from
from risk.indicators.spec import Spec
from risk.scoring_models.policy import CompanyPolicy, Indicator, Level, Policy

KEY = Indicator.COMPANY_STATUS
SOLVENT = "members-voluntary-liquidation"
STRIKE_OFF = "active-proposal-to-strike-off"


def read(facts: Facts, policy: Policy) -> Reading:
    if not facts.is_company:
        return not_applicable(KEY, "The provider is not a company.")
    if facts.company is None or facts.company_read is None:
        return no_data(KEY, "The company register has not been read for this provider.")
    signs = _signs(facts.company, policy.company_status)
    if not signs:
        return no_data(KEY, "The company register gives no status.", as_of=facts.company_read.on)
    level, reason = max(signs, key=lambda sign: sign[0].rank)
    return read_from(
        KEY,
        level,
        reason,
        read_on=facts.company_read.on,
        on=facts.on,
        stale_after_days=policy.company_status.stale_after_days,
        **facts.company.model_dump(),
    )


def _signs(company: CompanyReading, policy: CompanyPolicy) -> list[tuple[Level, str]]:
    signs: list[tuple[Level, str]] = []
    if company.status == "liquidation" and company.liquidation_cases and set(company.liquidation_cases) == {SOLVENT}:
        signs.append((policy.members_voluntary_liquidation, "Company in members' voluntary (solvent) liquidation."))
    elif company.status in policy.levels:
        signs.append((policy.levels[company.status], f"Company status: {company.status.replace('-', ' ')}."))
    if company.status_detail == STRIKE_OFF:
        signs.append((policy.strike_off_proposed, "There is a proposal to strike the company off."))
    if company.accounts_overdue:
        signs.append((policy.overdue_accounts, "The company's accounts are overdue."))
    return signs


SPEC = Spec(key=KEY, read=read)
