"""Everything that can go wrong with the demonstration clock."""

from datetime import datetime

from assay_kit.problems import Conflict, NotFound


class NoDemonstrationClock(NotFound):
    slug, title = "no-demonstration-clock", "There is no demonstration clock here"

    def __init__(self) -> None:
        super().__init__("This copy of Assay follows real time.")


class ClockMovesForward(Conflict):
    slug, title = "clock-moves-forward", "The clock moves forward only"

    def __init__(self, now: datetime) -> None:
        super().__init__(f"It is {now.isoformat()} already.", now=now.isoformat())


class ClockTooFar(Conflict):
    slug, title = "clock-too-far", "The clock moves ten years at most"

    def __init__(self) -> None:
        super().__init__("Move the clock by ten years at most.")


class ClockIsMoving(Conflict):
    slug, title = "clock-is-moving", "Somebody else is moving the clock"

    def __init__(self) -> None:
        super().__init__("The clock is being moved; wait until that is done.")
