"""A scoring model in words: how a band is worked out, for people. Pure: every number comes from the policy."""

from collections.abc import Iterable, Mapping

from risk.scoring_models.policy import (
    BandPolicy,
    CountPolicy,
    Indicator,
    Ladder,
    Level,
    LivePolicy,
    Policy,
    QualityAssessmentPolicy,
    RegisterPolicy,
    VacancyPolicy,
)
from risk.scoring_models.shipped import version_1

NAMES = {
    Indicator.QUALITY_ASSESSMENT: "Quality assessment",
    Indicator.CQC_RATING: "CQC rating",
    Indicator.FOOD_HYGIENE: "Food hygiene",
    Indicator.SAFEGUARDING_DECISIONS: "Safeguarding decisions",
    Indicator.EMBARGO: "Embargo on new placements",
    Indicator.DEFAULT_NOTICE: "Contract default notice",
    Indicator.UNEXPECTED_DEATHS: "Unexpected deaths",
    Indicator.CONTRACTING_CONCERNS: "Substantiated contracting concerns",
    Indicator.COMPANY_STATUS: "Company in administration",
    Indicator.MANAGER_VACANCY: "Registered manager vacancy",
}

WORDS = {
    Level.NONE: "none (0)",
    Level.LOW: "low (1)",
    Level.MODERATE: "moderate (2)",
    Level.SERIOUS: "serious (3)",
    Level.CRITICAL: "critical",
}

NOTES = {
    Indicator.QUALITY_ASSESSMENT: "A service that nobody has assessed yet has no data.",
    Indicator.CQC_RATING: (
        "Does not apply to a service that CQC does not regulate. Deregistered with a successor proposed: no data."
    ),
    Indicator.FOOD_HYGIENE: (
        "Does not apply where no food is prepared, or to what is exempt. What awaits its inspection has no data."
    ),
    Indicator.SAFEGUARDING_DECISIONS: (
        "A decision counts where it meets section 42 of the Care Act 2014 with the service as the source of risk. An "
        "enquiry counts once, and not at all once it is closed as unfounded."
    ),
    Indicator.EMBARGO: "On the whole service or on a part. A pause that the provider asked for is none.",
    Indicator.COMPANY_STATUS: "Does not apply to a provider that is not a company. Past insolvency alone is no sign.",
    Indicator.MANAGER_VACANCY: (
        "Does not apply where no registered manager is required. Where CQC does not say, there is no data."
    ),
}
"""What no number of a policy says."""

_BEGINNING = """# How a band is worked out

{source}

Every service is Red, Amber, Green or **Not enough information**. The band comes from indicators, each of which looks at
one kind of fact and answers with a level: none, low, moderate, serious or critical; or that it does not apply; or that
there is no data, or only data that is out of date. Nothing is averaged: a good rating never hides a death.

A level that is out of date still counts towards Red and Amber. It only cannot support Green."""

_END = """## What holds whatever the model says

- What is missing is never Green.
- A worse level never gives a better band, and nor does information that grows old.
- Of what is counted, zero is only zero while the feed that would tell of it is alive: a delivery, a delivery of no
  rows, or a named officer's "nothing further to record".
- The whole estate is worked out again at 02:00 in London every night, and a service at once when something about it
  changes.
- Each result keeps what it rests on and the version of the model, and recomputes to the same answer.
- Two people may set another band beside the computed one, for 28 days at most; never Green over a serious or critical
  level or over missing information. It ends at once when the computed result gets worse.
- Red proposes that the council acts. It imposes nothing."""


def in_words(policy: Policy, *, source: str) -> str:
    """Markdown. `source` says in a sentence which model this is."""
    parts = [_BEGINNING.format(source=source), _bands(policy.band), _indicators(policy)]
    return "\n\n".join([*parts, _END]) + "\n"


