"""The life of an item that a machine sent and a person must place. Pure."""

from assay_kit.steps import Life
from risk.intelligence.rules import IntakeStatus, IntakeStep

LIFE = Life(
    name="intake item",
    start=IntakeStatus.WAITING,
    steps={
        (IntakeStatus.WAITING, IntakeStep.PLACE): IntakeStatus.PLACED,
        (IntakeStatus.WAITING, IntakeStep.DISMISS): IntakeStatus.DISMISSED,
    },
)
