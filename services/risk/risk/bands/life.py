"""A service's band as the timeline tells it: from any band to any other. Pure."""

from enum import StrEnum

from assay_kit.steps import Life
from risk.bands.rules import Band


class Step(StrEnum):
    TURN_GREEN = "turn_green"
    TURN_AMBER = "turn_amber"
    TURN_RED = "turn_red"
    TURN_UNKNOWN = "turn_unknown"


TURNS = {
    Band.GREEN: Step.TURN_GREEN,
    Band.AMBER: Step.TURN_AMBER,
    Band.RED: Step.TURN_RED,
    Band.NOT_ENOUGH_INFORMATION: Step.TURN_UNKNOWN,
}

LIFE = Life(
    name="band",
    start=Band.NOT_ENOUGH_INFORMATION,
    steps={(before, TURNS[after]): after for before in Band for after in Band if before is not after},
)