def _bands(band: BandPolicy) -> str:
    points = ", ".join(f"{WORDS[level]} gives {_points(band.points[level])}" for level in Level if level in band.points)
    *first, last = [NAMES[each].lower().replace("cqc", "CQC") for each in band.green_needs]
    needed = f"{', '.join(first)} and {last}" if first else last
    known = f"at least {band.green_known_percent}% of the indicators that apply are known and fresh"
    green = f"{needed} are known and fresh where they apply, and {known}"
    serious = "one serious level" if band.red_serious_count == 1 else f"{band.red_serious_count} or more serious levels"
    return f"""## From levels to a band

Of the points, {points}.

1. **Red**: any critical level, or {serious}, or {_points(band.red_points)} or more.
2. **Amber**: otherwise, any level from {band.amber_from_level} up, or {_points(band.amber_points)} or more.
3. **Green**: otherwise, provided that {green}.
4. **Not enough information**: otherwise, with what is missing. It ranks between Green and Amber."""


def _points(count: int) -> str:
    return f"{count} point" if count == 1 else f"{count} points"


def _indicators(policy: Policy) -> str:
    sections = [f"### {number}. {NAMES[key]}\n\n{_of(key, policy)}" for number, key in enumerate(Indicator, 1)]
    more = [
        f"### {key.replace('_', ' ').capitalize()}\n\nAdded by this model: {_said(said)}."
        for key, said in policy.more.items()
    ]
    return "\n\n".join(["## The indicators", *sections, *more])


def _of(key: Indicator, policy: Policy) -> str:
    said = [_levels(getattr(policy, key.value)), NOTES.get(key, "")]
    return " ".join(each for each in said if each)


def _levels(part: object) -> str:
    match part:
        case LivePolicy():
            return f"While one is in force: {WORDS[part.live]}."
        case CountPolicy():
            return _counted(part)
        case VacancyPolicy():
            return f"Days without a registered manager:\n\n{_ladder(part)}\n\n{_fresh(part.stale_after_days)}"
        case QualityAssessmentPolicy():
            return f"{_table(part.levels)}\n\nOut of date when it is older than {part.stale_after_months} months."
        case RegisterPolicy():
            named = {name: level for name, level in part if isinstance(level, Level)}
            return f"{_table(part.levels | named)}\n\n{_fresh(part.stale_after_days)}"
        case _:
            raise TypeError(f"{type(part).__name__} is no part of a policy that says levels.")


def _counted(part: CountPolicy) -> str:
    growing = f" Above {part.per_people} people supported the bounds grow with the people, rounded up."
    scaled = growing if part.per_people else ""
    return (
        f"How many in {part.months} months:\n\n{_ladder(part)}\n\n"
        f"An event counts until the same day of the month, {part.months} months on. Out of date when the feed has been "
        f"silent for more than {part.tolerance_days} days, or while something sent about the location waits to be "
        f"placed with a service.{scaled}"
    )


def _fresh(days: int) -> str:
    return f"Out of date when the register was last read more than {days} days ago."


def _ladder(ladder: Ladder) -> str:
    rows, first = {}, 0
    for step in ladder.steps:
        rows[_span(first, step.up_to)] = step.level
        first = (step.up_to or 0) + 1
    return _table(rows, "count")


def _span(first: int, last: int | None) -> str:
    if last is None:
        return f"{first} or more"
    return str(first) if last == first else f"{first} to {last}"


def _table(levels: Mapping[str, Level], what: str = "what is known") -> str:
    return "\n".join([f"| {what} | level |", "|---|---|", *_rows(levels)])


def _rows(levels: Mapping[str, Level]) -> Iterable[str]:
    return (f"| {value.replace('_', ' ')} | {WORDS[level]} |" for value, level in levels.items())


def _said(parameters: Mapping[str, object]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in parameters.items()) or "with no parameters"


DOCS_PAGES = {
    "how-a-band-is-worked-out.md": in_words(
        version_1(),
        source=(
            "Written by `make openapi` from scoring model version 1, the one that is in force until a council\n"
            "approves its own (`GET /v1/scoring-models/in-force/in-words` says the same of the one in force, to\n"
            "providers too; `GET /v1/scoring-models/{version}/in-words` of any version)."
        ),
    )
}
"""Pages of docs/ that are made from the code."""
