"""The life of an entry (it is never edited), and of an item that a machine sent and a person must place. Pure."""

from enum import StrEnum

from assay_kit.steps import Life
from risk.intelligence.rules import IntakeStatus, IntakeStep


class EntryStatus(StrEnum):
    STANDING = "standing"
    CORRECTED = "corrected"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"


class EntryStep(StrEnum):
    CORRECT = "correct"
    SETTLE = "settle"
    WITHDRAW = "withdraw"


ENTRY_LIFE = Life(
    name="intelligence",
    start=EntryStatus.STANDING,
    steps={
        (EntryStatus.STANDING, EntryStep.CORRECT): EntryStatus.CORRECTED,
        (EntryStatus.STANDING, EntryStep.SETTLE): EntryStatus.SETTLED,
        (EntryStatus.STANDING, EntryStep.WITHDRAW): EntryStatus.WITHDRAWN,
    },
)

INTAKE_LIFE = Life(
    name="intake item",
    start=IntakeStatus.WAITING,
    steps={
        (IntakeStatus.WAITING, IntakeStep.PLACE): IntakeStatus.PLACED,
        (IntakeStatus.WAITING, IntakeStep.DISMISS): IntakeStatus.DISMISSED,
    },
)
