"""Indicator 10: how long the service has had no registered manager. Pure."""

from dataclasses import replace
from datetime import date

from risk.indicators.facts import Facts
from risk.indicators.reading import Reading, State, no_data, not_applicable, read_from, spoken
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.MANAGER_VACANCY
BY_OFFICER = "recorded by an officer"


def read(facts: Facts, policy: Policy) -> Reading:
    """Confidential where the answer would be another one without the entries that are restricted."""
    reading = _read(facts, policy)
    open_to_all = tuple(each for each in facts.vacancies if not each.restricted)
    if open_to_all == facts.vacancies:
        return reading
    without = _read(facts.model_copy(update={"vacancies": open_to_all}), policy)
    return reading if reading == without else replace(reading, confidential=True, openly=without)


def _read(facts: Facts, policy: Policy) -> Reading:
    if not facts.requires_registered_manager:
        return not_applicable(KEY, "No registered manager is required.")
    since, source = vacant_since(facts)
    if since is not None:
        return _vacant(since, source, facts, policy)
    if facts.cqc_read is not None and facts.cqc is not None and facts.cqc.names_manager is not None:
        return read_from(
            KEY,
            policy.manager_vacancy.steps[0].level,
            "A registered manager is in post.",
            read_on=facts.cqc_read.on,
            on=facts.on,
            stale_after_days=policy.manager_vacancy.stale_after_days,
        )
    return _from_officers_word(facts, policy)


def _vacant(since: date, source: str, facts: Facts, policy: Policy) -> Reading:
    days = (facts.on - since).days
    level = policy.manager_vacancy.level(days)
    reason = f"No registered manager since {spoken(since)} ({source})."
    if source == BY_OFFICER or facts.cqc_read is None:
        return Reading(
            indicator=KEY, state=State.KNOWN, level=level, reason=reason, as_of=facts.on, working={"days": days}
        )
    return read_from(
        KEY,
        level,
        reason,
        read_on=facts.cqc_read.on,
        on=facts.on,
        stale_after_days=policy.manager_vacancy.stale_after_days,
        days=days,
    )


def _from_officers_word(facts: Facts, policy: Policy) -> Reading:
    filled = _last_filled(facts)
    if filled is None and facts.cqc is not None:
        return no_data(KEY, "What CQC says does not tell whether a registered manager is in post.")
    if filled is None:
        return no_data(KEY, "Nothing is known about the registered manager.")
    return read_from(
        KEY,
        policy.manager_vacancy.steps[0].level,
        f"A registered manager has been in post since {spoken(filled)}.",
        read_on=filled,
        on=facts.on,
        stale_after_days=policy.manager_vacancy.stale_after_days,
    )


def vacant_since(facts: Facts) -> tuple[date | None, str]:
    """Since when the post is vacant, by the earliest sign that still stands, and who says so.

    The register has two signs: a date of absence, and no manager among its contacts. It runs late, so an officer's
    record that the post was filled after such a sign answers it.
    """
    signs = [(each.since, BY_OFFICER) for each in facts.vacancies if each.filled_on is None]
    filled = _last_filled(facts)
    if facts.cqc is not None and facts.cqc.manager_absent_since is not None:
        signs.append((facts.cqc.manager_absent_since, "CQC register: manager absent"))
    if facts.cqc_read is not None and facts.cqc_read.names_no_manager_since is not None:
        signs.append((facts.cqc_read.names_no_manager_since, "CQC register: no manager named"))
    standing = [sign for sign in signs if sign[0] <= facts.on and (filled is None or filled < sign[0])]
    return min(standing, default=(None, ""))


def _last_filled(facts: Facts) -> date | None:
    filled = [each.filled_on for each in facts.vacancies if each.filled_on is not None and each.filled_on <= facts.on]
    return max(filled, default=None)


SPEC = Spec(key=KEY, read=read)
