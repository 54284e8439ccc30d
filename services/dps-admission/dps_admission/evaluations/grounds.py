"""Exclusion grounds to which an applicant said yes, and until when each may be held against it. Pure."""

from dataclasses import dataclass
from datetime import date

from dps_admission.question_sets.content import ExclusionGround, QuestionSetContent
from dps_admission.question_sets.rules import Answers, as_date, questions_asked
from dps_admission.spans import months_after


@dataclass(frozen=True, kw_only=True)
class Ground:
    """An exclusion ground to which the applicant said yes."""

    question: str
    text: str
    happened_on: date | None
    counts_until: date | None
    """The last day on which it counts; None: it lasts still, no day was given, or it never counted."""
    not_before: date | None = None
    """What happened before this day never counts."""

    def is_in_time(self, day: date) -> bool:
        if self.happened_on and self.not_before and self.happened_on < self.not_before:
            return False
        return self.counts_until is None or day <= self.counts_until


def grounds_said(content: QuestionSetContent, answers: Answers) -> list[Ground]:
    """The exclusion grounds to which the applicant said yes, each with its time: of all, in time or not.

    The years run from the day of the event, which is not counted, to the end of the same day (regulation 57(11), (12)).
    """
    said = []
    for question in questions_asked(content, answers):
        match question.grading:
            case ExclusionGround(years=years, event_date=when, not_before=start) if answers.get(question.id) is True:
                day = as_date(answers.get(when))
                counted = day is not None and (start is None or day >= start)
                until = months_after(day, 12 * years) if day and counted and years else None
                about = {"question": question.id, "text": question.text}
                said.append(Ground(**about, happened_on=day, counts_until=until, not_before=start))
    return said
