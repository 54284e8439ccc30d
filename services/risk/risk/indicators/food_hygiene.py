"""Indicator 3: the food hygiene rating, where food is prepared. Pure."""

from risk.indicators.facts import Facts
from risk.indicators.reading import Reading, no_data, not_applicable, read_from, spoken
from risk.indicators.spec import Spec
from risk.scoring_models.policy import Indicator, Policy

KEY = Indicator.FOOD_HYGIENE


def read(facts: Facts, policy: Policy) -> Reading:
    if not facts.prepares_food:
        return not_applicable(KEY, "Prepares no food.")
    if not facts.has_food_id:
        return no_data(KEY, "Not yet matched to an establishment in the food hygiene register.")
    if facts.food is None or facts.food_read is None:
        return no_data(KEY, "The food hygiene register has not been read for this service.")
    if facts.food.value == "exempt":
        return not_applicable(KEY, "Exempt from food hygiene rating.")
    level = policy.food_hygiene.levels.get(facts.food.value)
    if level is None:
        return no_data(KEY, "Awaiting a food hygiene rating.", as_of=facts.food_read.on)
    when = f" on {spoken(facts.food.rated_on)}" if facts.food.rated_on else ""
    return read_from(
        KEY,
        level,
        f"Food hygiene rated {facts.food.value.replace('_', ' ')}{when}.",
        read_on=facts.food_read.on,
        on=facts.on,
        stale_after_days=policy.food_hygiene.stale_after_days,
        rating=facts.food.value,
    )


SPEC = Spec(key=KEY, read=read)
