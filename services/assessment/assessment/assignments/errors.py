"""Everything that can go wrong with who works on an assessment."""

from assay_kit.problems import Conflict


class NotAssignable(Conflict):
    slug, title = "not-assignable", "It is no longer worked on"

    def __init__(self, status: str) -> None:
        super().__init__(f"Officers are assigned until a rating is published; this one is {status.replace('_', ' ')}.")


class RestrictedAlready(Conflict):
    slug, title = "restricted-already", "It is restricted already"

    def __init__(self) -> None:
        super().__init__("Lift the restriction that stands before you impose another.")


class NotRestricted(Conflict):
    slug, title = "not-restricted", "It is not restricted"

    def __init__(self) -> None:
        super().__init__("There is no restriction to lift.")


class NotAtWork(Conflict):
    slug, title = "not-at-work", "That person does not work on it"

    def __init__(self) -> None:
        super().__init__("Only who works on an assessment is taken off it.")


class TakenOff(Conflict):
    slug, title = "taken-off", "That person was taken off it"

    def __init__(self) -> None:
        super().__init__("Whoever was taken off an assessment does not come back to it; name somebody else.")
