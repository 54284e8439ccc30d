"""Everything that can go wrong with a trial of a scoring model."""

from datetime import date
from uuid import UUID

from assay_kit.problems import Conflict, NotFound


class RunNotFound(NotFound):
    slug, title = "run-not-found", "No such run of a scoring model"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"There is no run {run_id} that you may read.")


class DayAhead(Conflict):
    slug, title = "day-ahead", "That day has not come yet"

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"Today is {today.isoformat()}; nothing can be known of {day.isoformat()}.")


class NoModelThen(Conflict):
    slug, title = "no-model-then", "No scoring model was in force on that day"


class PeriodNotChecked(Conflict):
    slug, title = "period-not-checked", "No such period can be checked"


class RunsWaiting(Conflict):
    slug, title = "runs-waiting", "Enough runs wait to be worked out"


class RunFailed(Conflict):
    slug, title = "run-failed", "The run could not be worked out"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"Run {run_id} ended early: what it found is not the whole of it. Ask for another.")


class RunUnfinished(Conflict):
    slug, title = "run-unfinished", "The run is not finished yet"

    def __init__(self, run_id: UUID) -> None:
        super().__init__(f"Run {run_id} is still being worked out: read it again in a minute.")
